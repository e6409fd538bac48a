import type { Config, ProcessName } from '../config';
import type { Logger } from '../telemetry';
import type { WorkflowSpan } from '../domain/trace';

/** The tracing of a process. */
export interface Tracing {
  isOn: boolean;
  /** Of a workflow's span, when it is told. */
  tellWorkflowSpan(span: WorkflowSpan & { workflowId: string }): void;
  /** Sends what is left, for a few seconds at most. */
  stop(): Promise<void>;
}

const OFF: Tracing = { isOn: false, tellWorkflowSpan: () => undefined, stop: async () => undefined };

/** Traces the process where somebody takes traces; elsewhere nothing of it is loaded. */
export function startTracing(
  name: ProcessName,
  config: Pick<
    Config<'gateway'>,
    'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG' | 'TRACE_CONTEXT'
  >,
  logger: Logger,
): Tracing {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: url, TRACE_CONTEXT: traceContext } = config;
  if (url === undefined) return OFF;
  // not imported above: OpenTelemetry's SDK takes its time, and its memory
  const { startSdk } = require('./sdk') as typeof import('./sdk');
  const sampler = { name: config.OTEL_TRACES_SAMPLER, ratio: config.OTEL_TRACES_SAMPLER_ARG };
  return { isOn: true, ...startSdk({ name, url, traceContext, sampler, logger }) };
}
