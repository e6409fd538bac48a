import { Client } from '@temporalio/client';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench, replayWorkflow } from '../support/order-bench';
import { createStockClient, type StockClient } from '../../src/stock-client';
import { replenishmentWorkflowId, receiveWorkflowId } from '../../src/domain/ids';
import { waitFor } from '../support/waiting-order';
import { uniqueId } from '../support/orders';

let bench: OrderBench;
let stock: StockClient;
let client: Client;
let world: MemoryWorld;
let productId: string;

beforeAll(async () => {
  bench = await createOrderBench();
  // one that waits in real time: nothing is overdue while a delivery is under way
  client = new Client({ connection: bench.env.connection });
  stock = createStockClient({ client, taskQueue: bench.taskQueue });
});
afterAll(() => bench.teardown());
beforeEach(() => {
  world = createMemoryWorld();
  bench.use(world);
  productId = uniqueId('PROD');
  stockOf(0);
});

const DAY_S = 86_400;
const stockOf = (availableQuantity: number) =>
  world.books.setStock([{ productId, warehouseId: 'ICN', availableQuantity }]);
const receive = (quantity: number, changes: { reference?: string; warehouseId?: string; productId?: string } = {}) =>
  stock.receive({ productId, warehouseId: 'ICN', quantity, reference: uniqueId('DN'), patienceMs: 10_000, ...changes });
const replenish = () => stock.replenish({ productId, quantity: 100, overdueAfterS: 14 * DAY_S });
const replenishment = () => client.workflow.getHandle(replenishmentWorkflowId(productId));
/** Time passes until it ends. */
const inTime = () => bench.env.client.workflow.getHandle(replenishmentWorkflowId(productId)).result();
const supplied = async () => (await world.journal.entries(productId)).map(({ outcome }) => outcome);

const waits = (wanted: number) => waitFor(world.books, { productId, wanted });

async function until(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a delivery is received although the tables are away for a while', async () => {
  const { postStock } = world.books;
  let failures = 3;
  const reference = uniqueId('DN');
  world.ports.books = {
    ...world.books,
    postStock: (posting) => (failures-- > 0 ? Promise.reject(new Error('throttled')) : postStock(posting)),
  };
  expect(await receive(3, { reference })).toMatchObject({ kind: 'received' });
  expect(world.books.inventory.get(productId)).toMatchObject({ availableQuantity: 3 });
  await replayWorkflow(bench.env, receiveWorkflowId(reference));
});

describe('replenishment', () => {
  test('orders once while it waits, however often it is asked, and ends with what came', async () => {
    await Promise.all([replenish(), replenish(), replenish()]);
    await until('it is ordered', async () => (await supplied()).length > 0);
    await replenish();
    await receive(40);
    await receive(60);
    expect(await replenishment().result()).toEqual({ productId, orders: 1, outstanding: 0 });
    expect(await supplied()).toEqual(['ordered 100']);
    expect(world.overdue).toEqual([]);
    await replayWorkflow(bench.env, replenishmentWorkflowId(productId));
  });

  test('orders nothing of what there is enough of: the alert was an old one', async () => {
    stockOf(50);
    await replenish();
    expect(await replenishment().result()).toEqual({ productId, orders: 0, outstanding: 0 });
    expect(await supplied()).toEqual([]);
  });

  test('orders again when what came was sold or waited for meanwhile', async () => {
    await replenish();
    await until('it is ordered', async () => (await supplied()).length === 1);
    await waits(130);
    await receive(100);
    await until('it is ordered again', async () => (await supplied()).length === 2);
    await receive(200);
    expect(await replenishment().result()).toMatchObject({ orders: 2, outstanding: 0 });
    expect(await supplied()).toEqual(['ordered 100', 'ordered 130']);
    await replayWorkflow(bench.env, replenishmentWorkflowId(productId));
  });

  test('tells operations of what did not come in time, and may then be started again', async () => {
    await replenish();
    await until('it is ordered', async () => (await supplied()).length === 1);
    await receive(30);
    expect(await inTime()).toEqual({ productId, orders: 1, outstanding: 70 });
    expect(world.overdue).toMatchObject([{ productId, outstanding: 70 }]);
    await replayWorkflow(bench.env, replenishmentWorkflowId(productId));
    world.books.setStock([{ productId, warehouseId: 'ICN', availableQuantity: 1 }]);
    await replenish();
    await until('it is ordered again', async () => (await supplied()).length === 2);
    await replenishment().terminate();
  });
});
