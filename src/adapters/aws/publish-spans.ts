import { propagation, type Span, trace } from '@opentelemetry/api';
import type { OrderEvent } from '../../domain/events';
import { beginSpan, contextFrom, SpanKind, traceparentOfSpan } from '../../tracing';
import { ORDER_ID_ATTRIBUTE } from '../../domain/trace';

/** The publishing of an event, in the trace of its order: several orders' events go out in one call. */
export interface Publishing {
  span: Span;
  /** the event as it goes out: what takes it goes on from here */
  event: OrderEvent;
  /** X-Ray's header, where traces are carried on by it */
  traceHeader?: string;
}

export function beginPublishing(event: OrderEvent, { busName }: { busName: string }): Publishing {
  const { type, orderId, sequence, traceparent } = event;
  const parent = contextFrom(traceparent);
  const span = beginSpan({
    name: `publish ${type}`,
    kind: SpanKind.PRODUCER,
    parent,
    attributes: {
      'messaging.system': 'aws_eventbridge',
      'messaging.destination.name': busName.slice(busName.lastIndexOf('/') + 1),
      [ORDER_ID_ATTRIBUTE]: orderId,
      'waybill.sequence': sequence,
    },
  });
  const here = traceparent === undefined ? undefined : traceparentOfSpan(span);
  const carried: Record<string, string> = {};
  if (here !== undefined) propagation.inject(trace.setSpan(parent, span), carried);
  const header = carried['x-amzn-trace-id'];
  return {
    span,
    event: here === undefined ? event : { ...event, traceparent: here },
    ...(header !== undefined && { traceHeader: header }),
  };
}
