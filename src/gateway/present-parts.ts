import type { Static } from '@sinclair/typebox';
import type { Order } from './order-schema';
import type { OrderView, ReturnStep, ViewShipment } from '../domain/projection';
import { actionPath } from './actions';
import { hasEnded, parcelOf } from './standing';
import { toDecimal } from '../domain/money';

type OrderResource = Static<typeof Order>;
type StateResource = OrderResource['states'][number];
type ReturnResource = NonNullable<OrderResource['returns']>[number];
type Questions = Pick<OrderResource, 'decision' | 'pendingPayment' | 'attention'>;

/**
 * The states that an order went through, in the order they were entered. The one it is in comes last, entered when the
 * last one was left and without an exit, unless it is told already and only its event is still to come.
 */
export function presentStates({ states, currentState, currentSince = '', createdAt }: OrderView): StateResource[] {
  const passed = states.toSorted((a, b) => a.ordinal - b.ordinal);
  const shown = passed.map(({ name, enteredAt, exitedAt, attempts }) => ({ name, enteredAt, exitedAt, attempts }));
  // an earlier stay in the same state ended before this one began
  const isTold = passed.some(({ name, exitedAt }) => name === currentState && exitedAt > currentSince);
  if (currentState === undefined || isTold) return shown;
  const enteredAt = passed.at(-1)?.exitedAt ?? createdAt;
  return [...shown, { name: currentState, enteredAt, exitedAt: null, attempts: null }];
}

/** What somebody, or another company, has to say before the order goes on. */
export function presentQuestions({ orderId, decision, pendingPayment, attention }: OrderView): Questions {
  const links = { decide: actionPath(orderId, 'decision'), resolve: actionPath(orderId, 'resolution') };
  return {
    ...(decision && { decision: { ...decision, choices: [...decision.choices], links: { decide: links.decide } } }),
    ...(pendingPayment && { pendingPayment: inDecimals(pendingPayment) }),
    ...(attention && { attention: { ...inDecimals(attention), links: { resolve: links.resolve } } }),
  };
}

function inDecimals<T extends { amount?: number; currency?: string }>(money: T): T {
  const { amount, currency } = money;
  return amount === undefined || currency === undefined ? money : { ...money, amount: toDecimal(amount, currency) };
}

/** The money of an order, in decimals. */
export function presentPayment(view: OrderView): OrderResource['payment'] {
  const { charged, refunded, authorized, pendingPayment: pending, currency } = view;
  const outstanding = outstandingOf(view);
  const decimal = (amount: number) => toDecimal(amount, currency ?? '');
  return {
    charged: decimal(charged),
    refunded: decimal(refunded),
    ...(authorized !== undefined && { authorized: decimal(authorized) }),
    ...(pending && { pending: decimal(pending.amount) }),
    ...(outstanding !== undefined && { outstanding: decimal(outstanding) }),
    ...(currency !== undefined && { currency }),
  };
}

/** Minor units that are still to be taken; `undefined` when none are, and as long as nobody decided which. */
function outstandingOf(view: OrderView): number | undefined {
  const { totalAmount = 0, charged, backorder, inventoryStatus, pendingPayment, authorized, cancellation } = view;
  if (hasEnded(view) || cancellation || view.attention || view.currentState === 'RollbackTransaction') return undefined;
  const isAll = backorder !== undefined || inventoryStatus === 'AVAILABLE';
  const outstanding = isAll ? totalAmount - charged : (pendingPayment?.amount ?? authorized ?? 0);
  return outstanding > 0 ? outstanding : undefined;
}

/** A shipment with where it is and the label that counts. */
export function presentShipment(view: OrderView, shipment: ViewShipment): OrderResource['shipments'][number] {
  const { shipmentId, warehouseId, lines } = shipment;
  const items = lines.map(({ productId, quantity }) => ({ productId, quantity }));
  return { shipmentId, warehouseId, ...parcelOf(view, shipment), items };
}

const RETURN_TIMES = {
  REQUESTED: 'requestedAt',
  RECEIVED: 'receivedAt',
  INSPECTED: 'inspectedAt',
  EXPIRED: 'expiredAt',
} as const;

/** One entry for each return, from its steps. */
export function presentReturns(steps: readonly ReturnStep[]): ReturnResource[] {
  const returns = new Map<string, ReturnResource>();
  for (const { returnId, status, at, items } of steps) {
    const before = returns.get(returnId) ?? { returnId, items: [] };
    returns.set(returnId, { ...before, status, [RETURN_TIMES[status]]: at, ...(items && { items }) });
  }
  return [...returns.values()];
}
