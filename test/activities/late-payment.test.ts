import { createMemoryWorld } from '../support/memory/ports';
import type { BooksWorld } from '../support/contracts/books';
import type { LatePayment } from '../../src/activities/late-payment';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { connectToEmulator, dynamoBooksWorld } from '../support/contracts/emulator';
import { createLatePaymentActivities } from '../../src/activities/late-payment';
import { createMemoryBooks } from '../support/memory/books';
import { fold } from '../../src/domain/projection';
import { keys } from '../../src/domain/ids';
import { runActivity } from '../support/contracts/activities';
import { storeClosedOrder } from '../support/closed-order';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

const memoryWorld = (): Pick<BooksWorld, 'books' | 'events'> => {
  const books = createMemoryBooks();
  return { books, events: async (orderId) => books.events.get(orderId) ?? [] };
};

describe.each([
  ['memory', memoryWorld],
  ['DynamoDB', () => dynamoBooksWorld(emulator)],
])('over %s', (_, createWorld) => {
  const { books, events } = createWorld();
  const published: OrderEvent[] = [];
  const publisher = { publish: (all: readonly OrderEvent[]) => void published.push(...all), flush: async () => {} };
  const now = () => '2025-08-01T00:00:00.000Z';
  const { lookUpLatePayment, recordLatePayment } = createLatePaymentActivities({
    books,
    publisher,
    now,
    messenger: createMemoryWorld().ports.messenger,
  });

  const paymentOf = (orderId: OrderId, changes: Partial<LatePayment> = {}): LatePayment => ({
    orderId,
    chargeKey: keys.charge(orderId, 1),
    paymentId: uniqueId('pay'),
    amount: 1999,
    currency: 'USD',
    ...changes,
  });

  test('a payment that its order never counted is late; once it is written down it is accounted for', async () => {
    const { orderId } = await storeClosedOrder(books);
    const payment = paymentOf(orderId);
    const { chargeKey } = payment;
    expect(await runActivity(lookUpLatePayment, payment)).toMatchObject({ kind: 'late', charge: { chargeKey } });
    await runActivity(recordLatePayment, payment);
    expect(await runActivity(lookUpLatePayment, payment)).toEqual({ kind: 'accounted' });
  });

  test('without its key it is found by its id among the events of the order', async () => {
    const paymentId = uniqueId('pay');
    const pending = { chargeKey: 'charge#told', paymentId, amount: 1999, currency: 'USD', until: now() };
    const { orderId } = await storeClosedOrder(books, [{ type: 'Payment Pending', data: pending }]);
    const payment = paymentOf(orderId, { paymentId, chargeKey: paymentId });
    expect(await runActivity(lookUpLatePayment, payment)).toMatchObject({
      kind: 'late',
      charge: { chargeKey: 'charge#told' },
    });
    const stranger = paymentOf(orderId, { paymentId: 'another', chargeKey: 'another' });
    expect(await runActivity(lookUpLatePayment, stranger)).toMatchObject({
      kind: 'late',
      charge: { chargeKey: 'another' },
    });
  });

  test('it is written behind the last event, to the customer, once, and the order stays what it was', async () => {
    const order = await storeClosedOrder(books);
    const { orderId } = order;
    const payment = paymentOf(orderId);
    const { chargeKey, paymentId } = payment;
    for (let attempt = 1; attempt <= 2; attempt++) await runActivity(recordLatePayment, payment, { attempt });
    const all = await events(orderId);
    const addressed = { customerId: order.customerId, channels: ['SMS'], at: now(), states: [] };
    const money = { chargeKey, amount: 1999, currency: 'USD' };
    expect(all.slice(4)).toMatchObject([
      { sequence: 5, type: 'Payment Completed', data: { ...money, paymentId, late: true }, ...addressed },
      { sequence: 6, type: 'Payment Refunded', data: money, ...addressed },
    ]);
    expect(all).toHaveLength(6);
    expect(await books.readView(orderId)).toMatchObject({
      sequence: 6,
      status: 'PAYMENT_FAILED',
      charged: 1999,
      refunded: 1999,
      closedAt: all[3]!.at,
    });
    expect(await books.readView(orderId)).not.toHaveProperty('currentState');
    expect(await books.readLedger(chargeKey)).toMatchObject(money);
    expect(await books.readLedger(keys.refund(chargeKey))).toMatchObject(money);
    expect(published.filter((event) => event.orderId === orderId).map(({ sequence }) => sequence)).toEqual([5, 6]);
  });

  test('several of one order at once are all written, each with its refund', async () => {
    const { orderId } = await storeClosedOrder(books);
    const payments = [1, 2, 3, 4].map((n) => paymentOf(orderId, { chargeKey: keys.charge(orderId, n) }));
    await Promise.all(payments.map((payment) => runActivity(recordLatePayment, payment)));
    const all = await events(orderId);
    expect(all.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const keysOf = (type: string) =>
      all
        .flatMap((event) => (event.type === type && 'chargeKey' in event.data ? [event.data.chargeKey] : []))
        .toSorted();
    const charges = payments.map(({ chargeKey }) => chargeKey);
    expect([keysOf('Payment Completed'), keysOf('Payment Refunded')]).toEqual([charges, charges]);
    expect(await books.readView(orderId)).toEqual(fold(all));
    expect(await books.readView(orderId)).toMatchObject({ charged: 4 * 1999, refunded: 4 * 1999 });
  });

  test('an order that is not stored is waited for', async () => {
    const late = runActivity(recordLatePayment, paymentOf(uniqueId()));
    await expect(late).rejects.toMatchObject({ type: 'VIEW_OUT_OF_STEP', nonRetryable: false });
  });
});
