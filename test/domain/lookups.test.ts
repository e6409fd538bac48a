import type { NewEvent, OrderEvent } from '../../src/domain/events';
import { EVENT_TYPES, eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { lookupsOf, makesLookups, orderOf, terms } from '../../src/domain/lookups';
import { PROJECTED_EVENTS } from '../../src/domain/projections';
import { shardOf } from '../../src/domain/ids';

const createdAt = '2025-07-09T10:30:00.000Z';
const order = sampleValidOrder({
  items: [
    { productId: 'PROD-1', quantity: 2, price: 10 },
    { productId: 'PROD-2', quantity: 1, price: 10 },
  ],
  totalAmount: 30,
});
const { orderId } = order;
const every = eventOfEachType(order);
const entry = `${createdAt}#${orderId}`;
const shard = shardOf(orderId);

const events = (...facts: NewEvent[]): OrderEvent[] => numbered(orderId, facts, { at: createdAt });
const later = (fact: NewEvent): OrderEvent[] =>
  numbered(orderId, [fact], { firstSequence: 7, at: '2025-07-11T00:00:00.000Z' });

test('an order is found by each of its products, and its day is noted', () => {
  expect(lookupsOf(events(every['Order Created']), { createdAt })).toEqual([
    { term: `days#${shard}`, entry: '2025-07-09' },
    { term: `product#PROD-1#${shard}`, entry },
    { term: `product#PROD-2#${shard}`, entry },
  ]);
});

test('of a refused order only the day is noted', () => {
  const lookups = lookupsOf(events(every['Order Validation Failed']), { createdAt });
  expect(lookups).toEqual([{ term: `days#${shard}`, entry: '2025-07-09' }]);
});

test.each([
  ['Shipping Label Generated', 'WB1'],
  ['Shipment Created', 'WB1'],
  ['Shipping Label Replaced', 'WB2'],
] as const)('%s: by its tracking number, under the time of the first event', (type, number) => {
  expect(lookupsOf(later(every[type]), { createdAt })).toEqual([{ term: `tracking#${number}`, entry }]);
});

test('what several events say is one look-up', () => {
  const lookups = lookupsOf(
    [
      ...later(every['Shipping Label Generated']),
      ...later(every['Shipment Created']),
      ...later(every['Shipment Created']),
    ],
    { createdAt },
  );
  expect(lookups).toEqual([{ term: 'tracking#WB1', entry }]);
});

test.each(['', ' - ', 'x'.repeat(257)])('a tracking number %j makes none: it can be no key', (trackingNumber) => {
  const fact = { ...every['Shipment Created'], data: { ...every['Shipment Created'].data, trackingNumber } };
  expect(lookupsOf(later(fact), { createdAt })).toEqual([]);
});

test.each(['SP 123-456', 'sp123456', '  SP123456 '])('%j is found as SP123456', (written) => {
  expect(terms.tracking(written)).toBe(terms.tracking('SP123456'));
});

test('an entry tells of the order, whatever its id', () => {
  const odd = 'A.b_c-1';
  expect(orderOf(`${createdAt}#${odd}`)).toEqual({ orderId: odd, createdAt });
});

test('what makes look-ups is known beforehand, and one of the events that are told of, now or soon', () => {
  const making = EVENT_TYPES.filter((type) => lookupsOf(later(every[type]), { createdAt }).length > 0);
  expect(EVENT_TYPES.filter((type) => makesLookups(later(every[type])[0]!))).toEqual(making);
  // a label is generated moments before its shipment is created, or its units are given back
  expect(making.filter((type) => !PROJECTED_EVENTS.includes(type))).toEqual(['Shipping Label Generated']);
  for (const type of EVENT_TYPES) expect(makesLookups(events(every[type])[0]!)).toBe(true);
});
