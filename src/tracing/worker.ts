import type { ActivityInterceptorsFactory, InjectedSinks, WorkerOptions } from '@temporalio/worker';
import { OpenTelemetryActivityInboundInterceptor } from '@temporalio/interceptors-opentelemetry-v2/lib/worker';
import type { TraceSinks } from '../workflows/trace';
import type { Tracing } from './start';
import { activeSpan, activeTraceparent } from '../tracing';
import { fieldsOfOrder, inLogFields, type LogFields } from '../log-context';
import { ORDER_ID_ATTRIBUTE } from '../domain/trace';
import { orderIdOfWorkflow } from '../domain/ids';

export type Traced = Pick<WorkerOptions, 'interceptors' | 'sinks'>;

/** What a worker needs so that its activities and workflows are traced, and name their order where they log. */
export function tracedWork(tracing: Tracing): Traced {
  const spans: ActivityInterceptorsFactory = (context) => ({
    inbound: new OpenTelemetryActivityInboundInterceptor(context),
  });
  // also where nobody takes it: an order that was started with a trace may be worked on by a worker without
  const sinks: InjectedSinks<TraceSinks> = {
    trace: { tell: { fn: ({ workflowId }, span) => tracing.tellWorkflowSpan({ ...span, workflowId }) } },
  };
  return { interceptors: { activity: [...(tracing.isOn ? [spans] : []), namesOrder] }, sinks };
}

const namesOrder: ActivityInterceptorsFactory = ({ info }) => {
  const workflowId = info.workflowExecution?.workflowId ?? '';
  const orderId = orderIdOfWorkflow(workflowId);
  let fields: LogFields = { workflowId, ...fieldsOfOrder(orderId) };
  return {
    inbound: {
      execute(input, next) {
        const told = orderId !== undefined && { [ORDER_ID_ATTRIBUTE]: orderId };
        activeSpan()?.setAttributes({ 'waybill.attempt': info.attempt, ...told });
        fields = { ...fields, ...fieldsOfOrder(orderId, activeTraceparent() ?? traceparentIn(input.args)) };
        return inLogFields(fields, () => next(input));
      },
    },
    // of the lines that Temporal writes of it
    outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...fields }) },
  };
};

/** The trace of what placed the order, as steps carry it where nothing is traced here. */
function traceparentIn([input]: unknown[]): unknown {
  const { batch, traceparent } = (input ?? {}) as { batch?: { traceparent?: unknown }; traceparent?: unknown };
  return traceparent ?? batch?.traceparent;
}
