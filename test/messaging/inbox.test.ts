import { createInbox, MAX_PARKED } from '../../src/messaging/inbox';
import { createMemoryInbox } from '../support/memory/inbox';
import { createTestOrders, dyingAt } from '../support/event-orders';
import { envelopeOf, samplePayment, sampleUpdate } from '../support/refused-events';
import { EngineUnavailableError } from '../../src/client';
import { parseMessage } from '../../src/messaging/inbound-event';
import { sampleOrder, uniqueId } from '../support/orders';

const updateOf = (detail: object, id: string | undefined = uniqueId('event')) =>
  JSON.stringify(envelopeOf({ id, source: 'carrier.updates', 'detail-type': 'Carrier Update', detail }));
const paymentOf = (detail: object, id: string | undefined = uniqueId('event')) =>
  JSON.stringify(envelopeOf({ id, source: 'payment.service', 'detail-type': 'Payment Completed', detail }));
const orderOf = (detail: object, id = uniqueId('event')) => JSON.stringify(envelopeOf({ id, detail }));

let rows: ReturnType<typeof createMemoryInbox>;
let orders: ReturnType<typeof createTestOrders>;
beforeEach(() => {
  rows = createMemoryInbox();
  orders = createTestOrders();
});

const arrival = (body: string) => ({ event: parseMessage(body), body, requestId: 'r', patienceMs: 100 });
const take = (body: string) => createInbox({ rows, orders }).take(arrival(body));
const states = () => [...rows.rows.values()].map(({ state }) => state);

test('an event is taken once, by whoever has the same inbox', async () => {
  const update = sampleUpdate();
  orders.known.add(update.orderId);
  const body = updateOf(update);
  expect(await take(body)).toEqual({ status: 'ACCEPTED', orderId: update.orderId });
  for (let i = 0; i < 3; i++) expect(await take(body)).toEqual({ status: 'DUPLICATE', orderId: update.orderId });
  expect(orders.told).toEqual([update.updateId]);
  expect([...rows.rows.values()]).toMatchObject([{ state: 'TAKEN', outcome: 'ACCEPTED' }]);
});

test.each([
  ['what Waybill published itself', envelopeOf({ detail: { origin: 'waybill' } }), 'IGNORED'],
  [
    'a parcel that is none of ours',
    envelopeOf({ source: 'shipping.service', 'detail-type': 'Shipment Created', detail: {} }),
    'IGNORED',
  ],
  ['what can never be taken', envelopeOf({ source: 'shop' }), 'REJECTED'],
])('%s is not remembered', async (_, event, status) => {
  expect(await take(JSON.stringify(event))).toMatchObject({ status });
  expect(rows.rows.size).toBe(0);
});

test('an event for an order that is over is remembered as nothing to do', async () => {
  orders.tellCarrier = async () => ({ kind: 'closed' });
  const body = updateOf(sampleUpdate());
  expect(await take(body)).toMatchObject({ status: 'IGNORED' });
  expect(await take(body)).toMatchObject({ status: 'DUPLICATE' });
});

test('an event that comes again while it waits is taken when its order is there, and waits no longer', async () => {
  const payment = samplePayment();
  const body = paymentOf(payment);
  expect(await take(body)).toMatchObject({ status: 'PARKED', orderId: payment.orderId });
  const [first] = await rows.parkedFor(payment.orderId);
  expect(await take(body)).toMatchObject({ status: 'PARKED' });
  expect(await rows.parkedFor(payment.orderId)).toEqual([first]);
  orders.known.add(payment.orderId);
  expect(await take(body)).toMatchObject({ status: 'ACCEPTED' });
  expect(states()).toEqual(['TAKEN']);
});

test('a hundred wait for an order; those after them are refused, and their ids are free', async () => {
  const update = sampleUpdate();
  for (let i = 0; i < MAX_PARKED; i++) await take(updateOf({ ...update, updateId: `u-${i}` }));
  const id = uniqueId('late');
  const refused = await take(updateOf({ ...update, updateId: 'u-last' }, id));
  const reason = `order ${update.orderId}: 100 events wait for it already`;
  expect(refused).toEqual({ status: 'REJECTED', reason, orderId: update.orderId });
  expect(rows.rows.size).toBe(MAX_PARKED);
  // those of another order do not count
  expect(await take(updateOf(sampleUpdate(), id))).toMatchObject({ status: 'PARKED' });
});

test('an engine that is down leaves the event to its sender, and to the next time', async () => {
  const update = sampleUpdate();
  const body = updateOf(update);
  const { tellCarrier } = orders;
  orders.tellCarrier = () => Promise.reject(new EngineUnavailableError('down'));
  await expect(take(body)).rejects.toThrow(EngineUnavailableError);
  orders.tellCarrier = tellCarrier;
  orders.known.add(update.orderId);
  expect(await take(body)).toMatchObject({ status: 'ACCEPTED' });
});

test('an event without an id is told each time it comes, and kept once while it is early', async () => {
  const update = sampleUpdate();
  const body = JSON.stringify({ ...(JSON.parse(updateOf(update)) as object), id: undefined });
  for (let i = 0; i < 2; i++) expect(await take(body)).toMatchObject({ status: 'PARKED' });
  expect(await rows.parkedFor(update.orderId)).toHaveLength(1);
  orders.known.add(update.orderId);
  for (let i = 0; i < 2; i++) expect(await take(body)).toMatchObject({ status: 'ACCEPTED' });
});

describe('a process that dies anywhere, and the event that comes again', () => {
  const order = sampleOrder();
  const early = sampleUpdate();
  const known = sampleUpdate();
  const cases: [string, string, string, string[]][] = [
    ['an order', orderOf(order), 'TAKEN', []],
    ['news of an order', updateOf(known), 'TAKEN', [known.updateId]],
    ['news before its order', updateOf(early), 'PARKED', []],
  ];

  test.each(cases)('%s ends where it would have', async (_, body, state, told) => {
    for (let n = 1; ; n++) {
      rows = createMemoryInbox();
      orders = createTestOrders();
      orders.known.add(known.orderId);
      const death = dyingAt(n);
      const dying = createInbox({ rows: death.guard(rows), orders: death.guard(orders) });
      const first = await dying.take(arrival(body)).catch((error: unknown) => String(error));
      // as the queue does with a message that stays
      const again = await take(body);
      expect([n, again.status]).toEqual([n, expect.stringMatching(/^(ACCEPTED|DUPLICATE|PARKED)$/)]);
      expect([n, states()]).toEqual([n, [state]]);
      // the workflows know it by the update's id
      expect([n, [...new Set(orders.told)]]).toEqual([n, told]);
      if (state === 'PARKED') expect((await rows.parkedFor(early.orderId)).map((one) => one.body)).toEqual([body]);
      if (first !== 'Error: killed') {
        // there was a moment to die at on both sides of every call
        expect(n).toBeGreaterThan(6);
        return;
      }
    }
  });
});
