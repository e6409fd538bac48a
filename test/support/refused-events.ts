import { sampleOrder } from './orders';

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
const NO_EVENT = 'expected an EventBridge event as JSON';

/** Events that can never be taken, and what both ways in say of them. */
export const REFUSED_EVENTS: [name: string, event: unknown, reason: string][] = [
  ['a text', 'hello', NO_EVENT],
  ['null', null, NO_EVENT],
  ['a list in its place', [[]], NO_EVENT],
  ['an empty object', {}, 'expected detail-type "Order Placed", got nothing'],
  [
    'another type',
    envelopeOf({ 'detail-type': 'Order Cancelled' }),
    'expected detail-type "Order Placed", got "Order Cancelled"',
  ],
  [
    'a type that is no text',
    envelopeOf({ 'detail-type': {} }),
    'expected detail-type "Order Placed", got something else',
  ],
  [
    'a type of Object itself',
    envelopeOf({ 'detail-type': 'constructor' }),
    'expected detail-type "Order Placed", got "constructor"',
  ],
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
];
