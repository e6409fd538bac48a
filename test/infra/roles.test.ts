import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import pino from 'pino';
import type { AwsCall } from '../../src/adapters/aws/clients';
import type { ManagedProcess } from '../../scripts/lib/managed-process';
import type { OrderSubmission } from '../../src/domain/order';
import type { Running } from '../../src/lifecycle';
import type { ShownOrder } from '../support/system';
import { batchOf, runActivity } from '../support/contracts/activities';
import { type Config, deadLetterQueues, loadConfig, topicArns } from '../../src/config';
import { CHANNELS } from '../../src/domain/order';
import { createActivities } from '../../src/activities';
import { createAwsClients } from '../../src/adapters/aws/clients';
import { createPorts, start as startWorker } from '../../src/worker';
import { createPackingReader } from '../../src/messaging/packing';
import { createProjector } from '../../src/messaging/projector';
import { createReorderReader, parseAlert, parseShortfall } from '../../src/messaging/reorder';
import { createStatusUpdater } from '../../src/messaging/status-updater';
import { connectWebhookClient } from '../../src/webhook-client';
import { createWebhookEventsReader } from '../../src/messaging/webhook-events';
import { createQueueReader } from '../../src/messaging/queue-reader';
import { deadLetterIdOf } from '../../src/messaging/dead-letters';
import { deployToEmulator } from '../../infra/deploy';
import { documentsAt, EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { environmentFromOutputs } from '../../infra/outputs';
import { freePort } from '../../scripts/lib/ports';
import { keys } from '../../src/domain/ids';
import { REPLAY_PREFIX } from '../../src/domain/replay';
import { type Right, rightsFor, rightsOf } from '../support/iam';
import { noLetters } from '../support/letters';
import { openStream } from '../support/event-stream';
import { samplePayment, sampleUpdate } from '../support/refused-events';
import { sampleOrder, uniqueId } from '../support/orders';
import { seedInventory } from '../../scripts/lib/seed';
import { someEvents } from '../support/contracts/events';
import { start as startConsumer } from '../../src/messaging/consumer';
import { start as startGateway } from '../../src/gateway/server';
import { startMinistack } from '../../scripts/lib/servers';
import { counterIdOf } from '../../src/domain/dead-letter-counts';
import { toBusEvent } from '../../src/domain/events';
import { VIEW_FORMAT } from '../../src/domain/projection';
import { synthesizedTemplate } from '../../scripts/lib/template';

const PROCESSES = ['Gateway', 'Worker', 'Consumer'] as const;
type Process = (typeof PROCESSES)[number];

const logger = pino({ level: 'silent' });
const used: Record<Process, Set<Right>> = { Gateway: new Set(), Worker: new Set(), Consumer: new Set() };
const observe = (process: Process) => (call: AwsCall) => {
  for (const right of rightsFor(call)) used[process].add(right);
};
const running: Running[] = [];

let home: string;
let emulator: ManagedProcess;
let template: string;
let config: Config<'gateway'> & Config<'worker'> & Config<'consumer'>;

/** The processes as they are, on an emulator of their own: nobody else reads their queues. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'waybill-roles-'));
  const [port, gatewayPort] = [await freePort(), await freePort()];
  const endpoint = `http://127.0.0.1:${port}`;
  emulator = await startMinistack({ port, log: join(home, 'ministack.log') });
  const synthesized = await synthesizedTemplate();
  template = synthesized.template;
  const outputs = await deployToEmulator({ endpoint, region: 'us-east-1', template: synthesized });
  process.env['AWS_ENDPOINT_URL'] = endpoint;
  const env = {
    ...process.env,
    ...environmentFromOutputs(outputs),
    PORT: `${gatewayPort}`,
    TASK_QUEUE: uniqueId('roles'),
    ORDER_INTAKE_VISIBILITY_S: '3',
    REORDER_VISIBILITY_S: '3',
    PAYMENT_PROCESSING_VISIBILITY_S: '3',
    TRACKING_UPDATE_VISIBILITY_S: '3',
    PARTIAL_INVENTORY_VISIBILITY_S: '3',
    SHIPPING_VISIBILITY_S: '3',
    ORDER_STATUS_VISIBILITY_S: '3',
    ANALYTICS_VISIBILITY_S: '3',
    INVENTORY_CHECK_VISIBILITY_S: '3',
    INBOX_SWEEP_MS: '200',
    INBOX_PATIENCE_S: '2',
    NOTIFICATION_VISIBILITY_S: '3',
    REPLAY_VISIBILITY_S: '3',
    // so slow that messages have to be kept
    REPLAY_EVENTS_PER_S: '5',
    REPLAY_QUIET_S: '1',
    WEBHOOK_EVENTS_VISIBILITY_S: '3',
    WEBHOOK_ALLOW_PRIVATE: 'true',
    RECONCILE_EVERY_S: '0',
    RECONCILE_SETTLED_AFTER_S: '0',
    RECONCILE_PAUSE_S: '1',
    RELAY_GRACE_MS: '0',
    RELAY_INTERVAL_MS: '200',
    PROVIDER_TIMEOUT_MS: '500',
    // the first answer that is lost opens it
    PAYMENT_BREAKER_FAILURES: '1',
    PAYMENT_BREAKER_OPEN_MS: '500',
    BREAKER_FAILURES: '1',
    BREAKER_OPEN_MS: '500',
  };
  config = { ...loadConfig('gateway', env), ...loadConfig('worker', env), ...loadConfig('consumer', env) };
  const documents = documentsAt(endpoint);
  await seedInventory({
    documents,
    tables: { inventory: config.INVENTORY_TABLE, warehouseStock: config.WAREHOUSE_STOCK_TABLE },
  });
  documents.destroy();
});

afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await emulator.stop();
  await rm(home, { recursive: true, force: true });
});

test.each(PROCESSES)('no right of the %s is on everything, and none is for everything', (name) => {
  const rights = rightsOf(template, `${name}Role`);
  expect(rights.length).toBeGreaterThan(0);
  // a replay's name is chosen when it is started, all but its beginning
  const ours = ` replay/${REPLAY_PREFIX}*`;
  expect(rights.filter((right) => right.includes('*') && !right.endsWith(ours))).toEqual([]);
  expect(new Set(rights).size).toBe(rights.length);
});

test('each process may do what it does, and nothing else', async () => {
  await keepMessages();
  await keepEvents();
  await keepOwnEvent();
  running.push(
    await startGateway(config, logger, observe('Gateway')),
    await startConsumer(config, logger, observe('Consumer')),
  );
  await placeOnBus();
  await tellOnBus();
  // the worker is away for so long that the consumer has to keep its message, and that nobody is answered
  expect((await post(sampleOrder())).status).toBe(202);
  await until('the consumer looks whose the id is', () => has('Consumer', 'dynamodb:GetItem Orders'));
  await until('the consumer keeps a message', () => has('Consumer', 'sqs:ChangeMessageVisibility order-intake-queue'));
  running.push(await startWorker(config, logger, observe('Worker')));
  await Promise.all([
    placeOrders(),
    leaveEventToRelay(),
    repeatSteps(),
    payClosedOrder(),
    waitForStock(),
    repeatNotifications(),
    sendNonsense(),
    growLong(),
    tellShops(),
    redriveEverywhere(),
    refuseEvent(),
  ]);
  await cancelByHand();
  await readEverything();
  await turnSwitches();
  await replayEvents();
  await lookAfterBooks();
  await loseMessenger();
  for (const { checks = {} } of running) await Promise.all(Object.values(checks).map((check) => check()));

  for (const name of PROCESSES) {
    const granted = rightsOf(template, `${name}Role`).toSorted();
    expect({ [name]: [...used[name]].toSorted() }).toEqual({ [name]: granted });
  }
}, 300_000);

const has = (process: Process, right: Right) => used[process].has(right);
const gateway = () => `http://127.0.0.1:${config.PORT}`;

/** An order and something that is none, as other systems send them. */
async function placeOnBus(): Promise<void> {
  await put('ecommerce.orders', 'Order Placed', [sampleOrder(), { items: 1 }]);
}

const put = async (Source: string, DetailType: string, details: object[]): Promise<void> => {
  const events = new EventBridgeClient({ region: EMULATOR_REGION });
  const event = { Source, DetailType, EventBusName: config.EVENT_BUS_NAME };
  const Entries = details.map((detail) => ({ ...event, Detail: JSON.stringify(detail) }));
  await events.send(new PutEventsCommand({ Entries }));
  events.destroy();
};

/**
 * What payment companies and carriers tell of orders that there are not: it is kept until the consumer's patience ends;
 * and what tells nothing.
 */
async function tellOnBus(): Promise<void> {
  await put('payment.service', 'Payment Completed', [samplePayment(), {}]);
  await put('carrier.updates', 'Carrier Update', [sampleUpdate(), {}]);
  for (const queue of ['payment-processing', 'tracking-update'] as const)
    await until(`the consumer moves a message of ${queue}`, () => has('Consumer', `sqs:SendMessage ${queue}-dlq`));
  await until('it looks what is due', () => has('Consumer', 'dynamodb:Query Inbox/index/parked'));
  await until('it puts off what is early', () => has('Consumer', 'dynamodb:UpdateItem Inbox'));
  await until('it gives up what waits in vain', () => has('Consumer', 'dynamodb:DeleteItem Inbox'));
  await until('it buries what is no order', () => has('Consumer', 'sqs:SendMessage inventory-check-dlq'));
  // over HTTP: one is kept, one refused, its id free again
  const told = { source: 'carrier.updates', 'detail-type': 'Carrier Update', detail: sampleUpdate() };
  expect((await send('/events', told)).status).toBe(202);
}

/** An order of an id that is another's: the gateway forgets the event. */
async function refuseEvent(): Promise<void> {
  const order = sampleOrder();
  const event = { source: 'ecommerce.orders', 'detail-type': 'Order Placed' };
  expect((await send('/events', { ...event, id: uniqueId('event'), detail: order })).status).toBe(202);
  const other = { ...event, id: uniqueId('event'), detail: { ...order, customerId: 'OTHER' } };
  expect((await send('/events', other)).status).toBe(422);
}

/** Messages that are worked on for so long that they are kept: nobody else may read their queues meanwhile. */
async function keepEvents(): Promise<void> {
  const queues = [
    ['payment-processing', config.PAYMENT_PROCESSING_QUEUE_URL, config.PAYMENT_PROCESSING_DLQ_URL],
    ['tracking-update', config.TRACKING_UPDATE_QUEUE_URL, config.TRACKING_UPDATE_DLQ_URL],
    ['inventory-check', config.INVENTORY_CHECK_QUEUE_URL, config.INVENTORY_CHECK_DLQ_URL],
  ] as const;
  const aws = createAwsClients({ region: config.AWS_REGION, observe: observe('Consumer') });
  for (const [name, queueUrl, deadLetterQueueUrl] of queues) {
    const kept = () =>
      until(`a message of ${name} is kept`, () => has('Consumer', `sqs:ChangeMessageVisibility ${name}-queue`));
    const reader = createQueueReader({
      sqs: aws.sqs,
      name,
      queueUrl,
      deadLetterQueueUrl,
      visibilityS: 3,
      handle: async () => (await kept(), { status: 'DONE' }),
      letters: noLetters,
      logger,
    });
    const sender = createAwsClients({ region: config.AWS_REGION });
    await sender.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}' }));
    sender.destroy();
    reader.start();
    await kept();
    await reader.stop();
  }
  aws.destroy();
}

/** A success that comes too late, over both ways in. */
async function payClosedOrder(): Promise<void> {
  const order = sampleOrder({ totalAmount: 1 });
  await post(order);
  await ended(order.orderId);
  const late = { ...samplePayment(), orderId: order.orderId };
  await put('payment.service', 'Payment Completed', [late]);
  await until('the consumer looks whether it was accounted for', () => has('Consumer', 'dynamodb:GetItem Ledger'));
  const event = { source: 'payment.service', 'detail-type': 'Payment Completed', detail: late };
  expect((await send('/events', event)).status).toBe(200);
}

/** Messages that somebody takes his time for: nobody else may read them meanwhile. */
async function keepMessages(): Promise<void> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe: observe('Consumer') });
  const orderId = uniqueId();
  const kept = (queue: string) => async () => {
    await until(`the consumer keeps a message of ${queue}`, () =>
      has('Consumer', `sqs:ChangeMessageVisibility ${queue}`),
    );
    return undefined as never;
  };
  const shared = { sqs: aws.sqs, visibilityS: 3, letters: noLetters, logger };
  const { quantity, overdueAfterS } = { quantity: config.REORDER_QUANTITY, overdueAfterS: config.REORDER_OVERDUE_S };
  const news = {
    source: 'order.validation',
    'detail-type': 'Order Validated',
    detail: { origin: 'waybill', orderId, sequence: 2 },
  };
  const readers = [
    createReorderReader({
      ...shared,
      name: 'reorder queue',
      queueUrl: config.REORDER_QUEUE_URL,
      deadLetterQueueUrl: config.REORDER_DLQ_URL,
      parse: parseAlert,
      stock: { replenish: kept('reorder-queue') },
      quantity,
      overdueAfterS,
    }),
    createReorderReader({
      ...shared,
      name: 'partial inventory queue',
      queueUrl: config.PARTIAL_INVENTORY_QUEUE_URL,
      deadLetterQueueUrl: config.PARTIAL_INVENTORY_DLQ_URL,
      parse: parseShortfall,
      stock: { replenish: kept('partial-inventory-queue') },
      quantity,
      overdueAfterS,
    }),
    createPackingReader({
      ...shared,
      queueUrl: config.SHIPPING_QUEUE_URL,
      deadLetterQueueUrl: config.SHIPPING_DLQ_URL,
      desk: { pack: kept('shipping-queue') },
    }),
    createStatusUpdater({
      ...shared,
      queueUrl: config.ORDER_STATUS_QUEUE_URL,
      deadLetterQueueUrl: config.ORDER_STATUS_DLQ_URL,
      statuses: { bringUpToDate: kept('order-status-queue') },
    }),
    createProjector({
      ...shared,
      queueUrl: config.ANALYTICS_QUEUE_URL,
      deadLetterQueueUrl: config.ANALYTICS_DLQ_URL,
      projections: { readCursor: kept('analytics-queue'), readEvents: async () => [], write: async () => true },
      snapshots: { take: async () => undefined },
      lookups: { note: async () => undefined },
      audit: { write: async () => undefined },
    }),
  ];
  const unavailableItems = [{ productId: 'PROD-20003' }];
  await Promise.all([
    sendTo(config.REORDER_QUEUE_URL, { alert: 'low-stock', items: unavailableItems }),
    sendTo(config.PARTIAL_INVENTORY_QUEUE_URL, { orderId, unavailableItems }),
    sendTo(config.SHIPPING_QUEUE_URL, {
      key: keys.packing(`${orderId}-S1`),
      orderId,
      shipmentId: `${orderId}-S1`,
      warehouseId: 'ICN',
      items: [{ productId: 'PROD-20003', quantity: 1 }],
      shippingAddress: { street: '1 Street', city: 'Seoul', country: 'KR', zipCode: '1' },
    }),
    sendTo(config.ORDER_STATUS_QUEUE_URL, news),
    sendTo(config.ANALYTICS_QUEUE_URL, news),
  ]);
  for (const reader of readers) reader.start();
  for (const queue of ['reorder', 'partial-inventory', 'shipping', 'order-status', 'analytics'])
    await kept(`${queue}-queue`)();
  await Promise.all(readers.map((reader) => reader.stop()));
  aws.destroy();
}

/** An event of ours that an engine takes its time for, and one that is none. */
async function keepOwnEvent(): Promise<void> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe: observe('Consumer') });
  const kept = () =>
    until('the consumer keeps an event', () => has('Consumer', 'sqs:ChangeMessageVisibility webhook-events-queue'));
  const reader = createWebhookEventsReader({
    sqs: aws.sqs,
    queueUrl: config.WEBHOOK_EVENTS_QUEUE_URL,
    deadLetterQueueUrl: config.WEBHOOK_EVENTS_DLQ_URL,
    visibilityS: config.WEBHOOK_EVENTS_VISIBILITY_S,
    listeners: { list: () => kept().then(() => []) },
    deliveries: { deliver: async () => true },
    letters: noLetters,
    logger,
  });
  reader.start();
  const { source, detailType, detail } = toBusEvent(someEvents(1)[0]!);
  await put(source, detailType, [detail, { origin: 'waybill' }]);
  await kept();
  await until('the consumer buries what is none', () => has('Consumer', 'sqs:SendMessage webhook-events-dlq'));
  await reader.stop();
  aws.destroy();
}

/** A shop whose server is not there, and one that is gone itself. */
async function tellShops(): Promise<void> {
  const webhook = { url: `http://127.0.0.1:${await freePort()}/`, owner: 'shop', events: ['Order Closed'] };
  const created = (await (await send('/webhooks', webhook)).json()) as { webhookId: string };
  const path = `/webhooks/${created.webhookId}`;
  const { deliveryId } = (await (await send(`${path}/test`)).json()) as { deliveryId: string };
  await until('a failure is counted', () => has('Worker', 'dynamodb:UpdateItem Webhooks'));
  expect((await send(`${path}/deliveries/${deliveryId}/resend`)).status).toBe(202);
  expect((await send(`${path}/rotate-secret`)).status).toBe(200);
  for (const read of [path, `${path}/deliveries`, '/webhooks?owner=shop'])
    expect([read, (await fetch(`${gateway()}${read}`)).status]).toEqual([read, 200]);
  expect((await fetch(`${gateway()}${path}`, { method: 'DELETE' })).status).toBe(200);
  const deliveries = connectWebhookClient({ engine: config.engine, taskQueue: config.TASK_QUEUE });
  const { webhookId } = created;
  await deliveries.deliver({
    webhookId,
    eventId: 'e',
    type: 'Order Closed',
    orderId: 'O',
    sequence: 1,
    at: '2026-01-01',
  });
  await until('a delivery is stopped', () => has('Worker', 'dynamodb:UpdateItem WebhookDeliveries'));
  await deliveries.close();
}

async function sendTo(QueueUrl: string, message: object): Promise<void> {
  const aws = createAwsClients({ region: config.AWS_REGION });
  await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
  aws.destroy();
}

/** What no queue can take. */
async function sendNonsense(): Promise<void> {
  const queues = [
    ['reorder', config.REORDER_QUEUE_URL],
    ['partial-inventory', config.PARTIAL_INVENTORY_QUEUE_URL],
    ['shipping', config.SHIPPING_QUEUE_URL],
    ['order-status', config.ORDER_STATUS_QUEUE_URL],
    ['analytics', config.ANALYTICS_QUEUE_URL],
  ] as const;
  for (const [, queueUrl] of queues) await sendTo(queueUrl, { nothing: 'of ours' });
  for (const [name] of queues)
    await until(`the consumer buries it: ${name}`, () => has('Consumer', `sqs:SendMessage ${name}-dlq`));
}

/** An order with so many events that a snapshot of it is due; it is told of as the bus does. */
async function growLong(): Promise<void> {
  const documents = documentsAt(process.env['AWS_ENDPOINT_URL']!);
  const events = someEvents(100);
  for (const Item of events) await documents.send(new PutCommand({ TableName: config.ORDER_EVENTS_TABLE, Item }));
  const { orderId } = events[0]!;
  const detail = { origin: 'waybill', orderId, sequence: events.length };
  await sendTo(config.ANALYTICS_QUEUE_URL, { source: 'ecommerce.orders', 'detail-type': 'Order Closed', detail });
  await until('the consumer takes a snapshot', () => has('Consumer', 'dynamodb:PutItem OrderSnapshots'));
  documents.destroy();
}

/** Orders that wait for a delivery, of which one goes on and one gives up; and a supplier that is late. */
async function waitForStock(): Promise<void> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe: observe('Worker') });
  const activities = createActivities(createPorts({ config, aws, logger }));
  const items = [{ productId: 'PROD-20004', quantity: 1000 }];
  const deadline = new Date().toISOString();
  const address = { street: '1 Street', city: 'Seoul', country: 'KR', zipCode: '1' };
  const [first, second] = [uniqueId(), uniqueId()];
  for (const orderId of [first, second]) {
    const batch = batchOf(orderId, [{ type: 'Order Backordered', data: { items, until: deadline } }]);
    await runActivity(activities.openBackorder, { batch, orderId, items, until: deadline, address });
  }
  const receive = () =>
    fetch(`${gateway()}/inventory/PROD-20004/receive`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ warehouseId: 'ICN', quantity: 1000, reference: 'DN-1' }),
    });
  // on a busy machine it is still being received when the first answer is due
  let response = await receive();
  for (let again = 0; response.status === 202 && again < 10; again++) response = await receive();
  expect([response.status, await response.json()]).toMatchObject([200, { toBackorders: 1000 }]);
  const taken = { batch: batchOf(first, [], 2), orderId: first, part: 2, firstShipment: 1 };
  expect(await runActivity(activities.takeBackorder, taken)).toMatchObject({ kind: 'FILLED' });
  const gaveUp = batchOf(
    second,
    [{ type: 'Backorder Ended', data: { items, reason: 'time is up', status: 'SHIPPED' } }],
    2,
  );
  await runActivity(activities.closeBackorder, { batch: gaveUp, orderId: second });
  const overdue = { key: 'overdue', productId: 'PROD-20004', outstanding: 1, orderedAt: deadline };
  await runActivity(activities.reportOverdueSupply, overdue);
  aws.destroy();
}

/** Every end that an order can have, and the first one sent again. */
async function placeOrders(): Promise<void> {
  const ofProduct = (productId: string, quantity: number) =>
    sampleOrder({
      items: [{ productId, quantity, price: 10 }],
      totalAmount: 10 * quantity,
      policy: { onShortage: 'SHIP_AVAILABLE' },
    });
  const orders: Partial<OrderSubmission>[] = [
    sampleOrder(),
    sampleOrder({ totalAmount: 1 }),
    ofProduct('PROD-SCARCE', 5),
    ofProduct('PROD-SOLD-OUT', 1),
    sampleOrder({ paymentMethod: 'pm_declined' }),
    sampleOrder({ paymentMethod: 'pm_timeout_charged' }),
    sampleOrder({ zipCode: '99999' }),
  ];
  await Promise.all(orders.map((order) => post(order)));
  await Promise.all(orders.map(({ orderId }) => ended(orderId!)));
  expect((await post(orders[0]!)).status).toBe(200);
}

/** An event that a step stored and could not publish. */
async function leaveEventToRelay(): Promise<void> {
  const documents = documentsAt(process.env['AWS_ENDPOINT_URL']!);
  const [event] = someEvents(1);
  await documents.send(new PutCommand({ TableName: config.ORDER_EVENTS_TABLE, Item: { ...event, unpublished: '0' } }));
  await until('the relay publishes', () => has('Consumer', 'dynamodb:BatchWriteItem OrderEvents'));
  documents.destroy();
}

/** A step that is tried again after its answer was lost, and one whose numbers are taken. */
async function repeatSteps(): Promise<void> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe: observe('Worker') });
  const { recordEvents } = createActivities(createPorts({ config, aws, logger }));
  const orderId = uniqueId();
  const batch = batchOf(orderId, [{ type: 'Order Validated', data: {} }]);
  for (const key of [keys.end(orderId), keys.end(orderId), keys.shortage(orderId)])
    await runActivity(recordEvents, { key, batch });
  aws.destroy();
}

/** What nobody can be told; and what a consumer told that is gone before it wrote that down: told again, after a while. */
async function repeatNotifications(): Promise<void> {
  const sns = new SNSClient({ region: EMULATOR_REGION });
  const documents = documentsAt(process.env['AWS_ENDPOINT_URL']!);
  const publish = (message: object) =>
    sns.send(
      new PublishCommand({ TopicArn: config.CUSTOMER_NOTIFICATION_TOPIC_ARN, Message: JSON.stringify(message) }),
    );
  const orderId = uniqueId();
  const key = keys.notify(orderId);
  const shipped = { event: 'Shipment Created', orderId, customerId: 'C', notificationKey: key, message: 'On its way.' };
  const told = async (count: number) => {
    const response = await fetch(`${gateway()}/sandbox/journal?orderId=${orderId}`);
    return ((await response.json()) as { entries: object[] }).entries.length === count;
  };
  await publish({ event: 'nothing' });
  await publish(shipped);
  await until('the customer is told', () => told(CHANNELS.length));
  for (const channel of CHANNELS)
    await documents.send(
      new UpdateCommand({
        TableName: config.INBOX_TABLE,
        Key: { eventId: `notification ${channel} ${key}` },
        UpdateExpression: 'SET #state = :sending, leaseUntil = :until',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':sending': 'SENDING', ':until': Date.now() + 10_000 },
      }),
    );
  await publish(shipped);
  await until('the customer is told again', () => told(2 * CHANNELS.length));
  sns.destroy();
  documents.destroy();
}

/** Something dies in every queue, is taken to its record, and sent back. */
async function redriveEverywhere(): Promise<void> {
  const [plain, watched] = [
    createAwsClients({ region: config.AWS_REGION }),
    createAwsClients({ region: config.AWS_REGION, observe: observe('Worker') }),
  ];
  const { deadLetters, closeDesk } = createPorts({ config, aws: watched, logger });
  const queues = deadLetterQueues(config);
  for (const QueueUrl of [...queues.map(({ deadLetterQueueUrl }) => deadLetterQueueUrl), config.UNDELIVERED_DLQ_URL]) {
    await plain.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'nothing' }));
    const name = new URL(QueueUrl).pathname.split('/').at(-1);
    await until(`a dead letter of ${name} is taken`, () => has('Consumer', `sqs:DeleteMessage ${name}`));
  }
  // one that is there already
  const DataType = 'String';
  const MessageAttributes = { deadLetterId: { DataType, StringValue: deadLetterIdOf(uniqueId('twice')) } };
  const QueueUrl = config.UNDELIVERED_DLQ_URL;
  for (let n = 0; n < 2; n++)
    await plain.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'nothing', MessageAttributes }));
  await until('it is known', () => has('Consumer', 'dynamodb:GetItem DeadLetters'));
  for (const { queue } of queues) await deadLetters.queues.send({ queue, body: 'nothing', attributes: {} });
  for (const topicArn of topicArns(config)) {
    await deadLetters.targets.publish({ topicArn, message: '{}' });
    await deadLetters.targets.find(`${topicArn}:0198c0de-0000-4000-8000-000000000000`);
  }
  await deadLetters.audit.write({
    id: uniqueId('batch'),
    at: new Date().toISOString(),
    by: 'tests',
    action: 'BULK_REDRIVE',
    subject: { kind: 'dead-letters', id: 'batch' },
  });
  await until('its workflow writes a record', () => has('Worker', 'dynamodb:UpdateItem DeadLetters'));
  const paths = ['/dead-letters?state=PARKED', '/dead-letters?class=POISON'];
  for (const path of paths) expect([path, (await fetch(`${gateway()}${path}`)).status]).toEqual([path, 200]);
  expect((await fetch(`${gateway()}/dead-letters/DL-none`)).status).toBe(404);
  for (const filter of [{ class: 'RETRYABLE' as const }, { queue: 'none' }])
    await deadLetters.book.listRedrivable({ filter, limit: 1 });
  await closeDesk();
  plain.destroy();
  watched.destroy();
}

/** An operator cancels, and the consumer writes it down. */
async function cancelByHand(): Promise<void> {
  const order = sampleOrder();
  await post(order);
  await ended(order.orderId);
  const asked = { by: 'tests', reason: 'to see what it may' };
  expect((await send(`/orders/${order.orderId}/cancel`, asked)).ok).toBe(true);
  await until('it is in the trail', () => has('Consumer', 'dynamodb:PutItem AuditTrail'));
}

async function readEverything(): Promise<void> {
  const order = sampleOrder();
  const paths = [
    `/orders/${order.orderId}`,
    `/orders/${order.orderId}/events`,
    `/orders?customerId=${order.customerId}`,
    '/orders?status=SHIPPED',
    '/orders',
    '/orders?productId=PROD-12345',
    '/inventory/PROD-12345',
    `/orders/${order.orderId}?asOf=1`,
    `/reports/customers/${order.customerId}`,
    '/reports/hours',
    '/reports/movements/PROD-12345',
    `/sandbox/journal?orderId=${order.orderId}`,
    '/sandbox/providers',
    '/breakers',
    '/overview',
    '/audit',
    `/customers/${order.customerId}/contact`,
    '/readyz',
  ];
  await post(order);
  const contact = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"channels":["EMAIL"]}' };
  expect((await fetch(`${gateway()}/customers/${order.customerId}/contact`, contact)).status).toBe(200);
  for (const path of paths) expect([path, (await fetch(`${gateway()}${path}`)).status]).toEqual([path, 200]);
  const stream = await openStream(`${gateway()}/orders/${order.orderId}/events`);
  await stream.until(({ events }) => events.length > 0);
  stream.close();
}

/** Whoever brings messages to customers is out of order: the breaker is seen, and asks for a reset. */
async function loseMessenger(): Promise<void> {
  const sns = new SNSClient({ region: EMULATOR_REGION });
  await send('/sandbox/providers/notification', { available: false });
  const key = keys.notify(uniqueId());
  const shipped = { event: 'Shipment Created', orderId: key, customerId: 'C', notificationKey: key, message: 'Soon.' };
  const Message = JSON.stringify(shipped);
  await sns.send(new PublishCommand({ TopicArn: config.CUSTOMER_NOTIFICATION_TOPIC_ARN, Message }));
  await until('the breaker is written', () => has('Consumer', 'dynamodb:PutItem Breakers'));
  await until('a reset is asked for', () => has('Consumer', 'dynamodb:GetItem Breakers'));
  await send('/sandbox/providers/notification', { available: true });
  sns.destroy();
}

/** What operations, and those who try the sandbox, may do. */
async function turnSwitches(): Promise<void> {
  const charge = {
    key: keys.charge(uniqueId(), 1),
    orderId: uniqueId(),
    amount: 1,
    currency: 'USD',
    paymentMethod: 'pm_pending',
  };
  const aws = createAwsClients({ region: config.AWS_REGION });
  await createPorts({ config, aws, logger }).payments.charge(charge);
  aws.destroy();
  const calls: [path: string, body?: object][] = [
    ['/breakers/supplier/reset'],
    ['/breakers/supplier/reset', { by: 'tests', reason: 'to see what it may' }],
    ['/sandbox/providers/supplier', { available: true }],
    ['/sandbox/payments/settle', { chargeKey: charge.key, outcome: 'succeeded' }],
  ];
  for (const [path, body] of calls) expect([path, (await send(path, body)).ok]).toEqual([path, true]);
}

/** Events of orders that failed into the sandbox, everything to the live consumers until somebody has enough; and none. */
async function replayEvents(): Promise<void> {
  const aws = createAwsClients({ region: config.AWS_REGION });
  await aws.sqs.send(new SendMessageCommand({ QueueUrl: config.REPLAY_QUEUE_URL, MessageBody: 'no event' }));
  await until('the consumer buries it', () => has('Consumer', 'sqs:SendMessage replay-dlq'));
  const request = { from: new Date(Date.now() - 3_600_000).toISOString(), by: 'test' };
  const rights: Right[] = ['sqs:SendMessage replay-sandbox-queue', 'sqs:ChangeMessageVisibility replay-queue'];
  for (const [changes, right] of [
    [{ failedOnly: true, toQueue: 'sandbox' }, rights[0]!],
    [{}, rights[1]!],
  ] as const) {
    const started = await send('/replays', { ...request, ...changes });
    expect(started.status).toBe(202);
    const { name } = (await started.json()) as { name: string };
    await until(`the consumer has ${right}`, () => has('Consumer', right));
    expect((await send(`/replays/${name}/cancel`, { by: 'test' })).status).toBe(202);
    await until(`${name} is over`, async () => {
      const { state } = (await (await fetch(`${gateway()}/replays/${name}`)).json()) as { state: string };
      return state === 'CANCELLED';
    });
  }
  const sandbox = (await (await fetch(`${gateway()}/replays/sandbox`)).json()) as { messages: object[] };
  expect(sandbox.messages).not.toEqual([]);
  expect((await send('/replays/sandbox/purge', { by: 'test' })).status).toBe(202);
  aws.destroy();
}

/** A view that is not what its events say, one without events, a snapshot and a counter that are wrong, and a case that somebody closes. */
async function lookAfterBooks(): Promise<void> {
  const documents = documentsAt(process.env['AWS_ENDPOINT_URL']!);
  const { orderId } = sampleOrder();
  expect((await post(sampleOrder({ orderId }))).ok).toBe(true);
  await ended(orderId);
  const TableName = config.ORDER_STATUS_VIEW_TABLE;
  await documents.send(
    new UpdateCommand({
      TableName,
      Key: { orderId },
      UpdateExpression: 'SET charged = :wrong',
      ExpressionAttributeValues: { ':wrong': 1 },
    }),
  );
  await documents.send(new PutCommand({ TableName, Item: { orderId: uniqueId('GHOST'), sequence: 1 } }));
  const wrong = { orderId, sequence: 1, format: VIEW_FORMAT, view: { orderId, sequence: 1 } };
  await documents.send(new PutCommand({ TableName: config.ORDER_SNAPSHOTS_TABLE, Item: wrong }));
  // a counter of dead letters that is not what there is of them
  const counter = { id: counterIdOf({ class: 'BUG', shard: 0 }), PARKED: 1000, changes: 0 };
  await documents.send(new PutCommand({ TableName: config.DEAD_LETTERS_TABLE, Item: counter }));
  documents.destroy();
  const isDone = (path: string) => async () => {
    const run = (await (await fetch(`${gateway()}${path}`)).json()) as { state?: string; report?: object };
    return run.state === 'DONE';
  };
  for (const [path, options] of [
    ['/maintenance/rebuild-view', { prune: true }],
    ['/maintenance/reconciliation', { full: true }],
    ['/maintenance/reconciliation', {}],
  ] as const) {
    expect((await send(path, { by: 'tests', ...options })).status).toBe(202);
    await until(`${path} is through`, isDone(path));
  }
  const { cases } = (await (await fetch(`${gateway()}/cases`)).json()) as { cases: { links: { close?: string } }[] };
  const closing = cases.map(({ links }) => links.close).find((close) => close !== undefined);
  expect((await send(closing!, { by: 'tests', reason: 'seen to' })).status).toBe(200);
}

const post = (order: Partial<OrderSubmission>): Promise<Response> => send('/orders', order);

const send = (path: string, body?: object): Promise<Response> =>
  fetch(`${gateway()}${path}`, {
    method: 'POST',
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });

const ON_THE_WAY = new Set(['RECEIVED', 'VALIDATED', 'RESERVED', 'PAID']);

async function ended(orderId: string): Promise<void> {
  await until(`order ${orderId} ends`, async () => {
    const response = await fetch(`${gateway()}/orders/${orderId}`);
    if (!response.ok) return false;
    const { status, states } = (await response.json()) as ShownOrder;
    // delivered it is by somebody else
    return (
      !ON_THE_WAY.has(status) && states.every(({ name, exitedAt }) => exitedAt !== null || name === 'AwaitDelivery')
    );
  });
}

async function until(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
