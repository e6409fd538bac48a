import type { EventType, NewEvent, OrderEvent } from '../../../src/domain/events';
import type { Order } from '../../../src/domain/order';
import type { OrderId } from '../../../src/domain/ids';
import type { OrderSubmission } from '../../../src/domain/order';
import { eventOfEachType } from '../../../src/contracts/examples';
import { numberEvents } from '../../../src/domain/events';
import { sampleOrder, uniqueId } from '../orders';
import { validateOrder } from '../../../src/domain/validation';

export { eventOfEachType, sampleShipment } from '../../../src/contracts/examples';

/** The sample order, validated. */
export function sampleValidOrder(changes: Partial<OrderSubmission> = {}): Order {
  const validation = validateOrder(sampleOrder(changes));
  if (!validation.valid) throw new Error(JSON.stringify(validation.errors));
  return validation.order;
}

export const EVENT_TYPES = Object.keys(eventOfEachType(sampleValidOrder())) as EventType[];

/** Numbers events as a step does that appends them together. */
export function numbered(
  orderId: OrderId,
  events: NewEvent[],
  { firstSequence = 1, at = '2025-07-09T10:30:00.000Z', customerId = 'CUST-567890' } = {},
): OrderEvent[] {
  const ordinal = firstSequence;
  const passed = { name: 'ValidateOrder', ordinal, enteredAt: at, exitedAt: at, attempts: 1 } as const;
  const batch = { orderId, runId: 'run-1', customerId, firstSequence, events, states: [passed] };
  return numberEvents(batch, { at, attempt: 1 });
}

/** `n` events of an order that has nothing else. */
export function someEvents(n: number, { orderId = uniqueId(), at = '2025-07-09T10:30:00.000Z' } = {}): OrderEvent[] {
  const event: NewEvent = { type: 'Order Validated', data: {} };
  return numbered(
    orderId,
    Array.from({ length: n }, () => event),
    { at },
  );
}
