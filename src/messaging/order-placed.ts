import type { OrderSubmission } from '../domain/order';
import { isOrderId, type OrderId } from '../domain/ids';
import { fingerprintOf, parseSubmission } from '../submission';
import { listed, shown } from './reason';

/** An order as an event brought it, or why the event can never become one. */
export type OrderPlaced =
  { kind: 'order-placed'; submission: OrderSubmission; fingerprint: string } | { kind: 'refused'; reason: string };

/** Parses the detail of `Order Placed`: an order with its id. */
export function parseOrderPlaced(detail: unknown): OrderPlaced {
  const parsed = parseSubmission(detail);
  if (!parsed.ok) return refused(listed(parsed.errors.map(({ pointer, detail: why }) => `detail${pointer}: ${why}`)));
  const { orderId } = parsed.submission;
  if (!isOrderId(orderId)) return refused(`detail/orderId: expected an order id, got ${shown(orderId)}`);
  const submission = { ...parsed.submission, orderId: orderId satisfies OrderId };
  return { kind: 'order-placed', submission, fingerprint: fingerprintOf(parsed.submission) };
}

const refused = (reason: string) => ({ kind: 'refused' as const, reason });
