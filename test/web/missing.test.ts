import { missingOf } from '../../web/src/order/missing';

const unavailableItems = [{ productId: 'PROD-1', quantity: 2, availableQuantity: 1, shortfall: 1 }];
const until = '2025-07-10T10:30:00Z';
const decision = { choices: ['WAIT' as const], until, links: { decide: '/orders/ORD-1/decision' } };
const backorder = { items: [{ productId: 'PROD-1', quantity: 1 }], until };

test.each([
  ['while somebody decides', { status: 'PENDING_DECISION', decision }],
  ['while it is waited for', { status: 'BACKORDERED', backorder }],
  ['where the order ended for it', { status: 'INVENTORY_UNAVAILABLE' }],
] as const)('what was not there is missing %s', (_, order) => {
  expect([...missingOf({ ...order, unavailableItems })]).toEqual([['PROD-1', 1]]);
});

test.each(['RESERVED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const)(
  'of an order that went on, %s now, nothing is: the rest came, or was left out',
  (status) => {
    expect(missingOf({ status, unavailableItems }).size).toBe(0);
  },
);

test('nothing is missing where everything was there', () => {
  expect(missingOf({ status: 'SHIPPED' }).size).toBe(0);
});
