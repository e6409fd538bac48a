import type { ServerResponse } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { booksOn, connectToEmulator } from './support/contracts/emulator';
import { EngineUnavailableError } from '../src/client';
import { createWebhookClient, type WebhookEvent } from '../src/webhook-client';
import { createWebhookTools, eventFor } from './support/webhook-bench';
import { createWebhookWorker } from '../src/wiring/webhook-deliveries';
import { createMetrics } from '../src/metrics';
import { eventually } from './support/contracts/condition';
import { loadConfig } from '../src/config';
import { startReceiver, type WebhookReceiver } from './support/webhook-receiver';
import { uniqueId } from './support/orders';
import { webhookWorkflowId } from '../src/domain/ids';

jest.setTimeout(300_000);

/** One shop that hangs and one that is quick, on the real server, with the worker as it is. */
const address = process.env['TEMPORAL_ADDRESS']!;
const taskQueue = uniqueId('fair');
const emulator = connectToEmulator();
const { subscribe, happen } = createWebhookTools(emulator);
const metrics = createMetrics();
let connection: Connection;
let native: NativeConnection;
let client: Client;
let workers: Worker[];
let running: Promise<void>[];
let slow: WebhookReceiver;
let quick: WebhookReceiver;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection });
  [slow, quick] = [await startReceiver(), await startReceiver()];
  const workflowBundle = { codePath: process.env['WORKFLOW_BUNDLE']! };
  const ports = {
    books: booksOn(emulator),
    messenger: { reportDisabledWebhook: async () => undefined },
    now: () => new Date().toISOString(),
  };
  const config = loadConfig('worker', { ...process.env, TASK_QUEUE: taskQueue, WEBHOOK_ALLOW_PRIVATE: 'true' });
  workers = [
    await Worker.create({ connection: native, taskQueue, workflowBundle }),
    await createWebhookWorker({ config, aws: emulator, ports, metrics, connection: native }),
  ];
  running = workers.map((worker) => worker.run());
});
afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await Promise.all([slow.close(), quick.close()]);
  await connection.close();
  await native.close();
  emulator.destroy();
});

/** Has a webhook at an address told of so many events; all of one content, as stored. */
async function deliver(url: string, count: number): Promise<WebhookEvent[]> {
  const deliveries = createWebhookClient({ client, taskQueue });
  const [{ webhookId }, stored] = [await subscribe({ url }), await happen()];
  const events = Array.from({ length: count }, () => ({ ...eventFor(webhookId, stored), eventId: uniqueId('event') }));
  // as the consumer would: what does not reach the engine comes again
  const reach = async (event: WebhookEvent) => {
    for (let tries = 1; ; tries++)
      try {
        return await deliveries.deliver(event);
      } catch (error) {
        if (!(error instanceof EngineUnavailableError) || tries === 10) throw error;
      }
  };
  for (let n = 0; n < count; n += 20) await Promise.all(events.slice(n, n + 20).map(reach));
  return events;
}
const ended = (events: WebhookEvent[]) =>
  Promise.all(
    events.map(({ webhookId, eventId }) => client.workflow.getHandle(webhookWorkflowId(webhookId, eventId)).result()),
  );

test('300 deliveries to a shop that hangs hold up none of 20 to one that is quick', async () => {
  const held: ServerResponse[] = [];
  let most = 0;
  let isReleased = false;
  slow.answer((response) => {
    if (isReleased) response.writeHead(204).end();
    else held.push(response);
    const open = held.filter((one) => !one.closed).length;
    most = Math.max(most, open);
  });
  const hanging = await deliver(slow.url, 300);
  await eventually(
    () => held.length,
    (count) => count >= 10,
    { timeoutMs: 30_000 },
  );
  const begun = slow.received.length;
  const told = await deliver(quick.url, 20);
  expect(await ended(told)).toEqual(told.map(() => ({ end: 'DELIVERED', attempts: 1 })));
  expect(quick.received).toHaveLength(20);
  // the slow one never had more than its share, and had answered nothing so far
  expect([begun >= 10, most]).toEqual([true, 10]);
  expect(held.filter((response) => response.writableEnded)).toEqual([]);

  // nothing of the slow shop's is lost: all come when it answers again
  isReleased = true;
  for (const response of held) response.writeHead(204).end();
  const arrived = () => new Set(slow.received.map(({ headers }) => headers['webhook-id'])).size;
  expect(hanging).toHaveLength(300);
  await eventually(arrived, (count) => count === 300, { timeoutMs: 180_000 });
  expect(most).toBe(10);
});
