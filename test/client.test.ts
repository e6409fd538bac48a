import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { OrderSubmission } from '../src/domain/order';
import { createActivities } from '../src/activities';
import { createMemoryWorld, type MemoryWorld } from './support/memory/ports';
import { createOrderClient, EngineUnavailableError, type OrderClient, RETRY, type StoredOrders } from '../src/client';
import { StepError } from '../src/domain/failures';
import { fingerprintOf } from '../src/submission';
import { freePort } from '../scripts/lib/ports';
import { netCharged } from './support/books-balance';
import { sampleOrder, uniqueId } from './support/orders';
import { workflowIdOf } from '../src/domain/ids';

/** On the real server: the time-skipping server answers differently once a workflow has closed. */
const address = process.env['TEMPORAL_ADDRESS']!;

let connection: Connection;
let native: NativeConnection;
let client: Client;
let world: MemoryWorld;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection });
});
afterAll(async () => {
  await connection.close();
  await native.close();
});
beforeEach(() => {
  world = createMemoryWorld();
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 100 }]);
});

const createWorker = (taskQueue: string) =>
  Worker.create({
    connection: native,
    taskQueue,
    activities: createActivities(world.ports),
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE']! },
  });

const place = (orders: OrderClient, submission: OrderSubmission, p: { requestId?: string; patienceMs?: number } = {}) =>
  orders.place({
    submission,
    fingerprint: fingerprintOf(submission),
    requestId: p.requestId ?? uniqueId('req'),
    patienceMs: p.patienceMs ?? 10_000,
  });

test('one id, one run: 20 at once, and again after the workflow has closed', async () => {
  const taskQueue = uniqueId('queue');
  const orders = createOrderClient({ client, taskQueue, stored: world.books });
  const order = sampleOrder({ paymentMethod: 'pm_declined' });
  const worker = await createWorker(taskQueue);
  await worker.runUntil(async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => place(orders, order)));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['accepted', ...Array<string>(19).fill('replayed')]);
    await client.workflow.getHandle(workflowIdOf(order.orderId)).result();

    expect(await place(orders, order)).toMatchObject({ kind: 'replayed', answer: { status: 'RESERVED' } });
    expect(await place(orders, { ...order, customerId: 'OTHER' })).toEqual({ kind: 'conflict' });
    const runs = client.workflow.list({ query: `WorkflowId = '${workflowIdOf(order.orderId)}'` });
    const ids: string[] = [];
    for await (const { runId } of runs) ids.push(runId);
    // the list may lag behind, but never shows a second run
    expect(ids.length).toBeLessThanOrEqual(1);
  });
  const charges = (await world.journal.entries(order.orderId)).filter(({ operation }) => operation === 'charge');
  expect(charges.map(({ outcome }) => outcome)).toEqual(['declined', 'declined']);
});

test('a caller whose answer was lost, and who sends the same request again, is still the first', async () => {
  const taskQueue = uniqueId('queue');
  const orders = createOrderClient({ client, taskQueue, stored: world.books });
  const order = sampleOrder({ paymentMethod: 'pm_declined' });
  const worker = await createWorker(taskQueue);
  await worker.runUntil(async () => {
    await place(orders, order, { requestId: 'the same' });
    expect((await place(orders, order, { requestId: 'the same' })).kind).toBe('accepted');
    await client.workflow.getHandle(workflowIdOf(order.orderId)).result();
  });
});

test('without a worker the order is pending, durable, and done as soon as there is one', async () => {
  const taskQueue = uniqueId('queue');
  const orders = createOrderClient({ client, taskQueue, stored: world.books });
  const order = sampleOrder({ paymentMethod: 'pm_declined' });
  expect(await place(orders, order, { patienceMs: 1000 })).toEqual({ kind: 'pending' });
  expect(await orders.isKnown(order.orderId)).toBe(true);
  expect(await place(orders, { ...order, currency: 'EUR' }, { patienceMs: 1000 })).toEqual({ kind: 'conflict' });

  const worker = await createWorker(taskQueue);
  await worker.runUntil(async () => {
    expect(await client.workflow.getHandle(workflowIdOf(order.orderId)).result()).toMatchObject({
      end: 'PaymentFailed',
    });
    expect((await place(orders, order)).kind).toBe('replayed');
  });
});

describe('an id that the tables know and the engine forgot, without an answer of its workflow', () => {
  const requestId = uniqueId('first');
  async function forgotten(kind: 'VALIDATED' | 'VALIDATION_FAILED' = 'VALIDATED') {
    const taskQueue = uniqueId('queue');
    const orders = createOrderClient({ client, taskQueue, stored: world.books });
    const order = sampleOrder({ paymentMethod: 'pm_declined' });
    const { orderId } = order;
    const errors = kind === 'VALIDATED' ? {} : { errors: [{ pointer: '/items', code: 'required', detail: 'none' }] };
    const record = { orderId, fingerprint: fingerprintOf(order), requestId, runId: 'earlier', status: kind };
    world.books.orders.set(orderId, { ...record, createdAt: '2025-07-09T10:30:00.000Z', ...errors });
    return { orders, order, taskQueue };
  }

  test('the same body is a replay, another body a conflict; also when another body started a run first', async () => {
    const { orders, order, taskQueue } = await forgotten();
    const other = { ...order, customerId: 'OTHER' };
    const settled = async () => {
      expect(await place(orders, other, { patienceMs: 500 })).toEqual({ kind: 'conflict' });
      const replay = await place(orders, order, { patienceMs: 500 });
      expect(replay).toMatchObject({ kind: 'replayed', answer: { orderId: order.orderId, requestId } });
    };
    await settled();
    const worker = await createWorker(taskQueue);
    await worker.runUntil(async () => {
      expect(await client.workflow.getHandle(workflowIdOf(order.orderId)).result()).toEqual({ orderId: order.orderId });
    });
    // the later run has closed, and its memo has the other body
    await settled();
    expect(netCharged(await world.journal.entries(order.orderId))).toBe(0);
  });

  test('an order that was refused is refused again, with its errors', async () => {
    const { orders, order } = await forgotten('VALIDATION_FAILED');
    expect(await place(orders, order, { patienceMs: 500 })).toMatchObject({
      kind: 'replayed',
      answer: { status: 'VALIDATION_FAILED', errors: [{ pointer: '/items' }] },
    });
    await client.workflow.getHandle(workflowIdOf(order.orderId)).terminate();
  });

  test('the request that stored it is still pending', async () => {
    const { orders, order } = await forgotten();
    expect(await place(orders, order, { requestId, patienceMs: 500 })).toEqual({ kind: 'pending' });
    await client.workflow.getHandle(workflowIdOf(order.orderId)).terminate();
  });
});

test.each<[string, StoredOrders['readOrder']]>([
  ['cannot be reached', () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled'))],
  ['do not answer', () => new Promise(() => undefined)],
])('while the tables %s, the engine’s word is enough: orders are taken', async (_, readOrder) => {
  const taskQueue = uniqueId('queue');
  const orders = createOrderClient({ client, taskQueue, stored: { ...world.books, readOrder } });
  const order = sampleOrder({ paymentMethod: 'pm_declined' });
  expect(await place(orders, order, { patienceMs: 500 })).toEqual({ kind: 'pending' });
  expect(await place(orders, { ...order, currency: 'EUR' }, { patienceMs: 500 })).toEqual({ kind: 'conflict' });
  await client.workflow.getHandle(workflowIdOf(order.orderId)).terminate();
});

test('the tables are not read for an order that has its answer', async () => {
  const taskQueue = uniqueId('queue');
  const readOrder = jest.fn(world.books.readOrder);
  const orders = createOrderClient({ client, taskQueue, stored: { ...world.books, readOrder } });
  const order = sampleOrder({ paymentMethod: 'pm_declined' });
  const worker = await createWorker(taskQueue);
  await worker.runUntil(async () => {
    expect((await place(orders, order)).kind).toBe('accepted');
    expect((await place(orders, order)).kind).toBe('replayed');
    await client.workflow.getHandle(workflowIdOf(order.orderId)).result();
  });
  expect(readOrder).not.toHaveBeenCalled();
});

test('an order that the engine never heard of is not known', async () => {
  const orders = createOrderClient({ client, taskQueue: 'any', stored: world.books });
  expect(await orders.isKnown(sampleOrder().orderId)).toBe(false);
  await expect(orders.ping()).resolves.toBeUndefined();
});

test('an engine that is not there is said to be so', async () => {
  const nowhere = Connection.lazy({ address: `127.0.0.1:${await freePort()}`, connectTimeout: '1s' });
  const orders = createOrderClient({
    client: new Client({ connection: nowhere }),
    taskQueue: 'any',
    stored: world.books,
  });
  await expect(place(orders, sampleOrder(), { patienceMs: 300 })).rejects.toThrow(EngineUnavailableError);
  await expect(orders.isKnown(sampleOrder().orderId)).rejects.toThrow(EngineUnavailableError);
  await expect(orders.ping()).rejects.toThrow(EngineUnavailableError);
  await nowhere.close();
});

test('a call is repeated often enough to notice that its time is up', () => {
  const delays = [8, 14].flatMap((code) => [1, 5, 20].map((n) => RETRY.delayFunction(n, statusOf(code))));
  expect(Math.max(...delays)).toBeLessThanOrEqual(250);
  expect(Math.min(...delays)).toBeGreaterThan(0);
});

test('a namespace that is not there may be there later: nothing of an order is refused for it', async () => {
  const orders = createOrderClient({
    client: new Client({ connection, namespace: uniqueId('gone') }),
    taskQueue: 'any',
    stored: world.books,
  });
  await expect(place(orders, sampleOrder())).rejects.toThrow(EngineUnavailableError);
  await expect(orders.ping()).rejects.toThrow(EngineUnavailableError);
});

test.each([
  ['permission denied', 7],
  ['internal', 13],
  ['unauthenticated', 16],
])('what somebody has to mend at the engine is no fault of the order: %s', async (_, code) => {
  const engine = createHttp2Server();
  engine.on('stream', (stream: ServerHttp2Stream) =>
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': code }, { endStream: true }),
  );
  await once(engine.listen(0, '127.0.0.1'), 'listening');
  const { port } = engine.address() as { port: number };
  const refusing = Connection.lazy({ address: `127.0.0.1:${port}` });
  const orders = createOrderClient({
    client: new Client({ connection: refusing }),
    taskQueue: 'any',
    stored: world.books,
  });
  await expect(place(orders, sampleOrder(), { patienceMs: 300 })).rejects.toThrow(EngineUnavailableError);
  await expect(orders.ping()).rejects.toThrow(EngineUnavailableError);
  await refusing.close();
  engine.close();
});

/** as gRPC has it */
const statusOf = (code: number) => ({ code, details: '' }) as Parameters<typeof RETRY.delayFunction>[1];
