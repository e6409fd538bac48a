import { sampleOrder, uniqueId } from './orders';

/** An event as EventBridge delivers it, around the sample order. */
export const envelopeOf = (changes: Record<string, unknown> = {}) => ({
  version: '0',
  id: 'event-1',
  'detail-type': 'Order Placed',
  source: 'ecommerce.orders',
  account: '123456789012',
  time: '2025-07-09T10:30:00Z',
  region: 'us-east-1',
  resources: [],
  detail: sampleOrder(),
  ...changes,
});

const orderWith = (changes: Record<string, unknown>) => envelopeOf({ detail: { ...sampleOrder(), ...changes } });
const paymentWith = (changes: Record<string, unknown>, type = 'Payment Completed') =>
  envelopeOf({ source: 'payment.service', 'detail-type': type, detail: { ...samplePayment(), ...changes } });
const carrierWith = (changes: Record<string, unknown>) =>
  envelopeOf({ source: 'carrier.updates', 'detail-type': 'Carrier Update', detail: { ...sampleUpdate(), ...changes } });

const NO_EVENT = 'expected an EventBridge event as JSON';
const A_TYPE =
  'expected detail-type "Order Placed" or "Payment Completed" or "Payment Failed" or "Carrier Update" or "Shipment Created"';
const NO_TEXT = 'expected a text that is not empty';

/** What a payment company tells of a charge of ours. */
export const samplePayment = () => ({
  orderId: uniqueId(),
  chargeKey: uniqueId('ch'),
  paymentId: uniqueId('pay'),
  amount: 59.98,
  currency: 'USD',
});

/** What a carrier tells of a parcel. */
export const sampleUpdate = () => ({
  orderId: uniqueId(),
  trackingNumber: 'SP123456789',
  status: 'DELIVERED',
  updateId: uniqueId('update'),
  occurredAt: '2025-07-10T10:30:00Z',
});

/** Events that can never be taken, and what both ways in say of them. */
export const REFUSED_EVENTS: [name: string, event: unknown, reason: string][] = [
  ['a text', 'hello', NO_EVENT],
  ['null', null, NO_EVENT],
  ['a list in its place', [[]], NO_EVENT],
  ['an empty object', {}, `${A_TYPE}, got nothing`],
  ['another type', envelopeOf({ 'detail-type': 'Order Cancelled' }), `${A_TYPE}, got "Order Cancelled"`],
  ['a type that is no text', envelopeOf({ 'detail-type': {} }), `${A_TYPE}, got something else`],
  ['a type of Object itself', envelopeOf({ 'detail-type': 'constructor' }), `${A_TYPE}, got "constructor"`],
  ['another source', envelopeOf({ source: 'shop' }), 'expected source "ecommerce.orders", got "shop"'],
  ['no source', envelopeOf({ source: undefined }), 'expected source "ecommerce.orders", got nothing'],
  [
    'a source of 1000 characters',
    envelopeOf({ source: 'x'.repeat(1000) }),
    `expected source "ecommerce.orders", got "${'x'.repeat(80)}"`,
  ],
  ['no detail', envelopeOf({ detail: undefined }), 'detail: Expected object'],
  ['a text for detail', envelopeOf({ detail: '{}' }), 'detail: Expected object'],
  [
    'the mark of another origin',
    orderWith({ origin: 'shop' }),
    'detail/origin: expected none, or "waybill" on what Waybill publishes, got "shop"',
  ],
  ['a later version', orderWith({ schemaVersion: 2 }), 'detail/schemaVersion: expected 1, or none, got 2'],
  [
    'a version that is no number',
    carrierWith({ schemaVersion: '1' }),
    'detail/schemaVersion: expected 1, or none, got "1"',
  ],
  ['an id too long', envelopeOf({ id: 'x'.repeat(257) }), 'id: expected at most 256 characters, got 257'],
  ['an id of control characters', envelopeOf({ id: 'a\u0000b' }), 'id: expected a text without control characters'],
  [
    'a replay of nothing',
    orderWith({ replay: { name: 'failed-orders' } }),
    'detail/replay/eventId: expected the id that the event had at first',
  ],
  ['an order without an id', orderWith({ orderId: undefined }), 'detail/orderId: expected an order id, got nothing'],
  ['an unusable order id', orderWith({ orderId: 'a/b' }), 'detail/orderId: expected an order id, got "a/b"'],
  ['a wrong type', orderWith({ items: [{ quantity: '2' }] }), 'detail/items/0/quantity: Expected number'],
  [
    'two wrong types',
    orderWith({ customerId: 7, currency: 840 }),
    'detail/customerId: Expected string; detail/currency: Expected string',
  ],
  [
    'a wrong type in more places than anybody reads',
    orderWith({ items: Array.from({ length: 200 }, () => 1) }),
    [...Array.from({ length: 10 }, (_, i) => `detail/items/${i}: Expected object`), 'and 190 more'].join('; '),
  ],
  [
    'a payment of another source',
    { ...paymentWith({}), source: 'shop' },
    'expected source "payment.service", got "shop"',
  ],
  [
    'a payment that says nothing',
    envelopeOf({ source: 'payment.service', 'detail-type': 'Payment Failed', detail: {} }),
    `detail/orderId: expected an order id, got nothing; detail/paymentId: ${NO_TEXT}; detail/currency: ${NO_TEXT}; ` +
      'detail/amount: expected an amount above 0',
  ],
  [
    'a payment of other types',
    paymentWith({ amount: '59.98', chargeKey: 1 }),
    'detail/chargeKey: Expected string; detail/amount: Expected number',
  ],
  ['a payment of nothing', paymentWith({ amount: 0 }), 'detail/amount: expected an amount above 0, got 0'],
  [
    'a payment more precise than its currency',
    paymentWith({ amount: 59.985 }),
    'detail/amount: expected at most 2 decimals for USD, got 59.985',
  ],
  [
    'a payment in a currency that there is not',
    paymentWith({ currency: 'XXX' }),
    'detail/currency: expected the ISO 4217 code of a currency that is paid in, got "XXX"',
  ],
  [
    'a payment with the key of another order',
    paymentWith({ orderId: 'ORD-1', chargeKey: 'charge#ORD-10#1' }),
    `detail/chargeKey: expected "charge#ORD-1#…" or a payment company's own without a "#", got "charge#ORD-10#1"`,
  ],
  [
    'a payment without a key, under such an id',
    paymentWith({ orderId: 'ORD-1', chargeKey: undefined, paymentId: 'charge#ORD-10#1' }),
    `detail/chargeKey: expected "charge#ORD-1#…" or a payment company's own without a "#", got "charge#ORD-10#1"`,
  ],
  [
    "a paid order under the key of another one's step",
    paymentWith({ orderId: undefined, chargeKey: 'decision#ORD-10', order: { orderId: 'ORD-1' } }),
    `detail/chargeKey: expected "charge#ORD-1#…" or a payment company's own without a "#", got "decision#ORD-10"`,
  ],
  ['a payment without its key', paymentWith({ chargeKey: '' }), `detail/chargeKey: ${NO_TEXT}`],
  [
    'a payment with a key too long',
    paymentWith({ chargeKey: 'x'.repeat(257) }),
    'detail/chargeKey: expected at most 256 characters, got 257',
  ],
  [
    'a paid order of other types, and wrongly paid',
    paymentWith({ paymentId: undefined, order: { orderId: 7, items: 'none' } }),
    `detail/paymentId: ${NO_TEXT}; detail/order/orderId: Expected string; detail/order/items: Expected array`,
  ],
  ['a paid order without an id', paymentWith({ order: {} }), 'detail/order/orderId: expected an order id, got nothing'],
  [
    'a paid order with two ids',
    paymentWith({ orderId: 'ORD-1', order: { orderId: 'ORD-2' } }),
    'detail/orderId: expected none, or "ORD-2" as in the order',
  ],
  [
    'a paid order in a payment that failed',
    paymentWith({ order: {}, orderId: undefined }, 'Payment Failed'),
    'detail/orderId: expected an order id, got nothing',
  ],
  [
    'an update that says nothing',
    envelopeOf({ source: 'carrier.updates', 'detail-type': 'Carrier Update', detail: {} }),
    `detail/orderId: expected an order id, got nothing; detail/trackingNumber: ${NO_TEXT}; detail/updateId: ${NO_TEXT}; ` +
      'detail/status: expected one of PICKED_UP, IN_TRANSIT, DELIVERED, LOST, RETURNED, got nothing',
  ],
  [
    'an update to nowhere, at no time',
    carrierWith({ status: 'MOON', occurredAt: '2025-02-30T10:30:00Z' }),
    'detail/status: expected one of PICKED_UP, IN_TRANSIT, DELIVERED, LOST, RETURNED, got "MOON"; ' +
      'detail/occurredAt: expected an ISO 8601 time, got "2025-02-30T10:30:00Z"',
  ],
  [
    'an update of another source',
    { ...carrierWith({}), source: 'swift' },
    'expected source "carrier.updates", got "swift"',
  ],
];
