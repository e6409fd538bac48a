import type { WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry-v2/lib/client';
import { activeSpan } from '../tracing';

type Call = (input: never, next: never) => Promise<never>;

const METHODS = [
  'start',
  'startWithDetails',
  'startUpdate',
  'startUpdateWithStart',
  'signal',
  'signalWithStart',
  'query',
  'terminate',
  'cancel',
  'describe',
] as const satisfies readonly (keyof WorkflowClientInterceptor)[];

/** Calls to the engine in the trace of their caller; without one they are as if there were none. */
export function tracedCalls(): WorkflowClientInterceptor {
  const traced = new OpenTelemetryWorkflowClientInterceptor();
  const onlyTraced = (name: (typeof METHODS)[number]): Call => {
    const call = traced[name].bind(traced) as Call;
    return (input, next) => (activeSpan() ? call(input, next) : (next as (input: never) => Promise<never>)(input));
  };
  return Object.fromEntries(METHODS.map((name) => [name, onlyTraced(name)]));
}
