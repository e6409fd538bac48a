import type { Cause } from '../domain/cause';
import type { GatewayDeps } from './ports';
import type { OrderId } from '../domain/ids';
import type { PlaceOutcome } from '../client';
import { activeSpan } from '../tracing';
import { addLogFields, fieldsOfOrder } from '../log-context';
import { orderAttributes } from '../domain/trace';
import { fingerprintOf, type ParsedSubmission } from '../submission';

/** How long the caller waits for the first workflow task before the order is only RECEIVED. */
const PATIENCE_MS = 3000;

/** Places an order under an id; the one way in over HTTP, whoever sent it. */
export function placeOrder(
  { orders, newRequestId }: Pick<GatewayDeps, 'orders' | 'newRequestId'>,
  { orderId, body, cause }: { orderId: OrderId; body: ParsedSubmission; cause?: Cause },
): Promise<PlaceOutcome> {
  const submission = { ...body, orderId };
  addLogFields(fieldsOfOrder(orderId));
  activeSpan()?.setAttributes(orderAttributes(submission));
  return orders.place({
    submission,
    fingerprint: fingerprintOf(body),
    requestId: newRequestId(),
    patienceMs: PATIENCE_MS,
    ...(cause && { cause }),
  });
}
