import {
  isToldEvent,
  type Notification,
  NOTIFICATION_KINDS,
  notificationOf,
  type PublicDetail,
  shippedNotification,
  type ToldEvent,
  TOLD_EVENTS,
} from '../../src/domain/notifications';
import { EVENT_SOURCES, type NewEvent, publicData } from '../../src/domain/events';
import { keys, type OrderId } from '../../src/domain/ids';

const orderId = 'ORD-1' as OrderId;
const until = '2026-11-23T10:05:30.000Z';
const items = [{ productId: 'PROD-1', quantity: 2 }];
const unavailableItems = [{ productId: 'PROD-2', quantity: 3, availableQuantity: 1, shortfall: 2 }];
const charge = { chargeKey: keys.charge(orderId, 1), amount: 5990, currency: 'USD' };
const update = { shipmentId: 'ORD-1-S2', status: 'DELIVERED' as const, updateId: 'u1' };

/** What the customer is told of an event, as the bus brings it. */
const told = (event: NewEvent): Notification | undefined =>
  notificationOf(event.type as ToldEvent, { ...publicData(event), orderId } as unknown as PublicDetail<ToldEvent>);

const CASES: [event: NewEvent, kind: string, key: string, says: string[]][] = [
  [{ type: 'Inventory Reserved', data: { shipments: [] } }, 'ACCEPTED', 'notify-accepted#ORD-1', ['ORD-1']],
  [
    { type: 'Decision Made', data: { choice: 'SHIP_AVAILABLE', by: 'policy' } },
    'ACCEPTED',
    'notify-accepted#ORD-1',
    ['left out'],
  ],
  [{ type: 'Decision Made', data: { choice: 'WAIT', by: 'customer' } }, 'ACCEPTED', 'notify-accepted#ORD-1', ['rest']],
  [
    {
      type: 'Decision Requested',
      data: { availableItems: items, unavailableItems, choices: ['SHIP_AVAILABLE', 'CANCEL'], until },
    },
    'PARTLY_AVAILABLE',
    'notify-partly-available#ORD-1',
    ['2 × PROD-2', 'SHIP_AVAILABLE', 'CANCEL', '2026-11-23 10:05 UTC'],
  ],
  [
    { type: 'Order Backordered', data: { items, until } },
    'BACKORDERED',
    'notify-backordered#ORD-1',
    ['2 × PROD-1', '2026-11-23 10:05 UTC'],
  ],
  [
    { type: 'Backorder Ended', data: { items, reason: 'none came', status: 'SHIPPED' } },
    'BACKORDER_ENDED',
    'notify-backorder-ended#ORD-1',
    ['2 × PROD-1', 'none came'],
  ],
  [
    { type: 'Payment Failed', data: { reason: 'insufficient funds' } },
    'PAYMENT_PROBLEM',
    'notify-payment-problem#failed#ORD-1',
    ['insufficient funds'],
  ],
  [
    { type: 'Order Delayed', data: { dependency: 'payment', until } },
    'PAYMENT_PROBLEM',
    'notify-payment-problem#delayed#ORD-1',
    ['2026-11-23 10:05 UTC'],
  ],
  [{ type: 'Shipment Delivered', data: update }, 'DELIVERED', 'notify-delivered#ORD-1-S2', ['ORD-1-S2']],
  [{ type: 'Order Cancelled', data: { reason: 'no wish' } }, 'CANCELLED', 'notify-cancelled#ORD-1', ['no wish']],
  [
    { type: 'Order Fulfillment Failed', data: { reason: 'no carrier' } },
    'CANCELLED',
    'notify-cancelled#ORD-1',
    ['no carrier'],
  ],
  [
    { type: 'Inventory Shortage Reported', data: { unavailableItems } },
    'CANCELLED',
    'notify-cancelled#ORD-1',
    ['2 × PROD-2'],
  ],
  [{ type: 'Payment Refunded', data: charge }, 'REFUNDED', 'notify-refunded#refund#charge#ORD-1#1', ['59.90 USD']],
  [
    {
      type: 'Payment Refunded',
      data: { ...charge, amount: 700, currency: 'JPY', refundKey: 'r-2', cause: 'ORD-1-R1' },
    },
    'REFUNDED',
    'notify-refunded#r-2',
    ['700 JPY', 'ORD-1-R1'],
  ],
  [
    { type: 'Return Requested', data: { returnId: 'ORD-1-R1', items } },
    'RETURN_REQUESTED',
    'notify-return-requested#ORD-1-R1',
    ['2 × PROD-1', 'ORD-1-R1'],
  ],
  [
    { type: 'Return Received', data: { returnId: 'ORD-1-R1' } },
    'RETURN_RECEIVED',
    'notify-return-received#ORD-1-R1',
    ['ORD-1-R1'],
  ],
  [
    { type: 'Return Inspected', data: { returnId: 'ORD-1-R1', items: [], amount: 1234, currency: 'KWD' } },
    'RETURN_INSPECTED',
    'notify-return-inspected#ORD-1-R1',
    ['1.234 KWD'],
  ],
];

test.each(CASES.map(([event, kind, key, says]) => ({ event, type: event.type, kind, key, says })))(
  'of $type the customer is told $kind under $key',
  ({ event, kind, key, says }) => {
    const notification = told(event);
    expect(notification).toMatchObject({ kind, key });
    for (const words of says) expect(notification?.text).toContain(words);
    // an SMS has no subject: the text says of which order or return
    expect(notification?.text).toMatch(/ORD-1/);
    expect(`${notification?.subject} ${notification?.text}`).not.toMatch(/undefined|\[object|NaN/);
  },
);

test.each<[string, NewEvent]>([
  [
    'a decision against the order, of which its end tells',
    { type: 'Decision Made', data: { choice: 'CANCEL', by: 'customer' } },
  ],
  ['a carrier that is out of order', { type: 'Order Delayed', data: { dependency: 'carrier', until } }],
])('nothing is told of %s', (_, event) => {
  expect(told(event)).toBeUndefined();
});

test('every event that somebody hears of is tried above, and is one of ours', () => {
  expect(new Set(CASES.map(([{ type }]) => type))).toEqual(new Set(TOLD_EVENTS));
  for (const type of TOLD_EVENTS) expect(EVENT_SOURCES).toHaveProperty(type);
});

test('every kind is told of by something; SHIPPED by NotifyCustomer, under its key', () => {
  const shipped = shippedNotification({ orderId, key: keys.notify(orderId, 2), text: 'On its way: WB1.' });
  expect(shipped).toMatchObject({ kind: 'SHIPPED', key: 'notify#ORD-1#2', text: 'On its way: WB1.' });
  expect(new Set([...CASES.map(([, kind]) => kind), shipped.kind])).toEqual(new Set(NOTIFICATION_KINDS));
});

test('what can come twice has two keys: shipments, refunds, returns', () => {
  const keyOf = (event: NewEvent) => told(event)?.key;
  const delivered = (shipmentId: string) => keyOf({ type: 'Shipment Delivered', data: { ...update, shipmentId } });
  const refunded = (refundKey: string) => keyOf({ type: 'Payment Refunded', data: { ...charge, refundKey } });
  const returned = (returnId: string) => keyOf({ type: 'Return Received', data: { returnId } });
  for (const key of [delivered, refunded, returned]) expect(key('1')).not.toBe(key('2'));
});

test.each(['Order Created', 'Shipment Created', 'toString', '', undefined, 7])('%p is not told of', (type) => {
  expect(isToldEvent(type)).toBe(false);
});
