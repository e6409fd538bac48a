import { parseArgs } from 'node:util';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../src/gateway/maintenance-schemas';
import { Trouble } from './bootstrap/trouble.cjs';
import { createMaintenanceGateway, gatewayUrl, whoAsks } from './lib/maintenance';

type Rebuild = Static<typeof schemas.Rebuild>;
type Found = NonNullable<Rebuild['found']>[number];

const USAGE = 'Usage: npm run rebuild-view [-- [--dry-run] [--prune] [--order ID] [--json] [--help]]';
const HELP = `${USAGE}

Makes the read model again from the events, in place, while orders flow, and tells what it mended.

  --dry-run   only finds, and changes nothing
  --order ID  only this order
  --prune     also removes views without events, and sets back those that are ahead of them
  --json      the whole report as JSON

Exit code: 0 when the read model is as the events say; 1 when a difference is left.`;

const write = (line: string) => void process.stdout.write(`${line}\n`);

/**
 * Has the read model made again, and follows it to its end.
 *
 * @returns the exit code: 0 when no difference is left
 * @throws Trouble in one sentence
 */
export async function main(args = process.argv.slice(2), env = process.env): Promise<number> {
  const { help, json = false, order, 'dry-run': dryRun = false, prune = false } = parse(args);
  if (help) {
    write(HELP);
    return 0;
  }
  const gateway = createMaintenanceGateway(gatewayUrl(env));
  const of = order === undefined ? {} : { orderId: order };
  const options = { by: whoAsks(env), dryRun, prune, ...of };
  const { joined } = await gateway.start('/maintenance/rebuild-view', options);
  const isLive = process.stdout.isTTY && !json;
  if (joined && !json) write('One goes on already: this follows it.');
  const path = `/maintenance/rebuild-view${order === undefined ? '' : `?orderId=${order}`}`;
  const onLook = (run: Rebuild) => isLive && process.stdout.write(`\r\u001b[K${wordsOfProgress(run)}`);
  const run = await gateway.untilOver<Rebuild>({ path, onLook });
  if (isLive) process.stdout.write('\r\u001b[K');
  if (run.state !== 'DONE') throw new Trouble('The rebuild was ended in the engine before it was through.');
  if (json) write(JSON.stringify(run, undefined, 2));
  else tell(run);
  return run.differences === run.mended ? 0 : 1;
}

function parse(args: readonly string[]) {
  try {
    const options = {
      'dry-run': { type: 'boolean' },
      prune: { type: 'boolean' },
      order: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Trouble(`${(error as Error).message}\n${USAGE}`);
  }
}

const wordsOfProgress = ({ orders, differences }: Rebuild): string =>
  orders === undefined ? 'waiting for a worker …' : `${orders} orders looked at, ${differences} differ …`;

function tell({ orders = 0, differences = 0, mended = 0, dryRun = false, found = [] }: Rebuild): void {
  for (const one of found) write(wordsOf(one, dryRun));
  if (found.length < differences) write(`… and ${differences - found.length} more`);
  const left = differences - mended;
  if (differences === 0) write(`${orders} orders: the read model is as their events say.`);
  else if (dryRun) write(`${orders} orders: ${differences} differ; nothing was changed.`);
  else write(`${orders} orders: ${differences} differed, ${mended} mended${left > 0 ? `, ${left} left` : ''}.`);
}

const NEEDS: Partial<Record<Found['fault'], string>> = {
  VIEW_AHEAD: 'the view knows of events that are not there: `-- --prune` believes the events',
  VIEW_WITHOUT_EVENTS: 'there are no events of it: `-- --prune` removes the view',
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
