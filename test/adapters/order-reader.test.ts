import type { BackorderChange } from '../../src/domain/backorders';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { booksOn, connectToEmulator, dynamoBooksWorld, withUnreachableAws } from '../support/contracts/emulator';
import { createOrderReader } from '../../src/adapters/aws/order-reader';
import { failureTypeOf } from '../support/contracts/books';
import { fold } from '../../src/domain/projection';
import { numbered, someEvents } from '../support/contracts/events';
import { uniqueId } from '../support/orders';

const calls: string[] = [];
const emulator = connectToEmulator({ observe: ({ command }) => calls.push(command) });
const books = booksOn(emulator);
const world = dynamoBooksWorld(emulator);
const reader = createOrderReader(emulator);

afterAll(() => {
  expect(calls).not.toContain('ScanCommand');
  emulator.destroy();
});

async function createEvents(n: number) {
  const events = someEvents(n);
  await books.post({ orderId: events[0]!.orderId, events });
  return { orderId: events[0]!.orderId, events };
}

test('readView gives the view as it was written', async () => {
  const { orderId, events } = await createEvents(2);
  expect(await reader.readView(orderId)).toEqual(fold(events));
});

test('readView knows nothing of an order that is not there', async () => {
  expect(await reader.readView(uniqueId())).toBeUndefined();
});

test('listEvents gives an order’s events in order, from the one after a number', async () => {
  const { orderId } = await createEvents(12);
  const sequences = async (after?: number) =>
    (await reader.listEvents({ orderId, ...(after === undefined ? {} : { after }) })).map(({ sequence }) => sequence);
  expect(await sequences()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(await sequences(9)).toEqual([10, 11, 12]);
  expect(await sequences(12)).toEqual([]);
});

test('listEvents of an order that is not there is empty', async () => {
  expect(await reader.listEvents({ orderId: uniqueId() })).toEqual([]);
});

test('readSequences says how far orders are, and leaves out those that are not there', async () => {
  const [short, long] = [await createEvents(1), await createEvents(4)];
  const over = someEvents(1);
  const { orderId } = over[0]!;
  await books.post({ orderId, events: numbered(orderId, [{ type: 'Order Closed', data: {} }]) });
  const found = await reader.readSequences([uniqueId(), short.orderId, long.orderId, orderId]);
  expect(found).toEqual(
    new Map([
      [short.orderId, { sequence: 1, isOver: false }],
      [long.orderId, { sequence: 4, isOver: false }],
      [orderId, { sequence: 1, isOver: true }],
    ]),
  );
});

test('readEvents gives events by their numbers, more than a call has, and leaves out those that are not there', async () => {
  const [first, second] = [await createEvents(12), await createEvents(3)];
  const keysOf = (orderId: OrderId, last: number) =>
    Array.from({ length: last }, (_, i) => ({ orderId, sequence: i + 1 }));
  calls.length = 0;
  const found = await reader.readEvents([...keysOf(first.orderId, 100), ...keysOf(second.orderId, 2)]);
  expect(calls).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand']);
  const inOrder = (a: OrderEvent, b: OrderEvent) => a.orderId.localeCompare(b.orderId) || a.sequence - b.sequence;
  const stored = [
    ...(await reader.listEvents(first)),
    ...(await reader.listEvents(second)).filter(({ sequence }) => sequence < 3),
  ];
  expect(found.toSorted(inOrder)).toEqual(stored.toSorted(inOrder));
  expect(await reader.readEvents([])).toEqual([]);
});

test('readInventory gives a product with its warehouses, and what is waited for', async () => {
  const productId = uniqueId('PROD');
  await world.setStock([
    { productId, warehouseId: 'ICN', availableQuantity: 6 },
    { productId, warehouseId: 'LAX', availableQuantity: 4 },
  ]);
  const waits = (entry: string, wanted: number, quantity: number): BackorderChange => {
    const allocated = quantity > 0 ? [{ warehouseId: 'ICN', quantity }] : [];
    const orderId = uniqueId();
    const backorder = {
      productId,
      entry,
      orderId,
      wanted,
      allocated,
      country: 'KR',
      products: [productId],
      version: 1,
    };
    return { kind: 'OPEN', backorder };
  };
  await world.books.postStock({ backorders: [waits('1', 5, 2), waits('2', 4, 0)] });
  expect(await reader.readInventory(productId)).toEqual({
    productId,
    availableQuantity: 10,
    reservedQuantity: 0,
    waiting: 7,
    warehouses: [
      { warehouseId: 'ICN', availableQuantity: 6, reservedQuantity: 0 },
      { warehouseId: 'LAX', availableQuantity: 4, reservedQuantity: 0 },
    ],
  });
});

test('readInventory knows nothing of a product that is not there', async () => {
  expect(await reader.readInventory(uniqueId('PROD'))).toBeUndefined();
});

test('ping succeeds while the tables are there', async () => {
  await expect(reader.ping()).resolves.toBeUndefined();
});

test('every read fails as SERVICE_UNAVAILABLE when the tables cannot be reached', async () => {
  const orderId = 'ORD-1' as OrderId;
  const failures = await withUnreachableAws((aws) => {
    const unreachable = createOrderReader(aws);
    const reads = [
      unreachable.readView(orderId),
      unreachable.listEvents({ orderId }),
      unreachable.readSequences([orderId]),
      unreachable.readEvents([{ orderId, sequence: 1 }]),
      unreachable.readInventory('PROD-1'),
      unreachable.ping(),
    ];
    return Promise.all(reads.map(failureTypeOf));
  });
  expect(failures).toEqual(Array.from({ length: 6 }, () => 'SERVICE_UNAVAILABLE'));
});
