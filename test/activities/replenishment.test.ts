import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createReplenishmentActivities } from '../../src/activities/replenishment';
import { entryOf } from '../../src/domain/backorders';
import { runActivity } from '../support/contracts/activities';
import { uniqueId } from '../support/orders';

const PRODUCT = 'PROD-1';
let world: MemoryWorld;
beforeEach(() => (world = createMemoryWorld()));

const order = (key = 'reorder#1', quantity = 100) =>
  runActivity(createReplenishmentActivities(world.ports).orderFromSupplier, { key, productId: PRODUCT, quantity });
const stockOf = (ICN: number, LAX = 0) =>
  world.books.setStock(
    Object.entries({ ICN, LAX }).map(([warehouseId, availableQuantity]) => ({
      productId: PRODUCT,
      warehouseId,
      availableQuantity,
    })),
  );
async function waitFor(wanted: number): Promise<void> {
  const orderId = uniqueId();
  const entry = entryOf('2025-07-09T10:00:00.000Z', orderId);
  const backorder = { productId: PRODUCT, entry, orderId, wanted, country: 'KR', products: [PRODUCT], version: 1 };
  await world.books.postStock({ backorders: [{ kind: 'OPEN', backorder: { ...backorder, allocated: [] } }] });
}

test.each([
  { stock: [10, 0], quantity: 100 },
  { stock: [6, 5], quantity: undefined },
  { stock: [0, 0], quantity: 100 },
  { stock: [0, 0], waiting: 150, quantity: 250 },
  // more than enough for others, and not what somebody waits for
  { stock: [20, 0], waiting: 30, quantity: 130 },
])(
  'with $stock in stock and $waiting waited for, $quantity are ordered',
  async ({ stock: [a, b], waiting, quantity }) => {
    stockOf(a!, b);
    if (waiting) await waitFor(waiting);
    expect(await order()).toMatchObject(quantity === undefined ? { kind: 'ENOUGH' } : { kind: 'ORDERED', quantity });
    expect(
      (await world.journal.entries(PRODUCT)).map(({ provider, operation, outcome }) => [provider, operation, outcome]),
    ).toEqual(quantity === undefined ? [] : [['supplier', 'reorder', `ordered ${quantity}`]]);
  },
);

test('of what nobody sells nothing is ordered: anybody can order it', async () => {
  await waitFor(7);
  expect(await order()).toEqual({ kind: 'UNKNOWN_PRODUCT' });
  expect(await world.journal.entries(PRODUCT)).toEqual([]);
});

test('asked again under its key, the supplier has one order, of as many as the first time', async () => {
  stockOf(0);
  const first = await order();
  await waitFor(7);
  expect(await order()).toEqual(first);
  expect(await order('reorder#2')).toMatchObject({ quantity: 107 });
  expect((await world.journal.entries(PRODUCT)).map(({ outcome }) => outcome)).toEqual([
    'ordered 100',
    'replayed',
    'ordered 107',
  ]);
});

test('a supplier that does not answer is asked again', async () => {
  stockOf(0);
  world.ports.supplier = { order: () => Promise.reject(new Error('down')) };
  await expect(order()).rejects.toThrow('down');
});
