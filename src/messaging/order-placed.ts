import type { Fail, OrderSubmission } from '../domain/order';
import { fingerprintOf, parseSubmission } from '../submission';
import { type Refused, refuseFailed, requireOrderId } from './detail';

/** An order as an event brought it. */
export interface OrderPlacedEvent {
  kind: 'order-placed';
  submission: OrderSubmission;
  fingerprint: string;
}

/** Parses the detail of `Order Placed`: an order with its id. */
export const parseOrderPlaced = (detail: unknown): OrderPlacedEvent | Refused =>
  refuseFailed((fail) => {
    const submission = readOrder(detail, fail);
    return submission && { kind: 'order-placed', submission, fingerprint: fingerprintOf(submission) };
  });

/** An order inside an event: its types and its id are checked, its values are ValidateOrder's. */
export function readOrder(order: unknown, fail: Fail, pointer = ''): OrderSubmission | undefined {
  const parsed = parseSubmission(order);
  if (!parsed.ok) {
    for (const error of parsed.errors) fail(`${pointer}${error.pointer}`, error.code, error.detail);
    return undefined;
  }
  const orderId = requireOrderId(parsed.submission.orderId, fail, pointer);
  return orderId && { ...parsed.submission, orderId };
}
