import type { QueueMessage } from './ports';
import { contextFromHeaders, inSpan, SpanKind } from '../tracing';
import { fieldsOfOrder, inLogFields } from '../log-context';
import { isObject, memberOf, parseJson } from './json';
import { orderAttributes } from '../domain/trace';

/** Handles a message in the trace that it is part of; whatever is logged meanwhile names its order. */
export function inTraceOfMessage<T>(
  p: { queueUrl: string; message: QueueMessage },
  handle: () => Promise<T>,
): Promise<T> {
  const { messageId, traceHeader } = p.message;
  const { orderId, traceparent } = aboutMessage(p.message);
  const queue = p.queueUrl.slice(p.queueUrl.lastIndexOf('/') + 1);
  const headers = { traceparent, 'x-amzn-trace-id': traceHeader };
  const span = {
    name: `process ${queue}`,
    kind: SpanKind.CONSUMER,
    parent: contextFromHeaders(headers),
    attributes: {
      'messaging.system': 'aws_sqs',
      'messaging.destination.name': queue,
      'messaging.message.id': messageId,
      ...orderAttributes(typeof orderId === 'string' ? { orderId } : {}),
    },
  };
  return inLogFields(fieldsOfOrder(orderId, traceparent), () => inSpan(span, handle));
}

/** The order that a message is about, as far as it says one, and the trace: its carrier's, else its own. */
export function aboutMessage({ body, attributes }: Pick<QueueMessage, 'body' | 'attributes'>) {
  const outer = parseJson(body);
  const told = memberOf(outer, 'Message');
  // what came over a topic is in its envelope, and what came over the bus in that one's
  const inner = typeof told === 'string' ? parseJson(told) : outer;
  const detail = memberOf(inner, 'detail');
  const topicAttribute = memberOf(memberOf(memberOf(outer, 'MessageAttributes'), 'traceparent'), 'Value');
  return {
    orderId: memberOf(isObject(detail) ? detail : inner, 'orderId'),
    traceparent:
      attributes['traceparent'] ?? topicAttribute ?? memberOf(detail, 'traceparent') ?? memberOf(inner, 'traceparent'),
  };
}
