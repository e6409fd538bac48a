import fc from 'fast-check';
import { fingerprintOf } from '../../src/submission';
import { holds } from '../support/contracts/runs';
import { parseOrderPlaced } from '../../src/messaging/order-placed';
import { sampleOrder } from '../support/orders';

const order = sampleOrder();
const eventOf = (changes: Record<string, unknown> = {}) => ({
  version: '0',
  id: 'event-1',
  'detail-type': 'Order Placed',
  source: 'ecommerce.orders',
  time: '2025-07-09T10:30:00Z',
  detail: order,
  ...changes,
});
const parse = (event: unknown) => parseOrderPlaced(JSON.stringify(event));
const reasonOf = (body: string) => {
  const parsed = parseOrderPlaced(body);
  return parsed.ok ? 'accepted' : parsed.reason;
};

test('an order as the shop sent it comes out, with its fingerprint and the event’s id', () => {
  expect(parse(eventOf())).toEqual({
    ok: true,
    submission: order,
    fingerprint: fingerprintOf(order),
    eventId: 'event-1',
  });
});

test('the same order has the same fingerprint, whatever else the event carries', () => {
  const detail = { note: 'hello', ...order };
  expect(parse(eventOf({ detail, id: 'event-2' }))).toMatchObject({
    ok: true,
    submission: order,
    fingerprint: fingerprintOf(order),
  });
});

test('an order with wrong values is taken: to refuse it is ValidateOrder’s', () => {
  expect(parse(eventOf({ detail: { orderId: order.orderId, totalAmount: -1 } }))).toMatchObject({ ok: true });
});

test.each([
  ['nothing', '', 'as JSON'],
  ['no JSON', 'Order Placed', 'as JSON'],
  ['half of it', JSON.stringify(eventOf()).slice(0, 100), 'as JSON'],
  ['a text', '"hello"', 'as JSON'],
  ['null', 'null', 'as JSON'],
  ['a list', '[]', 'detail-type'],
])('a body that is %s says what was expected', (_, body, reason) => {
  expect(reasonOf(body)).toContain(reason);
});

test.each([
  ['another type', { 'detail-type': 'Order Cancelled' }, 'expected detail-type "Order Placed", got "Order Cancelled"'],
  ['no type', { 'detail-type': undefined }, 'expected detail-type "Order Placed"'],
  ['another source', { source: 'shop' }, 'expected source "ecommerce.orders", got "shop"'],
  ['no detail', { detail: undefined }, 'detail: '],
  ['a text for detail', { detail: '{}' }, 'detail: '],
  ['an order without an id', { detail: { ...order, orderId: undefined } }, 'detail/orderId: expected an order id'],
  [
    'an order with an unusable id',
    { detail: { ...order, orderId: 'a/b' } },
    'detail/orderId: expected an order id, got "a/b"',
  ],
  ['a wrong type', { detail: { ...order, items: [{ quantity: '2' }] } }, 'detail/items/0/quantity: '],
])('an event with %s says where', (_, changes, reason) => {
  expect(reasonOf(JSON.stringify(eventOf(changes)))).toContain(reason);
});

test('all wrong types are said at once', () => {
  const reason = reasonOf(JSON.stringify(eventOf({ detail: { ...order, customerId: 7, currency: 840 } })));
  expect(reason).toContain('detail/customerId: ');
  expect(reason).toContain('detail/currency: ');
});

describe('JSON nested 100 000 deep', () => {
  const deep = `${'['.repeat(100_000)}1${']'.repeat(100_000)}`;
  const bodyWith = (name: string, value = deep) =>
    JSON.stringify(eventOf({ detail: order })).replace('"detail":{', `"detail":{"${name}":${value},`);

  test.each(['note', '__proto__', 'constructor'])('in a member %s that an order does not have does no harm', (name) => {
    expect(parseOrderPlaced(bodyWith(name))).toMatchObject({
      ok: true,
      submission: order,
      fingerprint: fingerprintOf(order),
    });
  });

  test('in a member of the order is refused', () => {
    const { items: _, ...rest } = order;
    const body = JSON.stringify(eventOf({ detail: rest })).replace('"detail":{', `"detail":{"items":${deep},`);
    expect(reasonOf(body)).toContain('detail/items/0: ');
  });

  test.each([
    ['the body', deep],
    ['the detail', `{"detail-type":"Order Placed","source":"ecommerce.orders","detail":${deep}}`],
    ['the type', `{"detail-type":${deep}}`],
    ['the source', `{"detail-type":"Order Placed","source":${deep}}`],
    ['the order id', `{"detail-type":"Order Placed","source":"ecommerce.orders","detail":{"orderId":${deep}}}`],
  ])('in %s is refused', (_, body) => {
    expect(reasonOf(body)).toMatch(/expected/i);
  });

  test('in the event’s id is nobody’s to read', () => {
    const body = JSON.stringify(eventOf({ id: undefined })).replace('{', `{"id":${deep},`);
    expect(typeof parseOrderPlaced(body).ok).toBe('boolean');
  });
});

test('never throws, whatever the body', () => {
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((detail) => JSON.stringify(eventOf({ detail }))),
  );
  holds(
    fc.property(body, (text) => {
      expect(typeof parseOrderPlaced(text).ok).toBe('boolean');
    }),
  );
});
