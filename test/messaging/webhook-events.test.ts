import { parseOwnEvent, remembered } from '../../src/messaging/webhook-events';
import { EVENT_TYPES, eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { PUBLIC_EVENTS } from '../../src/domain/webhooks';
import { toBusEvent } from '../../src/domain/events';

const order = sampleValidOrder();
const bodyOf = (event: ReturnType<typeof toBusEvent>, changes: object = {}) =>
  JSON.stringify({
    id: 'bus-1',
    source: event.source,
    'detail-type': event.detailType,
    detail: { ...event.detail, ...changes },
  });
const events = numbered(
  order.orderId,
  EVENT_TYPES.map((type) => eventOfEachType(order)[type]),
);

test.each(events.map((event) => [event.type, event] as const))('%s is read as it goes over the bus', (type, event) => {
  const read = parseOwnEvent(bodyOf(toBusEvent(event), { customerId: 'C1' }));
  const { orderId, sequence, at } = event;
  const eventId = `${orderId}#${sequence}`;
  const expected = PUBLIC_EVENTS.includes(type)
    ? { type, orderId, sequence, eventId, at, customerId: 'C1' }
    : { ignored: true };
  expect(read).toEqual(expected);
});

const event = toBusEvent(events[0]!);

test.each([
  ['somebody else says', { origin: 'elsewhere' }],
  ['nobody says', { origin: undefined }],
  ['comes out of the archive', { replay: { name: 'r', eventId: 'e' } }],
])('what %s is told to nobody', (_, changes) => {
  expect(parseOwnEvent(bodyOf(event, changes))).toEqual({ ignored: true });
});

test.each([
  ['no JSON', '{', 'expected an event of the bus as a JSON object'],
  ['no object', '7', 'expected an event of the bus as a JSON object'],
  ['no type', '{"detail":{}}', 'detail-type: expected a text, got nothing'],
  [
    'what an older release does not know',
    bodyOf(event).replace('"Order Created"', '"Order Admired"'),
    'detail-type: expected a public event of ours, got "Order Admired"',
  ],
  ['no detail', '{"detail-type":"Order Created"}', 'detail: expected an object, got nothing'],
  [
    'nothing that an event of ours has',
    JSON.stringify({ 'detail-type': 'Order Created', detail: { origin: 'waybill', sequence: 0, at: 'then' } }),
    'detail/orderId: expected an order id, got nothing; detail/sequence: expected a number from 1, got 0; ' +
      'detail/eventId: expected a text, got nothing; detail/at: expected a time (ISO 8601), got "then"',
  ],
])('%s is no event', (_, body, reason) => expect(parseOwnEvent(body)).toEqual({ reason }));

describe('who listens is remembered for a while', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('and asked once for all who want to know meanwhile', async () => {
    let asked = 0;
    const listeners = remembered(async () => ++asked, 3000);
    expect(await Promise.all([listeners(), listeners()])).toEqual([1, 1]);
    jest.advanceTimersByTime(2999);
    expect(await listeners()).toBe(1);
    jest.advanceTimersByTime(1);
    expect(await listeners()).toBe(2);
  });

  test('an answer that failed is not', async () => {
    let asked = 0;
    const listeners = remembered(
      () => (asked++ === 0 ? Promise.reject(new Error('away')) : Promise.resolve(asked)),
      3000,
    );
    await expect(listeners()).rejects.toThrow('away');
    expect(await listeners()).toBe(2);
  });
});
