import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { NewEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { OrderStatus } from '../../src/domain/states';
import { booksOn, connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createLookups } from '../../src/adapters/aws/lookup-writer';
import { createOrderReader } from '../../src/adapters/aws/order-reader';
import { eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { failureTypeOf } from '../support/contracts/books';
import { InvalidCursorError } from '../../src/gateway/ports';
import { lookupsOf } from '../../src/domain/lookups';
import { shardOf } from '../../src/domain/ids';
import { uniqueId } from '../support/orders';

const calls: string[] = [];
const emulator = connectToEmulator({ observe: ({ command }) => calls.push(command) });
const books = booksOn(emulator);
const lookups = createLookups({ db: emulator.db, table: emulator.tables.lookups });
const reader = createOrderReader({ ...emulator, now: () => new Date(timeAt(60)) });
type Page = Parameters<typeof reader.listOrders>[0];

afterAll(() => {
  expect(calls).not.toContain('ScanCommand');
  emulator.destroy();
});

// each test has a future year of its own, so that its orders are the newest
let year = 2900 + (process.pid % 50) * 100;
let customerId: string;
let productId: string;
let trackingNumber: string;
beforeEach(() => {
  year += 1;
  customerId = uniqueId('CUST');
  productId = uniqueId('PROD');
  trackingNumber = uniqueId('TRACK');
});

const timeAt = (second: number) => new Date(Date.UTC(year, 0, 1, 0, 0, second)).toISOString();

/** Writes an order down that was created and last changed at a second of this test's year. */
async function createOrder({
  second = 0,
  event = 'Order Created',
}: { second?: number; event?: 'Order Created' | 'Payment Failed' } = {}): Promise<OrderId> {
  const order = sampleValidOrder({
    customerId,
    items: [{ productId, quantity: 2, price: 29.99 }],
  });
  const every = eventOfEachType(order);
  const label = { ...every['Shipping Label Generated'].data, trackingNumber };
  const facts: NewEvent[] = [
    every['Order Created'],
    { type: 'Shipping Label Generated', data: label },
    ...(event === 'Order Created' ? [] : [every[event]]),
  ];
  const events = numbered(order.orderId, facts, { at: timeAt(second), customerId });
  await books.post({ orderId: order.orderId, events });
  await lookups.note(lookupsOf(events, { createdAt: timeAt(second) }));
  return order.orderId;
}

async function createOrders(seconds: number[]): Promise<OrderId[]> {
  const ids: OrderId[] = [];
  for (const second of seconds) ids.push(await createOrder({ second }));
  return ids;
}

/** All orders of this test's year, page by page. */
async function listAll(p: Omit<Page, 'cursor'>): Promise<{ ids: OrderId[]; times: string[]; pages: number[] }> {
  const found = { ids: [] as OrderId[], times: [] as string[], pages: [] as number[] };
  let cursor: string | undefined;
  do {
    const page = await reader.listOrders({ ...p, ...(cursor === undefined ? {} : { cursor }) });
    const ours = page.orders.filter(({ createdAt }) => createdAt.startsWith(String(year)));
    found.ids.push(...ours.map(({ orderId }) => orderId));
    found.times.push(...ours.map(({ updatedAt }) => updatedAt));
    found.pages.push(page.orders.length);
    // older orders are of other tests
    if (ours.length < page.orders.length) break;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

const FILTERS: [string, () => Omit<Page, 'cursor' | 'limit'>][] = [
  ['of a customer', () => ({ customerId })],
  ['of a customer and a status', () => ({ customerId, status: 'RECEIVED' })],
  ['of a status', () => ({ status: 'RECEIVED' })],
  ['of a product', () => ({ productId })],
  ['of a product and a status', () => ({ productId, status: 'RECEIVED' })],
  ['of a tracking number', () => ({ trackingNumber })],
  ['of a time', () => ({ from: timeAt(0), to: timeAt(3600) })],
  ['of a status and a time', () => ({ status: 'RECEIVED', from: timeAt(0), to: timeAt(3600) })],
  ['of a customer and a time', () => ({ customerId, from: timeAt(0), to: timeAt(3600) })],
  ['of a product and a time', () => ({ productId, from: timeAt(0), to: timeAt(3600) })],
  ['of anybody', () => ({})],
];

const TEXTS: typeof FILTERS = [
  ['of a customer, by a text', () => ({ q: customerId })],
  ['of a product, by a text', () => ({ q: productId })],
  ['of a parcel, by a text', () => ({ q: trackingNumber.toLowerCase() })],
];

const OTHER_FILTERS: typeof FILTERS = [
  ['of another customer', () => ({ customerId: 'SOMEBODY-ELSE' })],
  ['of another status', () => ({ status: 'PAID' })],
];

describe.each([...FILTERS, ...TEXTS])('orders %s', (_, filter) => {
  test.each([1, 2, 3, 7, 100])('come each exactly once, newest first, in pages of %i', async (limit) => {
    const ids = await createOrders([0, 1, 2, 3, 4, 5, 6, 7]);
    const listed = await listAll({ ...filter(), limit });
    expect(listed.ids).toEqual(ids.toReversed());
    for (const size of listed.pages) expect(size).toBeLessThanOrEqual(limit);
  });

  test.each([1, 2, 3, 5])('of one moment come each exactly once, in pages of %i', async (limit) => {
    const ids = await createOrders([0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2]);
    const listed = await listAll({ ...filter(), limit });
    expect(listed.ids.toSorted()).toEqual(ids.toSorted());
    expect(listed.times).toEqual(listed.times.toSorted().toReversed());
    expect(new Set(ids.map(shardOf)).size).toBeGreaterThan(1);
  });
});

test('a page has a cursor only when there is more', async () => {
  await createOrders([0, 1]);
  expect(await reader.listOrders({ customerId, limit: 2 })).not.toHaveProperty('cursor');
  expect(await reader.listOrders({ customerId, limit: 1 })).toHaveProperty('cursor');
});

test('an order that comes while somebody pages neither repeats nor hides one', async () => {
  const ids = await createOrders([0, 1, 2, 3]);
  const { orders, cursor = '' } = await reader.listOrders({ customerId, limit: 2 });
  await createOrder({ second: 9 });
  const next = await reader.listOrders({ customerId, limit: 2, cursor });
  expect([...orders, ...next.orders].map(({ orderId }) => orderId)).toEqual(ids.toReversed());
});

test('an order shows what a list shows of it', async () => {
  const orderId = await createOrder();
  expect((await reader.listOrders({ customerId, limit: 1 })).orders).toMatchObject([
    {
      orderId,
      customerId,
      status: 'RECEIVED',
      createdAt: timeAt(0),
      updatedAt: timeAt(0),
      totalAmount: 5998,
      currency: 'USD',
    },
  ]);
});

test.each<[OrderStatus, number]>([
  ['RECEIVED', 2],
  ['PAYMENT_FAILED', 1],
  ['SHIPPED', 0],
])('a customer’s orders with status %s: %i', async (status, count) => {
  await createOrder({ second: 1 });
  await createOrder({ second: 2, event: 'Payment Failed' });
  await createOrder({ second: 3 });
  const { orders } = await reader.listOrders({ customerId, status, limit: 10 });
  expect(orders.map((order) => order.status)).toEqual(Array.from({ length: count }, () => status));
});

test('an order moves with its status', async () => {
  const orderId = await createOrder({ event: 'Payment Failed' });
  const received = await reader.listOrders({ status: 'RECEIVED', limit: 20 });
  expect(received.orders.map((order) => order.orderId)).not.toContain(orderId);
  const failed = await reader.listOrders({ status: 'PAYMENT_FAILED', limit: 20 });
  expect(failed.orders.map((order) => order.orderId)).toContain(orderId);
});

test('a customer without orders has an empty page', async () => {
  expect(await reader.listOrders({ customerId, limit: 10 })).toEqual({ orders: [] });
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
test.each([
  ['nothing', ''],
  ['no base64', '%%%'],
  ['no JSON', Buffer.from('hello').toString('base64url')],
  ['null', encoded(null)],
  ['another object', encoded({ orderId: 'A' })],
  ['a number for a time', encoded({ at: 7, seen: [] })],
  ['a time that is none', encoded({ at: '2026-11-2z', seen: [] })],
  ['orders that are none', encoded({ at: '2025-07-09T10:30:00.000Z', seen: [7] })],
  ['an empty time', encoded({ at: '', seen: [] })],
])('a cursor that is %s is refused as such', async (_, cursor) => {
  await expect(reader.listOrders({ customerId, limit: 10, cursor })).rejects.toThrow(InvalidCursorError);
});

test.each(FILTERS)('the cursor of orders %s is refused under every other filter', async (name, filter) => {
  await createOrders([0, 1]);
  const { cursor = '' } = await reader.listOrders({ ...filter(), limit: 1 });
  expect(cursor).not.toBe('');
  const others = [...FILTERS, ...OTHER_FILTERS].filter(([other]) => other !== name);
  for (const [, other] of others) {
    const listed = reader.listOrders({ ...other(), limit: 1, cursor });
    await expect(listed).rejects.toThrow(InvalidCursorError);
    await expect(listed).rejects.toThrow('the same search');
  }
});

test('a text is an order, else a parcel, else a customer, else a product', async () => {
  const ids = await createOrders([0, 1]);
  const find = async (q: string, more: Partial<Page> = {}) => {
    const { orders, matched } = await reader.listOrders({ q, limit: 10, ...more });
    return [matched, orders.map(({ orderId }) => orderId)];
  };
  const both = ids.toReversed();
  expect(await find(ids[0]!)).toEqual(['orderId', [ids[0]]]);
  expect(await find(trackingNumber)).toEqual(['trackingNumber', both]);
  expect(await find(customerId)).toEqual(['customerId', both]);
  expect(await find(productId)).toEqual(['productId', both]);
  expect(await find('nothing of ours')).toEqual([undefined, []]);
  expect(await find('-')).toEqual([undefined, []]);
  // it is what it is, also when a filter leaves nothing of it
  expect(await find(ids[0]!, { status: 'PAID' })).toEqual(['orderId', []]);
  expect(await find(ids[0]!, { to: timeAt(-1) })).toEqual(['orderId', []]);
  expect(await find(customerId, { status: 'PAID' })).toEqual(['customerId', []]);
  // a customer who is called as an order is
  customerId = ids[1]!;
  await createOrder({ second: 5 });
  expect(await find(ids[1]!)).toEqual(['orderId', [ids[1]]]);
});

test('the pages of a text go on as what it was, although it is something else by now', async () => {
  const ids = await createOrders([0, 1, 2]);
  const first = await reader.listOrders({ q: productId, limit: 1 });
  expect(first).toMatchObject({ matched: 'productId', orders: [{ orderId: ids[2] }] });
  customerId = productId;
  productId = uniqueId('OTHER');
  await createOrder({ second: 3 });
  const next = await reader.listOrders({ q: customerId, limit: 5, cursor: first.cursor! });
  expect(next.matched).toBe('productId');
  expect(next.orders.map(({ orderId }) => orderId)).toEqual([ids[1], ids[0]]);
  expect((await reader.listOrders({ q: customerId, limit: 5 })).matched).toBe('customerId');
});

test.each([
  ['from', { from: 1 }, [3, 2, 1]],
  ['to', { to: 2 }, [2, 1, 0]],
  ['both', { from: 1, to: 2 }, [2, 1]],
  ['one moment', { from: 1, to: 1 }, [1]],
  ['before all', { to: -1 }, []],
] as const)('a range takes both of its ends: %s', async (_, range: { from?: number; to?: number }, seconds) => {
  const ids = await createOrders([0, 1, 2, 3]);
  const span = Object.fromEntries(Object.entries(range).map(([end, second]) => [end, timeAt(second)]));
  for (const filter of [{ customerId }, { productId }, { trackingNumber }, { status: 'RECEIVED' as const }, {}]) {
    // of anybody there are those of other tests too
    const listed = await listAll({ ...filter, ...span, limit: 2 });
    expect(listed.ids).toEqual(seconds.map((second) => ids[second]));
  }
});

test('what a filter leaves out is read up to ten times the page, and no further; the cursor goes on', async () => {
  await createOrders(Array.from({ length: 30 }, (_, second) => second));
  const failed = await createOrder({ second: -1, event: 'Payment Failed' });
  for (const filter of [{ customerId }, { productId }]) {
    const pages: OrderId[][] = [];
    let cursor: string | undefined;
    do {
      const page = await reader.listOrders({
        ...filter,
        status: 'PAYMENT_FAILED',
        limit: 1,
        ...(cursor && { cursor }),
      });
      pages.push(page.orders.map(({ orderId }) => orderId));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(pages).toEqual([[], [], [], [failed]]);
  }
});

test('an order that changes while somebody pages is met once, as it is then', async () => {
  const ids = await createOrders([0, 1, 2, 3]);
  const { cursor = '' } = await reader.listOrders({ customerId, limit: 2 });
  const [orderId] = ids as [OrderId];
  const failed = numbered(orderId, [{ type: 'Payment Failed', data: { reason: 'no cover' } }], {
    firstSequence: 3,
    at: timeAt(50),
    customerId,
  });
  await books.post({ orderId, events: failed });
  const { orders } = await reader.listOrders({ customerId, limit: 2, cursor });
  expect(orders).toMatchObject([{ orderId: ids[1] }, { orderId, status: 'PAYMENT_FAILED' }]);
});

test('an order whose view is gone is left out of what its look-ups find', async () => {
  const ids = await createOrders([0, 1]);
  const { db, tables } = emulator;
  await db.send(new DeleteCommand({ TableName: tables.view, Key: { orderId: ids[0] } }));
  expect((await listAll({ productId, limit: 1 })).ids).toEqual([ids[1]]);
});

test('fails as SERVICE_UNAVAILABLE when the table cannot be reached', async () => {
  for (const filter of [{}, { q: 'x' }, { orderId: 'x' }, { productId: 'x' }]) {
    const list = (aws: typeof emulator) => createOrderReader(aws).listOrders({ ...filter, limit: 1 });
    expect(await withUnreachableAws((aws) => failureTypeOf(list(aws)))).toBe('SERVICE_UNAVAILABLE');
  }
});
