import type { ArchivePlace } from '../rebuild';
import type { Finding, RunState } from '../../domain/reconciliation';
import type { OrderId } from '../../domain/ids';
import type { OrderView } from '../../domain/projection';
import type { ReconciliationDeps } from './deps';
import { accountOf, differenceFinding, type OrderAccount } from './account';
import { asStep } from '../step';
import { createPaymentLook, type PaymentsLook } from './payments';
import { findWrongSnapshots } from './snapshots';
import { findingsOf, isOver } from '../../domain/reconciliation';
import { forEachOrder } from '../look';
import { isMendable } from '../../domain/view-difference';
import { type StockTally, tallyOfHolds } from '../../domain/stock-tally';

export interface OrdersInput {
  place: ArchivePlace;
  /** only those that have not ended, or changed since then; ISO 8601. Absent: all */
  since?: string;
  /** payments since then are asked for at the payment company; ISO 8601. Absent: all */
  paymentsSince?: string;
  /** are looked at by themselves */
  except: OrderId[];
}

export interface OrdersLook {
  orders: number;
  findings: Finding[];
  /** of what they hold, in all */
  tally: StockTally;
  /** those that have ended, or cannot be counted, and matter for the stock nevertheless */
  watched: OrderId[];
  /** those of which a payment could not be asked for at the payment company; absent in those of earlier releases */
  unasked?: OrderId[];
  /** absent after the last */
  next?: ArchivePlace;
}

/** Rows of a table that one look goes over. */
const PAGE_ROWS = 1000;

/** Orders, their views, and who leads them on. */
export function createOrderLooks(deps: ReconciliationDeps) {
  const lookAtSome = async (
    orderIds: readonly OrderId[],
    findMore: (account: OrderAccount) => Promise<PaymentsLook>,
  ): Promise<Omit<OrdersLook, 'next'>> => {
    const looks = await forEachOrder(orderIds, async (orderId) => {
      const account = await accountOf(deps.books, orderId);
      const isKnown = account.events.length > 0 || account.difference !== undefined;
      const inBooks = await findingsIn(deps, account);
      const { findings: more, isUnasked } = await findMore(account);
      const findings = [...inBooks, ...more];
      return isKnown || findings.length > 0
        ? [{ orderId, holds: account.holds, counts: countsAfterwards(account), findings, isUnasked }]
        : [];
    });
    const known = looks.flat();
    return {
      orders: known.length,
      findings: known.flatMap(({ findings }) => findings),
      tally: tallyOfHolds(known.flatMap(({ holds }) => holds)),
      watched: known.filter(({ counts }) => counts).map(({ orderId }) => orderId),
      unasked: known.filter(({ isUnasked }) => isUnasked).map(({ orderId }) => orderId),
    };
  };
  return {
    /** A page of all orders. */
    lookAtOrders: asStep(async ({ place, since, paymentsSince, except }: OrdersInput): Promise<OrdersLook> => {
      const page = await ordersIn(deps, { place, since });
      const left = new Set(except);
      const orderIds = page.orderIds.filter((orderId) => !left.has(orderId));
      const period = paymentsSince === undefined ? {} : { since: paymentsSince };
      const lookAtPayments = createPaymentLook(deps);
      const look = await lookAtSome(orderIds, ({ events }) => lookAtPayments({ events, ...period }));
      return { ...look, ...(page.next && { next: page.next }) };
    }),

    /** These orders, again or because there is something about them: with all that there is of them. */
    lookAtTheseOrders: asStep(({ orderIds }: { orderIds: OrderId[] }): Promise<OrdersLook> => {
      const lookAtPayments = createPaymentLook(deps);
      return lookAtSome(orderIds, async ({ orderId, events }) => {
        const { findings, isUnasked } = await lookAtPayments({ events });
        return { findings: [...findings, ...(await findWrongSnapshots(deps, orderId))], isUnasked };
      });
    }),
  };
}

/** A page of the orders that a run looks at, each in one page only. */
export async function ordersIn(
  { books, archive }: Pick<ReconciliationDeps, 'books' | 'archive'>,
  { place, since }: { place: ArchivePlace; since: string | undefined },
): Promise<{ orderIds: OrderId[]; next?: ArchivePlace }> {
  const { from } = place;
  const { orderIds, token } = await archive.pageOfOrders({ ...place, ...(since && { since }), limit: PAGE_ROWS });
  // of all orders, those with events were looked at before
  const isAll = since === undefined && from === 'views';
  const bare = isAll ? await forEachOrder(orderIds, (orderId) => hasEvents(books, orderId)) : [];
  const next: ArchivePlace | undefined =
    token !== undefined ? { from, token } : from === 'events' ? { from: 'views' } : undefined;
  return { orderIds: orderIds.filter((_, i) => !bare[i]), ...(next && { next }) };
}

const hasEvents = async (books: ReconciliationDeps['books'], orderId: OrderId): Promise<boolean> =>
  (await books.readEvents({ orderId, from: 1, to: 1 })).length > 0;

/** Where a run begins that looks at orders changed since a time, or at all. */
export const firstPlace = (since: string | undefined): ArchivePlace => ({
  from: since === undefined ? 'events' : 'views',
});

async function findingsIn(deps: ReconciliationDeps, account: OrderAccount): Promise<Finding[]> {
  const { difference, order, events } = account;
  const drift = difference ? [differenceFinding(difference)] : [];
  if (!order || (difference && !isMendable(difference))) return drift;
  const now = deps.now();
  const run = await stateOf(deps, order, now);
  return [...drift, ...findingsOf({ order, events, run, now, stuckAfterS: deps.limits.stuckAfterS })];
}

/** Only of orders that have not ended: the engine forgets the others. */
async function stateOf(
  { runs, limits }: ReconciliationDeps,
  order: OrderView,
  now: string,
): Promise<RunState | undefined> {
  const isQuiet = Date.parse(order.updatedAt) <= Date.parse(now) - limits.settledAfterS * 1000;
  return isOver(order) || !isQuiet ? undefined : runs.stateOf(order.orderId);
}

const countsAfterwards = ({ order, holds, unsure }: OrderAccount): boolean =>
  unsure.length > 0 || (order !== undefined && isOver(order) && holds.length > 0);
