import type { OrderSubmission } from './order';
import { isOrderId } from './ids';
import { traceparentOf } from './cause';

/** A place in a trace: W3C's trace id and span id, as hexadecimal digits. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  /** whether what belongs to it is kept */
  isSampled: boolean;
}

/** `undefined` for what is no W3C trace context. */
export function traceContextOf(traceparent: unknown): TraceContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = traceparentOf(traceparent)?.split('-') ?? [];
  if (traceId === '') return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** As W3C writes it. */
export const traceparentFrom = ({ traceId, spanId, isSampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;

/** Attributes of spans by which orders are found; never personal data. */
export const ORDER_ID_ATTRIBUTE = 'waybill.order_id';

export type OrderAttributes = Record<string, string | number>;

/** What spans tell of an order, as it was sent: what is missing or wrong is left out. Money in major units. */
export function orderAttributes(
  sent: Partial<Omit<OrderSubmission, 'orderId'>> & { orderId?: string },
): OrderAttributes {
  const { orderId, items, totalAmount, currency } = sent;
  return {
    ...(isOrderId(orderId) && { [ORDER_ID_ATTRIBUTE]: orderId }),
    ...(items && { 'waybill.item_count': items.length }),
    ...(totalAmount !== undefined && { 'waybill.total_amount': totalAmount }),
    ...(currency !== undefined && /^[A-Z]{3}$/.test(currency) && { 'waybill.currency': currency }),
  };
}

/** The header of engine calls that carries a trace on: the one of Temporal's own interceptors. */
export const TRACE_HEADER = '_tracer-data';

/** A span of a workflow, as it leaves its sandbox: times in milliseconds of the epoch. */
export interface WorkflowSpan {
  name: string;
  context: TraceContext;
  parentSpanId: string;
  startedAt: number;
  endedAt: number;
  attributes: OrderAttributes;
  /** the type of what it failed with */
  error?: string;
}
