import { parseArgs } from 'node:util';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../src/gateway/maintenance-schemas';
import { Trouble } from './bootstrap/trouble.cjs';
import { createMaintenanceGateway, gatewayUrl, type MaintenanceGateway, whoAsks } from './lib/maintenance';

type Reconciliation = Static<typeof schemas.Reconciliation>;
type Report = NonNullable<Reconciliation['report']>;

const USAGE = 'Usage: npm run reconcile [-- [--recent] [--json] [--help]]';
const HELP = `${USAGE}

Holds payments, stock, workflows, read model and events against each other, mends views, opens cases for the rest.

  --recent  only orders that have not ended or changed since the last run, as by the clock
  --json    the whole report as JSON

Exit code: 0 when nothing is left that somebody has to see to; 1 when there is.`;

const PATH = '/maintenance/reconciliation';
const write = (line: string) => void process.stdout.write(`${line}\n`);

/**
 * Has everything held against everything, and tells what was found.
 *
 * @returns the exit code: 0 when no case of what was found is open
 * @throws Trouble in one sentence
 */
export async function main(args = process.argv.slice(2), env = process.env): Promise<number> {
  const { help, json = false, recent = false } = parse(args);
  if (help) {
    write(HELP);
    return 0;
  }
  const gateway = createMaintenanceGateway(gatewayUrl(env));
  const { joined } = await gateway.start(PATH, { by: whoAsks(env), full: !recent });
  if (joined && !json) write('One goes on already: this waits for it.');
  const { state, runId, report } = await gateway.untilOver<Reconciliation>({ path: PATH });
  if (state !== 'DONE' || !report)
    throw new Trouble('The reconciliation was ended in the engine before it was through.');
  // one by the clock may have come after it
  if (report.runId !== runId && !json) write('A later one, by the clock, found:');
  if (json) write(JSON.stringify(report, undefined, 2));
  else tell(report);
  return (await openCases(gateway, report)) ? 1 : 0;
}

function parse(args: readonly string[]) {
  try {
    const options = {
      recent: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Trouble(`${(error as Error).message}\n${USAGE}`);
  }
}

function tell({ orders, charges, findings, found, repaired, opened, closed, undecided }: Report): void {
  for (const { kind, subject, facts, amount, currency } of found) {
    const told = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
    const stake = amount === undefined ? [] : [`at stake: ${amount} ${currency}`];
    write(`${kind}  ${subject}  ${[...told, ...stake].join(', ')}`);
  }
  const all = Object.values(findings).reduce((sum, n) => sum + n, 0);
  if (found.length < all) write(`… and ${all - found.length} more`);
  if (undecided.length > 0) write(`Not decided, for it moved or events are missing: ${undecided.join(', ')}`);
  const what = all === 0 ? 'everything adds up' : `${all} found, ${repaired} mended, ${opened} new cases`;
  write(`${orders} orders, ${charges} settled charges: ${what}${closed > 0 ? `; ${closed} cases closed` : ''}.`);
}

/** Whether somebody has to see to something that was found. */
async function openCases({ find }: MaintenanceGateway, { found }: Report): Promise<boolean> {
  for (const { caseId } of found) {
    const one = await find<{ state: string }>(`/cases/${encodeURIComponent(caseId)}`);
    if (one?.state === 'OPEN') return true;
  }
  return false;
}
