import type { NewEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { batchOf, runActivity } from '../support/contracts/activities';
import { type BooksWorld, memoryBooksWorld } from '../support/contracts/books';
import { connectToEmulator, dynamoBooksWorld } from '../support/contracts/emulator';
import { createBackorderActivities } from '../../src/activities/backorders';
import { createInventoryActivities } from '../../src/activities/inventory';
import { createMemoryWorld } from '../support/memory/ports';
import { MAX_TEXT } from '../../src/domain/order';
import { createReceivingActivities } from '../../src/activities/receiving';
import { keys, shipmentIdOf } from '../../src/domain/ids';
import { sampleValidOrder } from '../support/contracts/events';
import { uniqueId, WAREHOUSES } from '../support/orders';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

describe.each<[string, () => BooksWorld]>([
  ['in memory', memoryBooksWorld],
  ['on DynamoDB', () => dynamoBooksWorld(emulator)],
])('back-orders %s', (_name, createWorld) => {
  let world: BooksWorld;
  let productId: string;
  let clock: number;
  beforeEach(() => {
    world = createWorld();
    productId = uniqueId('PROD');
    clock = Date.UTC(2025, 6, 9, 10);
  });

  const deps = () => ({
    ...createMemoryWorld().ports,
    books: world.books,
    warehouses: WAREHOUSES,
    now: () => new Date((clock += 1000)).toISOString(),
  });
  const backorders = () => createBackorderActivities(deps());
  const stockOf = (ICN: number, LAX = 0, id = productId) =>
    world.setStock(
      Object.entries({ ICN, LAX }).map(([warehouseId, availableQuantity]) => ({
        productId: id,
        warehouseId,
        availableQuantity,
      })),
    );
  const address = { street: '1 Street', city: 'Seoul', country: 'KR', zipCode: '1' };
  const until = '2025-08-09T10:00:00.000Z';

  interface Waiting {
    orderId: OrderId;
    items: { productId: string; quantity: number }[];
  }
  const waits = (quantity: number, more: Waiting['items'] = []): Waiting => ({
    orderId: uniqueId(),
    items: [{ productId, quantity }, ...more],
  });
  const open = ({ orderId, items }: Waiting, { attempt = 1 } = {}) => {
    const events: NewEvent[] = [{ type: 'Order Backordered', data: { items, until } }];
    const input = { batch: batchOf(orderId, events), orderId, items, until, address };
    return runActivity(backorders().openBackorder, input, { attempt });
  };
  const take = ({ orderId }: Waiting, firstSequence = 2) =>
    runActivity(backorders().takeBackorder, {
      batch: batchOf(orderId, [], firstSequence),
      orderId,
      part: 2,
      firstShipment: 3,
    });
  const close = ({ orderId, items }: Waiting, firstSequence = 2) =>
    runActivity(backorders().closeBackorder, {
      batch: batchOf(
        orderId,
        [{ type: 'Backorder Ended', data: { items, reason: 'time is up', status: 'SHIPPED' } }],
        firstSequence,
      ),
      orderId,
    });
  const receive = (quantity: number, warehouseId = 'ICN', reference: string = uniqueId('DN'), id = productId) =>
    runActivity(createReceivingActivities(deps()).receiveStock, { productId: id, warehouseId, quantity, reference });
  const offer = (...productIds: string[]) => runActivity(backorders().offerStock, { productIds });
  const total = async (id = productId) => {
    const { availableQuantity, reservedQuantity } = (await world.total(id))!;
    return { available: availableQuantity, reserved: reservedQuantity };
  };
  const typesOf = async (orderId: OrderId) => (await world.events(orderId)).map(({ type }) => type);
  /** units that are set aside, by order */
  const setAside = async () =>
    (await world.books.readQueue(productId)).map(({ orderId, allocated }) => [
      orderId,
      allocated.reduce((all, { quantity }) => all + quantity, 0),
    ]);
  const reserveOf = (quantity: number) =>
    sampleValidOrder({ items: [{ productId, quantity, price: 1 }], totalAmount: quantity });

  test('an order waits with its event, until what it wants arrives', async () => {
    await stockOf(0);
    const order = waits(3);
    expect(await open(order)).toMatchObject({ sequence: 1, filled: false });
    expect(await typesOf(order.orderId)).toEqual(['Order Backordered']);
    expect(await take(order)).toEqual({ kind: 'WAITING', allocated: [] });

    expect(await receive(2)).toMatchObject({ kind: 'RECEIVED', toBackorders: 2, availableQuantity: 0, orders: [] });
    expect(await take(order)).toEqual({ kind: 'WAITING', allocated: [{ productId, quantity: 2 }] });

    expect(await receive(5, 'LAX')).toMatchObject({
      toBackorders: 1,
      availableQuantity: 4,
      orders: [{ orderId: order.orderId, productId }],
    });
    const filled = await take(order);
    expect(filled).toMatchObject({
      kind: 'FILLED',
      sequence: 2,
      shipments: [
        { shipmentId: shipmentIdOf(order.orderId, 3), warehouseId: 'ICN', lines: [{ productId, quantity: 2 }] },
        { shipmentId: shipmentIdOf(order.orderId, 4), warehouseId: 'LAX', lines: [{ productId, quantity: 1 }] },
      ],
    });
    expect(await typesOf(order.orderId)).toEqual(['Order Backordered', 'Backorder Filled']);
    expect(await total()).toEqual({ available: 4, reserved: 3 });
    expect(await world.books.readQueue(productId)).toEqual([]);
    expect(await world.books.readLedger(keys.reserve(order.orderId, 2))).toMatchObject({ sequence: 2 });
  });

  test('an order that is woken twice takes once, and hears the same', async () => {
    await stockOf(0);
    const order = waits(2);
    await open(order);
    await receive(2);
    const first = await take(order);
    expect(await take(order)).toEqual({ ...first, leftover: { events: [], states: [] }, orderStatus: 'RESERVED' });
    expect(await typesOf(order.orderId)).toEqual(['Order Backordered', 'Backorder Filled']);
    expect(await total()).toEqual({ available: 0, reserved: 2 });
  });

  test('opened again, an order waits once, and hears the same', async () => {
    await stockOf(0);
    const order = waits(2);
    const { filled: _, ...first } = await open(order);
    expect(await open(order, { attempt: 2 })).toMatchObject({ ...first, filled: false });
    expect(await world.books.readQueue(productId)).toHaveLength(1);
    expect(await typesOf(order.orderId)).toEqual(['Order Backordered']);
  });

  test('what is free already is set aside at once, when nobody is ahead', async () => {
    await stockOf(2, 5);
    const order = waits(4);
    expect(await open(order)).toMatchObject({ filled: true });
    expect(await total()).toEqual({ available: 3, reserved: 4 });
    expect(await take(order)).toMatchObject({
      kind: 'FILLED',
      shipments: [{ warehouseId: 'ICN' }, { warehouseId: 'LAX' }],
    });
  });

  test('who has all of several products is found with one look at the others, however many wait', async () => {
    const second = uniqueId('PROD');
    await stockOf(0);
    await stockOf(0, 0, second);
    const all = [1, 2, 3].map((quantity) => waits(quantity, [{ productId: second, quantity: 1 }]));
    for (const order of all) await open(order);
    expect(await receive(6)).toMatchObject({ toBackorders: 6, orders: [] });

    await world.books.postStock({ stock: [{ productId: second, warehouseId: 'ICN', available: 2, reserved: 0 }] });
    const looks = jest.spyOn(world.books, 'readBackorders');
    expect(await offer(second)).toEqual({
      orders: all.slice(0, 2).map(({ orderId }) => ({ orderId, productId: second })),
    });
    expect(looks).toHaveBeenCalledTimes(1);
    looks.mockRestore();
  });

  test('nobody who comes later is served before who waits, though there is something for him', async () => {
    await stockOf(0);
    const [first, second] = [waits(5), waits(1)];
    await open(first);
    await receive(2);
    // free, and not offered yet: as after a release
    await world.books.postStock({ stock: [{ productId, warehouseId: 'ICN', available: 1, reserved: 0 }] });
    expect(await open(second)).toMatchObject({ filled: false });
    expect(await setAside()).toEqual([
      [first.orderId, 2],
      [second.orderId, 0],
    ]);
    await offer(productId);
    expect(await setAside()).toEqual([
      [first.orderId, 3],
      [second.orderId, 0],
    ]);
  });

  test('a new order cannot take what arrived for those who wait', async () => {
    await stockOf(0);
    const order = waits(3);
    await open(order);
    await receive(4);
    const rival = reserveOf(3);
    const plan = await runActivity(createInventoryActivities(deps()).checkInventory, {
      batch: batchOf(rival.orderId),
      order: rival,
    });
    expect(plan).toMatchObject({ status: 'PARTIAL', availableItems: [{ productId, quantity: 1 }] });
    expect(await take(order)).toMatchObject({ kind: 'FILLED' });
  });

  test('an order of two products goes on with both: it is woken by the last one', async () => {
    const other = uniqueId('PROD');
    await stockOf(0);
    await stockOf(0, 0, other);
    const order = waits(1, [{ productId: other, quantity: 2 }]);
    await open(order);
    expect(await receive(1)).toMatchObject({ toBackorders: 1, orders: [] });
    expect(await take(order)).toEqual({ kind: 'WAITING', allocated: [{ productId, quantity: 1 }] });
    expect(await receive(2, 'ICN', uniqueId('DN'), other)).toMatchObject({
      orders: [{ orderId: order.orderId, productId: other }],
    });
    expect(await take(order)).toMatchObject({
      kind: 'FILLED',
      shipments: [
        {
          lines: [
            { productId, quantity: 1 },
            { productId: other, quantity: 2 },
          ],
        },
      ],
    });
  });

  test('an order that gives up gives back what was set aside, which the next one is offered', async () => {
    await stockOf(0);
    const [first, second] = [waits(5), waits(2)];
    for (const order of [first, second]) await open(order);
    await receive(3);
    const closed = await close(first);
    expect(closed).toMatchObject({ sequence: 2 });
    expect(await total()).toEqual({ available: 3, reserved: 0 });
    expect(await offer(productId)).toEqual({ orders: [{ orderId: second.orderId, productId }] });
    expect(await total()).toEqual({ available: 1, reserved: 2 });
    // asked again it wakes again: a waking that was lost is no order that waits for ever
    expect(await offer(productId)).toEqual({ orders: [{ orderId: second.orderId, productId }] });

    expect(await close(first)).toMatchObject(closed);
    expect(await take(first, 3)).toEqual({ kind: 'WAITING', allocated: [] });
    expect(await typesOf(first.orderId)).toEqual(['Order Backordered', 'Backorder Ended']);
    expect(await total()).toEqual({ available: 1, reserved: 2 });
  });

  test('an order that gives up hears what it took without knowing, and can release it', async () => {
    await stockOf(0);
    const order = waits(2);
    await open(order);
    await receive(2);
    // by an attempt whose workflow task was lost
    const taken = await take(order);
    const closed = await close(order, 3);
    expect(closed).toMatchObject({ sequence: 3, taken: [{ warehouseId: 'ICN', lines: [{ productId, quantity: 2 }] }] });
    expect(closed.taken).toEqual(taken.kind === 'FILLED' && taken.shipments);
    expect(await total()).toEqual({ available: 0, reserved: 2 });
    await runActivity(createInventoryActivities(deps()).releaseInventory, {
      batch: batchOf(order.orderId, [], 4),
      orderId: order.orderId,
      part: 2,
      shipments: closed.taken!,
    });
    expect(await total()).toEqual({ available: 2, reserved: 0 });
  });

  test('an order that never came to wait can give up all the same', async () => {
    await stockOf(1);
    const closed = await close(waits(2), 1);
    expect(closed).toMatchObject({ sequence: 1 });
    expect(closed).not.toHaveProperty('taken');
    expect(await total()).toEqual({ available: 1, reserved: 0 });
  });

  test('the largest order waits, is served, and gives up', async () => {
    // of the longest names, in letters that take three bytes
    const products = Array.from({ length: 40 }, (_, n) => `${productId}-${n}`.padEnd(MAX_TEXT, '주'));
    for (const id of products) await stockOf(1, 0, id);
    const [order, another] = [1, 2].map(() => ({
      orderId: uniqueId(),
      items: products.map((id) => ({ productId: id, quantity: 1 })),
    })) as [Waiting, Waiting];
    expect(await open(order)).toMatchObject({ filled: true });
    expect(await open(another)).toMatchObject({ filled: false });
    expect(await total(products[39])).toEqual({ available: 0, reserved: 1 });
    await close(order);
    for (const id of products) expect(await total(id)).toEqual({ available: 1, reserved: 0 });
    const { orders } = await offer(...products);
    expect(orders).toEqual(products.map((id) => ({ orderId: another.orderId, productId: id })));
    expect(await take(another)).toMatchObject({ kind: 'FILLED', shipments: [{ warehouseId: 'ICN' }] });
  });

  test('the largest order may take the last of every product, and says so', async () => {
    const products = Array.from({ length: 40 }, (_, n) => `${productId}-${n}`.padEnd(MAX_TEXT, '주'));
    for (const id of products) await stockOf(1, 0, id);
    const items = products.map((id) => ({ productId: id, quantity: 1, price: 1 }));
    const order = sampleValidOrder({ items, totalAmount: 40 });
    const input = { batch: batchOf(order.orderId), order };
    expect(await runActivity(createInventoryActivities(deps()).checkInventory, input)).toMatchObject({ sequence: 2 });
    expect(await world.events(order.orderId)).toMatchObject([
      { type: 'Inventory Reserved' },
      {
        type: 'Stock Low',
        data: { items: products.map((id) => ({ productId: id, availableQuantity: 0, threshold: 0 })) },
      },
    ]);
  });

  test('what comes back can be sold again, once for each cause', async () => {
    await stockOf(1);
    const { orderId } = waits(1);
    const shipments = [{ shipmentId: 'S', warehouseId: 'ICN', lines: [{ productId, quantity: 2 }] }];
    const restock = (cause: string, firstSequence: number) =>
      runActivity(backorders().restock, {
        batch: batchOf(orderId, [{ type: 'Inventory Restocked', data: { shipments, cause } }], firstSequence),
        orderId,
        cause,
        shipments,
      });
    const first = await restock('R1', 1);
    expect(await restock('R1', 1)).toMatchObject(first);
    expect(await total()).toEqual({ available: 3, reserved: 0 });
    await restock('R2', 2);
    expect(await total()).toEqual({ available: 5, reserved: 0 });
    expect(await typesOf(orderId)).toEqual(['Inventory Restocked', 'Inventory Restocked']);
  });

  test('parts of an order are released one by one', async () => {
    await stockOf(4);
    const order = reserveOf(2);
    const { orderId } = order;
    const shipments = [{ shipmentId: 'S', warehouseId: 'ICN', lines: [{ productId, quantity: 2 }] }];
    await world.books.postStock({ stock: [{ productId, warehouseId: 'ICN', available: -4, reserved: 4 }] });
    const release = (part: number | undefined, firstSequence: number) =>
      runActivity(createInventoryActivities(deps()).releaseInventory, {
        batch: batchOf(orderId, [{ type: 'Inventory Released', data: { shipments } }], firstSequence),
        orderId,
        shipments,
        ...(part !== undefined && { part }),
      });
    await release(undefined, 1);
    await release(1, 1);
    expect(await total()).toEqual({ available: 2, reserved: 2 });
    await release(2, 2);
    expect(await total()).toEqual({ available: 4, reserved: 0 });
  });

  describe('deliveries', () => {
    test('a delivery is taken once, and answers as the first time', async () => {
      await stockOf(0);
      await open(waits(2));
      const first = await receive(5, 'ICN', 'DN-' + productId);
      expect(await receive(5, 'ICN', 'DN-' + productId)).toEqual(first);
      expect(await total()).toEqual({ available: 3, reserved: 2 });
    });

    test('the same delivery, taken several times at once, is taken once', async () => {
      await stockOf(0);
      for (let n = 0; n < 3; n++) await open(waits(2));
      const reference = uniqueId('DN');
      const receipts = await Promise.all(Array.from({ length: 5 }, () => receive(4, 'ICN', reference)));
      for (const receipt of receipts) expect(receipt).toMatchObject({ kind: 'RECEIVED', toBackorders: 4 });
      expect(await total()).toEqual({ available: 0, reserved: 4 });
    });

    test('another delivery under its reference is refused', async () => {
      await stockOf(0);
      const reference = uniqueId('DN');
      await receive(5, 'ICN', reference);
      for (const [quantity, warehouseId] of [
        [6, 'ICN'],
        [5, 'LAX'],
      ] as const)
        expect(await receive(quantity, warehouseId, reference)).toEqual({ kind: 'REFERENCE_USED' });
      expect(await total()).toEqual({ available: 5, reserved: 0 });
    });

    test('to a warehouse or of a product that nobody knows is refused, and its reference stays free', async () => {
      const reference = uniqueId('DN');
      expect(await receive(5, 'ICN', reference)).toEqual({ kind: 'UNKNOWN_PRODUCT' });
      await stockOf(0);
      expect(await receive(5, 'XXX', reference)).toEqual({ kind: 'UNKNOWN_WAREHOUSE', expected: ['ICN', 'LAX'] });
      expect(await receive(5, 'ICN', reference)).toMatchObject({ kind: 'RECEIVED' });
      expect(await total()).toEqual({ available: 5, reserved: 0 });
    });

    test('for more orders than one transaction holds serves them all, longest first', async () => {
      await stockOf(0);
      const orders = Array.from({ length: 85 }, () => waits(1));
      for (const order of orders) await open(order);
      expect(await receive(84)).toMatchObject({ toBackorders: 84, availableQuantity: 0 });
      expect(await setAside()).toEqual(orders.map(({ orderId }, n) => [orderId, n < 84 ? 1 : 0]));
      expect(await receive(3)).toMatchObject({ toBackorders: 1, availableQuantity: 2 });
      expect(await total()).toEqual({ available: 2, reserved: 85 });
    });

    test('several at once, with orders that come and go, lose and make nothing', async () => {
      await stockOf(0);
      const orders = Array.from({ length: 6 }, () => waits(2));
      for (const order of orders.slice(0, 4)) await open(order);
      await Promise.all([
        receive(3),
        receive(2, 'LAX'),
        receive(4),
        open(orders[4]!),
        open(orders[5]!),
        close(orders[0]!),
      ]);
      await offer(productId);
      const given = (await setAside()).map(([, units]) => units as number);
      // 9 units for 5 orders that want 2 each
      expect(given.reduce((all, n) => all + n, 0)).toBe(9);
      expect(given.toSorted((a, b) => a - b)).toEqual([1, 2, 2, 2, 2]);
      expect(await total()).toEqual({ available: 0, reserved: 9 });
    });
  });
});
