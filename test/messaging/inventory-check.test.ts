import { noLetters } from '../support/letters';
import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Answers } from '../../src/messaging/ports';
import { becomes } from '../../scripts/lib/wait';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createAnswers } from '../../src/adapters/aws/answers';
import { createEventInbox } from '../../src/adapters/aws/inbox';
import { createInventoryCheck } from '../../src/messaging/inventory-check';
import { createLogger } from '../../src/telemetry';
import { createStockTotals } from '../../src/adapters/aws/stock-totals';
import { envelopeOf, samplePayment } from '../support/refused-events';
import { misfitOf } from '../support/contracts/schemas';
import { failureTypeOf } from '../support/contracts/books';
import { putQueueOnBus, type QueueOnBus } from '../support/bus-tap';
import { receiveAll, receiveMessages } from '../support/contracts/queues';
import { sampleOrder, uniqueId } from '../support/orders';
import { StepError } from '../../src/domain/failures';

const emulator = connectToEmulator();
const { sqs, db, events, config } = emulator;
const logger = createLogger({ name: 'test', level: 'silent' });
const stock = createStockTotals({ db, table: config.INVENTORY_TABLE });

let onBus: QueueOnBus;
let queueUrl: string;
let deadLetterQueueUrl: string;
const createQueue = async (name: string) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name) }))).QueueUrl!;

beforeAll(async () => {
  const pattern = { source: ['inventory.service'], 'detail-type': ['Inventory Checked'] };
  onBus = await putQueueOnBus({ sqs, events }, { busName: config.EVENT_BUS_NAME, pattern });
});
afterAll(async () => {
  await onBus.remove();
  emulator.destroy();
});
beforeEach(async () => {
  queueUrl = await createQueue('check');
  deadLetterQueueUrl = await createQueue('check-dead');
});
afterEach(async () => {
  for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
});

const send = (event: unknown) =>
  sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event) }));
const itemsOf = (units: Record<string, number>) =>
  Object.entries(units).map(([productId, quantity]) => ({ productId, quantity, price: 10 }));
const orderOf = (units: Record<string, number>) =>
  sampleOrder({ items: itemsOf(units), totalAmount: 10 * Object.values(units).reduce((all, n) => all + n, 0) });

async function putStock(units: Record<string, number>): Promise<void> {
  for (const [productId, availableQuantity] of Object.entries(units)) {
    const Item = { productId, availableQuantity, reservedQuantity: 0 };
    await db.send(new PutCommand({ TableName: config.INVENTORY_TABLE, Item }));
  }
}

const readerOf = (answers: Answers, queue = queueUrl, letters = deadLetterQueueUrl) =>
  createInventoryCheck({
    sqs,
    queueUrl: queue,
    deadLetterQueueUrl: letters,
    visibilityS: 30,
    stock,
    answers,
    rows: createEventInbox({ db, table: config.INBOX_TABLE }),
    letters: noLetters,
    logger,
  });

const realAnswers = createAnswers({ events, busName: config.EVENT_BUS_NAME });

/** Runs the reader while something happens. */
async function whileRunning<T>(answers: Answers, happens: () => Promise<T>): Promise<T> {
  const reader = readerOf(answers);
  reader.start();
  try {
    return await happens();
  } finally {
    await reader.stop();
  }
}

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

interface Answered {
  source: string;
  'detail-type': string;
  detail: { orderId: string };
}
const answersTo = async (orderId: string, count = 1) =>
  (await receiveAll(sqs, onBus.queueUrl, (body) => (body as Answered).detail.orderId === orderId, count)) as Answered[];

test.each([
  ['all of it', 'AVAILABLE', { A: 2, B: 1 }, { A: 2, B: 5 }, { A: 2, B: 1 }, []],
  [
    'some of it',
    'PARTIAL',
    { A: 3, B: 1 },
    { A: 1, B: 1 },
    { A: 1, B: 1 },
    [{ productId: 'A', quantity: 3, availableQuantity: 1, shortfall: 2 }],
  ],
  [
    'nothing, or no such product',
    'UNAVAILABLE',
    { A: 1, B: 2 },
    { A: 0 },
    {},
    [
      { productId: 'A', quantity: 1, availableQuantity: 0, shortfall: 1 },
      { productId: 'B', quantity: 2, availableQuantity: 0, shortfall: 2 },
    ],
  ],
])('there is %s: the answer is an event of ours on the bus', async (_, status, asked, there, available, missing) => {
  const suffix = uniqueId('');
  const named = (units: object) =>
    Object.fromEntries(Object.entries(units).map(([name, n]) => [`${name}${suffix}`, n as number]));
  await putStock(named(there));
  const order = orderOf(named(asked));
  const id = uniqueId('event');
  await send(envelopeOf({ id, detail: { ...order, correlationId: 'cart-1', traceparent: TRACE } }));
  const [answer] = await whileRunning(realAnswers, () => answersTo(order.orderId));
  expect(answer).toMatchObject({ source: 'inventory.service', 'detail-type': 'Inventory Checked' });
  expect(answer!.detail).toEqual({
    origin: 'waybill',
    eventId: `inventory-check#${id}`,
    orderId: order.orderId,
    schemaVersion: 1,
    status,
    availableItems: Object.entries(named(available)).map(([productId, quantity]) => ({ productId, quantity })),
    unavailableItems: missing.map((item) => ({ ...item, productId: `${item.productId}${suffix}` })),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    causationId: id,
    correlationId: 'cart-1',
    traceparent: TRACE,
  });
  expect(misfitOf(answer!)).toBeUndefined();
  // nothing is reserved
  expect(await stock.availableOf(Object.keys(named(there)))).toEqual(new Map(Object.entries(named(there))));
});

test('an enquiry without an id goes by its order', async () => {
  const order = sampleOrder();
  await send(envelopeOf({ id: undefined, detail: order }));
  const [answer] = await whileRunning(realAnswers, () => answersTo(order.orderId));
  const { orderId } = order;
  expect(answer!.detail).toMatchObject({ eventId: `inventory-check#${orderId}`, correlationId: orderId });
  expect(answer!.detail).toMatchObject({ causationId: orderId });
  expect(misfitOf(answer!)).toBeUndefined();
});

test('an event that comes again is not answered again, by whichever consumer', async () => {
  const [order, other, last] = [sampleOrder(), sampleOrder(), sampleOrder()];
  const id = uniqueId('event');
  const answered: unknown[] = [];
  const noting: Answers = { publish: async ({ detail }) => void answered.push((detail as Answered['detail']).orderId) };
  await send(envelopeOf({ id, detail: order }));
  await whileRunning(noting, () => becomes(() => answered.length > 0, { timeoutMs: 10_000 }));
  await send(envelopeOf({ id, detail: order }));
  await send(envelopeOf({ id, detail: other }));
  await send(envelopeOf({ id: uniqueId('event'), detail: last }));
  const [letter] = await whileRunning(noting, async () => {
    await becomes(() => answered.includes(last.orderId), { timeoutMs: 10_000 });
    return receiveMessages(sqs, { queueUrl: deadLetterQueueUrl, wanted: () => true, count: 1 });
  });
  expect(answered).toEqual([order.orderId, last.orderId]);
  expect(letter!.MessageAttributes?.['reason']?.StringValue).toContain('belongs to an event that says something else');
});

test('an enquiry of which nobody knows whether it was answered is answered again, under the same id', async () => {
  const order = sampleOrder();
  const ids: unknown[] = [];
  const lost: Answers = {
    publish: async ({ detail }) => {
      ids.push((detail as { eventId: string }).eventId);
      if (ids.length === 1) throw new StepError('SERVICE_UNAVAILABLE', 'the answer was lost');
    },
  };
  const id = uniqueId('event');
  await send(envelopeOf({ id, detail: order }));
  await whileRunning(lost, () => becomes(() => ids.length > 1, { timeoutMs: 10_000 }));
  expect(ids).toEqual([`inventory-check#${id}`, `inventory-check#${id}`]);
});

test.each([
  ['what is no event', 'hello', 'expected an EventBridge event as JSON'],
  ['another type', envelopeOf({ 'detail-type': 'Order Cancelled' }), 'expected detail-type "Order Placed" or'],
  [
    'an event that asks nothing',
    envelopeOf({ source: 'payment.service', 'detail-type': 'Payment Failed', detail: samplePayment() }),
    'expected detail-type "Order Placed"',
  ],
  [
    'an order with wrong values',
    envelopeOf({ detail: sampleOrder({ items: [{ productId: 'A', quantity: 0, price: 1 }] }) }),
    'detail/items/0/quantity: ',
  ],
])('%s goes to the dead letters with the reason', async (_, event, reason) => {
  await send(event);
  const [letter] = await whileRunning(realAnswers, () =>
    receiveMessages(sqs, { queueUrl: deadLetterQueueUrl, wanted: () => true, count: 1 }),
  );
  expect(letter!.Body).toBe(JSON.stringify(event));
  expect(letter!.MessageAttributes?.['reason']?.StringValue).toContain(reason);
  expect(letter!.MessageAttributes?.['errorType']?.StringValue).toBe('InvalidOrderData');
});

test('a bus that does not take the answer keeps the message, and is asked again', async () => {
  const order = sampleOrder();
  let asked = 0;
  const failing: Answers = {
    publish: async (answer) => {
      if (++asked < 3) throw new StepError('SERVICE_UNAVAILABLE', 'throttled');
      await realAnswers.publish(answer);
    },
  };
  await send(envelopeOf({ id: uniqueId('event'), detail: order }));
  await whileRunning(failing, () => answersTo(order.orderId));
  expect(asked).toBe(3);
});

test('a replay and what Waybill published itself are not answered', async () => {
  const [replayed, own, asked] = [sampleOrder(), sampleOrder(), sampleOrder()];
  await send(envelopeOf({ detail: { ...replayed, replay: { name: 'r', eventId: 'e' } } }));
  await send(envelopeOf({ detail: { ...own, origin: 'waybill' } }));
  await send(envelopeOf({ id: uniqueId('event'), detail: asked }));
  const published: unknown[] = [];
  const noting: Answers = {
    publish: async ({ detail }) => void published.push((detail as Answered['detail']).orderId),
  };
  await whileRunning(noting, () => becomes(() => published.length > 0, { timeoutMs: 10_000 }));
  expect(published).toEqual([asked.orderId]);
});

test('over the rule and the queue of the stack', async () => {
  const order = sampleOrder();
  const reader = readerOf(realAnswers, config.INVENTORY_CHECK_QUEUE_URL, config.INVENTORY_CHECK_DLQ_URL);
  const entry = { Source: 'ecommerce.orders', DetailType: 'Order Placed', Detail: JSON.stringify(order) };
  const shop = new EventBridgeClient({});
  await shop.send(new PutEventsCommand({ Entries: [{ ...entry, EventBusName: config.EVENT_BUS_NAME }] }));
  shop.destroy();
  reader.start();
  try {
    const [answer] = await answersTo(order.orderId);
    expect(answer!.detail).toMatchObject({ orderId: order.orderId, eventId: expect.stringContaining('#') as string });
  } finally {
    await reader.stop();
  }
});

test('tables and buses that cannot be reached are said to be so', async () => {
  await withUnreachableAws(async (aws) => {
    const totals = createStockTotals({ db: aws.db, table: config.INVENTORY_TABLE });
    expect(await failureTypeOf(totals.availableOf(['A']))).toBe('SERVICE_UNAVAILABLE');
    const answers = createAnswers({ events: aws.events, busName: config.EVENT_BUS_NAME });
    const answer = { source: 'inventory.service', detailType: 'Inventory Checked', detail: {} };
    expect(await failureTypeOf(answers.publish(answer))).toBe('SERVICE_UNAVAILABLE');
  });
});
