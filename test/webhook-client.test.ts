import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WebhookDelivery } from '../src/domain/webhooks';
import { booksOn, connectToEmulator } from './support/contracts/emulator';
import { connectWebhookClient, createWebhookClient, deliveryIdOf, type WebhookEvent } from '../src/webhook-client';
import { createEndpointPlaces } from '../src/adapters/webhooks/endpoint-places';
import { createWebhookActivities } from '../src/activities/webhooks';
import { createWebhookSender } from '../src/adapters/webhooks/sender';
import { createWebhookTools, eventFor, newWebhookId } from './support/webhook-bench';
import { EngineUnavailableError } from '../src/client';
import { eventually } from './support/contracts/condition';
import { freePort } from '../scripts/lib/ports';
import { startReceiver, type WebhookReceiver } from './support/webhook-receiver';
import { uniqueId } from './support/orders';
import { WAITS, webhookQueueOf } from '../src/domain/webhooks';
import { webhookWorkflowId } from '../src/domain/ids';

/** On the real server, where many ask at one time. */
const address = process.env['TEMPORAL_ADDRESS']!;
const workflowBundle = { codePath: process.env['WORKFLOW_BUNDLE']! };
const emulator = connectToEmulator();
const { book, desk, subscribe, happen } = createWebhookTools(emulator);
const taskQueue = uniqueId('queue');

let connection: Connection;
let native: NativeConnection;
let client: Client;
let workers: Worker[];
let running: Promise<void>[];
let deliveries: ReturnType<typeof createWebhookClient>;
let shop: WebhookReceiver;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection });
  deliveries = createWebhookClient({ client, taskQueue });
  const activities = createWebhookActivities({
    books: booksOn(emulator),
    desk,
    sender: createWebhookSender({ allowPrivate: true }),
    places: createEndpointPlaces({ perHost: 10 }),
    messenger: { reportDisabledWebhook: async () => undefined },
    counts: { webhookDelivery: () => undefined, webhookDisabled: () => undefined },
    disableAfterS: 86_400,
    now: () => new Date().toISOString(),
  });
  workers = [
    await Worker.create({ connection: native, taskQueue, workflowBundle }),
    await Worker.create({ connection: native, taskQueue: webhookQueueOf(taskQueue), activities }),
  ];
  running = workers.map((worker) => worker.run());
});
afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await connection.close();
  await native.close();
  emulator.destroy();
});
beforeEach(async () => void (shop = await startReceiver()));
afterEach(() => shop.close());

const handleOf = ({ webhookId, eventId }: WebhookEvent) =>
  client.workflow.getHandle(webhookWorkflowId(webhookId, eventId));

const made = (event: WebhookEvent, count: number): Promise<WebhookDelivery> =>
  eventually(
    async () => (await book.readDelivery({ webhookId: event.webhookId, deliveryId: deliveryIdOf(event) }))!,
    (log) => log?.made === count,
  );

async function newEvent(): Promise<WebhookEvent> {
  const { webhookId } = await subscribe({ url: shop.url });
  return eventFor(webhookId, await happen());
}

const messages = () => shop.received.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`);

async function replay(event: WebhookEvent): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle }, await handleOf(event).fetchHistory());
}

test('an event that many tell at once, and later again, is delivered once', async () => {
  const event = await newEvent();
  const started = await Promise.all(Array.from({ length: 5 }, () => deliveries.deliver(event)));
  expect(started.filter(Boolean)).toHaveLength(1);
  expect(await handleOf(event).result()).toEqual({ end: 'DELIVERED', attempts: 1 });
  expect(await deliveries.deliver(event)).toBe(false);
  expect(shop.received).toHaveLength(1);
});

test('what was taken is sent again when somebody asks: of many who ask at once, once', async () => {
  const event = await newEvent();
  await deliveries.deliver(event);
  await handleOf(event).result();
  const first = await made(event, 1);
  await Promise.all(Array.from({ length: 5 }, () => deliveries.resend(first)));
  await made(event, 2);
  // who read the log before that attempt asked for the same one
  await deliveries.resend(first);
  expect(await handleOf(event).result()).toEqual({ end: 'DELIVERED', attempts: 2 });
  expect(shop.received).toHaveLength(2);
  expect(new Set(messages()).size).toBe(1);
  await deliveries.resend(await made(event, 2));
  expect(await handleOf(event).result()).toEqual({ end: 'DELIVERED', attempts: 3 });
  expect(shop.received).toHaveLength(3);
  await replay(event);
});

test('what waits is sent now, and all its waits begin anew', async () => {
  shop.answer((response) => void response.writeHead(shop.received.length < 4 ? 500 : 200).end());
  const event = await newEvent();
  await deliveries.deliver(event);
  // the third attempt is minutes away
  const second = await made(event, 2);
  expect(second.state).toBe('PENDING');
  await Promise.all(Array.from({ length: 5 }, () => deliveries.resend(second)));
  const third = await made(event, 3);
  const at = third.attempts[2]!.at;
  expect(Date.parse(at) - Date.parse(second.attempts[1]!.at)).toBeLessThan(WAITS[2]!);
  const wait = Date.parse(third.nextAttemptAt!) - Date.parse(at);
  expect(wait).toBeGreaterThanOrEqual(WAITS[1]!);
  expect(wait).toBeLessThan(WAITS[2]!);
  await deliveries.resend(second);
  await deliveries.resend(third);
  expect(await handleOf(event).result()).toEqual({ end: 'DELIVERED', attempts: 4 });
  expect(shop.received).toHaveLength(4);
  expect(new Set(messages()).size).toBe(1);
  await replay(event);
});

test("a delivery's id is the same for the same event, sorts by time, and has no dot", () => {
  const event = { webhookId: newWebhookId(), eventId: 'ORD.1#1', at: '2026-01-01T00:00:00.000Z' };
  const id = deliveryIdOf(event);
  expect(id).toBe(deliveryIdOf({ ...event }));
  expect(id).toMatch(/^msg_[0-9a-z]{32}$/);
  expect(deliveryIdOf({ ...event, webhookId: newWebhookId() })).not.toBe(id);
  expect(deliveryIdOf({ ...event, eventId: 'ORD.1#2' })).not.toBe(id);
  const times = [
    '2025-12-31T23:59:59.999Z',
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.001Z',
    '2031-01-01T00:00:00Z',
  ];
  const ids = times.map((at) => deliveryIdOf({ ...event, at }));
  expect(ids.toSorted()).toEqual(ids);
});

test('an engine that is not there is said', async () => {
  const engine = { connection: { address: `127.0.0.1:${await freePort()}` }, namespace: 'default' };
  const lost = connectWebhookClient({ engine, taskQueue });
  const event = await newEvent();
  await expect(lost.deliver(event)).rejects.toThrow(EngineUnavailableError);
  await expect(lost.test(event)).rejects.toThrow(EngineUnavailableError);
  await lost.close();
});
