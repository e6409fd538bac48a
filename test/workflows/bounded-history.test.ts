import { setTimeout as delay } from 'node:timers/promises';
import type { OrderId } from '../../src/domain/ids';
import { becomes } from '../../scripts/lib/wait';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { fold } from '../../src/domain/projection';
import { replayRuns } from '../support/runs';
import { sampleOrder } from '../support/orders';
import { workflowIdOf } from '../../src/domain/ids';

/** No run's history is longer: what is looked at together adds to the length at which a run hands over. */
const MAX_EVENTS = 2_500;
const UPDATES = 1_000;
const YEAR_S = 365 * 86_400;

let bench: OrderBench;
let world: MemoryWorld;

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());
beforeEach(() => {
  world = createMemoryWorld();
  bench.use(world);
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 100 }]);
});

const eventsOf = (orderId: OrderId) => world.books.events.get(orderId)!;

async function shipped(changes: Parameters<typeof sampleOrder>[0] = {}): Promise<OrderId> {
  const submission = sampleOrder(changes);
  await bench.run(submission);
  return submission.orderId;
}

const trackingNumberOf = (orderId: OrderId) => world.books.views.get(orderId)!.shipments[0]!.trackingNumber;

/** All of a life that was led in several runs: nothing is missing and nothing told twice, and each run can be replayed. */
async function expectWhole(orderId: OrderId): Promise<void> {
  const runs = await replayRuns(bench.env, workflowIdOf(orderId));
  expect(runs.length).toBeGreaterThan(1);
  for (const { events } of runs) expect(events).toBeLessThanOrEqual(MAX_EVENTS);
  const events = eventsOf(orderId);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  expect(world.books.views.get(orderId)).toEqual(fold(events));
}

test('a year with a thousand updates of a carrier is led in several runs, none of them long, and nothing is lost', async () => {
  const orderId = await shipped();
  const trackingNumber = trackingNumberOf(orderId);
  const tell = (updateId: string, status: 'IN_TRANSIT' | 'DELIVERED') =>
    bench.orders.tellCarrier(orderId, { updateId, status, trackingNumber });
  for (let i = 1; i <= UPDATES; i++) {
    await tell(`scan-${i}`, 'IN_TRANSIT');
    // some are told again, at once or much later, perhaps to another run
    if (i % 7 === 0) await tell(`scan-${i}`, 'IN_TRANSIT');
    if (i % 50 === 0) await tell(`scan-${i - 49}`, 'IN_TRANSIT');
    await bench.env.sleep((YEAR_S / UPDATES) * 1000);
  }
  await tell('there', 'DELIVERED');
  expect(await bench.end(orderId)).toMatchObject({ end: 'AwaitDelivery', status: 'DELIVERED' });

  await expectWhole(orderId);
  const told = eventsOf(orderId).flatMap(({ type, data }) => (type === 'Shipment Tracked' ? [data.updateId] : []));
  expect(told).toEqual(Array.from({ length: UPDATES }, (_, i) => `scan-${i + 1}`));
  const last = eventsOf(orderId).slice(-3);
  expect(last.map(({ type }) => type)).toEqual(['Shipment Delivered', 'Order Delivered', 'Order Closed']);
}, 300_000);

test('what is asked while a run hands over to the next one is done once, and answered the same by both', async () => {
  const submission = sampleOrder({
    items: [{ productId: 'PROD-12345', quantity: 60, price: 1 }],
    totalAmount: 60,
    policy: { returnWithinS: 30 * 86_400 },
  });
  const { outcome } = await bench.run(submission);
  const { orderId } = submission;
  const trackingNumber = trackingNumberOf(orderId);
  const workflow = bench.env.client.workflow.getHandle(workflowIdOf(orderId));
  const scan = (n: number) =>
    bench.orders.tellCarrier(orderId, { updateId: `scan-${n}`, status: 'IN_TRANSIT', trackingNumber });
  await bench.orders.tellCarrier(orderId, { updateId: 'there', status: 'DELIVERED', trackingNumber });
  const { runId: first } = await workflow.describe();

  let n = 0;
  for (; (await workflow.describe()).historyLength < 1_900; n++) await scan(n);
  const ask = (request: number) =>
    bench.orders.requestReturn({
      orderId,
      items: [{ productId: 'PROD-12345', quantity: 1 }],
      requestId: `return-${request}`,
      patienceMs: 30_000,
    });
  const asked: ReturnType<typeof ask>[] = [];
  const placed: ReturnType<typeof bench.place>[] = [];
  for (let request = 0; request < 50 && (await workflow.describe()).runId === first; n++) {
    await scan(n);
    if (n % 4 > 0) continue;
    asked.push(ask(++request));
    placed.push(bench.place(submission));
    // a run that is told something all the time hands over when it has a moment
    await delay(40);
  }
  await becomes(async () => (await workflow.describe()).runId !== first, { timeoutMs: 10_000 });
  expect((await workflow.describe()).runId).not.toBe(first);
  const answers = await Promise.all(asked);
  const ids = answers.map((answer) => (answer.kind === 'done' ? answer.answer.returnId : answer.kind));
  expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
  for (const again of await Promise.all(placed))
    expect(again).toEqual({ kind: 'replayed', answer: 'answer' in outcome ? outcome.answer : undefined });
  // sent again, to a run that knows of it from the one before
  expect(await Promise.all(asked.map((_, i) => ask(i + 1)))).toEqual(answers);

  expect(await bench.end(orderId)).toMatchObject({ end: 'AwaitDelivery', status: 'DELIVERED' });
  await expectWhole(orderId);
  const requested = eventsOf(orderId).flatMap(({ type, data }) => (type === 'Return Requested' ? [data.returnId] : []));
  expect(requested.toSorted()).toEqual(ids.toSorted());
  const scans = eventsOf(orderId).filter(({ type }) => type === 'Shipment Tracked');
  expect(scans).toHaveLength(n);
}, 300_000);
