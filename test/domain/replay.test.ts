import { countsOf, isFailedOrder, isReplayName, isReplayOver, REPLAY_STATES } from '../../src/domain/replay';
import { ORDER_STATUSES } from '../../src/domain/states';

test('orders that failed are those that got nothing, or wait for somebody, or that nobody knows', () => {
  expect(ORDER_STATUSES.filter(isFailedOrder).toSorted()).toEqual([
    'FULFILLMENT_FAILED',
    'INVENTORY_UNAVAILABLE',
    'NEEDS_ATTENTION',
    'PAYMENT_FAILED',
    'VALIDATION_FAILED',
  ]);
  expect(isFailedOrder(undefined)).toBe(true);
});

test('what was seen is what was selected and what was skipped', () => {
  expect(countsOf({})).toEqual({ seen: 0, selected: 0, forwarded: 0, skipped: 0, refused: 0 });
  expect(countsOf({ FORWARDED: 5, SKIPPED: 3, REFUSED: 2 })).toEqual({
    seen: 10,
    selected: 7,
    forwarded: 5,
    skipped: 3,
    refused: 2,
  });
});

test('three states are ends', () => {
  expect(REPLAY_STATES.filter(isReplayOver)).toEqual(['COMPLETED', 'CANCELLED', 'FAILED']);
});

test.each([
  ['failed-orders-replay-1', true],
  [`failed-orders-replay-${'x'.repeat(43)}`, true],
  [`failed-orders-replay-${'x'.repeat(44)}`, false],
  ['failed-orders-replay-', false],
  ['failed-orders-replay-a b', false],
  ['order-1', false],
  [undefined, false],
])('%j is a name: %s', (name, is) => {
  expect(isReplayName(name)).toBe(is);
});
