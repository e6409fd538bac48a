import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../../src/gateway/maintenance-schemas';
import type { Acting, Desk, Gateway } from './desk';
import { startMaintenance, untilOver } from './maintenance';
import { Trouble } from '../bootstrap/trouble.cjs';

type Reconciliation = Static<typeof schemas.Reconciliation>;
type Report = NonNullable<Reconciliation['report']>;

const PATH = '/maintenance/reconciliation';

/** `waybill reconcile`: has everything held against everything, and tells what was found. */
export function addReconcile(program: Command, desk: Desk): void {
  const reconcile = desk
    .acting(
      program
        .command('reconcile')
        .description(
          'holds payments, stock, workflows, read model and events against each other, mends views, opens cases for the rest',
        ),
    )
    .option('--recent', 'only orders that have not ended or changed since the last run, as by the clock')
    .addHelpText('after', '\nExit code: 0 when nothing is left that somebody has to see to; 1 when there is.');
  desk.command(
    reconcile,
    'reconcile --recent',
    async (session, { by, recent = false }: Acting & { recent?: boolean }) => {
      await startMaintenance(session, { path: PATH, body: { by, full: !recent } });
      const { state, runId, report } = await untilOver<Reconciliation>(session, { path: PATH });
      if (state !== 'DONE' || !report)
        throw new Trouble('The reconciliation was ended in the engine before it was through.');
      // one by the clock may have come after it
      if (report.runId !== runId && !session.asJson) session.write('A later one, by the clock, found:');
      session.tell(report, linesOf);
      return (await openCases(session.gateway, report)) ? 1 : 0;
    },
  );
}

function linesOf({ orders, charges, findings, found, repaired, opened, closed, undecided, unasked }: Report): string[] {
  const lines = found.map(({ kind, subject, facts, amount, currency }) => {
    const told = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
    const stake = amount === undefined ? [] : [`at stake: ${amount} ${currency}`];
    return `${kind}  ${subject}  ${[...told, ...stake].join(', ')}`;
  });
  const all = Object.values(findings).reduce((sum, n) => sum + n, 0);
  const what = all === 0 ? 'everything adds up' : `${all} found, ${repaired} mended, ${opened} new cases`;
  return [
    ...lines,
    ...(found.length < all ? [`… and ${all - found.length} more`] : []),
    ...(undecided.length > 0 ? [`Not decided, for it moved or events are missing: ${undecided.join(', ')}`] : []),
    ...(unasked.length > 0 ? [`Payments not asked for, left to the next run: orders ${unasked.join(', ')}`] : []),
    `${orders} orders, ${charges} settled charges: ${what}${closed > 0 ? `; ${closed} cases closed` : ''}.`,
  ];
}

/** Whether somebody has to see to something that was found. */
async function openCases({ find }: Gateway, { found }: Report): Promise<boolean> {
  for (const { caseId } of found) {
    const one = await find<{ state: string }>(`/cases/${encodeURIComponent(caseId)}`);
    if (one?.state === 'OPEN') return true;
  }
  return false;
}
