import type { Cause } from '../domain/cause';
import type { CarrierToldEvent } from './carrier-event';
import type { InboundEvent } from './inbound-event';
import type { NewsOutcome, OrderClient } from '../client';
import type { OrderId } from '../domain/ids';
import type { OrderPaidEvent, PaymentToldEvent } from './payment-event';
import type { OrderPlacedEvent } from './order-placed';
import { activeSpan, activeTraceparent, inTraceOf, SpanKind } from '../tracing';
import { causedBy, causeOf } from '../domain/cause';
import { orderAttributes } from '../domain/trace';

/** What became of an event. Those that are neither early nor rejected may be forgotten by whoever brought them. */
export type Taken =
  /** the engine has it: from this event, or from an earlier one that says the same */
  | { status: 'ACCEPTED' | 'DUPLICATE'; orderId: OrderId }
  /** there is nothing to do */
  | { status: 'IGNORED'; reason: string; orderId?: OrderId }
  /** there is no such order yet: the event may have overtaken it */
  | { status: 'EARLY'; reason: string; orderId: OrderId }
  /** it can never be taken */
  | { status: 'REJECTED'; reason: string; orderId?: OrderId };

/** The way to the orders for those who bring events. */
export type EventOrders = Pick<OrderClient, 'place' | 'fulfill' | 'tellPayment' | 'tellCarrier' | 'refundLate'>;

interface Request {
  orders: EventOrders;
  requestId: string;
  /** how long to wait for the engine's first answer, in milliseconds */
  patienceMs: number;
}

/** With what brings it: the event, where it has an id. */
type Caused = Request & { caused: { cause?: Cause } };

export type TakeEventInput = Request & { event: InboundEvent };

/**
 * Hands an event to the engine.
 *
 * @throws EngineUnavailableError when nobody confirms that the engine has it: the event is still its sender's
 */
export async function takeEvent({ event, ...rest }: TakeEventInput): Promise<Taken> {
  // brought by a message or a request of another trace, it goes on in its own
  return inTraceOf(event.traceparent, { name: `take ${event.kind}`, kind: SpanKind.CONSUMER }, () =>
    takeHere({ event, ...rest }),
  );
}

async function takeHere({ event, ...rest }: TakeEventInput): Promise<Taken> {
  const { eventId: id, correlationId } = event;
  const traceparent = activeTraceparent() ?? event.traceparent;
  const request: Caused = { ...rest, caused: causedBy(causeOf({ id, correlationId, traceparent })) };
  switch (event.kind) {
    case 'order-placed':
      return placeOrder(event, request);
    case 'order-paid':
      return fulfillOrder(event, request);
    case 'payment-news':
      return tellPayment(event, request);
    case 'carrier-news':
      return tellCarrier(event, request);
    case 'own':
      return { status: 'IGNORED', reason: 'published by Waybill itself' };
    case 'shipped-elsewhere':
      return { status: 'IGNORED', reason: 'a parcel that is none of ours' };
    case 'refused':
      return { status: 'REJECTED', reason: event.reason };
    default:
      return event satisfies never;
  }
}

async function placeOrder({ submission, fingerprint }: OrderPlacedEvent, { orders, caused, ...request }: Caused) {
  activeSpan()?.setAttributes(orderAttributes(submission));
  const { kind } = await orders.place({ submission, fingerprint, ...request, ...caused });
  return takenOrder(submission.orderId, kind);
}

async function fulfillOrder({ order }: OrderPaidEvent, { orders, requestId, caused }: Caused) {
  const { orderId } = order.submission;
  activeSpan()?.setAttributes(orderAttributes(order.submission));
  const { kind } = await orders.fulfill({ ...order, requestId, ...caused });
  if (kind !== 'payment-used') return takenOrder(orderId, kind);
  return { status: 'REJECTED', reason: `order ${orderId}: its payment was for another order`, orderId } as const;
}

function takenOrder(orderId: OrderId, kind: 'accepted' | 'replayed' | 'pending' | 'conflict'): Taken {
  if (kind === 'conflict')
    return { status: 'REJECTED', reason: `order ${orderId}: the id belongs to another order`, orderId };
  return { status: kind === 'replayed' ? 'DUPLICATE' : 'ACCEPTED', orderId };
}

async function tellPayment({ orderId, news }: PaymentToldEvent, { orders, caused }: Caused): Promise<Taken> {
  const outcome = await orders.tellPayment(orderId, { ...news, ...caused });
  if (outcome.kind !== 'closed' || news.kind === 'FAILED') return told(orderId, outcome);
  // the order is over, and somebody has paid: unless it was accounted for in time, it goes back
  const { chargeKey, paymentId, amount, currency } = news;
  const { kind } = await orders.refundLate({ orderId, chargeKey, paymentId, amount, currency, ...caused });
  if (kind === 'accounted') return { status: 'IGNORED', reason: 'the order accounted for it before', orderId };
  return { status: kind === 'known' ? 'DUPLICATE' : 'ACCEPTED', orderId };
}

const tellCarrier = async ({ orderId, news }: CarrierToldEvent, { orders, caused }: Caused): Promise<Taken> =>
  told(orderId, await orders.tellCarrier(orderId, { ...news, ...caused }));

function told(orderId: OrderId, { kind }: NewsOutcome): Taken {
  switch (kind) {
    case 'told':
      return { status: 'ACCEPTED', orderId };
    case 'closed':
      return { status: 'IGNORED', reason: 'the order is closed', orderId };
    case 'unknown':
      return { status: 'EARLY', reason: `no such order yet: ${orderId}`, orderId };
    default:
      return kind satisfies never;
  }
}
