import type { OrderId } from '../../../src/domain/ids';
import { createMaintenanceActivities } from '../../../src/activities/maintenance';
import { createMemoryMaintenance } from '../../support/memory/maintenance';
import { createMemoryWorld } from '../../support/memory/ports';
import { fold } from '../../../src/domain/projection';
import { keys } from '../../../src/domain/ids';
import { numbered, sampleValidOrder } from '../../support/contracts/events';
import { runActivity } from '../../support/contracts/activities';
import { StepError } from '../../../src/domain/failures';

const unavailable = () => new StepError('PROVIDER_UNAVAILABLE', 'too many requests');

/** A page of so many paid orders; the company is asked by `ask`, given how often that payment was asked for before. */
function stageOf(orders: number, ask: (p: { n: number; before: number }) => boolean) {
  const world = createMemoryWorld();
  const ids = Array.from({ length: orders }, (_, n) => `ORD-${n}` as OrderId);
  for (const orderId of ids) {
    const chargeKey = keys.charge(orderId, 1);
    const events = numbered(orderId, [
      { type: 'Order Created', data: { order: sampleValidOrder({ orderId }) } },
      { type: 'Payment Completed', data: { chargeKey, paymentId: 'pay-1', amount: 100, currency: 'USD' } },
    ]);
    world.books.events.set(orderId, events);
    world.books.views.set(orderId, fold(events)!);
  }
  const { deps } = createMemoryMaintenance(world);
  const asked = new Map<OrderId, number>();
  let [atOnce, most] = [0, 0];
  const activities = createMaintenanceActivities({
    ...deps,
    archive: { ...deps.archive, pageOfOrders: async () => ({ orderIds: ids }) },
    statements: {
      ...deps.statements,
      async readCharge({ chargeKey, orderId }) {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise(setImmediate);
        atOnce -= 1;
        const before = asked.get(orderId) ?? 0;
        asked.set(orderId, before + 1);
        const isThere = ask({ n: Number(orderId.slice(4)), before });
        const at = '2025-01-01T00:00:00.000Z';
        return isThere ? { chargeKey, orderId, taken: 100, refunded: 0, currency: 'USD', at } : undefined;
      },
    },
  });
  const calls = () => [...asked.values()].reduce((sum, times) => sum + times, 0);
  const look = async () => {
    const { findings, unasked } = await runActivity(activities.lookAtOrders, { place: { from: 'events' }, except: [] });
    return { unknown: findings.flatMap(({ kind, subject }) => (kind === 'PAYMENT_UNKNOWN' ? subject : [])), unasked };
  };
  return { look, calls, most: () => most };
}

test('a page gets through at one failed call in fifty: each is asked for again in place, and no other', async () => {
  const stage = stageOf(1000, ({ n, before }) => {
    if (n % 50 === 0 && before === 0) throw unavailable();
    return n !== 7;
  });
  expect(await stage.look()).toEqual({ unknown: [keys.charge('ORD-7' as OrderId, 1)], unasked: [] });
  expect(stage.calls()).toBe(1020);
  expect(stage.most()).toBeLessThanOrEqual(8);
});

test('a payment that cannot be asked for is neither found nor in the way: it is named, and left to a later run', async () => {
  const stage = stageOf(60, ({ n }) => {
    if (n === 3 || n === 40) throw unavailable();
    return true;
  });
  expect(await stage.look()).toEqual({ unknown: [], unasked: ['ORD-3', 'ORD-40'] });
  expect(stage.calls()).toBe(58 + 2 * 3);
});

test('where the company is out of order for all the step fails, long before everything was asked for', async () => {
  const down = stageOf(1000, () => {
    throw unavailable();
  });
  await expect(down.look()).rejects.toMatchObject({ type: 'PROVIDER_UNAVAILABLE', nonRetryable: false });
  expect(down.calls()).toBeLessThan(100);
  const open = stageOf(1000, () => {
    throw new StepError('CIRCUIT_OPEN', 'not asked for a while');
  });
  await expect(open.look()).rejects.toMatchObject({ type: 'CIRCUIT_OPEN' });
  expect(open.calls()).toBeLessThanOrEqual(8);
});

test('what will never be answered fails the step, as before', async () => {
  const stage = stageOf(3, () => {
    throw new StepError('REQUEST_REFUSED', 'no such key');
  });
  await expect(stage.look()).rejects.toMatchObject({ type: 'REQUEST_REFUSED', nonRetryable: true });
});
