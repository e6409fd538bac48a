import { propagation } from '@opentelemetry/api';
import type { OrderEvent } from '../../domain/events';
import { beginSpan, contextFrom, failSpan, SpanKind } from '../../tracing';
import { ORDER_ID_ATTRIBUTE } from '../../domain/trace';

/** Publishes events of several orders in one call, which each of their traces has a span of. */
export async function inPublishSpans<T>(
  events: readonly OrderEvent[],
  { busName }: { busName: string },
  call: () => Promise<T>,
): Promise<T> {
  const spans = events
    .filter(({ traceparent }) => traceparent !== undefined)
    .map(({ type, orderId, sequence, traceparent }) =>
      beginSpan({
        name: `publish ${type}`,
        kind: SpanKind.PRODUCER,
        parent: contextFrom(traceparent),
        attributes: {
          'messaging.system': 'aws_eventbridge',
          'messaging.destination.name': busName.split('/').at(-1)!,
          'messaging.batch.message_count': events.length,
          [ORDER_ID_ATTRIBUTE]: orderId,
          'waybill.sequence': sequence,
        },
      }),
    );
  try {
    return await call();
  } catch (error) {
    for (const span of spans) failSpan(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

/** X-Ray's header of an event, where traces are carried on by it. */
export function traceHeaderOf({ traceparent }: Pick<OrderEvent, 'traceparent'>): { TraceHeader?: string } {
  if (traceparent === undefined) return {};
  const carried: Record<string, string> = {};
  propagation.inject(contextFrom(traceparent), carried);
  const header = carried['x-amzn-trace-id'];
  return header === undefined ? {} : { TraceHeader: header };
}
