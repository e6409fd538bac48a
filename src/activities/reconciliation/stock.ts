import { Context } from '@temporalio/activity';
import type { ArchivePlace } from '../rebuild';
import type { Backorder } from '../../domain/backorders';
import type { Finding, StockBooks } from '../../domain/reconciliation';
import type { OrderId } from '../../domain/ids';
import type { ReconciliationDeps } from './deps';
import { accountOf, type OrderAccount } from './account';
import { addTallies, bucketOf, differingBuckets, type StockTally, tallyOfStock } from '../../domain/stock-tally';
import { asStep } from '../step';
import { canonicalJson } from '../../domain/canonical-json';
import { firstPlace, ordersIn } from './orders';
import { fold } from '../../domain/projection';
import { forEachOrder, lookAt } from '../look';
import { setAsideFinding, stockFindings } from '../../domain/reconciliation';

/** Products that are weighed: those of some buckets that come after one of them, or these. */
export type ProductChoice = { buckets: number[]; after?: string } | { productIds: string[] };

export interface WeighInput {
  products: ProductChoice;
  /** as of the run; see `OrdersInput` */
  since?: string;
  /** that are looked at whatever the time */
  watched: OrderId[];
}

export interface Weighed {
  findings: Finding[];
  /** products that moved meanwhile, or of which an order's events are gone: nothing is said of them */
  undecided: string[];
  /** of those the ones that may be decided in a quieter moment */
  busy: string[];
  /** the product after which there is more to say; absent after the last */
  next?: string;
}

/** Milliseconds that the clocks of several workers may differ by. */
const CLOCK_SKEW_MS = 2000;

/** The stock, held against what orders and those who wait have of it. What steps are given and answer has its limits. */
export function createStockLooks(deps: ReconciliationDeps) {
  const { limits, stock } = deps;

  /** The rows of some products. */
  async function readRows(isWanted: (productId: string) => boolean): Promise<StockBooks> {
    const books: StockBooks = { totals: [], warehouses: [], backorders: [] };
    for await (const page of stock.pages()) {
      books.totals.push(...page.totals.filter(({ productId }) => isWanted(productId)));
      books.warehouses.push(...page.warehouses.filter(({ productId }) => isWanted(productId)));
      books.backorders.push(...page.backorders.filter(({ productId }) => isWanted(productId)));
      Context.current().heartbeat();
    }
    return books;
  }

  return {
    /**
     * A first look, over orders that were read one after the other: in which buckets products do not seem to add up. Some of
     * them may, which the second look tells.
     *
     * @param p.tally of what all orders hold
     */
    takeStock: asStep(async ({ tally }: { tally: StockTally }): Promise<{ buckets: number[] }> => {
      let found: StockTally = {};
      const strays: Finding[] = [];
      for await (const page of stock.pages()) {
        found = addTallies(found, tallyOfStock(page));
        strays.push(...(await strayFindings(deps, page.backorders)));
        Context.current().heartbeat();
      }
      const astray = strays.flatMap(({ productId }) => (productId === undefined ? [] : bucketOf(productId)));
      const buckets = new Set([...differingBuckets(found, tally), ...astray]);
      return { buckets: [...buckets].toSorted((a, b) => a - b) };
    }),

    /**
     * A second look at some products, with the stock read before and after the orders: a product counts only when nothing of
     * it moved in between. At once only so much is said, of whole products.
     */
    weighStock: asStep(async ({ products, since, watched }: WeighInput): Promise<Weighed> => {
      const isWanted = choiceOf(products);
      const startedAt = Date.parse(deps.now()) - CLOCK_SKEW_MS;
      const before = await readRows(isWanted);
      const accounts = await allAccounts(deps, { since, watched, isWanted });
      const strays = await strayFindings(deps, before.backorders);
      const after = await readRows(isWanted);
      const holds = accounts.flatMap((account) => account.holds);
      const findings = [...stockFindings(before, holds), ...strays];
      const moved = accounts.flatMap((account) => movedSince(account, startedAt));
      const busy = new Set([...moved, ...differingRows(before, after)].filter(isWanted));
      const undecided = new Set([...busy, ...accounts.flatMap(({ unsure }) => unsure).filter(isWanted)]);
      const told = findings.filter(({ productId = '' }) => isWanted(productId) && !undecided.has(productId));
      return pageOf({ findings: told, undecided: [...undecided], busy }, limits.toldALook);
    }),
  };
}

function choiceOf(products: ProductChoice): (productId: string) => boolean {
  if ('productIds' in products) {
    const chosen = new Set(products.productIds);
    return (productId) => chosen.has(productId);
  }
  const { after = '' } = products;
  const buckets = new Set(products.buckets);
  return (productId) => productId > after && buckets.has(bucketOf(productId));
}

/** What is said of the first products of which there is something to say: of one product at least, and all of it. */
function pageOf(
  { findings, undecided, busy }: Pick<Weighed, 'findings' | 'undecided'> & { busy: ReadonlySet<string> },
  limit: number,
): Weighed {
  const told = new Map(undecided.map((productId) => [productId, 1]));
  for (const { productId = '' } of findings) told.set(productId, (told.get(productId) ?? 0) + 1);
  const last = lastOfPage(told, limit);
  const isOnPage = (productId: string) => last === undefined || productId <= last;
  const left = undecided.filter(isOnPage).toSorted();
  return {
    findings: findings.filter(({ productId = '' }) => isOnPage(productId)),
    undecided: left,
    busy: left.filter((productId) => busy.has(productId)),
    ...(last !== undefined && { next: last }),
  };
}

/** @param told by product, how much is said of it; @returns `undefined` when there is room for all */
function lastOfPage(told: ReadonlyMap<string, number>, limit: number): string | undefined {
  let room = limit;
  let last: string | undefined;
  for (const productId of [...told.keys()].toSorted()) {
    room -= told.get(productId)!;
    if (room < 0 && last !== undefined) return last;
    last = productId;
  }
  return undefined;
}

async function allAccounts(
  deps: ReconciliationDeps,
  p: Pick<WeighInput, 'watched'> & { since: string | undefined; isWanted: (productId: string) => boolean },
): Promise<OrderAccount[]> {
  const { since, watched, isWanted } = p;
  const seen = new Set<OrderId>();
  const accounts: OrderAccount[] = [];
  const count = async (orderIds: readonly OrderId[]) => {
    const fresh = orderIds.filter((orderId) => !seen.has(orderId));
    for (const orderId of fresh) seen.add(orderId);
    const read = await forEachOrder(fresh, (orderId) => accountOf(deps.books, orderId));
    // what moves nothing of these is not kept in mind
    const kept = read.map((account) => shareOf(account, isWanted));
    accounts.push(...kept.filter(({ moves, unsure }) => moves.size > 0 || unsure.length > 0));
  };
  await count(watched);
  for (let place: ArchivePlace | undefined = firstPlace(since); place;) {
    const page = await ordersIn(deps, { place, since });
    await count(page.orderIds);
    place = page.next;
  }
  return accounts;
}

/** What an account says of some products; its events are not kept. */
const shareOf = (
  { orderId, holds, moves, unsure }: OrderAccount,
  isWanted: (productId: string) => boolean,
): OrderAccount => ({
  orderId,
  events: [],
  holds: holds.filter(({ productId }) => isWanted(productId)),
  moves: new Map([...moves].filter(([productId]) => isWanted(productId))),
  unsure: unsure.filter(isWanted),
});

const movedSince = ({ moves }: OrderAccount, since: number): string[] =>
  [...moves].flatMap(([productId, at]) => (Date.parse(at) >= since ? [productId] : []));

/** Products of which two readings differ. */
function differingRows(before: StockBooks, after: StockBooks): string[] {
  const [one, other] = [rowsByProduct(before), rowsByProduct(after)];
  return [...new Set([...one.keys(), ...other.keys()])].filter((id) => one.get(id) !== other.get(id));
}

/** All that the books say of each product, to be compared. */
function rowsByProduct({ totals, warehouses, backorders }: StockBooks): Map<string, string> {
  const rows = new Map<string, string[]>();
  const add = (table: string, all: readonly { productId: string }[]) => {
    for (const row of all) rows.set(row.productId, [...(rows.get(row.productId) ?? []), table + canonicalJson(row)]);
  };
  add('total', totals);
  add('warehouse', warehouses);
  add('backorder', backorders);
  return new Map([...rows].map(([productId, all]) => [productId, JSON.stringify(all.toSorted())]));
}

async function strayFindings(deps: ReconciliationDeps, backorders: readonly Backorder[]): Promise<Finding[]> {
  const orderIds = [...new Set(backorders.map(({ orderId }) => orderId))];
  const looks = await forEachOrder(orderIds, (orderId) => lookAt(deps.books, orderId));
  const byId = new Map(looks.map((look) => [look.orderId, look]));
  return backorders.flatMap((backorder) => {
    const { events } = byId.get(backorder.orderId)!;
    return setAsideFinding(backorder, { order: fold(events), events }) ?? [];
  });
}
