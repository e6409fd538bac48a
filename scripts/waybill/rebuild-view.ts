import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../../src/gateway/maintenance-schemas';
import type { Acting, Desk } from './desk';
import { startMaintenance, untilOver } from './maintenance';
import { Trouble } from '../bootstrap/trouble.cjs';

type Rebuild = Static<typeof schemas.Rebuild>;
type Found = NonNullable<Rebuild['found']>[number];

interface Options extends Acting {
  dryRun?: boolean;
  prune?: boolean;
  order?: string;
}

/** `waybill rebuild-view`: has the read model made again, and follows it to its end. */
export function addRebuildView(program: Command, desk: Desk): void {
  const rebuild = desk
    .acting(
      program
        .command('rebuild-view')
        .description(
          'makes the read model again from the events, in place, while orders flow, and tells what it mended',
        ),
    )
    .option('--dry-run', 'only finds, and changes nothing')
    .option('--order <id>', 'only this order')
    .option('--prune', 'also removes views without events, and sets back those that are ahead of them')
    .addHelpText('after', '\nExit code: 0 when the read model is as the events say; 1 when a difference is left.');
  desk.command(
    rebuild,
    'rebuild-view --dry-run',
    async (session, { by, dryRun = false, prune = false, order }: Options) => {
      const path = '/maintenance/rebuild-view';
      await startMaintenance(session, { path, body: { by, dryRun, prune, orderId: order } });
      const run = await untilOver<Rebuild>(session, {
        path: order === undefined ? path : `${path}?orderId=${order}`,
        inWords: wordsOfProgress,
      });
      if (run.state !== 'DONE') throw new Trouble('The rebuild was ended in the engine before it was through.');
      session.tell(run, linesOf);
      return run.differences === run.mended ? 0 : 1;
    },
  );
}

const wordsOfProgress = ({ orders, differences }: Rebuild): string =>
  orders === undefined ? 'waiting for a worker …' : `${orders} orders looked at, ${differences} differ …`;

function linesOf({ orders = 0, differences = 0, mended = 0, dryRun = false, found = [] }: Rebuild): string[] {
  const left = differences - mended;
  const outcome = () => {
    if (differences === 0) return 'the read model is as their events say';
    if (dryRun) return `${differences} differ; nothing was changed`;
    return `${differences} differed, ${mended} mended${left > 0 ? `, ${left} left` : ''}`;
  };
  return [
    ...found.map((one) => wordsOf(one, dryRun)),
    ...(found.length < differences ? [`… and ${differences - found.length} more`] : []),
    `${orders} orders: ${outcome()}.`,
  ];
}

const NEEDS: Partial<Record<Found['fault'], string>> = {
  VIEW_AHEAD: 'the view knows of events that are not there: `--prune` believes the events',
  VIEW_WITHOUT_EVENTS: 'there are no events of it: `--prune` removes the view',
  EVENTS_MISSING: 'nobody knows what the missing events told: restore them from a backup of the table',
};

function wordsOf({ orderId, fault, fields, missing = [], mended }: Found, dryRun: boolean): string {
  const told = fields.map(({ field, before, after }) =>
    before === undefined && after === undefined ? field : `${field} ${before ?? '–'} → ${after ?? '–'}`,
  );
  const gaps = missing.length > 0 ? [`events ${missing.join(', ')} are missing`] : [];
  const needs = NEEDS[fault];
  const became = mended ? 'mended' : (needs ?? (dryRun ? 'differs' : 'left'));
  return [`${orderId}  ${fault}`, [...told, ...gaps].join('; '), became].filter((text) => text !== '').join('  ');
}
