import type { ArchivePlace } from '../rebuild';
import type { Backorder } from '../../domain/backorders';
import type { Finding, StockBooks } from '../../domain/reconciliation';
import type { Hold } from '../../domain/order-books';
import type { OrderId } from '../../domain/ids';
import type { ReconciliationDeps } from './deps';
import { accountOf, type OrderAccount } from './account';
import { asStep } from '../step';
import { canonicalJson } from '../../domain/canonical-json';
import { firstPlace, ordersIn } from './orders';
import { fold } from '../../domain/projection';
import { forEachOrder, lookAt } from '../look';
import { setAsideFinding, stockFindings } from '../../domain/reconciliation';

export interface WeighInput {
  productIds: string[];
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
}

/** Milliseconds that the clocks of several workers may differ by. */
const CLOCK_SKEW_MS = 2000;

/** The stock, held against what orders and those who wait have of it. */
export function createStockLooks(deps: ReconciliationDeps) {
  return {
    /** A first look, over orders that were read one after the other: which products do not seem to add up. */
    takeStock: asStep(async ({ holds }: { holds: Hold[] }): Promise<{ productIds: string[] }> => {
      const books = await deps.stock.readStock();
      const findings = [...stockFindings(books, holds), ...(await strayFindings(deps, books.backorders))];
      return { productIds: [...new Set(findings.flatMap(({ productId }) => productId ?? []))] };
    }),

    /**
     * A second look at some products, with the stock read before and after the orders: a product counts only when nothing of
     * it moved in between.
     */
    weighStock: asStep(async ({ productIds, since, watched }: WeighInput): Promise<Weighed> => {
      const startedAt = Date.parse(deps.now()) - CLOCK_SKEW_MS;
      const before = await deps.stock.readStock();
      const accounts = await allAccounts(deps, { since, watched });
      const strays = await strayFindings(deps, before.backorders);
      const after = await deps.stock.readStock();
      const unsure = new Set(accounts.flatMap((account) => account.unsure));
      const moved = new Set(accounts.flatMap((account) => movedSince(account, startedAt)));
      const isBusy = (productId: string) =>
        moved.has(productId) || rowsOf(before, productId) !== rowsOf(after, productId);
      const busy = productIds.filter(isBusy);
      const undecided = productIds.filter((productId) => unsure.has(productId) || busy.includes(productId));
      const findings = [
        ...stockFindings(
          before,
          accounts.flatMap(({ holds }) => holds),
        ),
        ...strays,
      ];
      const isTold = ({ productId = '' }: Finding) => productIds.includes(productId) && !undecided.includes(productId);
      return { findings: findings.filter(isTold), undecided, busy };
    }),
  };
}

async function allAccounts(
  deps: ReconciliationDeps,
  { since, watched }: Pick<WeighInput, 'watched'> & { since: string | undefined },
): Promise<OrderAccount[]> {
  const seen = new Set<OrderId>();
  const accounts: OrderAccount[] = [];
  const count = async (orderIds: readonly OrderId[]) => {
    const fresh = orderIds.filter((orderId) => !seen.has(orderId));
    for (const orderId of fresh) seen.add(orderId);
    const read = await forEachOrder(fresh, (orderId) => accountOf(deps.books, orderId));
    // what moves nothing is not kept in mind
    accounts.push(...read.filter(({ moves, unsure }) => moves.size > 0 || unsure.length > 0).map(withoutEvents));
  };
  await count(watched);
  for (let place: ArchivePlace | undefined = firstPlace(since); place;) {
    const page = await ordersIn(deps, { place, since });
    await count(page.orderIds);
    place = page.next;
  }
  return accounts;
}

const withoutEvents = ({ orderId, holds, moves, unsure }: OrderAccount): OrderAccount => ({
  orderId,
  events: [],
  holds,
  moves,
  unsure,
});

const movedSince = ({ moves }: OrderAccount, since: number): string[] =>
  [...moves].flatMap(([productId, at]) => (Date.parse(at) >= since ? [productId] : []));

/** All that the books say of a product, to be compared. */
function rowsOf({ totals, warehouses, backorders }: StockBooks, productId: string): string {
  const of = <T extends { productId: string }>(rows: readonly T[]) => rows.filter((row) => row.productId === productId);
  const byText = (rows: readonly object[]) => rows.map(canonicalJson).toSorted();
  return JSON.stringify([of(totals), of(warehouses), of(backorders)].map(byText));
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
