import type { OrderId } from '../../src/domain/ids';
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
