import { type HrTime, SpanKind, type SpanContext, SpanStatusCode } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { millisToHrTime } from '@opentelemetry/core';
import type { resourceFromAttributes } from '@opentelemetry/resources';
import type { TraceContext, WorkflowSpan } from '../domain/trace';

const SCOPE = { name: 'waybill/workflow' };

/** Hands on what workflows tell: their sandbox knows nothing of OpenTelemetry. */
export function workflowSpanReader(p: {
  processor: SpanProcessor;
  resource: ReturnType<typeof resourceFromAttributes>;
}): (span: WorkflowSpan & { workflowId: string }) => void {
  return ({ name, context, parentSpanId, attributes, error, startedAt, endedAt, workflowId }) => {
    const spanContext = asSent(context);
    p.processor.onEnd({
      name,
      kind: SpanKind.INTERNAL,
      spanContext: () => spanContext,
      parentSpanContext: { ...spanContext, spanId: parentSpanId, isRemote: true },
      startTime: millisToHrTime(startedAt),
      endTime: millisToHrTime(endedAt),
      duration: millisToHrTime(endedAt - startedAt) satisfies HrTime,
      status: error === undefined ? { code: SpanStatusCode.OK } : { code: SpanStatusCode.ERROR, message: error },
      attributes: { temporalWorkflowId: workflowId, ...attributes, ...(error && { 'error.type': error }) },
      links: [],
      events: [],
      ended: true,
      resource: p.resource,
      instrumentationScope: SCOPE,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    });
  };
}

const asSent = ({ traceId, spanId, isSampled }: TraceContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags: isSampled ? 1 : 0,
});
