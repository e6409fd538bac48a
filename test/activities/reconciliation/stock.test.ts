import type { Finding } from '../../../src/domain/reconciliation';
import type { Hold } from '../../../src/domain/order-books';
import type { OrderId } from '../../../src/domain/ids';
import type { ProductChoice, Weighed } from '../../../src/activities/reconciliation/stock';
import { BUCKETS, tallyOfHolds } from '../../../src/domain/stock-tally';
import { createMaintenanceActivities } from '../../../src/activities/maintenance';
import { createMemoryMaintenance } from '../../support/memory/maintenance';
import { createMemoryWorld, type MemoryWorld } from '../../support/memory/ports';
import { fold } from '../../../src/domain/projection';
import { numbered, sampleValidOrder } from '../../support/contracts/events';
import { runActivity } from '../../support/contracts/activities';

const WAREHOUSES = ['ICN', 'LAX', 'AMS'];
/** products of which everything is wrong that are told of at once, a finding for each warehouse */
const A_LOOK = 20;
const TOLD = A_LOOK * WAREHOUSES.length;
/** of what a step is given or answers, characters: so much for each finding, and a tally */
const BOUND = 300 * TOLD + 25 * BUCKETS;

interface Stage {
  world: MemoryWorld;
  holds: Hold[];
  activities: ReturnType<typeof createMaintenanceActivities>;
  /** the longest that a step was given or answered, characters */
  longest: () => number;
}

/** So many products, each in three warehouses, held by orders; the books have what the orders say. */
function stageOf(products: number): Stage {
  const world = createMemoryWorld();
  const { books } = world;
  books.inventory.clear();
  books.warehouseStock.clear();
  const holds: Hold[] = [];
  for (let n = 0; n < products; n++) {
    const productId = `PROD-${String(n).padStart(6, '0')}`;
    const orderId = `ORD-${n}` as OrderId;
    const lines = [{ productId, quantity: 2 }];
    const shipments = WAREHOUSES.map((warehouseId) => ({
      shipmentId: `${orderId}-${warehouseId}`,
      warehouseId,
      lines,
    }));
    const order = sampleValidOrder({ orderId });
    // long ago
    const events = numbered(orderId, [
      { type: 'Order Created', data: { order } },
      { type: 'Inventory Reserved', data: { shipments } },
    ]);
    books.events.set(orderId, events);
    books.views.set(orderId, fold(events)!);
    for (const warehouseId of WAREHOUSES) {
      books.warehouseStock.set(`${productId}/${warehouseId}`, { availableQuantity: 5, reservedQuantity: 2 });
      holds.push({ productId, warehouseId, quantity: 2 });
    }
    books.inventory.set(productId, { availableQuantity: 15, reservedQuantity: 6 });
  }
  const { deps } = createMemoryMaintenance(world, { toldALook: TOLD });
  return { world, holds, ...measured(createMaintenanceActivities(deps)) };
}

function measured(activities: ReturnType<typeof createMaintenanceActivities>): Pick<Stage, 'activities' | 'longest'> {
  let longest = 0;
  const note = (value: unknown) => void (longest = Math.max(longest, JSON.stringify(value ?? null).length));
  const entries = Object.entries(activities).map(([name, activity]) => [
    name,
    async (input: never) => {
      note(input);
      const answer: unknown = await (activity as (input: never) => Promise<unknown>)(input);
      note(answer);
      return answer;
    },
  ]);
  return { activities: Object.fromEntries(entries) as typeof activities, longest: () => longest };
}

/** Page by page, as the workflow does. */
async function weighAll({ activities, holds }: Stage): Promise<Weighed[]> {
  const { buckets } = await runActivity(activities.takeStock, { tally: tallyOfHolds(holds) });
  const pages: Weighed[] = [];
  let products: ProductChoice | undefined = buckets.length > 0 ? { buckets } : undefined;
  while (products) {
    const page: Weighed = await runActivity(activities.weighStock, { products, watched: [] });
    pages.push(page);
    products = page.next === undefined ? undefined : { buckets, after: page.next };
  }
  return pages;
}

const subjectsOf = (findings: readonly Finding[]) =>
  findings.map(({ kind, subject }) => `${kind}#${subject}`).toSorted();

test('a stock that adds up is weighed nowhere', async () => {
  expect(await weighAll(stageOf(300))).toEqual([]);
});

test('of a stock that is wrong everywhere each product is told of once, and no step is given or answers more for more of them', async () => {
  const stage = stageOf(300);
  const { warehouseStock } = stage.world.books;
  for (const [key, row] of warehouseStock) warehouseStock.set(key, { ...row, reservedQuantity: 3 });
  const pages = await weighAll(stage);
  expect(pages.length).toBe(300 / A_LOOK);
  for (const { findings } of pages) expect(new Set(findings.map(({ productId }) => productId)).size).toBe(A_LOOK);
  const wrong = [...warehouseStock.keys()].map((key) => `STOCK_RESERVED#${key}`);
  expect(subjectsOf(pages.flatMap(({ findings }) => findings))).toEqual(wrong.toSorted());
  expect(pages.flatMap(({ undecided }) => undecided)).toEqual([]);

  expect(stage.longest()).toBeLessThan(BOUND);
  // all at once would have been more
  expect(JSON.stringify(pages.flatMap(({ findings }) => findings)).length).toBeGreaterThan(BOUND);
});

test('only what does not add up is told of, beside whatever shares its bucket', async () => {
  const stage = stageOf(300);
  const { inventory, warehouseStock } = stage.world.books;
  warehouseStock.set('PROD-000007/LAX', { availableQuantity: 5, reservedQuantity: 1 });
  inventory.set('PROD-000100', { availableQuantity: 16, reservedQuantity: 6 });
  const pages = await weighAll(stage);
  expect(subjectsOf(pages.flatMap(({ findings }) => findings))).toEqual([
    'STOCK_RESERVED#PROD-000007/LAX',
    'STOCK_TOTAL#PROD-000100',
  ]);
});

test('products that move are named page by page too, and weighed again by their names', async () => {
  const stage = stageOf(2 * TOLD + 1);
  const { books } = stage.world;
  const now = new Date(Date.now() + 60_000).toISOString();
  for (const [key, row] of books.warehouseStock) books.warehouseStock.set(key, { ...row, reservedQuantity: 3 });
  for (const [orderId, events] of books.events) {
    const moving = events.map((event) => ({ ...event, at: now }));
    books.events.set(orderId, moving);
    books.views.set(orderId, fold(moving)!);
  }
  const [first, ...others] = await weighAll(stage);
  expect([first!.busy.length, others.length]).toEqual([TOLD, 2]);
  const again = await runActivity(stage.activities.weighStock, { products: { productIds: first!.busy }, watched: [] });
  expect(again).toEqual({ findings: [], undecided: first!.busy, busy: first!.busy });
});
