import { Installation, untilReached } from '../support/installation';
import type { LoadReport } from '../../src/gateway/sandbox/load';
import type { OrderStatus } from '../../src/domain/states';
import type { Overview } from '../../src/gateway/overview-schemas';
import { SANDBOX_SCENARIOS } from '../../src/gateway/sandbox/scenarios';

let waybill: Installation;
beforeAll(async () => {
  // one order whose payment company is out of order is not to delay the others
  waybill = await Installation.start({ PAYMENT_BREAKER_FAILURES: '1000' });
  await waybill.startConsumer();
}, 120_000);
afterAll(() => waybill.stop(), 60_000);

/** How each scenario ends, or what it waits for. */
const RESTS: Partial<Record<OrderStatus, string[]>> = {
  RESERVED: ['pending'],
  PENDING_DECISION: ['partial_ask'],
  BACKORDERED: ['backorder'],
  NEEDS_ATTENTION: ['refund_refused'],
  VALIDATION_FAILED: ['invalid'],
  INVENTORY_UNAVAILABLE: ['sold_out'],
  PAYMENT_FAILED: ['pm_declined', 'pm_down'],
  FULFILLMENT_FAILED: ['zip_00000', 'zip_99999'],
  SHIPPED: [
    'pm_ok',
    'pm_late',
    'pm_declined_once',
    'pm_timeout_charged',
    'pm_timeout_not_charged',
    'authorize',
    'partial',
    'warehouses',
    'zip_66666',
    'zip_77777',
  ],
};

const overview = () => waybill.get<Overview>('/overview');
const present = (states: Overview['states']) =>
  Object.fromEntries(states.flatMap(({ status, orders }) => (orders === 0 ? [] : [[status, orders]])));

test('load of every scenario goes its ways, and the overview shows where all of them stand', async () => {
  const before = await overview();
  expect([before.unavailable, present(before.states)]).toEqual([[], {}]);
  const ids = SANDBOX_SCENARIOS.map(({ id }) => id);
  expect(Object.values(RESTS).flat().toSorted()).toEqual(ids.toSorted());

  const plan = { ratePerSecond: 2, durationSeconds: ids.length / 2, mix: Object.fromEntries(ids.map((id) => [id, 1])) };
  expect((await waybill.post('/sandbox/load', plan)).status).toBe(202);
  let load: LoadReport | undefined;
  await untilReached(
    async () => {
      load = await waybill.get<LoadReport>('/sandbox/load');
      return load.state === 'IDLE' && load.underWay === 0;
    },
    () => JSON.stringify(load),
    60_000,
  );
  expect(load).toMatchObject({ placed: ids.length, failed: 0, skipped: 0 });
  expect(load!.outcomes.reduce((sum, { orders }) => sum + orders, 0)).toBe(ids.length);
  expect(load!.outcomes).toContainEqual({ status: 'VALIDATION_FAILED', orders: 1 });
  // something dies too
  await waybill.publish('ecommerce.orders', 'Order Placed', [{ items: 1 }]);

  const expected = Object.fromEntries(Object.entries(RESTS).map(([status, of]) => [status, of.length]));
  let shown = before;
  await untilReached(
    async () => {
      shown = await overview();
      const parked = shown.deadLetters.reduce((sum, count) => sum + count.parked, 0);
      return JSON.stringify(sorted(present(shown.states))) === JSON.stringify(sorted(expected)) && parked > 0;
    },
    () => JSON.stringify(shown),
    120_000,
  );

  const { orders } = await waybill.get<{ orders: { orderId: string; status: string }[] }>('/orders?limit=100');
  expect(orders).toHaveLength(ids.length);
  const stuck = orders.find(({ status }) => status === 'NEEDS_ATTENTION');
  expect(shown).toMatchObject({
    unavailable: [],
    promise: { atRisk: 0, breached: 0, orders: [] },
    attention: {
      orders: 1,
      oldest: [
        {
          orderId: stuck?.orderId,
          status: 'NEEDS_ATTENTION',
          reason: expect.stringMatching(/^Somebody has to decide: /) as string,
        },
      ],
    },
  });
  // the part is there, and nobody has said what becomes of the order
  expect(shown.decisions.orders).toBe(expected['PENDING_DECISION'] ?? 0);
  expect(shown.queues.map(({ queue }) => queue)).toContain('order-intake-queue');
  // the clock may have struck
  const placed = shown.hours.reduce((sum, hour) => sum + hour.placed, 0);
  expect([placed, shown.lastHour.placed, shown.hours.length]).toEqual([ids.length, ids.length, 24]);
  expect(shown.lastHour.revenue).toEqual([
    { currency: 'USD', charged: expect.any(Number) as number, refunded: expect.any(Number) as number },
  ]);
}, 240_000);

const sorted = (counts: object) => Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1));
