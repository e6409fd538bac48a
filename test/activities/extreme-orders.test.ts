import type { Books, Posting } from '../../src/activities/ports';
import type { EventBatch, Label, NewEvent, OrderEvent } from '../../src/domain/events';
import type { FulfillmentDeps } from '../../src/activities/fulfillment';
import type { InventoryDeps } from '../../src/activities/inventory';
import type { OrderSubmission } from '../../src/domain/order';
import type { Warehouse } from '../../src/domain/inventory';
import { batchOf, runActivity } from '../support/contracts/activities';
import { booksOn, connectToEmulator, dynamoBooksWorld } from '../support/contracts/emulator';
import { createFulfillmentActivities } from '../../src/activities/fulfillment';
import { createInventoryActivities } from '../../src/activities/inventory';
import { createValidationActivities } from '../../src/activities/validation';
import { fold } from '../../src/domain/projection';
import { keys } from '../../src/domain/ids';
import { MAX_LINES, MAX_PRODUCTS, MAX_QUANTITY, validateOrder } from '../../src/domain/validation';
import { MAX_SHIPMENTS, planReservation, stockMoves } from '../../src/domain/inventory';
import { isPlainText, MAX_TEXT } from '../../src/domain/order';
import { effectsOf } from '../../src/activities/step';
import { sampleOrder, uniqueId, WAREHOUSES } from '../support/orders';
import { sampleValidOrder } from '../support/contracts/events';
import { numberEvents, toBusEvent } from '../../src/domain/events';
import { transactionOf } from '../../src/adapters/aws/transaction';

const emulator = connectToEmulator();
const world = dynamoBooksWorld(emulator);
afterAll(() => emulator.destroy());

/** DynamoDB takes this many rows in one transaction. */
const MAX_ROWS = 100;
/** DynamoDB takes 400 KB in one item, EventBridge 256 KB in one entry. */
const MAX_ITEM = 400 * 1024;
const MAX_ENTRY = 256 * 1024;

/** Bytes of a value in a table; JSON is a little longer than what DynamoDB counts, save for 3 bytes a list or map. */
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The real books, with what was posted. */
function recordingBooks(): { books: Books; postings: Posting[] } {
  const books = booksOn(emulator);
  const postings: Posting[] = [];
  return { books: { ...books, post: (posting) => (postings.push(posting), books.post(posting)) }, postings };
}

const rowsOf = (posting: Posting) => transactionOf(posting, emulator.tables);

function expectFits(postings: readonly Posting[]): void {
  for (const posting of postings) {
    const rows = rowsOf(posting);
    expect(rows.length).toBeLessThanOrEqual(MAX_ROWS);
    for (const { item } of rows)
      expect(bytesOf(item.Put?.Item ?? item.Update?.ExpressionAttributeValues)).toBeLessThan(MAX_ITEM);
    for (const event of posting.events) expect(bytesOf(toBusEvent(event))).toBeLessThan(MAX_ENTRY);
    // one table and key only once in a transaction
    const keysOf = rows.map(({ item }) => {
      const { orderId, sequence, key } = item.Put?.Item ?? {};
      return JSON.stringify([
        item.Put?.TableName ?? item.Update?.TableName,
        item.Update?.Key ??
          (key === undefined
            ? { orderId: orderId as unknown, sequence: sequence as unknown }
            : { key: key as unknown }),
      ]);
    });
    expect(new Set(keysOf).size).toBe(rows.length);
  }
}

function depsOf(books: Books): InventoryDeps & FulfillmentDeps & { published: OrderEvent[] } {
  const published: OrderEvent[] = [];
  return {
    books,
    published,
    publisher: {
      publish: (events: readonly OrderEvent[]) => void published.push(...events),
      flush: async () => undefined,
    },
    now: () => new Date().toISOString(),
    warehouses: WAREHOUSES,
  } as unknown as ReturnType<typeof depsOf>;
}

const longId = (start: string) => `${start}${'주'.repeat(MAX_TEXT - start.length)}`;
const productsOf = (prefix: string) => Array.from({ length: MAX_PRODUCTS }, (_, i) => longId(`${prefix}-${i}-`));

function largestOrder() {
  const products = productsOf(uniqueId('P'));
  const long = longId('');
  const order = sampleValidOrder({
    customerId: longId('C'),
    items: products.map((productId) => ({ productId, quantity: 2, price: 1 })),
    totalAmount: 2 * MAX_PRODUCTS,
    shippingAddress: { street: long, city: long, country: long, zipCode: long },
  });
  return { order, products };
}

type Order = ReturnType<typeof sampleValidOrder>;

/** All that can be noted when everything was taken, and, to give back, all that is undone. */
function notesOf({ orderId, currency, totalAmount: amount }: Order, shipmentIds: string[]) {
  const chargeKey = keys.charge(orderId, 1);
  const labels: Label[] = shipmentIds.map((shipmentId) => ({
    shipmentId,
    carrier: 'Globe Parcel',
    trackingNumber: `WB-${shipmentId}`,
  }));
  const forward: NewEvent[] = [
    { type: 'Payment Completed', data: { chargeKey, paymentId: 'pay_1', amount, currency } },
    ...labels.map((data): NewEvent => ({ type: 'Shipping Label Generated', data })),
  ];
  const undone: NewEvent[] = [
    ...shipmentIds.map((shipmentId): NewEvent => ({ type: 'Shipping Label Cancelled', data: { shipmentId } })),
    { type: 'Payment Refunded', data: { chargeKey, amount, currency } },
  ];
  return { labels, forward, back: [...forward, ...undone] };
}

describe('the largest order there can be', () => {
  const stockOf = (products: string[]) =>
    world.setStock(
      products.flatMap((productId) => [
        { productId, warehouseId: 'ICN', availableQuantity: 2 },
        { productId, warehouseId: 'LAX', availableQuantity: 0 },
      ]),
    );

  async function reserved() {
    const { order, products } = largestOrder();
    await stockOf(products);
    const { books, postings } = recordingBooks();
    const deps = depsOf(books);
    const submission = { ...sampleOrder(), orderId: order.orderId };
    const items = products.map((productId) => ({ productId, quantity: 2, price: 1 }));
    const { customerId, shippingAddress } = order;
    const sent = { ...submission, customerId, shippingAddress, items, totalAmount: 2 * MAX_PRODUCTS };
    const batch = { ...batchOf(order.orderId), customerId };
    const acceptance = { submission: sent, fingerprint: 'f', requestId: 'r', runId: 'run-1', batch };
    expect(await runActivity(createValidationActivities(deps).validateOrder, acceptance)).toMatchObject({
      kind: 'VALID',
    });
    const reservation = await runActivity(createInventoryActivities(deps).checkInventory, {
      batch: { ...batch, firstSequence: 3 },
      order,
    });
    return { order, products, deps, postings, reservation };
  }
  const batchAfter = (order: Order, batch: Partial<EventBatch>): EventBatch => ({
    ...batchOf(order.orderId, [], 4),
    customerId: order.customerId,
    ...batch,
  });
  async function expectTold(order: Order): Promise<void> {
    const view = await world.books.readView(order.orderId);
    expect(view).toEqual(fold(await world.events(order.orderId)));
    expect(bytesOf(view)).toBeLessThan(MAX_ITEM);
  }

  test('is AVAILABLE from one warehouse, and ships', async () => {
    const { order, products, deps, postings, reservation } = await reserved();
    const { shipments, status } = reservation;
    expect(status).toBe('AVAILABLE');
    expect(shipments.map(({ lines }) => lines.length)).toEqual([MAX_PRODUCTS]);
    const { labels, forward } = notesOf(order, [shipments[0]!.shipmentId]);
    const events: NewEvent[] = shipments.map((shipment, i) => ({
      type: 'Shipment Created',
      data: { ...labels[i]!, shipment },
    }));
    const batch = batchAfter(order, { noted: forward, events });
    await runActivity(createFulfillmentActivities(deps).commitTransaction, { batch, shipments, labels });
    expectFits(postings);
    for (const productId of products)
      expect(await world.total(productId)).toMatchObject({ availableQuantity: 0, reservedQuantity: 0 });
    await expectTold(order);
  });

  test('is given back whole', async () => {
    const { order, products, deps, postings, reservation } = await reserved();
    const { shipments } = reservation;
    const { back } = notesOf(order, [shipments[0]!.shipmentId]);
    const events: NewEvent[] = [{ type: 'Inventory Released', data: { shipments } }];
    const { orderId } = order;
    const batch = batchAfter(order, { noted: back, events });
    await runActivity(createInventoryActivities(deps).releaseInventory, { batch, orderId, shipments });
    expectFits(postings);
    for (const productId of products)
      expect(await world.total(productId)).toMatchObject({ availableQuantity: 2, reservedQuantity: 0 });
    await expectTold(order);
  });

  test(`in ${MAX_SHIPMENTS} shipments: what commits it and what gives it back still fit`, () => {
    const { order, products } = largestOrder();
    const warehouses: Warehouse[] = ['A', 'B', 'C', 'D'].map((id) => ({ warehouseId: id, country: 'KR', city: id }));
    const stock = products.flatMap((productId, i) =>
      warehouses.slice(0, MAX_SHIPMENTS).map(({ warehouseId }, w) => ({
        productId,
        warehouseId,
        availableQuantity: i % MAX_SHIPMENTS === w ? 2 : 0,
        reservedQuantity: 0,
      })),
    );
    const { shipments, status } = planReservation({ order, stock, warehouses });
    expect(status).toBe('AVAILABLE');
    expect(shipments).toHaveLength(MAX_SHIPMENTS);
    const { orderId, customerId } = order;
    const { labels, forward, back } = notesOf(
      order,
      shipments.map(({ shipmentId }) => shipmentId),
    );
    const postingOf = (key: string, kind: 'ship' | 'release', noted: NewEvent[], own: NewEvent[]): Posting => {
      const batch = { ...batchOf(orderId, own, 4), customerId, noted };
      const events = numberEvents(batch, { at: '2025-07-09T10:30:00.000Z', attempt: 1 });
      const ledger = { key, result: { shipments, labels } };
      return { orderId, ledger, effects: effectsOf(events), events, stock: stockMoves(kind, shipments) };
    };
    const created = shipments.map((shipment, i): NewEvent => ({
      type: 'Shipment Created',
      data: { ...labels[i]!, shipment },
    }));
    expectFits([
      postingOf(keys.decision(orderId), 'ship', forward, created),
      postingOf(keys.release(orderId), 'release', back, [{ type: 'Inventory Released', data: { shipments } }]),
    ]);
  });
});

describe('a refused order is stored, whatever was sent', () => {
  const long = (n: number, character = '주') => character.repeat(n);
  const korean = longId('');
  const item = { productId: 'PROD-12345', quantity: 2, price: 29.99 };
  const linesOf = (n: number, of: (i: number) => object) =>
    Array.from({ length: n }, (_, i) => ({ ...item, ...of(i) }));

  test.each<[string, Partial<OrderSubmission>]>([
    ['an amount of 1e20', { totalAmount: 1e20 }],
    ['a price of 1e-200', { items: [{ ...item, price: 1e-200 }] }],
    ['a quantity of 1e300', { items: [{ ...item, quantity: 1e300 }] }],
    ['numbers of every size', { totalAmount: 5e-324, items: [{ ...item, quantity: -1e20, price: 1.7e308 }] }],
    ['half a character in the customer', { customerId: '\ud800' }],
    ['half a character in the product', { items: [{ ...item, productId: '\ud800' }] }],
    ['half a character in the address', { shippingAddress: { street: '\udfff' } }],
    ['half a character in time and currency', { timestamp: '\ud800', currency: '\ud800' }],
    ['a noncharacter', { customerId: 'C\uffff', shippingAddress: { street: '\uffff' } }],
    ['an empty customer', { customerId: '' }],
    ['200 KB', { shippingAddress: { street: long(200_000, 'x') } }],
    ['600 KB', { customerId: long(200_000) }],
    ['a cut between the halves of a character', { shippingAddress: { street: long(60_000, '📦') } }],
    ['a cut between the halves of another', { shippingAddress: { street: `x${long(60_000, '📦')}` } }],
    ['199 conflicting lines of one product', { items: linesOf(199, (i) => ({ productId: korean, price: i + 1 })) }],
    [
      'the most and the longest errors there are, and 300 KB',
      {
        items: linesOf(MAX_LINES, (i) => ({ productId: korean, price: i + 1, quantity: MAX_QUANTITY })),
        shippingAddress: { street: long(200_000), city: long(1000), country: long(1000), zipCode: long(1000) },
        timestamp: long(1000),
        currency: long(256),
        paymentMethod: long(1000),
        customerId: long(1000),
      },
    ],
  ])('%s', async (_, changes) => {
    const submission = sampleOrder(changes);
    const { orderId, customerId } = submission;
    const validation = validateOrder(submission);
    if (validation.valid) throw new Error('expected an order that is refused');
    const { errors } = validation;
    const { books, postings } = recordingBooks();
    // the log leaves a customer out whose name will be refused
    const isName = customerId && customerId.length <= MAX_TEXT && isPlainText(customerId);
    const named = isName ? { customerId } : {};
    const { customerId: _sample, ...empty } = batchOf(orderId);
    const batch = { ...empty, ...named };
    const input = { submission, fingerprint: 'f', requestId: 'r', runId: 'run-1', batch, errors };
    const deps = depsOf(books);
    expect(await runActivity(createValidationActivities(deps).refuseOrder, input)).toMatchObject({ kind: 'REFUSED' });
    expectFits(postings);
    const record = (await books.readOrder(orderId))!;
    expect(record).toMatchObject({ status: 'VALIDATION_FAILED', errors });
    expect(record.submission!.length).toBeLessThanOrEqual(100_000);
    const sent = JSON.stringify(submission);
    if (sent.length <= 100_000) expect(record.submission).toBe(sent);
    expect(await world.events(orderId)).toMatchObject([{ type: 'Order Validation Failed', data: { errors } }]);
    expect(await books.readView(orderId)).toEqual(fold(await world.events(orderId)));
    expect(deps.published).toHaveLength(1);
  });
});
