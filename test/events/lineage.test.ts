import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import pino from 'pino';
import { buildApp } from '../../src/gateway/app';
import { connectToEmulator } from '../support/contracts/emulator';
import { createActivities } from '../../src/activities';
import { createDeps } from '../gateway/support';
import { createEventInbox } from '../../src/adapters/aws/inbox';
import { createEventReader } from '../../src/messaging/event-reader';
import { createInbox } from '../../src/messaging/inbox';
import { createOrderClient, type OrderClient } from '../../src/client';
import { createPorts } from '../../src/worker';
import { eventIdOf, type OrderId } from '../../src/domain/ids';
import { loadConfig } from '../../src/config';
import { misfitOf } from '../support/contracts/schemas';
import { noLetters } from '../support/letters';
import { putQueueOnBus, type QueueOnBus, type TappedEvent } from '../support/bus-tap';
import { receiveAll } from '../support/contracts/queues';
import { rested } from '../support/rested';
import { sampleOrder, uniqueId } from '../support/orders';

/** What an order's events hang together with, from each way in to the way out: on the real servers. */
const emulator = connectToEmulator();
const { sqs, events: eventBridge, db } = emulator;
const config = loadConfig('worker');
const ports = createPorts({ config, aws: emulator, logger: pino({ level: 'silent' }) });
const rows = createEventInbox({ db, table: emulator.config.INBOX_TABLE });
const taskQueue = uniqueId('queue');
const customerId = uniqueId('CUST');
const productId = uniqueId('PROD');

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const LATER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let onBus: QueueOnBus;
let placedOnBus: QueueOnBus;
let connection: Connection;
let native: NativeConnection;
let worker: Worker;
let running: Promise<void>;
let orders: OrderClient;
let app: ReturnType<typeof buildApp>;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const quantities = { productId, availableQuantity: 100, reservedQuantity: 0 };
  await db.send(new PutCommand({ TableName: config.INVENTORY_TABLE, Item: quantities }));
  await db.send(
    new PutCommand({ TableName: config.WAREHOUSE_STOCK_TABLE, Item: { ...quantities, warehouseId: 'ICN' } }),
  );
  const busName = config.EVENT_BUS_NAME;
  const ours = { origin: ['waybill'], customerId: [customerId] };
  onBus = await putQueueOnBus(emulator, { busName, pattern: { detail: ours } });
  const placed = { 'detail-type': ['Order Placed'], detail: { customerId: [customerId] } };
  placedOnBus = await putQueueOnBus(emulator, { busName, pattern: placed });
  connection = await Connection.connect(config.engine.connection);
  native = await NativeConnection.connect(config.engine.connection);
  worker = await Worker.create({
    connection: native,
    taskQueue,
    activities: createActivities(ports),
    workflowBundle: { codePath: config.WORKFLOW_BUNDLE! },
  });
  running = worker.run();
  orders = createOrderClient({ client: new Client({ connection }), taskQueue, stored: ports.books });
  app = buildApp({ ...createDeps(), orders, inbox: rows });
});
afterAll(async () => {
  await app.close();
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
  await Promise.all([onBus.remove(), placedOnBus.remove()]);
  emulator.destroy();
});

const newOrder = () => sampleOrder({ customerId, items: [{ productId, quantity: 1, price: 10 }], totalAmount: 10 });

/** All that the bus has of an order that came to rest; each fits its schema. */
async function toldOf(orderId: OrderId): Promise<TappedEvent[]> {
  const { sequence, status } = await rested(ports.books, orderId);
  expect(status).toBe('SHIPPED');
  await ports.publisher.flush();
  const isOurs = (body: unknown) => (body as TappedEvent).detail.orderId === orderId;
  const told = (await receiveAll(sqs, onBus.queueUrl, isOurs, sequence)) as TappedEvent[];
  expect(told.flatMap((event) => misfitOf(event) ?? [])).toEqual([]);
  return told.toSorted((a, b) => a.detail.sequence - b.detail.sequence);
}

/** What each event of an order says that nobody touched after it was placed. */
const lineage = (orderId: OrderId, p: { count: number; correlationId: string; causationId: string }) =>
  Array.from({ length: p.count }, (_, i) => ({
    correlationId: p.correlationId,
    causationId: i === 0 ? p.causationId : eventIdOf(orderId, i),
    traceparent: TRACE,
  }));

const lineageOf = (told: TappedEvent[]) =>
  told.map(({ detail }) => {
    const { correlationId, causationId, traceparent } = detail as unknown as Record<string, string>;
    return { correlationId, causationId, traceparent };
  });

test('an order over HTTP: its request, and the trace of that', async () => {
  const { orderId, ...order } = newOrder();
  const id = uniqueId('request');
  const headers = { 'content-type': 'application/json', 'x-request-id': id, traceparent: TRACE };
  const answer = await app.inject({ method: 'POST', url: '/orders', headers, payload: { orderId, ...order } });
  expect([201, 202]).toContain(answer.statusCode);
  const told = await toldOf(orderId);
  const requestId = String(answer.headers['x-request-id']);
  expect(lineageOf(told)).toEqual(
    lineage(orderId, { count: told.length, correlationId: requestId, causationId: requestId }),
  );
});

describe.each([
  ['structured', (event: object) => ({ type: 'application/cloudevents+json', headers: {}, payload: event })],
  ['in a batch', (event: object) => ({ type: 'application/cloudevents-batch+json', headers: {}, payload: [event] })],
  [
    'binary',
    ({ data, ...attributes }: { data: object }) => ({
      type: 'application/json',
      headers: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)])),
      payload: data,
    }),
  ],
] as const)('a CloudEvent, %s', (_, sent) => {
  async function post(event: { data: object }) {
    const { type, headers, payload } = sent(event);
    const answer = await app.inject({
      method: 'POST',
      url: '/events',
      headers: { 'content-type': type, ...headers },
      payload: JSON.stringify(payload),
    });
    expect(answer.json()).toMatchObject({ results: [{ status: 'ACCEPTED' }] });
  }
  const eventOf = (type: string, source: string, p: { id: string; traceparent: string; data: object }) => ({
    specversion: '1.0',
    type,
    source,
    ...p,
  });

  test("the sender's mark and trace go on, and a later event's trace is its own", async () => {
    const order = newOrder();
    const { orderId } = order;
    const id = uniqueId('event');
    // the mark is inside, the trace an extension around it; what is no trace hides none
    const data = { ...order, correlationId: 'cart-1', traceparent: 'junk' };
    await post(eventOf('Order Placed', 'ecommerce.orders', { id, traceparent: TRACE, data }));
    const told = await toldOf(orderId);
    expect(lineageOf(told)).toEqual(lineage(orderId, { count: told.length, correlationId: 'cart-1', causationId: id }));

    const label = told.find((event) => event['detail-type'] === 'Shipment Created')!;
    const { trackingNumber } = label.detail as unknown as { trackingNumber: string };
    const scan = uniqueId('scan');
    const update = { orderId, trackingNumber, status: 'IN_TRANSIT', updateId: scan, correlationId: 'carrier-9' };
    await post(eventOf('Carrier Update', 'carrier.updates', { id: scan, traceparent: LATER, data: update }));
    const isTracked = (body: unknown) =>
      (body as TappedEvent).detail.orderId === orderId && (body as TappedEvent)['detail-type'] === 'Shipment Tracked';
    const [tracked] = (await receiveAll(sqs, onBus.queueUrl, isTracked, 1)) as TappedEvent[];
    // one order, one mark: that of what placed it
    expect(lineageOf([tracked!])).toEqual([{ correlationId: 'cart-1', causationId: scan, traceparent: LATER }]);
    expect(misfitOf(tracked!)).toBeUndefined();
  });
});

test('an event on the bus: the same, over rule and queue', async () => {
  const reader = createEventReader({
    name: 'queue of the test',
    sqs,
    queueUrl: placedOnBus.queueUrl,
    deadLetterQueueUrl: placedOnBus.queueUrl,
    visibilityS: 30,
    inbox: createInbox({ rows, orders }),
    letters: noLetters,
    logger: pino({ level: 'silent' }),
  });
  const order = newOrder();
  reader.start();
  try {
    const Detail = JSON.stringify({ ...order, correlationId: 'cart-2', traceparent: TRACE });
    const entry = { Source: 'ecommerce.orders', DetailType: 'Order Placed', Detail };
    const put = new PutEventsCommand({ Entries: [{ EventBusName: config.EVENT_BUS_NAME, ...entry }] });
    const { Entries: [{ EventId = '' } = {}] = [] } = await eventBridge.send(put);
    const told = await toldOf(order.orderId);
    expect(lineageOf(told)).toEqual(
      lineage(order.orderId, { count: told.length, correlationId: 'cart-2', causationId: EventId }),
    );
  } finally {
    await reader.stop();
  }
});
