import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import pino from 'pino';
import type { AwsCall } from '../../src/adapters/aws/clients';
import type { ManagedProcess } from '../../scripts/lib/managed-process';
import type { OrderSubmission } from '../../src/domain/order';
import type { Running } from '../../src/lifecycle';
import { batchOf, runActivity } from '../support/contracts/activities';
import { type Config, loadConfig } from '../../src/config';
import { CHANNELS } from '../../src/domain/order';
import { createActivities } from '../../src/activities';
import { createAwsClients } from '../../src/adapters/aws/clients';
import { createPorts, start as startWorker } from '../../src/worker';
import { deployToEmulator } from '../../infra/deploy';
import { documentsAt, EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { environmentFromOutputs } from '../../infra/outputs';
import { freePort } from '../../scripts/lib/ports';
import { keys } from '../../src/domain/ids';
import { type Right, rightsFor, rightsOf } from '../support/iam';
import { sampleOrder, uniqueId } from '../support/orders';
import { seedInventory } from '../../scripts/lib/seed';
import { someEvents } from '../support/contracts/events';
import { start as startConsumer } from '../../src/messaging/consumer';
import { start as startGateway } from '../../src/gateway/server';
import { startMinistack } from '../../scripts/lib/servers';
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
    NOTIFICATION_VISIBILITY_S: '3',
    RELAY_GRACE_MS: '0',
    RELAY_INTERVAL_MS: '200',
    PROVIDER_TIMEOUT_MS: '500',
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
  expect(rights.filter((right) => right.includes('*'))).toEqual([]);
  expect(new Set(rights).size).toBe(rights.length);
});

test('each process may do what it does, and nothing else', async () => {
  running.push(
    await startGateway(config, logger, observe('Gateway')),
    await startConsumer(config, logger, observe('Consumer')),
  );
  await placeOnBus();
  // the worker is away for so long that the consumer has to keep its message, and that nobody is answered
  expect((await post(sampleOrder())).status).toBe(202);
  await until('the consumer looks whose the id is', () => has('Consumer', 'dynamodb:GetItem Orders'));
  await until('the consumer keeps a message', () => has('Consumer', 'sqs:ChangeMessageVisibility order-intake-queue'));
  running.push(await startWorker(config, logger, observe('Worker')));
  await Promise.all([placeOrders(), leaveEventToRelay(), repeatSteps(), repeatNotifications()]);
  await readEverything();

  for (const name of PROCESSES) {
    const granted = rightsOf(template, `${name}Role`).toSorted();
    expect({ [name]: [...used[name]].toSorted() }).toEqual({ [name]: granted });
  }
});

const has = (process: Process, right: Right) => used[process].has(right);
const gateway = () => `http://127.0.0.1:${config.PORT}`;

/** An order and something that is none, as other systems send them. */
async function placeOnBus(): Promise<void> {
  const events = new EventBridgeClient({ region: EMULATOR_REGION });
  const event = { Source: 'ecommerce.orders', DetailType: 'Order Placed', EventBusName: config.EVENT_BUS_NAME };
  const Entries = [sampleOrder(), { items: 1 }].map((detail) => ({ ...event, Detail: JSON.stringify(detail) }));
  await events.send(new PutEventsCommand({ Entries }));
  events.destroy();
}

/** Every end that an order can have, and the first one sent again. */
async function placeOrders(): Promise<void> {
  const ofProduct = (productId: string, quantity: number) =>
    sampleOrder({ items: [{ productId, quantity, price: 10 }], totalAmount: 10 * quantity });
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

async function readEverything(): Promise<void> {
  const order = sampleOrder();
  const paths = [
    `/orders/${order.orderId}`,
    `/orders/${order.orderId}/events`,
    `/orders?customerId=${order.customerId}`,
    '/orders?status=SHIPPED',
    '/inventory/PROD-12345',
    `/sandbox/journal?orderId=${order.orderId}`,
    `/customers/${order.customerId}/contact`,
    '/readyz',
  ];
  await post(order);
  const contact = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"channels":["EMAIL"]}' };
  expect((await fetch(`${gateway()}/customers/${order.customerId}/contact`, contact)).status).toBe(200);
  for (const path of paths) expect([path, (await fetch(`${gateway()}${path}`)).status]).toEqual([path, 200]);
}

const post = (order: Partial<OrderSubmission>): Promise<Response> =>
  fetch(`${gateway()}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });

const ON_THE_WAY = new Set(['RECEIVED', 'VALIDATED', 'RESERVED', 'PAID']);

async function ended(orderId: string): Promise<void> {
  await until(`order ${orderId} ends`, async () => {
    const response = await fetch(`${gateway()}/orders/${orderId}`);
    if (!response.ok) return false;
    const { status, states } = (await response.json()) as {
      status: string;
      states: { name: string; exitedAt: string | null }[];
    };
    // what waits for its carrier does nothing more by itself
    const isLeft = ({ name, exitedAt }: (typeof states)[number]) => exitedAt !== null || name === 'AwaitDelivery';
    return !ON_THE_WAY.has(status) && states.every(isLeft);
  });
}

async function until(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
