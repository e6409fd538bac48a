import type { Books } from '../../src/activities/ports';
import { batchOf, runActivity } from '../support/contracts/activities';
import { createInventoryActivities } from '../../src/activities/inventory';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { keys } from '../../src/domain/ids';
import { numbered, sampleValidOrder } from '../support/contracts/events';
import { uniqueId } from '../support/orders';

let world: MemoryWorld;
beforeEach(() => {
  world = createMemoryWorld();
  world.books.setStock([
    { productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 3 },
    { productId: 'PROD-12345', warehouseId: 'LAX', availableQuantity: 1 },
  ]);
});

const activities = () => createInventoryActivities(world.ports);
const orderOf = (quantity: number) =>
  sampleValidOrder({ items: [{ productId: 'PROD-12345', quantity, price: 1 }], totalAmount: quantity });
const check = (order: ReturnType<typeof orderOf>, { attempt = 1 } = {}) =>
  runActivity(activities().checkInventory, { batch: batchOf(order.orderId), order }, { attempt });
const left = () => world.books.inventory.get('PROD-12345');
const typesOf = (order: ReturnType<typeof orderOf>) => world.books.events.get(order.orderId)?.map(({ type }) => type);

/** Books in which others take stock between reading and posting, the first `times` times. */
function withRivals(taken: number, times: number): { rounds: () => number } {
  let rounds = 0;
  const post: Books['post'] = (posting) => {
    rounds += 1;
    if (rounds <= times) {
      const rival = uniqueId();
      const moves = [{ productId: 'PROD-12345', warehouseId: 'ICN', available: -taken, reserved: taken }];
      void world.books.post({
        orderId: rival,
        stock: moves,
        events: numbered(rival, [{ type: 'Order Validated', data: {} }]),
      });
    }
    return world.books.post(posting);
  };
  world.ports.books = { ...world.books, post };
  return { rounds: () => rounds };
}

describe('checkInventory', () => {
  test.each([
    { quantity: 2, status: 'AVAILABLE', events: ['Inventory Reserved'], reserved: 2 },
    { quantity: 4, status: 'AVAILABLE', events: ['Inventory Reserved', 'Stock Low'], reserved: 4 },
    { quantity: 9, status: 'PARTIAL', events: ['Inventory Partially Reserved', 'Stock Low'], reserved: 4 },
  ])('$quantity of 4 units: $status, and what there is is reserved', async ({ quantity, status, events, reserved }) => {
    const order = orderOf(quantity);
    expect(await check(order)).toMatchObject({ status, sequence: events.length });
    expect(typesOf(order)).toEqual(events);
    expect(left()).toEqual({ availableQuantity: 4 - reserved, reservedQuantity: reserved });
  });

  test('UNAVAILABLE when nothing is there, and nothing is reserved', async () => {
    const order = sampleValidOrder({ items: [{ productId: 'PROD-SOLD-OUT', quantity: 1, price: 1 }], totalAmount: 1 });
    expect(await check(order)).toMatchObject({
      status: 'UNAVAILABLE',
      shipments: [],
      unavailableItems: [{ productId: 'PROD-SOLD-OUT', quantity: 1, availableQuantity: 0, shortfall: 1 }],
    });
    expect(typesOf(order)).toEqual(['Inventory Unavailable']);
  });

  test('plans again when others were faster, with what they left', async () => {
    const { rounds } = withRivals(2, 1);
    const order = orderOf(3);
    expect(await check(order)).toMatchObject({
      status: 'PARTIAL',
      availableItems: [{ productId: 'PROD-12345', quantity: 2 }],
      unavailableItems: [{ shortfall: 1, availableQuantity: 2 }],
    });
    expect(rounds()).toBe(2);
    expect(left()).toEqual({ availableQuantity: 0, reservedQuantity: 4 });
  });

  test('takes from another warehouse when the first one was emptied meanwhile', async () => {
    withRivals(3, 1);
    expect((await check(orderOf(1))).shipments).toMatchObject([{ warehouseId: 'LAX' }]);
  });

  test('plans again as often as a crowd of orders makes it', async () => {
    world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 20 }]);
    const { rounds } = withRivals(1, 19);
    // each round plans all that is left, so that each rival gets in its way
    expect(await check(orderOf(100))).toMatchObject({ status: 'PARTIAL' });
    expect(rounds()).toBe(20);
  });

  test('gives up after some rounds, to be tried again later, and has written nothing', async () => {
    world.ports.books = { ...world.books, post: async () => ({ kind: 'stock-changed' }) };
    const order = orderOf(1);
    await expect(check(order)).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE', nonRetryable: false });
    expect(world.published).toEqual([]);
  });

  test('tried again, it answers with what it reserved first, whatever the stock is now', async () => {
    const order = orderOf(4);
    const first = await check(order);
    world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 100 }]);
    const again = await check(order, { attempt: 2 });
    // its first time included; and nothing was left out
    expect(again).toEqual({ ...first, leftover: { events: [], states: [] }, orderStatus: 'RESERVED' });
    expect(typesOf(order)).toEqual(['Inventory Reserved', 'Stock Low']);
    expect(world.published).toHaveLength(2);
  });

  test('tried again after it found nothing, it stays with that answer, though stock has come', async () => {
    const order = sampleValidOrder({ items: [{ productId: 'PROD-LATE', quantity: 1, price: 1 }], totalAmount: 1 });
    await check(order);
    world.books.setStock([{ productId: 'PROD-LATE', warehouseId: 'ICN', availableQuantity: 5 }]);
    expect(await check(order, { attempt: 2 })).toMatchObject({ status: 'UNAVAILABLE' });
    expect(world.books.inventory.get('PROD-LATE')).toMatchObject({ availableQuantity: 5 });
  });
});

describe('stock that runs out', () => {
  const items = () =>
    world.published
      .flatMap((event) => (event.type === 'Stock Low' ? event.data.items : []))
      .map((item) => ({ ...item }));
  const stockOf = (units: number) =>
    world.books.setStock([{ productId: 'PROD-LOW', warehouseId: 'ICN', availableQuantity: units }]);
  const take = (quantity: number) =>
    check(sampleValidOrder({ items: [{ productId: 'PROD-LOW', quantity, price: 1 }], totalAmount: quantity }));

  test('is told once at each threshold', async () => {
    stockOf(13);
    for (let n = 0; n < 13; n++) await take(1);
    expect(items()).toEqual(
      [10, 5, 0].map((threshold) => ({ productId: 'PROD-LOW', availableQuantity: threshold, threshold })),
    );
  });

  test('is told by the next order when those of one time each saw only their own part of the fall', async () => {
    stockOf(11);
    const { readStock } = world.books;
    world.ports.books = {
      ...world.books,
      // both read before the other one took anything
      readStock: async (ids) =>
        (await readStock(ids)).map((row) => ({ ...row, availableQuantity: row.availableQuantity + 1 })),
    };
    await take(1);
    expect(items()).toEqual([]);
    world.ports.books = world.books;
    await take(5);
    expect(items()).toEqual([{ productId: 'PROD-LOW', availableQuantity: 5, threshold: 5 }]);
  });
});

describe('releaseInventory', () => {
  test('gives back once what was reserved', async () => {
    const order = orderOf(4);
    const { orderId } = order;
    const { shipments, sequence } = await check(order);
    const input = {
      batch: batchOf(orderId, [{ type: 'Inventory Released', data: { shipments } }], sequence + 1),
      orderId,
      shipments,
    };
    const first = await runActivity(activities().releaseInventory, input);
    const again = await runActivity(activities().releaseInventory, input, { attempt: 2 });
    expect([first.sequence, again.sequence]).toEqual([3, 3]);
    expect(left()).toEqual({ availableQuantity: 4, reservedQuantity: 0 });
    expect(await world.books.readLedger(keys.release(orderId))).toEqual({
      shipments,
      firstSequence: 3,
      sequence: 3,
      at: first.at,
    });
    expect(again.at).toBe(first.at);
  });
});

describe('what is missing', () => {
  const order = orderOf(1);
  const report = {
    key: keys.reserve(order.orderId),
    orderId: order.orderId,
    customerId: order.customerId,
    inventoryStatus: 'UNAVAILABLE' as const,
    availableItems: [],
    unavailableItems: [],
  };

  test('of a partial order is reported', async () => {
    await runActivity(activities().handlePartialInventory, report);
    expect(world.partial).toEqual([report]);
  });

  test('of an order that gets nothing is reported before it is written down: no report is lost', async () => {
    world.ports.messenger = { ...world.ports.messenger, reportShortage: () => Promise.reject(new Error('down')) };
    const batch = batchOf(order.orderId, [{ type: 'Inventory Shortage Reported', data: { unavailableItems: [] } }]);
    await expect(runActivity(activities().inventoryNotAvailable, { batch, report })).rejects.toThrow('down');
    expect(typesOf(order)).toBeUndefined();
  });

  test('is written down once, though its report may be sent again', async () => {
    const { orderId } = order;
    const batch = batchOf(orderId, [{ type: 'Inventory Shortage Reported', data: { unavailableItems: [] } }]);
    const input = { batch, report };
    const first = await runActivity(activities().inventoryNotAvailable, input);
    const again = await runActivity(activities().inventoryNotAvailable, input, { attempt: 2 });
    expect(again).toEqual({ ...first, leftover: { events: [], states: [] } });
    expect(typesOf(order)).toEqual(['Inventory Shortage Reported']);
    expect(await world.books.readLedger(keys.shortage(orderId))).toMatchObject({ firstSequence: 1, sequence: 1 });
    expect(world.shortages).toEqual([report, report]);
  });
});
