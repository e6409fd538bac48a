import type { Finding } from '../../../src/domain/reconciliation';
import type { OrderId } from '../../../src/domain/ids';
import { createMaintenanceActivities } from '../../../src/activities/maintenance';
import { createMemoryMaintenance, type MemoryMaintenance } from '../../support/memory/maintenance';
import { createMemoryWorld } from '../../support/memory/ports';
import { caseIdOf } from '../../../src/domain/reconciliation';
import { runActivity } from '../../support/contracts/activities';

const orderId = 'ORD-1' as OrderId;
const finding: Finding = { kind: 'SHIPPED_UNPAID', subject: orderId, orderId, facts: { worth: 2, charged: 1 } };
const caseId = caseIdOf(finding);

let now: number;
let maintenance: MemoryMaintenance;
let steps: ReturnType<typeof createMaintenanceActivities>;
beforeEach(() => {
  now = Date.parse('2025-07-09T10:00:00.000Z');
  maintenance = createMemoryMaintenance(createMemoryWorld(), { now: () => new Date(now).toISOString() });
  steps = createMaintenanceActivities(maintenance.deps);
});

const clock = () => new Date(now).toISOString();
let runs = 0;

/** A run that finds this; another one may be under way at the same time. */
async function begin({ full = true } = {}) {
  const runId = `run-${++runs}`;
  now += 60_000;
  const startedAt = clock();
  const opening = await runActivity(steps.openReconciliation, { full });
  const fullAt = opening.fullAt === undefined ? {} : { fullAt: opening.fullAt };
  return {
    async finds(findings: Finding[]) {
      now += 1000;
      return (await runActivity(steps.openCases, { runId, ...fullAt, findings })).opened;
    },
    async ends({ unasked, ...said }: { undecided?: string[]; stockLeft?: boolean; unasked?: OrderId[] } = {}) {
      now += 1000;
      const paymentsLeft = unasked !== undefined;
      const { closed } = await runActivity(steps.closeCases, {
        runId,
        startedAt,
        undecided: [],
        paymentsLeft,
        ...said,
      });
      const counts = { orders: 0, charges: 0, findings: {}, found: [], repaired: 0, opened: 0, closed };
      const isFull = opening.since === undefined;
      const report = { runId, by: 'test', full: isFull, startedAt, ...counts, undecided: [], watched: [] };
      const left = unasked ? { unasked } : {};
      await runActivity(steps.keepReport, { ...report, ...left });
      return closed;
    },
  };
}

async function reconcile(
  findings: Finding[],
  options: { full?: boolean } = {},
): Promise<{ opened: number; closed: number }> {
  const run = await begin(options);
  const opened = await run.finds(findings);
  return { opened, closed: await run.ends() };
}

async function close(): Promise<void> {
  const { alertDue: _alertDue, ...one } = (await maintenance.deps.cases.read(caseId))!;
  const closing = { closedAt: clock(), closedBy: 'M. Kim', reason: 'written off' };
  await maintenance.deps.cases.write({ ...one, state: 'CLOSED', ...closing, version: one.version + 1 });
}

const stateOf = () => maintenance.cases.get(caseId)?.state;

test('a case that somebody closed stays closed, also where most runs do not look at its order any more', async () => {
  expect(await reconcile([finding])).toEqual({ opened: 1, closed: 0 });
  await close();
  // it has ended long ago: only once a day somebody comes by
  for (let i = 0; i < 3; i++) expect(await reconcile([], { full: false })).toEqual({ opened: 0, closed: 0 });
  expect(await reconcile([finding])).toEqual({ opened: 0, closed: 0 });
  expect(stateOf()).toBe('CLOSED');
  expect(await reconcile([finding])).toEqual({ opened: 0, closed: 0 });
  expect(maintenance.alerts).toHaveLength(1);
});

test('it opens again when its facts change, and when it comes back after it had gone', async () => {
  await reconcile([finding]);
  await close();
  expect(await reconcile([{ ...finding, facts: { worth: 3, charged: 1 } }], { full: false })).toMatchObject({
    opened: 1,
  });
  expect(maintenance.alerts).toHaveLength(2);
  await close();
  expect(await reconcile([])).toEqual({ opened: 0, closed: 0 });
  expect(await reconcile([{ ...finding, facts: { worth: 3, charged: 1 } }])).toMatchObject({ opened: 1 });
  expect(maintenance.cases.get(caseId)).toMatchObject({ state: 'OPEN', openings: 3 });
  expect(maintenance.alerts).toHaveLength(3);
});

test('a run does not close what another one found meanwhile, and the next one does when it is gone', async () => {
  const slow = await begin();
  expect(await slow.finds([])).toBe(0);
  expect(await reconcile([finding])).toEqual({ opened: 1, closed: 0 });
  expect(await slow.ends()).toBe(0);
  expect(stateOf()).toBe('OPEN');
  expect(await reconcile([])).toEqual({ opened: 0, closed: 1 });
});

test('no case is closed of a product of which nothing was said, by name or because there are too many to name', async () => {
  const ofProduct: Finding = { kind: 'STOCK_TOTAL', subject: 'PROD-1', productId: 'PROD-1', facts: { available: 1 } };
  await reconcile([finding, ofProduct]);
  expect(await (await begin()).ends({ undecided: ['PROD-1'] })).toBe(1);
  expect(stateOf()).toBe('CLOSED');
  expect(await (await begin()).ends({ stockLeft: true })).toBe(0);
  expect(await (await begin()).ends({ undecided: ['PROD-2'] })).toBe(1);
});

test('after a run that saw views of another format all orders are looked at: the lists may lack old ones', async () => {
  const opened = async () => (await runActivity(steps.openReconciliation, {})).since;
  await reconcile([]);
  expect(await opened()).toEqual(expect.any(String));
  const report = (await maintenance.deps.cases.readReport())!;
  await maintenance.deps.cases.writeReport({ ...report, viewFormat: report.viewFormat! - 1 });
  expect(await opened()).toBeUndefined();
  const { viewFormat: _viewFormat, ...ofBefore } = report;
  await maintenance.deps.cases.writeReport(ofBefore);
  expect(await opened()).toBeUndefined();
});

test('where payments could not be asked for, no case of one is closed, and the next run comes back to their orders', async () => {
  const ofPayment: Finding = { kind: 'PAYMENT_UNKNOWN', subject: `charge#${orderId}#1`, facts: { accountedTaken: 1 } };
  await reconcile([finding, ofPayment]);
  const other = 'ORD-2' as OrderId;
  expect(await (await begin()).ends({ unasked: [other] })).toBe(1);
  expect(maintenance.cases.get(caseIdOf(ofPayment))?.state).toBe('OPEN');
  expect((await runActivity(steps.openReconciliation, { full: false })).watched).toEqual([other]);
  expect(await (await begin({ full: false })).ends()).toBe(1);
  expect((await runActivity(steps.openReconciliation, { full: false })).watched).toEqual([]);
});
