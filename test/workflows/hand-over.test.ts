import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { OrderId } from '../../src/domain/ids';
import { becomes } from '../../scripts/lib/wait';
import { createActivities } from '../../src/activities';
import { createMemoryWorld } from '../support/memory/ports';
import { createOrderClient, type OrderClient } from '../../src/client';
import { fingerprintOf } from '../../src/submission';
import { fold } from '../../src/domain/projection';
import { replayRuns } from '../support/runs';
import { rested } from '../support/rested';
import { sampleOrder, uniqueId } from '../support/orders';
import { workflowIdOf } from '../../src/domain/ids';

/** On the real server: the one that skips time gets stuck on updates of a run that ends by handing over. */
let connection: Connection;
let native: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;
let orders: OrderClient;
const world = createMemoryWorld();
const taskQueue = uniqueId('queue');

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = process.env['TEMPORAL_ADDRESS']!;
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection });
  const workflowBundle = { codePath: process.env['WORKFLOW_BUNDLE']! };
  const activities = createActivities(world.ports);
  worker = await Worker.create({ connection: native, taskQueue, activities, workflowBundle });
  running = worker.run();
  orders = createOrderClient({ client, taskQueue, stored: world.books });
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 100 }]);
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
});

const eventsOf = (orderId: OrderId) => world.books.events.get(orderId)!;

test('what is asked while a run hands over to the next one is done once, and answered the same by both', async () => {
  const submission = sampleOrder({
    items: [{ productId: 'PROD-12345', quantity: 60, price: 1 }],
    totalAmount: 60,
  });
  const { orderId } = submission;
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const place = () =>
    orders.place({
      submission,
      fingerprint: fingerprintOf(submission),
      requestId: uniqueId(),
      cause: { causationId: 'checkout-17', traceparent },
      patienceMs: 10_000,
    });
  const outcome = await place();
  const [{ trackingNumber } = { trackingNumber: '' }] = (await rested(world.books, orderId)).shipments;
  const workflow = client.workflow.getHandle(workflowIdOf(orderId));
  const scan = (n: number) =>
    orders.tellCarrier(orderId, { updateId: `scan-${n}`, status: 'IN_TRANSIT', trackingNumber });
  await orders.tellCarrier(orderId, { updateId: 'there', status: 'DELIVERED', trackingNumber });
  const { runId: first } = await workflow.describe();

  let n = 0;
  const tracked = () => eventsOf(orderId).filter(({ type }) => type === 'Shipment Tracked').length;
  const followed = () => becomes(() => tracked() === n, { timeoutMs: 5_000, intervalMs: 2 });
  while ((await workflow.describe()).historyLength < 1_960) {
    await scan(n++);
    await followed();
  }
  const ask = (request: number) =>
    orders.requestReturn({
      orderId,
      items: [{ productId: 'PROD-12345', quantity: 1 }],
      requestId: `return-${request}`,
      patienceMs: 30_000,
    });
  const asked: ReturnType<typeof ask>[] = [];
  const placed: ReturnType<typeof place>[] = [];
  // news about when it has been quiet for long enough to hand over
  for (let aroundMs = 950; asked.length < 40 && (await workflow.describe()).runId === first; aroundMs += 10) {
    await scan(n++);
    await followed();
    await delay(aroundMs);
    asked.push(ask(asked.length + 1));
    placed.push(place());
  }
  expect((await workflow.describe()).runId).not.toBe(first);
  const answers = await Promise.all(asked);
  const ids = answers.map((answer) => (answer.kind === 'done' ? answer.answer.returnId : answer.kind));
  expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
  for (const again of await Promise.all(placed))
    expect(again).toEqual({ kind: 'replayed', answer: 'answer' in outcome ? outcome.answer : undefined });
  // sent again, to a run that knows of it from the one before
  expect(await Promise.all(asked.map((_, i) => ask(i + 1)))).toEqual(answers);

  const requested = eventsOf(orderId).flatMap(({ type, data }) => (type === 'Return Requested' ? [data.returnId] : []));
  expect(requested.toSorted()).toEqual(ids.toSorted());
  const scans = eventsOf(orderId).flatMap(({ type, data }) => (type === 'Shipment Tracked' ? [data.updateId] : []));
  expect(scans).toEqual(Array.from({ length: n }, (_, i) => `scan-${i}`));
  expect(eventsOf(orderId).map(({ sequence }) => sequence)).toEqual(eventsOf(orderId).map((_, i) => i + 1));
  // every run knows what the order hangs together with
  for (const event of eventsOf(orderId)) expect(event).toMatchObject({ correlationId: 'checkout-17', traceparent });
  expect(world.books.views.get(orderId)).toEqual(fold(eventsOf(orderId)));
  await workflow.terminate();
  expect((await replayRuns({ client }, workflowIdOf(orderId))).length).toBeGreaterThan(1);
}, 300_000);
