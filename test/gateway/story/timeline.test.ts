import type { EventType, NewEvent } from '../../../src/domain/events';
import type { OrderEvent } from '../../../src/domain/events';
import { EVENT_TYPES, sampleValidOrder } from '../../support/contracts/events';
import { createActivities } from '../../../src/activities';
import { createMemoryWorld } from '../../support/memory/ports';
import { expectPlainTimeline } from './plain';
import { hasWords, stepOf } from '../../../src/gateway/story/steps';
import { lived, ORDER, SAMPLES } from './case';
import { TIMELINE_KINDS } from '../../../src/gateway/story-schemas';
import { timelineOf } from '../../../src/gateway/story/timeline';

const told = (event: EventType | NewEvent, more: Partial<OrderEvent> = {}) => {
  const [one] = lived(event);
  return timelineOf([{ ...one!, ...more } as OrderEvent])[0]!;
};

test.each(EVENT_TYPES)('%s is told in plain words', (type) => {
  expectPlainTimeline(lived(type));
  expect(TIMELINE_KINDS).toContain(told(type).kind);
});

test('no two events are told alike', () => {
  const titles = EVENT_TYPES.map((type) => told(type).title);
  expect(new Set(titles).size).toBe(titles.length);
});

test.each([
  ['USD', 59.98, '59.98 USD'],
  ['JPY', 5998, '5998 JPY'],
  ['KWD', 5.998, '5.998 KWD'],
  ['USD', 60, '60.00 USD'],
])('money in %s has the decimals of its currency', (currency, totalAmount, shown) => {
  const items = [{ productId: 'P', quantity: 1, price: totalAmount }];
  const order = sampleValidOrder({ orderId: ORDER, currency, totalAmount, items });
  expect(told({ type: 'Order Created', data: { order } }).title).toBe(`Placed: 1 × P for ${shown}`);
});

test('a parcel is told with its carrier and number, those of the last label', () => {
  const events = lived('Shipping Label Generated', 'Shipment Created', 'Shipping Label Replaced', 'Shipment Tracked');
  expect(timelineOf(events).at(-1)).toMatchObject({
    title: 'Parcel 1 was picked up',
    detail: "Globe Parcel, tracking number WB2. By the carrier's clock at 18:00:00 UTC on 9 July 2025.",
  });
});

test('news of a carrier that come too late are told as such', () => {
  const { data } = SAMPLES['Shipment Tracked'];
  const late = told({ type: 'Shipment Tracked', data: { ...data, superseded: true } });
  expect(late.title).toBe('Parcel 1 was picked up (told late: it was further already)');
});

test('steps that had to be tried again are told with what came of them', () => {
  const state = { ordinal: 1, enteredAt: '', exitedAt: '' };
  const states = [
    { ...state, name: 'ProcessPayment' as const, attempts: 3 },
    { ...state, name: 'PaymentSuccessful?' as const, attempts: 1 },
    { ...state, name: 'GenerateShippingLabel' as const, attempts: 2 },
  ];
  expect(told('Payment Completed', { states }).detail).toBe(
    'Payment pay_1. Charging the customer took 3 tries, booking the carrier took 2 tries.',
  );
});

test.each<[EventType, string]>([
  ['Decision Made', 'Kim (night shift) decides: ship what is there now and the rest when it arrives'],
  ['Cancellation Requested', 'Kim (night shift) asks to cancel'],
  ['Address Changed', 'Kim (night shift) changed the address: to Busan, KR'],
  ['Return Requested', 'Kim (night shift) announces a return: 2 × PROD-12345 (ORD-1-R1)'],
])('%s by hand is told with who did it', (type, title) => {
  const operator = { by: 'Kim (night shift)', reason: 'the customer called' };
  expect(told(type, { operator })).toMatchObject({ title, operator });
});

test('who resolved what could not be undone is told, by the event itself', () => {
  expect(told('Attention Resolved')).toMatchObject({
    kind: 'action',
    title: 'night shift decides on giving the money back: it was done by hand',
    detail: 'Reference: bank transfer 17.',
    operator: { by: 'night shift' },
  });
});

test('who decides when nobody was asked', () => {
  const title = told({ type: 'Decision Made', data: { choice: 'CANCEL', by: 'policy' } }).title;
  expect(title).toBe("The order's policy decides: cancel the order");
});

test('every step of an order has words', () => {
  const NOT_OF_ORDERS = /Replay|Letter|Supply|Supplier|Stock$/;
  const names = Object.keys(createActivities(createMemoryWorld().ports)).filter((name) => !NOT_OF_ORDERS.test(name));
  expect(names.filter((name) => !hasWords(stepOf(name)))).toEqual([]);
});
