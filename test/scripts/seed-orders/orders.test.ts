import { differenceOf } from '../../../src/domain/view-difference';
import { lookupsOf } from '../../../src/domain/lookups';
import { ORDER_STATUSES } from '../../../src/domain/states';
import { seededId, seededOrder, type Seed } from '../../../scripts/seed-orders/orders';

const seed: Seed = { name: 'test', until: '2025-07-09T00:00:00.000Z', days: 90 };
const orders = Array.from({ length: 2000 }, (_, i) => seededOrder(seed, i + 1));

test('the same seed makes the same orders, another one others', () => {
  expect(seededOrder(seed, 7)).toEqual(orders[6]);
  expect(seededOrder({ ...seed, name: 'other' }, 7).view.createdAt).not.toBe(orders[6]!.view.createdAt);
  expect(new Set(orders.map(({ view }) => view.orderId)).size).toBe(orders.length);
  expect(orders[6]!.view.orderId).toBe(seededId(seed, 7));
});

test('each is what its events add up to, numbered without gaps, in the order of their times, and of the past', () => {
  for (const { events, view, lookups } of orders) {
    const { orderId } = view;
    expect(differenceOf({ orderId, view, events })).toBeUndefined();
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
    const times = events.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(times.at(-1)! <= seed.until).toBe(true);
    expect(times[0]! > '2025-04-09').toBe(true);
    expect(lookups).toEqual(lookupsOf(events, { createdAt: view.createdAt }));
  }
});

test('each went through its states one after the other', () => {
  for (const { view } of orders) {
    expect(view.states.map(({ ordinal }) => ordinal)).toEqual(view.states.map((_, i) => i + 1));
    for (const [i, state] of view.states.entries())
      expect(state.enteredAt).toBe(view.states[i - 1]?.exitedAt ?? view.createdAt);
  }
});

test('there are orders of many customers, products, days and statuses, few of them with much', () => {
  const count = (all: string[]) => new Set(all).size;
  expect(count(orders.flatMap(({ view }) => view.customerId ?? []))).toBeGreaterThan(1000);
  expect(count(orders.flatMap(({ view }) => view.lines ?? []).map(({ productId }) => productId))).toBeGreaterThan(300);
  expect(count(orders.map(({ view }) => view.createdAt.slice(0, 10)))).toBeGreaterThan(80);
  const statuses = new Set(orders.map(({ view }) => view.status));
  expect(statuses.size).toBeGreaterThan(9);
  for (const status of statuses) expect(ORDER_STATUSES).toContain(status);
});
