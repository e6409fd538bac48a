import { isOrderId, type OrderId } from '../domain/ids';
import type { OrderSubmission } from '../domain/order';
import { fingerprintOf, parseSubmission } from '../submission';

/** An order as an event brought it, or why the event can never become one. */
export type OrderPlaced =
  { ok: true; submission: OrderSubmission; fingerprint: string; eventId: string } | { ok: false; reason: string };

/** Parses the body of a message from OrderIntakeQueue: an EventBridge envelope around an order. */
export function parseOrderPlaced(body: string): OrderPlaced {
  const envelope = parseJson(body);
  if (!isObject(envelope)) return refuse('expected an EventBridge event as JSON');
  const { source, 'detail-type': detailType, detail, id } = envelope;
  if (detailType !== 'Order Placed') return refuse(`expected detail-type "Order Placed", got ${shown(detailType)}`);
  if (source !== 'ecommerce.orders') return refuse(`expected source "ecommerce.orders", got ${shown(source)}`);
  const parsed = parseSubmission(detail);
  if (!parsed.ok) return refuse(parsed.errors.map(({ pointer, detail: why }) => `detail${pointer}: ${why}`).join('; '));
  const { orderId } = parsed.submission;
  if (!isOrderId(orderId)) return refuse(`detail/orderId: expected an order id, got ${shown(orderId)}`);
  const fingerprint = fingerprintOf(parsed.submission);
  return {
    ok: true,
    submission: { ...parsed.submission, orderId: orderId satisfies OrderId },
    fingerprint,
    eventId: typeof id === 'string' ? id : '',
  };
}

const shown = (value: unknown): string => (typeof value === 'object' ? 'something else' : JSON.stringify(value));

const refuse = (reason: string): OrderPlaced => ({ ok: false, reason });

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
