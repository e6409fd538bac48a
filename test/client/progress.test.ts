import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { OrderId } from '../../src/domain/ids';
import { createActivities } from '../../src/activities';
import { createCuttableProxy } from '../support/cuttable-proxy';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { connectClient, createOrderClient, EngineUnavailableError } from '../../src/client';
import { createOrderProgress } from '../../src/client/progress';
import { createProgressDesk } from '../../src/gateway/progress-desk';
import { eventually, gate } from '../support/contracts/condition';
import { fingerprintOf } from '../../src/submission';
import { fold } from '../../src/domain/projection';
import type { Case } from '../../src/gateway/story/waits';
import { closeGateways, createGateway } from '../gateway/support';
import { isUnexplained, stuckBefore, stuckOf } from '../../src/gateway/story/stuck';
import type { OrderProgress, Progress } from '../../src/gateway/progress-ports';
import { sampleOrder, uniqueId } from '../support/orders';
import { StepError } from '../../src/domain/failures';
import { workflowIdOf } from '../../src/domain/ids';

/** What the real engine says of orders that do not go on. */
let connection: Connection;
let native: NativeConnection;
let client: Client;
let progress: OrderProgress;
let world: MemoryWorld;
let taskQueue: string;
const address = process.env['TEMPORAL_ADDRESS']!;
const opened: OrderId[] = [];
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection });
  progress = createOrderProgress(client);
});
afterAll(async () => {
  await native.close();
  await connection.close();
});
beforeEach(() => {
  taskQueue = uniqueId('progress');
  world = createMemoryWorld();
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 10 }]);
});
afterEach(async () => {
  await closeGateways();
  for (const cleanup of cleanups.splice(0)) await cleanup();
  for (const orderId of opened.splice(0))
    await client.workflow
      .getHandle(workflowIdOf(orderId))
      .terminate()
      .catch(() => {});
});

async function startWorker(): Promise<() => Promise<void>> {
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE']! },
    activities: createActivities(world.ports),
  });
  const running = worker.run();
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) worker.shutdown();
    isStopped = true;
    await running;
  };
  cleanups.push(stop);
  return stop;
}

async function place(): Promise<OrderId> {
  const submission = sampleOrder();
  const orders = createOrderClient({ client, taskQueue, stored: world.books });
  opened.push(submission.orderId);
  await orders.place({
    submission,
    fingerprint: fingerprintOf(submission),
    requestId: uniqueId('req'),
    patienceMs: 500,
  });
  return submission.orderId;
}

const described = (orderId: OrderId, is: (said: Progress) => boolean) =>
  eventually(
    () => progress.describe(orderId),
    (said) => said !== undefined && is(said),
    { timeoutMs: 30_000 },
  ) as Promise<Progress>;

const caseOf = (orderId: OrderId): Case => {
  const events = world.books.events.get(orderId)!;
  return { view: fold(events)!, events, breakers: [], now: Date.now() };
};

/** What a page shows of it, when it has been silent for long enough. */
async function explained(orderId: OrderId, from = progress) {
  const desk = createProgressDesk({ progress: from, onError: () => {}, patienceMs: 10_000 });
  const look = async () => {
    const given = caseOf(orderId);
    return isUnexplained(given) ? stuckOf(given, await desk.look(orderId)) : undefined;
  };
  return eventually(look, (stuck) => stuck !== undefined);
}

const failing = () => Promise.reject(new StepError('PROVIDER_UNAVAILABLE', 'the carrier says 503'));

test('a carrier that fails again and again: the attempt, the last error, the next try', async () => {
  world.ports.carriers.bookLabel = failing;
  await startWorker();
  const orderId = await place();
  const said = await described(orderId, ({ activities }) => activities.some(({ attempt }) => attempt > 3));
  expect(said).toMatchObject({
    state: 'RUNNING',
    activities: [
      {
        name: 'generateShippingLabel',
        isRunning: false,
        lastError: 'the carrier says 503',
        errorType: 'PROVIDER_UNAVAILABLE',
      },
    ],
  });
  expect(said).not.toHaveProperty('unattendedQueue');
  const [{ attempt, nextTryAt } = { attempt: 0, nextTryAt: '' }] = said.activities;
  expect(attempt).toBeGreaterThan(3);
  expect(Date.parse(nextTryAt!)).toBeGreaterThan(Date.parse(said.startedAt));
  const stuck = await explained(orderId);
  expect(stuck).toMatchObject({ kind: 'trouble' });
  expect(stuck?.sentence).toMatch(/^Booking the carrier fails again and again \(attempt \d+; the carrier says 503\): /);
}, 60_000);

test('a carrier that hangs: how long, and then that it did not answer; two hundred look, and the engine is asked once', async () => {
  const never = gate();
  cleanups.push(never.open);
  world.ports.carriers.bookLabel = () => never.opened.then(failing);
  await startWorker();
  const orderId = await place();
  await described(orderId, ({ activities }) => activities.some(({ name }) => name === 'generateShippingLabel'));
  expect((await explained(orderId))?.sentence).toMatch(
    /^Booking the carrier has had no answer for \d+ seconds \(attempt 1\)/,
  );

  let asked = 0;
  const counting: OrderProgress = { describe: (id) => (asked++, progress.describe(id)) };
  const { inject } = createGateway({
    progress: counting,
    reader: { listEvents: async () => caseOf(orderId).events.slice() },
  });
  const answers = await Promise.all(Array.from({ length: 200 }, () => inject({ url: `/orders/${orderId}/story` })));
  expect(asked).toBe(1);
  for (const { statusCode, body } of answers)
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: answers[0]!.body });
  expect(answers[0]!.json()).toMatchObject({
    stuck: { kind: 'waiting' },
    pending: [{ step: 'GenerateShippingLabel', attempt: 1, isRunning: true }],
  });

  const said = await described(orderId, ({ activities }) =>
    activities.some(({ lastError }) => lastError !== undefined),
  );
  expect(said.activities[0]).toMatchObject({ lastError: 'it did not answer in time' });
  expect(said.activities[0]!.attempt).toBeGreaterThan(1);
}, 60_000);

test('a worker that was stopped, and none from the start: said, with the queue', async () => {
  world.ports.carriers.bookLabel = failing;
  const stop = await startWorker();
  const stopped = await place();
  await described(stopped, ({ activities }) => activities.some(({ attempt }) => attempt > 1));
  await stop();
  const queue = taskQueue;
  taskQueue = uniqueId('nobody');
  const never = await place();

  await described(stopped, ({ unattendedQueue }) => unattendedQueue === queue);
  const sentence = `No worker takes work from the queue ${queue}: `;
  expect(await explained(stopped)).toMatchObject({
    sentence: expect.stringContaining(sentence) as string,
    remedy: 'start-worker',
  });
  const said = await described(never, ({ unattendedQueue }) => unattendedQueue === taskQueue);
  const look = { kind: 'described' as const, at: said.startedAt, progress: said };
  expect(stuckBefore(look, Date.now())).toMatchObject({ kind: 'trouble', remedy: 'start-worker' });
}, 90_000);

test('a workflow that was stopped in error, and an order that the engine does not have', async () => {
  world.ports.carriers.bookLabel = failing;
  await startWorker();
  const orderId = await place();
  await described(orderId, ({ activities }) => activities.some(({ attempt }) => attempt > 1));
  await client.workflow.getHandle(workflowIdOf(orderId)).terminate();
  const said = await described(orderId, ({ state }) => state !== 'RUNNING');
  expect(said).toMatchObject({ state: 'FAILED', firstRunId: expect.any(String) as string });
  expect(await explained(orderId)).toMatchObject({ remedy: 'redrive' });
  expect(await progress.describe(uniqueId())).toBeUndefined();
}, 60_000);

test('an engine out of reach is told as such', async () => {
  const proxy = await createCuttableProxy({ port: Number(address.split(':').at(-1)) });
  cleanups.push(() => proxy.close());
  const cuttable = connectClient({ namespace: 'default', connection: { address: `127.0.0.1:${proxy.port}` } });
  cleanups.push(() => cuttable.connection.close());
  const far = createOrderProgress(cuttable);
  world.ports.carriers.bookLabel = failing;
  await startWorker();
  const orderId = await place();
  expect(await far.describe(orderId)).toMatchObject({ state: 'RUNNING' });
  proxy.cut();
  await expect(far.describe(orderId)).rejects.toThrow(EngineUnavailableError);
  expect((await explained(orderId, far))?.sentence).toMatch(/^The engine does not answer/);
}, 60_000);
