import type { Operator } from './operator';
import { isPlainText, MAX_TEXT } from './order';

/** What made something happen: a request, or an event of somebody else's. */
export interface Cause {
  /** the id of it */
  causationId: string;
  /** the sender's mark on all that belongs together; absent: what places an order begins something new */
  correlationId?: string;
  /** the trace that it is part of, W3C */
  traceparent?: string;
  /** who asked for it by hand; kept with the event, and never published */
  operator?: Operator;
}

/** W3C Trace Context: version, trace id, parent id, flags; neither id is all zeros. */
export const TRACEPARENT_PATTERN = '^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$';

const traceparentPattern = new RegExp(TRACEPARENT_PATTERN);

/** A trace's context as somebody sent it; `undefined` for anything that is none: nothing is refused because of it. */
export const traceparentOf = (value: unknown): string | undefined =>
  typeof value === 'string' && traceparentPattern.test(value) ? value : undefined;

/** A cause by what somebody calls it; `undefined` where that is no name that events could carry on. */
export function causeOf(p: {
  id: unknown;
  correlationId?: string | undefined;
  traceparent?: unknown;
  operator?: Operator | undefined;
}): Cause | undefined {
  const { id, correlationId, operator } = p;
  if (typeof id !== 'string' || id === '' || id.length > MAX_TEXT || !isPlainText(id)) return undefined;
  const traceparent = traceparentOf(p.traceparent);
  return {
    causationId: id,
    ...(correlationId !== undefined && { correlationId }),
    ...(traceparent !== undefined && { traceparent }),
    ...(operator && { operator }),
  };
}

/** The cause of what follows from a request: who asked for it is told once, with the request's own event. */
export function withoutOperator({ operator: _operator, ...cause }: Cause): Cause {
  return cause;
}

/** The cause as a member, where there is one. */
export const causedBy = (cause: Cause | undefined): { cause?: Cause } => (cause ? { cause } : {});
