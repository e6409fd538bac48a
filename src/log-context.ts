import { AsyncLocalStorage } from 'node:async_hooks';
import type { OrderId } from './domain/ids';
import { activeTraceId } from './tracing';
import { isOrderId, workflowIdOf } from './domain/ids';
import { traceContextOf } from './domain/trace';

/** What every line has that is logged while somebody works on something. */
export interface LogFields {
  orderId?: OrderId;
  workflowId?: string;
  traceId?: string;
}

const current = new AsyncLocalStorage<LogFields>();

/** Runs a call whose lines, and those of everything that it calls, have these fields, also those that are added. */
export const inLogFields = <T>(fields: LogFields, call: () => T): T => current.run(fields, call);

/** The same, with the fields of the caller as well. */
export const withLogFields = <T>(fields: LogFields, call: () => T): T =>
  inLogFields({ ...current.getStore(), ...fields }, call);

/** Adds what is known only now to the lines of the call that the caller is in. */
export function addLogFields(fields: LogFields): void {
  const known = current.getStore();
  if (known) Object.assign(known, fields);
}

/** The fields of the call that the caller is in. */
export function logFields(): LogFields {
  const traceId = activeTraceId();
  return { ...current.getStore(), ...(traceId !== undefined && { traceId }) };
}

/** The fields of what is about an order; none of what is no order's id. */
export function fieldsOfOrder(orderId: unknown, traceparent?: unknown): LogFields {
  const traceId = traceContextOf(traceparent)?.traceId;
  return {
    ...(isOrderId(orderId) && { orderId, workflowId: workflowIdOf(orderId) }),
    ...(traceId !== undefined && { traceId }),
  };
}
