import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { StockReceived } from '../src/workflows/stock-messages';
import { createActivities } from '../src/activities';
import { createMemoryWorld, type MemoryWorld } from './support/memory/ports';
import { createOrderClient, EngineUnavailableError } from '../src/client';
import { connectStockClient, createStockClient, type StockClient } from '../src/stock-client';
import { entryOf } from '../src/domain/backorders';
import { freePort } from '../scripts/lib/ports';
import { fingerprintOf } from '../src/submission';
import { receiveWorkflowId, replenishmentWorkflowId, workflowIdOf, type OrderId } from '../src/domain/ids';
import { sampleOrder, uniqueId } from './support/orders';
import { waitFor } from './support/waiting-order';

/** On the real server: several wait for one answer at one time, and an order's workflow stays open meanwhile. */
const address = process.env['TEMPORAL_ADDRESS']!;
const workflowBundle = { codePath: process.env['WORKFLOW_BUNDLE']! };

let connection: Connection;
let native: NativeConnection;
let client: Client;
let world: MemoryWorld;
let productId: string;
let taskQueue: string;
let stock: StockClient;
let worker: Worker;
let running: Promise<void>;

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
beforeEach(async () => {
  world = createMemoryWorld();
  productId = uniqueId('PROD');
  taskQueue = uniqueId('queue');
  stock = createStockClient({ client, taskQueue });
  world.books.setStock([{ productId, warehouseId: 'ICN', availableQuantity: 0 }]);
  // over the ports as they are when a test has changed them
  const ports = new Proxy(world.ports, { get: (_, name: keyof MemoryWorld['ports']) => world.ports[name] });
  worker = await Worker.create({ connection: native, taskQueue, activities: createActivities(ports), workflowBundle });
  running = worker.run();
});
afterEach(async () => {
  worker.shutdown();
  await running;
});

const receive = (quantity: number, changes: Partial<Parameters<StockClient['receive']>[0]> = {}) =>
  stock.receive({ productId, warehouseId: 'ICN', quantity, reference: uniqueId('DN'), patienceMs: 10_000, ...changes });

const waits = (wanted: number) => waitFor(world.books, { productId, wanted });

/** A workflow that has an order's id and stays: what it is told is in its history. */
function standInFor(orderId: OrderId) {
  const other = uniqueId('PROD');
  // one that is sold: nothing else is waited for
  world.books.setStock([{ productId: other, warehouseId: 'ICN', availableQuantity: 0 }]);
  return client.workflow.start('replenishmentWorkflow', {
    workflowId: workflowIdOf(orderId),
    taskQueue,
    args: [{ productId: other, quantity: 1, overdueAfterS: 86_400 }],
  });
}

const signalsOf = async (workflowId: string): Promise<string[]> => {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []);
};

async function replayWorkflow(workflowId: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  await Worker.runReplayHistory({ workflowBundle }, history);
}

describe('a delivery', () => {
  test('is answered with what became of it, and wakes who can go on', async () => {
    const [first, second] = [await waits(2), await waits(2)];
    const order = await standInFor(first);
    const outcome = await receive(3, { reference: `DN-${first}` });
    const received: StockReceived = {
      productId,
      warehouseId: 'ICN',
      quantity: 3,
      reference: `DN-${first}`,
      toBackorders: 3,
      availableQuantity: 0,
    };
    expect(outcome).toEqual({ kind: 'received', received });
    expect(await signalsOf(workflowIdOf(first))).toEqual(['stockArrived']);
    expect(await world.books.readQueue(productId)).toMatchObject([
      { orderId: first, allocated: [{ quantity: 2 }] },
      { orderId: second, allocated: [{ quantity: 1 }] },
    ]);
    await replayWorkflow(receiveWorkflowId(`DN-${first}`));
    await order.terminate();
  });

  test('serves an order that listens no more, and is received all the same', async () => {
    const orderId = await waits(1);
    expect(await receive(1, { reference: `DN-${orderId}` })).toMatchObject({
      kind: 'received',
      received: { toBackorders: 1 },
    });
    await replayWorkflow(receiveWorkflowId(`DN-${orderId}`));
  });

  test('sent again is not taken again, and with another body it is a conflict', async () => {
    const reference = uniqueId('DN');
    expect(await receive(3, { reference })).toMatchObject({ kind: 'received' });
    expect(await receive(3, { reference })).toMatchObject({ kind: 'replayed', received: { availableQuantity: 3 } });
    expect(await receive(4, { reference })).toEqual({ kind: 'conflict' });
    expect(world.books.inventory.get(productId)).toMatchObject({ availableQuantity: 3 });
  });

  test('sent by many at once is taken once', async () => {
    const reference = uniqueId('DN');
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => receive(3, { reference })));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
      'received',
      'replayed',
      'replayed',
      'replayed',
      'replayed',
    ]);
    expect(world.books.inventory.get(productId)).toMatchObject({ availableQuantity: 3 });
  });

  test('that cannot be taken is refused with the reason, and may be sent again once it is right', async () => {
    const reference = uniqueId('DN');
    expect(await receive(3, { reference, warehouseId: 'XXX' })).toEqual({
      kind: 'refused',
      refusal: 'UNKNOWN_WAREHOUSE',
      reason: 'expected one of ICN, LAX, got "XXX"',
    });
    expect(await receive(3, { reference, productId: 'PROD-?' })).toMatchObject({ refusal: 'UNKNOWN_PRODUCT' });
    expect(await receive(3, { reference })).toMatchObject({ kind: 'received' });
  });

  test('whose reference the books know, though the engine has forgotten it, is a conflict', async () => {
    const reference = uniqueId('DN');
    const { postStock } = world.books;
    await postStock({
      ledger: { key: `receive#${reference}`, result: { productId, warehouseId: 'LAX', quantity: 3 } },
    });
    expect(await receive(3, { reference })).toEqual({ kind: 'conflict' });
  });

  test('that takes longer than its caller waits is pending, and goes on', async () => {
    let go = () => {};
    const away = new Promise<void>((resolve) => (go = resolve));
    const { readQueue } = world.books;
    world.ports.books = { ...world.books, readQueue: (id) => away.then(() => readQueue(id)) };
    const reference = uniqueId('DN');
    expect(await receive(3, { reference, patienceMs: 300 })).toEqual({ kind: 'pending' });
    go();
    expect(await receive(3, { reference })).toMatchObject({ kind: 'replayed', received: { availableQuantity: 3 } });
  });

  test('tells the replenishment of its product, which has one run for however many ask', async () => {
    const input = { productId, quantity: 5, overdueAfterS: 86_400 };
    await Promise.all(Array.from({ length: 5 }, () => stock.replenish(input)));
    const replenishment = client.workflow.getHandle(replenishmentWorkflowId(productId));
    while ((await world.journal.entries(productId)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await receive(11);
    expect(await replenishment.result()).toEqual({ productId, orders: 1, outstanding: 0 });
    expect(await signalsOf(replenishmentWorkflowId(productId))).toEqual(['stockReceived']);
    expect((await world.journal.entries(productId)).map(({ outcome }) => outcome)).toEqual(['ordered 5']);
    await replayWorkflow(replenishmentWorkflowId(productId));
  });
});

test('an order that closed is no reason not to receive', async () => {
  const order = sampleOrder();
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 10 }]);
  const orders = createOrderClient({ client, taskQueue, stored: world.books });
  await orders.place({ submission: order, fingerprint: fingerprintOf(order), requestId: 'r', patienceMs: 10_000 });
  await client.workflow.getHandle(workflowIdOf(order.orderId)).terminate();
  const entry = entryOf(new Date().toISOString(), order.orderId);
  const backorder = { productId, entry, orderId: order.orderId, wanted: 1, country: 'KR', products: [productId] };
  await world.books.postStock({
    backorders: [{ kind: 'OPEN', backorder: { ...backorder, allocated: [], version: 1 } }],
  });
  expect(await receive(1)).toMatchObject({ kind: 'received', received: { toBackorders: 1 } });
});

test('an engine that is not there is said, and nothing is taken', async () => {
  const engine = { connection: { address: `127.0.0.1:${await freePort()}` }, namespace: 'default' };
  const lost = connectStockClient({ engine, taskQueue });
  const delivery = { productId, warehouseId: 'ICN', quantity: 1, reference: uniqueId('DN') };
  await expect(lost.receive({ ...delivery, patienceMs: 100 })).rejects.toThrow(EngineUnavailableError);
  await expect(lost.replenish({ productId, quantity: 1, overdueAfterS: 1 })).rejects.toThrow(EngineUnavailableError);
  await lost.close();
});
