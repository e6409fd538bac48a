import { Worker } from '@temporalio/worker';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { OrderView } from '../../src/domain/projection';
import type { rebuildViewWorkflow, reconciliationWorkflow } from '../../src/workflows';
import { createMaintenanceActivities } from '../../src/activities/maintenance';
import { createMemoryMaintenance, type MemoryMaintenance } from '../support/memory/maintenance';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { keys as keyOf } from '../../src/domain/ids';
import { fold } from '../../src/domain/projection';
import { numbered, sampleValidOrder } from '../support/contracts/events';
import { rebuildProgressQuery } from '../../src/workflows/maintenance-messages';
import { replayRuns } from '../support/runs';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';

/** the books in memory have two orders on a page, and a run has a hundred pages */
const ORDERS = 230;
/** findings that a look at the stock tells at once */
const TOLD = 30;
/** of one run's history */
const MAX_EVENTS = 2_500;

let bench: OrderBench;
let world: MemoryWorld;
let maintenance: MemoryMaintenance;
let worker: Worker;
let running: Promise<void>;
let orderIds: OrderId[];
const taskQueue = uniqueId('maintenance');

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());

beforeEach(async () => {
  world = createMemoryWorld();
  maintenance = createMemoryMaintenance(world, { strangers: [], toldALook: TOLD });
  orderIds = Array.from({ length: ORDERS }, cancelledOrder);
  worker = await Worker.create({
    connection: bench.env.nativeConnection,
    taskQueue,
    activities: createMaintenanceActivities(maintenance.deps),
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE']! },
  });
  running = worker.run();
});
afterEach(async () => {
  worker.shutdown();
  await running;
});

/** One that has ended, with nothing wrong. */
function cancelledOrder(): OrderId {
  const order = sampleValidOrder({ orderId: uniqueId() });
  const { orderId } = order;
  const events: OrderEvent[] = numbered(orderId, [
    { type: 'Order Created', data: { order } },
    { type: 'Order Cancelled', data: { reason: 'by the test' } },
  ]);
  world.books.events.set(orderId, events);
  world.books.views.set(orderId, fold(events)!);
  return orderId;
}

const viewOf = (orderId: OrderId): OrderView => world.books.views.get(orderId)!;
const damage = (orderId: OrderId) => world.books.views.set(orderId, { ...viewOf(orderId), status: 'PAID' });
const everyTenth = () => orderIds.filter((_, i) => i % 10 === 0);

/** Views that no event tells of. */
const ghosts = (n: number): OrderId[] =>
  Array.from({ length: n }, () => {
    const orderId = uniqueId('GHOST');
    world.books.views.set(orderId, { ...viewOf(orderIds[1]!), orderId });
    return orderId;
  });

/** That it was led in several runs, none of them long, and that each can be replayed. */
async function expectSeveralRuns(workflowId: string): Promise<string> {
  const runs = await replayRuns(bench.env, workflowId);
  expect(runs.length).toBeGreaterThan(2);
  for (const { events } of runs) expect(events).toBeLessThanOrEqual(MAX_EVENTS);
  return runs.at(-1)!.runId;
}

test('a rebuild of many pages is led in several runs: each order is looked at once, and each difference told once', async () => {
  const [damaged, bare] = [everyTenth(), ghosts(3)];
  damaged.forEach(damage);
  const workflowId = uniqueId('rebuild');
  const handle = await bench.env.client.workflow.start<typeof rebuildViewWorkflow>('rebuildViewWorkflow', {
    workflowId,
    taskQueue,
    args: [{ by: 'test' }],
  });
  const result = await handle.result();
  expect(result).toMatchObject({ orders: ORDERS + bare.length, differences: damaged.length + bare.length });
  expect(result.mended).toBe(damaged.length);
  expect(result.found.map(({ orderId, mended }) => `${orderId} ${mended}`).toSorted()).toEqual(
    [...damaged.map((orderId) => `${orderId} true`), ...bare.map((orderId) => `${orderId} false`)].toSorted(),
  );
  for (const orderId of orderIds) expect(viewOf(orderId)).toEqual(fold(world.books.events.get(orderId)!));
  expect(await handle.query(rebuildProgressQuery)).toMatchObject({ orders: result.orders, mended: result.mended });
  await expectSeveralRuns(workflowId);
});

test('a reconciliation of many pages is led in several runs: it mends, opens and tells as one', async () => {
  const [damaged, bare] = [everyTenth(), ghosts(3)];
  damaged.forEach(damage);
  const workflowId = uniqueId('reconciliation');
  const reconcile = () =>
    bench.env.client.workflow.execute<typeof reconciliationWorkflow>('reconciliationWorkflow', {
      workflowId,
      taskQueue,
      args: [{ by: 'test', full: true }],
    });
  const report = await reconcile();
  const cases = bare.map((orderId) => `VIEW_UNFOUNDED#${orderId}`);
  expect(report).toMatchObject({
    orders: ORDERS + bare.length,
    findings: { VIEW_DRIFT: damaged.length, VIEW_UNFOUNDED: bare.length },
    repaired: damaged.length,
    opened: bare.length,
    closed: 0,
    undecided: [],
  });
  const found = [...damaged.map((orderId) => `VIEW_DRIFT#${orderId}`), ...cases];
  expect(report.found.map(({ kind, subject }) => `${kind}#${subject}`).toSorted()).toEqual(found.toSorted());
  expect([...maintenance.cases.keys()].toSorted()).toEqual(cases.toSorted());
  expect(maintenance.alerts.map(({ caseId }) => caseId).toSorted()).toEqual(cases.toSorted());
  for (const orderId of orderIds) expect(viewOf(orderId)).toEqual(fold(world.books.events.get(orderId)!));
  expect(report.runId).toBe(await expectSeveralRuns(workflowId));

  for (const orderId of bare) world.books.views.delete(orderId);
  expect(await reconcile()).toMatchObject({ orders: ORDERS, findings: {}, opened: 0, closed: bare.length });
});

test('a stock that is wrong everywhere is told of page by page, in messages that are no longer for it', async () => {
  const { books } = world;
  const keys = Array.from({ length: 80 }, (_, n) => ['ICN', 'LAX', 'AMS'].map((at) => `P-${n}/${at}`)).flat();
  // units that no order has
  for (const key of keys) books.warehouseStock.set(key, { availableQuantity: 0, reservedQuantity: 1 });
  const workflowId = uniqueId('stock');
  const options = { workflowId, taskQueue, args: [{ by: 'test', full: true }] as [{ by: string; full: boolean }] };
  const reconcile = () =>
    bench.env.client.workflow.execute<typeof reconciliationWorkflow>('reconciliationWorkflow', options);
  const report = await reconcile();
  expect(report).toMatchObject({ findings: { STOCK_RESERVED: keys.length }, opened: keys.length, undecided: [] });
  expect([...maintenance.cases.keys()].toSorted()).toEqual(keys.map((key) => `STOCK_RESERVED#${key}`).toSorted());
  const weighed = await answersOf(workflowId, 'weighStock');
  expect(weighed.length).toBe(keys.length / TOLD);
  for (const bytes of weighed) expect(bytes).toBeLessThan(300 * TOLD);
  await replayRuns(bench.env, workflowId);

  for (const key of keys.slice(3)) books.warehouseStock.set(key, { availableQuantity: 0, reservedQuantity: 0 });
  expect(await reconcile()).toMatchObject({ opened: 0, closed: keys.length - 3, findings: { STOCK_RESERVED: 3 } });
});

test('products that move, and then rest with more to tell than is told at once: nothing is left out, no case is closed', async () => {
  const { books } = world;
  const { stock } = maintenance.deps;
  const keys = Array.from({ length: 25 }, (_, n) => ['ICN', 'LAX', 'AMS'].map((at) => `M-${n}/${at}`)).flat();
  const set = (availableQuantity: number) => {
    for (const key of keys) books.warehouseStock.set(key, { availableQuantity, reservedQuantity: 1 });
  };
  set(0);
  const reconcile = () =>
    bench.env.client.workflow.execute<typeof reconciliationWorkflow>('reconciliationWorkflow', {
      workflowId: uniqueId('stock'),
      taskQueue,
      args: [{ by: 'test', full: true }],
    });
  expect(await reconcile()).toMatchObject({ opened: keys.length });

  // all of them move between the two readings of the first weighing; 25 busy products are one look, their findings three
  let readings = 0;
  const { pages } = stock;
  stock.pages = () => {
    if (++readings === 3) set(7);
    return pages.call(stock);
  };
  const report = await reconcile();
  expect(report.findings.STOCK_RESERVED).toBe(keys.length);
  expect(report).toMatchObject({ opened: 0, closed: 0, undecided: [] });
});

/** How long the answers of an activity are in the last run's history, bytes. */
async function answersOf(workflowId: string, activity: string): Promise<number[]> {
  const { events } = await bench.env.client.workflow.getHandle(workflowId).fetchHistory();
  const scheduled = new Set(
    events?.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduledAs }) =>
      scheduledAs?.activityType?.name === activity ? [String(eventId)] : [],
    ),
  );
  return (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: completed }) =>
    completed && scheduled.has(String(completed.scheduledEventId))
      ? [completed.result?.payloads?.[0]?.data?.length ?? 0]
      : [],
  );
}

test('payments that cannot be asked for are told, not found, and asked for again by the next run', async () => {
  const [left, doubtful] = [paidOrder(), paidOrder()];
  const asked: OrderId[] = [];
  let isWell = false;
  maintenance.deps.statements.readCharge = async ({ chargeKey, orderId }) => {
    asked.push(orderId);
    const isFirst = asked.filter((each) => each === orderId).length === 1;
    // unknown at the first look, and not to be asked for at the second one
    if (!isWell && orderId === doubtful && isFirst) return undefined;
    if (!isWell) throw new StepError('PROVIDER_UNAVAILABLE', 'too many requests');
    return { chargeKey, orderId, taken: 100, refunded: 0, currency: 'USD', at: '2025-07-09T10:30:00.000Z' };
  };
  const reconcile = (full: boolean) =>
    bench.env.client.workflow.execute<typeof reconciliationWorkflow>('reconciliationWorkflow', {
      workflowId: uniqueId('reconciliation'),
      taskQueue,
      args: [{ by: 'test', full }],
    });
  const report = await reconcile(true);
  expect(report).toMatchObject({ full: true, orders: ORDERS + 2, findings: {}, opened: 0 });
  expect(report.unasked?.toSorted()).toEqual([left, doubtful].toSorted());

  isWell = true;
  asked.length = 0;
  const next = await reconcile(false);
  expect(next).toMatchObject({ full: false, findings: {}, opened: 0 });
  expect(next.unasked).toBeUndefined();
  expect(asked.toSorted()).toEqual([left, doubtful].toSorted());
  asked.length = 0;
  await reconcile(false);
  expect(asked).toEqual([]);
});

/** One that was paid long ago, and has ended. */
function paidOrder(): OrderId {
  const order = sampleValidOrder({ orderId: uniqueId() });
  const { orderId } = order;
  const payment = { chargeKey: keyOf.charge(orderId, 1), paymentId: 'pay-1', amount: 100, currency: 'USD' };
  const events = numbered(orderId, [
    { type: 'Order Created', data: { order } },
    { type: 'Payment Completed', data: payment },
    { type: 'Order Cancelled', data: { reason: 'by the test' } },
  ]);
  world.books.events.set(orderId, events);
  world.books.views.set(orderId, fold(events)!);
  return orderId;
}
