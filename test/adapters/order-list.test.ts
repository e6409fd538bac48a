import type { NewEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { OrderStatus } from '../../src/domain/states';
import { booksOn, connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createOrderReader } from '../../src/adapters/aws/order-reader';
import { eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { failureTypeOf } from '../support/contracts/books';
import { InvalidCursorError } from '../../src/gateway/ports';
import { shardOf } from '../../src/domain/ids';
import { uniqueId } from '../support/orders';

const calls: string[] = [];
const emulator = connectToEmulator({ observe: ({ command }) => calls.push(command) });
const books = booksOn(emulator);
const reader = createOrderReader(emulator);
type Page = Parameters<typeof reader.listOrders>[0];

afterAll(() => {
  expect(calls).not.toContain('ScanCommand');
  emulator.destroy();
});

// each test has a future year of its own, so that its orders are the newest
let year = 2900 + (process.pid % 50) * 100;
let customerId: string;
beforeEach(() => {
  year += 1;
  customerId = uniqueId('CUST');
});

const timeAt = (second: number) => new Date(Date.UTC(year, 0, 1, 0, 0, second)).toISOString();

/** Writes an order down that was created and last changed at a second of this test's year. */
async function createOrder({
  second = 0,
  event = 'Order Created',
}: { second?: number; event?: 'Order Created' | 'Payment Failed' } = {}): Promise<OrderId> {
  const order = sampleValidOrder({ customerId });
  const every = eventOfEachType(order);
  const events: NewEvent[] =
    event === 'Order Created' ? [every['Order Created']] : [every['Order Created'], every[event]];
  await books.post({
    orderId: order.orderId,
    events: numbered(order.orderId, events, { at: timeAt(second), customerId }),
  });
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
  ['of anybody', () => ({})],
];

const OTHER_FILTERS: typeof FILTERS = [
  ['of another customer', () => ({ customerId: 'SOMEBODY-ELSE' })],
  ['of another status', () => ({ status: 'PAID' })],
];

describe.each(FILTERS)('orders %s', (_, filter) => {
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
  ['a time that is none', encoded({ at: 7, seen: [] })],
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
    await expect(listed).rejects.toThrow('the same customerId and status');
  }
});

test('fails as SERVICE_UNAVAILABLE when the table cannot be reached', async () => {
  const type = await withUnreachableAws((aws) => failureTypeOf(createOrderReader(aws).listOrders({ limit: 1 })));
  expect(type).toBe('SERVICE_UNAVAILABLE');
});
