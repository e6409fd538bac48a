import type { LatePaymentInput } from '../../src/workflows/messages';
import type { OrderId } from '../../src/domain/ids';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench, replayWorkflow } from '../support/order-bench';
import { keys, latePaymentWorkflowId } from '../../src/domain/ids';
import { StepError } from '../../src/domain/failures';
import { storeClosedOrder } from '../support/closed-order';
import { uniqueId } from '../support/orders';

let bench: OrderBench;
let world: MemoryWorld;
let orderId: OrderId;

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());
beforeEach(async () => {
  world = createMemoryWorld();
  bench.use(world);
  ({ orderId } = await storeClosedOrder(world.books));
});

/** Money that the company took under a key, and tells of now. */
async function taken(n: number): Promise<LatePaymentInput> {
  const payment = { chargeKey: keys.charge(orderId, n), paymentId: uniqueId('pay'), amount: 1999, currency: 'USD' };
  const { chargeKey, paymentId, amount } = payment;
  await world.journal.claim({ key: chargeKey, state: { kind: 'CHARGED', paymentId, amount, refunded: 0 } });
  return { orderId, ...payment };
}

const handleOf = ({ paymentId }: LatePaymentInput) =>
  bench.env.client.workflow.getHandle(latePaymentWorkflowId(paymentId));

/** Tells of it, waits until it has gone back, and replays the history. */
async function refunded(payment: LatePaymentInput): Promise<unknown> {
  expect(await bench.orders.refundLate(payment)).toEqual({ kind: 'started' });
  const end: unknown = await handleOf(payment).result();
  await replayWorkflow(bench.env, latePaymentWorkflowId(payment.paymentId));
  return end;
}

const refundsInJournal = async () =>
  (await world.journal.entries(orderId)).map(({ operation, key, outcome }) => `${operation} ${key} ${outcome}`);
const lastEvents = () =>
  world.books.events
    .get(orderId)!
    .slice(4)
    .map(({ type }) => type);

test('goes back under the key that its order would have used, and both are among the order’s events', async () => {
  const payment = await taken(1);
  expect(await refunded(payment)).toEqual({ outcome: 'REFUNDED' });
  expect(await refundsInJournal()).toEqual([`refund ${keys.refund(payment.chargeKey)} succeeded`]);
  expect(lastEvents()).toEqual(['Payment Completed', 'Payment Refunded']);
  expect(world.published.map(({ type }) => type)).toEqual(['Payment Completed', 'Payment Refunded']);
  expect(world.books.views.get(orderId)).toMatchObject({ charged: 1999, refunded: 1999, status: 'PAYMENT_FAILED' });
});

test('told again, it is known while it goes back, and accounted for from then on', async () => {
  const payment = await taken(1);
  await refunded(payment);
  expect(await bench.orders.refundLate(payment)).toEqual({ kind: 'accounted' });
  expect(await bench.orders.refundLate({ ...payment, paymentId: 'another' })).toEqual({ kind: 'accounted' });
  world.books.ledger.delete(payment.chargeKey);
  expect(await bench.orders.refundLate(payment)).toEqual({ kind: 'known' });
  expect(await refundsInJournal()).toHaveLength(1);
});

test('that was counted under a key that nobody told stays', async () => {
  const payment = await taken(1);
  const { chargeKey, paymentId, amount, currency } = payment;
  const { orderId: paidOrder } = await storeClosedOrder(world.books, [
    { type: 'Payment Completed', data: { chargeKey, paymentId, amount, currency } },
  ]);
  world.books.ledger.set(chargeKey, { amount });
  const end = await refunded({ ...payment, orderId: paidOrder, chargeKey: paymentId });
  expect(end).toEqual({ outcome: 'ACCOUNTED' });
  expect(await world.journal.entries(paidOrder)).toEqual([]);
  expect(world.books.events.get(paidOrder)).toHaveLength(5);
});

test('two of one order at once both go back', async () => {
  const payments = [await taken(1), await taken(2)];
  await Promise.all(payments.map((payment) => bench.orders.refundLate(payment)));
  for (const payment of payments) expect(await handleOf(payment).result()).toEqual({ outcome: 'REFUNDED' });
  expect(lastEvents()).toEqual(['Payment Completed', 'Payment Refunded', 'Payment Completed', 'Payment Refunded']);
  expect(world.books.views.get(orderId)).toMatchObject({ charged: 3998, refunded: 3998, sequence: 8 });
});

test('goes back however long it takes, and though somebody cancels it', async () => {
  const { refund } = world.ports.payments;
  let tries = 0;
  world.ports.payments.refund = (request) =>
    ++tries <= 40 ? Promise.reject(new StepError('PROVIDER_UNAVAILABLE', 'closed for today')) : refund(request);
  const payment = await taken(1);
  await bench.orders.refundLate(payment);
  await handleOf(payment).cancel();
  expect(await handleOf(payment).result()).toEqual({ outcome: 'REFUNDED' });
  await replayWorkflow(bench.env, latePaymentWorkflowId(payment.paymentId));
  expect(tries).toBe(41);
  expect(await refundsInJournal()).toHaveLength(1);
});

test('is written down once, though the answer of the books was lost', async () => {
  const { post } = world.books;
  let lost = 0;
  world.books.post = async (posting) => {
    const outcome = await post(posting);
    if (lost++ === 0) throw new StepError('SERVICE_UNAVAILABLE', 'the answer was lost');
    return outcome;
  };
  expect(await refunded(await taken(1))).toEqual({ outcome: 'REFUNDED' });
  expect(lost).toBe(2);
  expect(lastEvents()).toEqual(['Payment Completed', 'Payment Refunded']);
});

test('what the company refuses for good is told to operations, and can be started again once it is mended', async () => {
  const payment = await taken(1);
  const { refund } = world.ports.payments;
  world.ports.payments.refund = () => Promise.reject(new StepError('REFUND_REFUSED', 'the account is closed'));
  await bench.orders.refundLate(payment);
  await expect(handleOf(payment).result()).rejects.toThrow('Workflow execution failed');
  expect(world.lateRefunds).toMatchObject([{ orderId, amount: 1999, currency: 'USD', error: 'the account is closed' }]);
  expect(lastEvents()).toEqual([]);

  world.ports.payments.refund = refund;
  expect(await refunded(payment)).toEqual({ outcome: 'REFUNDED' });
  expect(lastEvents()).toEqual(['Payment Completed', 'Payment Refunded']);
});
