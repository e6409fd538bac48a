import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { noLetters } from '../support/letters';
import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { NewEvent, OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { OrderRecord } from '../../src/activities/ports';
import type { QueueReader } from '../../src/messaging/queue-reader';
import { booksOn, connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createLogger } from '../../src/telemetry';
import { createOrderStatuses } from '../../src/adapters/aws/order-statuses';
import { createStatusUpdater } from '../../src/messaging/status-updater';
import { drain } from '../support/deployed';
import { eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { eventually } from '../support/contracts/condition';
import { failureTypeOf } from '../support/contracts/books';
import { toBusEvent } from '../../src/domain/events';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { db, sqs, tables } = emulator;
const books = booksOn(emulator);
const statuses = createOrderStatuses({ db, tables });
const logger = createLogger({ name: 'test', level: 'silent' });
afterAll(() => emulator.destroy());

/** An order as ValidateOrder stores it, with the events up to some point. */
async function placeOrder(...then: NewEvent['type'][]) {
  const orderId = uniqueId();
  const order = sampleValidOrder({ orderId });
  const every = eventOfEachType(order);
  const events = numbered(
    orderId,
    (['Order Created', 'Order Validated', ...then] as const).map((type) => every[type]),
  );
  const record: OrderRecord = {
    orderId,
    fingerprint: 'fingerprint',
    requestId: 'request',
    runId: 'run-1',
    status: 'VALIDATED',
    createdAt: events[0]!.at,
    order,
  };
  await books.post({ orderId, order: record, events: events.slice(0, 2) });
  const goOn = async (from: number, to = events.length) => books.post({ orderId, events: events.slice(from, to) });
  return { orderId, events, record, goOn };
}

const storedOrder = async (orderId: OrderId) =>
  (await db.send(new GetCommand({ TableName: tables.orders, Key: { orderId }, ConsistentRead: true }))).Item;

test('the status of the order as accepted follows the read model, and nothing else of it changes', async () => {
  const { orderId, events, record, goOn } = await placeOrder(
    'Inventory Reserved',
    'Payment Completed',
    'Shipment Created',
  );
  expect(await statuses.bringUpToDate(orderId)).toBe(2);
  expect(await storedOrder(orderId)).toEqual({ ...record, statusSequence: 2 });
  await goOn(2);
  expect(await statuses.bringUpToDate(orderId)).toBe(events.length);
  expect(await storedOrder(orderId)).toEqual({ ...record, status: 'SHIPPED', statusSequence: 5 });
  expect(await statuses.bringUpToDate(orderId)).toBe(5);
  expect(await books.readOrder(orderId)).toMatchObject({
    fingerprint: 'fingerprint',
    runId: 'run-1',
    status: 'SHIPPED',
  });
});

test('one that is further stays: an update that was slow is too late', async () => {
  const { orderId, goOn } = await placeOrder('Inventory Reserved', 'Payment Completed');
  let goesOn: Promise<unknown> | undefined;
  const slow = createOrderStatuses({
    db: Object.assign(Object.create(db) as typeof db, {
      async send(command: { input: { TableName: string } }) {
        // it has read the view, and before it writes, the order goes on and somebody else is faster
        if (command.input.TableName === tables.orders)
          await (goesOn ??= goOn(2).then(() => statuses.bringUpToDate(orderId)));
        return db.send(command as never);
      },
    }),
    tables,
  });
  expect(await slow.bringUpToDate(orderId)).toBe(4);
  expect(await storedOrder(orderId)).toMatchObject({ status: 'PAID', statusSequence: 4 });
});

test('an order that there is not is told, and not made', async () => {
  const { orderId } = await placeOrder();
  await db.send(new DeleteCommand({ TableName: tables.orders, Key: { orderId } }));
  expect(await statuses.bringUpToDate(orderId)).toBeUndefined();
  expect(await storedOrder(orderId)).toBeUndefined();
  expect(await statuses.bringUpToDate(uniqueId())).toBeUndefined();
});

test('tables that cannot be reached are SERVICE_UNAVAILABLE', async () => {
  const failure = await withUnreachableAws((aws) =>
    failureTypeOf(createOrderStatuses({ db: aws.db, tables }).bringUpToDate(uniqueId())),
  );
  expect(failure).toBe('SERVICE_UNAVAILABLE');
});

describe('the queue', () => {
  let queueUrl: string;
  let deadLetterQueueUrl: string;
  const readers: QueueReader[] = [];
  beforeEach(async () => {
    const create = async (name: string) =>
      (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name) }))).QueueUrl!;
    [queueUrl, deadLetterQueueUrl] = [await create('status'), await create('status-dead')];
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
    for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });

  function startUpdater(onCreated?: (orderId: OrderId) => Promise<void>): QueueReader {
    const shared = { sqs, queueUrl, deadLetterQueueUrl, visibilityS: 3, statuses, letters: noLetters, logger };
    const reader = createStatusUpdater({ ...shared, onCreated });
    readers.push(reader);
    reader.start();
    return reader;
  }

  const send = (body: string) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  const tell = (event: OrderEvent) => {
    const { source, detailType, detail } = toBusEvent(event);
    return send(JSON.stringify({ version: '0', id: uniqueId('event'), source, 'detail-type': detailType, detail }));
  };
  const comesTo = (orderId: OrderId, status: string) =>
    eventually(
      async () => (await storedOrder(orderId))?.['status'] as string,
      (now) => now === status,
    );

  test('late, doubled and shuffled messages: the last status, also after a restart', async () => {
    const orders = await Promise.all(
      [1, 2, 3].map(() => placeOrder('Inventory Reserved', 'Payment Completed', 'Shipment Created', 'Order Delivered')),
    );
    for (const { goOn } of orders) await goOn(2, 5);
    const messages = orders.flatMap(({ events }) => [...events.slice(0, 5), ...events.slice(0, 5)]).toReversed();
    for (const event of messages) await tell(event);
    const first = startUpdater();
    for (const { orderId } of orders) await comesTo(orderId, 'SHIPPED');
    await first.stop();
    for (const { goOn, events } of orders) {
      await goOn(5);
      await tell(events[5]!);
      await tell(events[2]!);
    }
    startUpdater();
    for (const { orderId } of orders) await comesTo(orderId, 'DELIVERED');
    expect(await drain(sqs, deadLetterQueueUrl)).toEqual([]);
  });

  test('whoever waits for an order hears of its first event, and again while it fails', async () => {
    const { orderId, events } = await placeOrder();
    const heard: OrderId[] = [];
    for (const event of events) await tell(event);
    startUpdater(async (id) => {
      heard.push(id);
      if (heard.length === 1) throw new Error('killed while it released what was parked');
    });
    await eventually(
      () => heard,
      ({ length }) => length === 2,
    );
    expect(heard).toEqual([orderId, orderId]);
  });

  test('what tells of no order goes to the dead letters', async () => {
    const { orderId, events } = await placeOrder();
    await send('nonsense');
    await tell({ ...events[0]!, orderId: uniqueId() });
    await tell({ ...events[0]!, sequence: 3 });
    await tell(events[0]!);
    startUpdater();
    const dead: string[] = [];
    await eventually(
      async () => dead.push(...(await drain(sqs, deadLetterQueueUrl))),
      (n) => n >= 3,
    );
    expect(dead).toHaveLength(3);
    await eventually(
      () => storedOrder(orderId),
      (order) => order?.['statusSequence'] === 2,
    );
  });
});
