import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { OrderReader } from '../../src/gateway/ports';
import { countReads } from '../../bench/search/counted';
import { createOrderReader } from '../../src/adapters/aws/order-reader';
import { type Deployed, startDeployed } from '../support/deployed';
import { environmentFromOutputs } from '../../infra/outputs';
import { type Findable, findable, type Search, searchesOf } from '../../bench/search/searches';
import { LOOKED_AT_PER_SHOWN } from '../../src/adapters/aws/order-list';
import { readTables } from '../../src/config';
import { scannedBy, walk } from '../../bench/search/walk';
import { seededOrder, type Seed } from '../../scripts/seed-orders/orders';
import { shardOf } from '../../src/domain/ids';
import { writeOrders } from '../../scripts/seed-orders/write';

/** `npm run prove` takes the full size. */
const ORDERS = process.env['WAYBILL_PROVE'] ? 100_000 : 3000;
const SEED: Seed = { name: 'search', until: '2025-07-09T12:00:00.000Z', days: 90 };
const LIMIT = 50;
/** Pages of a search that are walked: an emulator looks at all of a partition for each, and takes seconds for a large one. */
const PAGES = process.env['WAYBILL_PROVE'] ? 5 : 20;

jest.setTimeout(1_800_000);

const numbers = Array.from({ length: ORDERS }, (_, i) => i + 1);
const orders: Findable[] = numbers.map((n) => findable(seededOrder(SEED, n)));
const newestFirst = orders.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
const days = newestFirst.map(({ createdAt }) => createdAt.slice(0, 'yyyy-mm-dd'.length));
const searches = searchesOf(orders, { days: [days.at(-1)!, days[0]!] });

let deployed: Deployed;
let db: DynamoDBDocumentClient;
/** what it does is not counted */
let writer: DynamoDBDocumentClient;
let tables: ReturnType<typeof readTables>;
let reader: OrderReader;
let counted: ReturnType<typeof countReads>;

beforeAll(async () => {
  deployed = await startDeployed();
  db = DynamoDBDocumentClient.from(deployed.connect(DynamoDBClient));
  writer = DynamoDBDocumentClient.from(deployed.connect(DynamoDBClient));
  tables = readTables(environmentFromOutputs(deployed.outputs));
  const { view, lookups } = tables;
  await writeOrders({ db: writer, tables: { view, lookups }, seed: SEED, count: ORDERS });
  reader = createOrderReader({ db, tables, now: () => new Date(SEED.until) });
  counted = countReads(db);
});
afterAll(() => deployed.stop());

const timeOf = new Map<string, string>(orders.map(({ orderId, createdAt }) => [orderId, createdAt]));
const times = (ids: readonly string[]) => ids.map((id) => timeOf.get(id));

/** What a page may look at: twice the orders where it has keys of them first, and what it reads at once of each shard. */
function mostOf({ by, filter }: Search): number {
  const leavesOut = filter.status !== undefined && by !== 'by-status';
  const each = by === 'look-ups' ? 2 : 1;
  return leavesOut ? (each * LOOKED_AT_PER_SHOWN + 3) * LIMIT : each * 2 * LIMIT + 30;
}

test.each(searches.map((search) => [search.name, search] as const))(
  'search for %s: each order once, newest first, by an index, and little more is looked at than shown',
  async (_, search) => {
    const { pages, matched, isOver } = await walk({
      reader,
      counted,
      filter: search.filter,
      limit: LIMIT,
      atMost: PAGES,
    });
    const expected = newestFirst.filter(search.finds);
    const shown = pages.flatMap(({ ids }) => ids);
    expect(matched).toBe(search.matched);
    // a page of a search that leaves nothing out is full as long as there are more
    if (search.filter.status === undefined || search.by === 'by-status')
      expect(shown).toHaveLength(Math.min(expected.length, PAGES * LIMIT));
    if (isOver) expect(shown.toSorted()).toEqual(expected.map(({ orderId }) => orderId).toSorted());
    expect(new Set(shown).size).toBe(shown.length);
    // of one moment in any order
    expect(times(shown)).toEqual(expected.slice(0, shown.length).map(({ createdAt }) => createdAt));

    for (const page of pages) {
      expect(page.ids.length).toBeLessThanOrEqual(LIMIT);
      expect(scannedBy(page)).toBeLessThanOrEqual(mostOf(search));
      expect(page.reads.length).toBeLessThanOrEqual(40);
    }
    const reads = pages.flatMap((page) => page.reads);
    for (const read of reads) {
      expect(['QueryCommand', 'BatchGetItemCommand']).toContain(read.command);
      if (read.command === 'BatchGetItemCommand') continue;
      expect(read.keyCondition).toMatch(/^#partition = :partition/);
      expect(read.table === tables.lookups ? [undefined] : ['by-customer', 'by-day', 'by-status']).toContain(
        read.index,
      );
    }
    const used = new Set(reads.map(({ table, index }) => index ?? (table === tables.lookups ? 'look-ups' : 'view')));
    if (search.matched === undefined && search.filter.q === undefined) {
      if (search.name !== 'years without orders') expect(used).toContain(search.by);
      for (const other of ['by-customer', 'by-day', 'by-status'] as const)
        if (other !== search.by) expect(used).not.toContain(other);
    }
  },
);

test('years without orders cost no query for each of their days', async () => {
  const filter = { from: '0001-01-01T00:00:00.000Z', to: '2001-01-01T00:00:00.000Z' };
  const { pages } = await walk({ reader, counted, filter, limit: LIMIT });
  expect(pages).toHaveLength(1);
  expect(pages[0]!.reads.map(({ table }) => table)).toEqual([0, 1, 2, 3].map(() => tables.lookups));
});

/** Sets an order's status, as an event would. */
async function change(orderId: string, status: string): Promise<void> {
  const { view } = seededOrder(SEED, Number(orderId.slice(-6)));
  const Item = { ...view, status, statusShard: `${status}#${shardOf(orderId)}`, updatedAt: SEED.until };
  await writer.send(new PutCommand({ TableName: tables.view, Item }));
}

test('all orders, walked while they change and others come: each that was there once', async () => {
  const { view, lookups } = tables;
  let come = 0;
  // newer, older and in between, of customers and products that there are
  const others: Seed = { ...SEED, name: 'others', until: '2025-07-09T13:00:00.000Z', days: 91 };
  const { pages, isOver } = await walk({
    reader: createOrderReader({ db, tables, now: () => new Date(others.until) }),
    counted,
    filter: {},
    limit: 100,
    between: async (page) => {
      await writeOrders({ db: writer, tables: { view, lookups }, seed: others, first: ++come, count: 1 });
      const one = newestFirst[(page * 97) % ORDERS]!;
      await change(one.orderId, one.status === 'DELIVERED' ? 'RETURNED' : 'DELIVERED');
    },
  });
  expect(isOver).toBe(true);
  const shown = pages.flatMap(({ ids }) => ids);
  expect(new Set(shown).size).toBe(shown.length);
  const ours = shown.filter((id) => timeOf.has(id));
  expect(ours.toSorted()).toEqual(orders.map(({ orderId }) => orderId).toSorted());
  // some of those that came were still ahead
  expect(come).toBeGreaterThan(0);
});

test('orders of a status, walked while some leave it: each of the others once, none twice', async () => {
  const filter = { status: 'CANCELLED' as const };
  const before = await walk({ reader, counted, filter, limit: 100 });
  const there = before.pages.flatMap(({ ids }) => ids);
  const leaving = new Set(there.filter((id, i) => i % 3 === 0 && timeOf.has(id)));
  const left = [...leaving];
  const size = Math.max(1, Math.ceil(there.length / 8));
  const { pages } = await walk({
    reader,
    counted,
    filter,
    limit: Math.min(100, size),
    between: async () => {
      for (const id of left.splice(0, 10)) await change(id, 'RETURNED');
    },
  });
  const shown = pages.flatMap(({ ids }) => ids);
  expect(new Set(shown).size).toBe(shown.length);
  expect(shown.filter((id) => !leaving.has(id))).toEqual(there.filter((id) => !leaving.has(id)));
  expect(pages.length).toBeGreaterThan(5);
});

test('orders that are written again change nothing', async () => {
  const { view, lookups } = tables;
  const { filter } = searches.find(({ name }) => name === 'a product')!;
  const first = await walk({ reader, counted, filter, limit: 100 });
  await writeOrders({ db: writer, tables: { view, lookups }, seed: SEED, count: 500 });
  const again = await walk({ reader, counted, filter, limit: 100 });
  expect(again.pages.map(({ ids }) => ids)).toEqual(first.pages.map(({ ids }) => ids));
});
