import fc from 'fast-check';
import { fingerprintOf } from '../../src/submission';
import { keys } from '../../src/domain/ids';
import { holds } from '../support/contracts/runs';
import { envelopeOf, REFUSED_EVENTS, samplePayment, sampleUpdate } from '../support/refused-events';
import { parseInboundEvent, parseMessage } from '../../src/messaging/inbound-event';
import { sampleOrder } from '../support/orders';

const order = sampleOrder();
const eventOf = (changes: Record<string, unknown> = {}) => envelopeOf({ detail: order, ...changes });
const parse = (event: unknown) => parseMessage(JSON.stringify(event));
const reasonOf = (body: string) => {
  const parsed = parseMessage(body);
  return parsed.kind === 'refused' ? parsed.reason : parsed.kind;
};

test('an order as the shop sent it comes out, with its fingerprint and the event’s id', () => {
  expect(parse(eventOf())).toEqual({
    kind: 'order-placed',
    submission: order,
    fingerprint: fingerprintOf(order),
    eventId: 'event-1',
    identity: { source: 'ecommerce.orders', eventId: 'event-1', fingerprint: expect.any(String) as string },
  });
});

test('the same order has the same fingerprint, whatever else the event carries', () => {
  const detail = { note: 'hello', ...order };
  expect(parse(eventOf({ detail, id: 'event-2' }))).toMatchObject({
    kind: 'order-placed',
    submission: order,
    fingerprint: fingerprintOf(order),
  });
});

const paymentEvent = (detail: object, type = 'Payment Completed') =>
  eventOf({ source: 'payment.service', 'detail-type': type, detail });

test.each([
  ['USD', 19.99, 1999],
  ['USD', 0.07, 7],
  ['JPY', 1999, 1999],
  ['KWD', 1.999, 1999],
])('a payment comes out in minor units: %s %d', (currency, amount, minor) => {
  const payment = { ...samplePayment(), currency, amount };
  const { orderId, chargeKey, paymentId } = payment;
  const news = { chargeKey, paymentId, amount: minor, currency };
  const eventId = 'event-1';
  expect(parse(paymentEvent({ ...payment, note: 'hello' }))).toMatchObject({
    kind: 'payment-news',
    orderId,
    news: { kind: 'COMPLETED', ...news },
    eventId,
  });
  expect(parse(paymentEvent({ ...payment, reason: 'no cover' }, 'Payment Failed'))).toMatchObject({
    kind: 'payment-news',
    orderId,
    news: { kind: 'FAILED', ...news, reason: 'no cover' },
    eventId,
  });
});

test('a payment without the key of its charge goes by its id: no two share one', () => {
  const { chargeKey: _, ...payment } = samplePayment();
  expect(parse(paymentEvent(payment))).toMatchObject({ news: { chargeKey: payment.paymentId } });
});

test('a payment under a key of its order comes out', () => {
  const payment = samplePayment();
  const chargeKey = keys.charge(payment.orderId, 2);
  expect(parse(paymentEvent({ ...payment, chargeKey }))).toMatchObject({ news: { chargeKey } });
});

test('an order that was paid elsewhere comes out with what was paid, and is not the same order unpaid', () => {
  const { orderId: _, ...payment } = samplePayment();
  const paid = { ...payment, amount: 5998 };
  const parsed = parse(paymentEvent({ ...payment, order }));
  const fingerprint = fingerprintOf({ ...order, paid });
  expect(parsed).toMatchObject({
    kind: 'order-paid',
    order: { submission: order, paid, fingerprint },
    eventId: 'event-1',
  });
  expect(fingerprint).not.toBe(fingerprintOf(order));
  expect(parse(paymentEvent({ ...payment, orderId: order.orderId, order }))).toMatchObject({
    order: { submission: order, paid, fingerprint },
  });
  const other = parse(paymentEvent({ ...payment, paymentId: 'another', order }));
  expect(other).not.toMatchObject({ order: { fingerprint } });
});

test('what a carrier tells comes out', () => {
  const { orderId, ...news } = sampleUpdate();
  const update = (detail: object) => eventOf({ source: 'carrier.updates', 'detail-type': 'Carrier Update', detail });
  expect(parse(update({ orderId, ...news, note: 'hello' }))).toMatchObject({
    kind: 'carrier-news',
    orderId,
    news,
    eventId: 'event-1',
  });
  const { occurredAt: _, ...timeless } = news;
  expect(parse(update({ orderId, ...timeless }))).toMatchObject({ news: timeless });
});

test('a parcel that somebody else sent is none of ours', () => {
  const event = eventOf({
    source: 'shipping.service',
    'detail-type': 'Shipment Created',
    detail: { orderId: 'THEIRS' },
  });
  expect(parse(event)).toMatchObject({ kind: 'shipped-elsewhere' });
});

describe('what an event is known by', () => {
  const identity = (changes: Record<string, unknown>) => parse(eventOf(changes)).identity;
  const [id, detail] = ['event-7', order];

  test('is its source, its id and what it says, in whatever order', () => {
    const first = identity({ id, detail });
    expect(first).toMatchObject({ source: 'ecommerce.orders', eventId: 'event-7' });
    const turned = Object.fromEntries(Object.entries(order).toReversed());
    expect(identity({ id, detail: turned, time: '2026-01-01T00:00:00Z', region: 'eu-west-1' })).toEqual(first);
    expect(identity({ id, detail: { ...order, totalAmount: 60 } })).not.toEqual(first);
    expect(identity({ id: undefined, detail })).toEqual({ source: first?.source, fingerprint: first?.fingerprint });
  });

  test('is the same when it comes out of the archive', () => {
    const replay = { name: 'failed-orders', eventId: id };
    const replayed = parse(eventOf({ id: 'another', detail: { ...order, replay } }));
    expect(replayed).toMatchObject({ eventId: id, isReplay: true, identity: identity({ id, detail }) });
  });

  test('is another for a payment that failed than for one that completed', () => {
    const payment = samplePayment();
    const printOf = (type: string) => parse(paymentEvent(payment, type)).identity?.fingerprint;
    expect(printOf('Payment Failed')).not.toBe(printOf('Payment Completed'));
  });

  test('is the same in another trace: who sends again may be in one', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const plain = parse(eventOf({ detail: order }));
    const traced = parse(eventOf({ detail: { ...order, traceparent } }));
    expect(traced).toMatchObject({ identity: plain.identity, traceparent });
    // what is none hides none
    expect(parse(eventOf({ traceparent, detail: { ...order, traceparent: 'junk' } }))).toMatchObject({ traceparent });
  });

  test('goes with the sender’s mark of what belongs together', () => {
    expect(parse(eventOf({ detail: { ...order, correlationId: 'cart-1' } })).correlationId).toBe('cart-1');
    for (const correlationId of ['', 7, 'x'.repeat(257)])
      expect(parse(eventOf({ detail: { ...order, correlationId } }))).not.toHaveProperty('correlationId');
  });
});

test('an event says that it has the version that there is, or nothing', () => {
  expect(parse(eventOf({ detail: { ...order, schemaVersion: 1 } }))).toMatchObject({ kind: 'order-placed' });
});

test('an event of more bytes than the bus takes is refused, whatever is in it', () => {
  const bytes = (n: number) => JSON.stringify(eventOf({ detail: { ...order, note: 'ä'.repeat(n) } }));
  expect(reasonOf(bytes(131_072))).toMatch(/^expected an event of at most 262144 bytes, got \d+$/);
  expect(reasonOf(bytes(130_000))).toBe('order-placed');
});

test('an order with wrong values is taken: to refuse it is ValidateOrder’s', () => {
  expect(parse(eventOf({ detail: { orderId: order.orderId, totalAmount: -1 } }))).toMatchObject({
    kind: 'order-placed',
  });
});

test.each([
  ['nothing', ''],
  ['no JSON', 'Order Placed'],
  ['half of it', JSON.stringify(eventOf()).slice(0, 100)],
])('a body that is %s says what was expected', (_, body) => {
  expect(reasonOf(body)).toBe('expected an EventBridge event as JSON');
});

test.each(REFUSED_EVENTS)('%s is refused with what was expected', (_, event, reason) => {
  expect(reasonOf(JSON.stringify(event))).toBe(reason);
});

test.each([
  ['an order', {}],
  ['any type', { 'detail-type': 'Payment Completed', source: 'payment.service' }],
])('what Waybill published itself is known by its mark: %s', (_, changes) => {
  expect(parse(eventOf({ detail: { ...order, origin: 'waybill' }, ...changes }))).toEqual({
    kind: 'own',
    eventId: 'event-1',
  });
});

test.each([[undefined], [''], [7], [{}]])('an event with the id %j has none', (id) => {
  expect(parse(eventOf({ id }))).not.toHaveProperty('eventId');
});

describe('JSON nested 100 000 deep', () => {
  const deep = `${'['.repeat(100_000)}1${']'.repeat(100_000)}`;
  const bodyWith = (name: string, value = deep) =>
    JSON.stringify(eventOf({ detail: order })).replace('"detail":{', `"detail":{"${name}":${value},`);

  test.each(['note', '__proto__', 'constructor'])('in a member %s that an order does not have does no harm', (name) => {
    expect(parseMessage(bodyWith(name))).toMatchObject({
      kind: 'order-placed',
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
    expect(parseMessage(body)).not.toHaveProperty('eventId');
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
      expect(typeof parseMessage(text).kind).toBe('string');
    }),
  );
});

test('a reason has no character that a queue does not carry', () => {
  const event = { source: 'ecommerce.orders\uffff', 'detail-type': 'Order Placed', detail: {} };
  expect(parseMessage(JSON.stringify(event))).toEqual({
    kind: 'refused',
    reason: String.raw`expected source "ecommerce.orders", got "ecommerce.orders\uffff"`,
  });
});

test('a trace comes out with the event; what is none does not', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const event = {
    source: 'ecommerce.orders',
    'detail-type': 'Order Placed',
    detail: { ...sampleOrder(), traceparent },
  };
  expect(parseInboundEvent(event)).toMatchObject({ kind: 'order-placed', traceparent });
  const junk = { ...event, detail: { ...event.detail, traceparent: 'junk' } };
  expect(parseInboundEvent(junk)).not.toHaveProperty('traceparent');
  // the order is the same whatever trace it comes in
  const [one, other] = [parseInboundEvent(event), parseInboundEvent(junk)] as { fingerprint?: string }[];
  expect(one!.fingerprint).toBe(other!.fingerprint);
});
