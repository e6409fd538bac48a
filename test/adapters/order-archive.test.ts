import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { NewEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { connectToEmulator } from '../support/contracts/emulator';
import { countReads } from '../../bench/search/counted';
import { createOrderArchive } from '../../src/adapters/aws/order-archive';
import { createDynamoBooks } from '../../src/adapters/aws/books';
import { createOwnTable } from '../support/own-table';
import { eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { fold } from '../../src/domain/projection';
import { uniqueId, WAREHOUSES } from '../support/orders';

const emulator = connectToEmulator();
const plain = connectToEmulator();
const reads = countReads(emulator.db);
afterAll(() => {
  emulator.destroy();
  plain.destroy();
});

const CLOSED = 3000;
const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

let view: string;
let archive: ReturnType<typeof createOrderArchive>;
beforeAll(async () => {
  const indexes = { open: ['openShard', 'createdAt'], changed: ['changedShard', 'updatedAt'] } satisfies Record<
    string,
    [string, string]
  >;
  view = await createOwnTable(plain.db, { name: 'View', key: ['orderId'], indexes });
  archive = createOrderArchive({ db: emulator.db, tables: { events: emulator.tables.events, view } });
  // they ended two hours ago, and longer
  const items = Array.from({ length: CLOSED }, (_, i) =>
    viewOf(minutesAgo(120 + i), 'Order Created', 'Order Cancelled'),
  );
  for (let i = 0; i < items.length; i += 25) {
    const puts = items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
    await plain.db.send(new BatchWriteCommand({ RequestItems: { [view]: puts } }));
  }
}, 60_000);

function viewOf(at: string, ...types: NewEvent['type'][]) {
  const order = sampleValidOrder({ orderId: uniqueId('ARCHIVE') });
  const every = eventOfEachType(order);
  return fold(
    numbered(
      order.orderId,
      types.map((type) => every[type]),
      { at },
    ),
  )!;
}

/** Writes an order down as the worker does, one event after the other. */
async function tell(minutes: number, ...types: NewEvent['type'][]): Promise<OrderId> {
  const books = createDynamoBooks({ db: plain.db, tables: { ...plain.tables, view }, warehouses: WAREHOUSES });
  const order = sampleValidOrder({ orderId: uniqueId('ARCHIVE') });
  const every = eventOfEachType(order);
  const { orderId } = order;
  for (const [i, type] of ['Order Created' as const, ...types].entries())
    await books.post({
      orderId,
      events: numbered(orderId, [every[type]], { firstSequence: i + 1, at: minutesAgo(minutes) }),
    });
  return orderId;
}

async function listed(since: string, limit: number): Promise<OrderId[]> {
  const found: OrderId[] = [];
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const page = await archive.pageOfOrders({ from: 'views', since, limit, ...(token !== undefined && { token }) });
    found.push(...page.orderIds);
    ({ token } = page);
  }
  return found;
}

test(`of ${CLOSED} orders that ended and 20 that did not, little more than 20 are read`, async () => {
  const open = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      // long ago; half of them had news after they came into their state
      tell(600, 'Order Validated', ...(i % 2 === 0 ? (['Customer Notified', 'Shipment Tracked'] as const) : [])),
    ),
  );
  const ended = await tell(5, 'Order Cancelled');
  const endedLongAgo = await tell(500, 'Order Cancelled');
  // an order that was taken up again is no ended one
  const again = await tell(5, 'Order Cancelled', 'Return Requested');
  const wanted = [...open, ended, again].toSorted();

  for (const limit of [1000, 7, 1]) {
    reads.take();
    const found = await listed(minutesAgo(30), limit);
    expect(found.toSorted()).toEqual(wanted);
    const taken = reads.take();
    expect(taken.every(({ command, index }) => command === 'QueryCommand' && index !== undefined)).toBe(true);
    const scanned = taken.reduce((sum, read) => sum + read.scanned, 0);
    expect(scanned).toBeGreaterThanOrEqual(wanted.length);
    expect(scanned).toBeLessThanOrEqual(wanted.length + 10);
  }
  expect(await listed(minutesAgo(510), 1000)).toContain(endedLongAgo);
});

test('one that ends leaves the open ones in the write that ends it', async () => {
  const books = createDynamoBooks({ db: plain.db, tables: { ...plain.tables, view }, warehouses: WAREHOUSES });
  const orderId = await tell(600, 'Order Validated');
  const future = new Date(Date.now() + 60_000).toISOString();
  expect(await listed(future, 1000)).toContain(orderId);
  const every = eventOfEachType(sampleValidOrder({ orderId }));
  const cancelled = numbered(orderId, [every['Order Cancelled']], { firstSequence: 3, at: minutesAgo(1) });
  expect(await books.post({ orderId, events: cancelled })).toEqual({ kind: 'posted' });
  expect(await listed(future, 1000)).not.toContain(orderId);
  expect(await listed(minutesAgo(2), 1000)).toContain(orderId);
});

test('all of them are listed by a full run, each once', async () => {
  const found: OrderId[] = [];
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const page = await archive.pageOfOrders({ from: 'views', limit: 1000, ...(token !== undefined && { token }) });
    found.push(...page.orderIds);
    ({ token } = page);
  }
  expect(found.length).toBeGreaterThanOrEqual(CLOSED + 20);
  expect(new Set(found).size).toBe(found.length);
});
