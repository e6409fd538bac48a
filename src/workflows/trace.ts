import {
  ContinueAsNew,
  defaultPayloadConverter,
  getRandomStream,
  type Headers,
  proxySinks,
  type Sinks,
  workflowInfo,
  type WorkflowInterceptors,
} from '@temporalio/workflow';
import {
  type OrderAttributes,
  orderAttributes,
  TRACE_HEADER,
  type TraceContext,
  traceContextOf,
  traceparentFrom,
  type WorkflowSpan,
} from '../domain/trace';

/** Where the spans of workflows leave their sandbox. */
export interface TraceSinks extends Sinks {
  trace: { tell(span: WorkflowSpan): void };
}

const { trace } = proxySinks<TraceSinks>();

interface Span {
  name: string;
  startedAt: number;
  attributes?: OrderAttributes;
}

/**
 * Carries a trace through a workflow: from the headers of its start, updates and signals to those of its activities.
 * One that was started without a trace has none, whatever its worker does, so that nothing here decides what becomes of
 * a history. Not Temporal's own interceptors for workflows: those put promises of their own between a step and what
 * follows it, and a history would only replay where they are as they were.
 */
export const interceptors = (): WorkflowInterceptors => {
  let place: TraceContext | undefined;
  const carryOn = <T extends { headers: Headers }, R>(input: T, next: (input: T) => R): R =>
    next(place ? { ...input, headers: { ...input.headers, ...headersOf(place) } } : input);

  /** What an update or a signal is to whoever sent it, in the sender's trace. */
  function handled<R>(p: { name: string; headers: Headers }, handle: () => Promise<R>): Promise<R> {
    const sender = contextOf(p.headers);
    const result = handle();
    if (sender) tellWhenDone(sender, { name: p.name, startedAt: Date.now() }, result);
    return result;
  }

  return {
    inbound: [
      {
        execute(input, next) {
          const parent = contextOf(input.headers);
          if (!parent) return next(input);
          const { workflowType, startTime } = workflowInfo();
          const startedAt = startTime.getTime();
          const attributes = attributesOf(input.args);
          // told at once: an order is under way for weeks, and its trace is to be whole at any time
          place = tell(parent, { name: `RunWorkflow:${workflowType}`, startedAt, attributes });
          const result = next(input);
          tellWhenDone(place, { name: `EndWorkflow:${workflowType}`, startedAt, attributes }, result);
          return result;
        },
        handleUpdate: (input, next) => handled({ ...input, name: `HandleUpdate:${input.name}` }, () => next(input)),
        handleSignal: (input, next) =>
          handled({ ...input, name: `HandleSignal:${input.signalName}` }, () => next(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity: carryOn,
        scheduleLocalActivity: carryOn,
        startChildWorkflowExecution: carryOn,
        signalWorkflow: carryOn,
        continueAsNew: carryOn,
        getLogAttributes: (input, next) => next(place ? { ...input, traceId: place.traceId } : input),
      },
    ],
  };
};

const headersOf = (place: TraceContext): Headers => ({
  [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent: traceparentFrom(place) }),
});

function contextOf({ [TRACE_HEADER]: payload }: Headers): TraceContext | undefined {
  try {
    const carried = payload && defaultPayloadConverter.fromPayload<{ traceparent?: unknown } | null>(payload);
    return traceContextOf(carried?.traceparent);
  } catch {
    // somebody else's header: no reason to stop an order
    return undefined;
  }
}

const attributesOf = ([input]: unknown[]): OrderAttributes => {
  const { submission, orderId } = (input ?? {}) as { submission?: object; orderId?: string };
  return orderAttributes(submission ?? (orderId === undefined ? {} : { orderId }));
};

/** A span that ends now; nothing is told of one that is not kept. */
function tell(parent: TraceContext, { name, startedAt, attributes = {} }: Span, error?: string): TraceContext {
  if (!parent.isSampled) return parent;
  const context = { ...parent, spanId: newSpanId() };
  const times = { startedAt, endedAt: Math.max(startedAt, Date.now()) };
  trace.tell({ name, context, parentSpanId: parent.spanId, ...times, attributes, ...(error && { error }) });
  return context;
}

/** Beside what waits for the result: whoever does gets it as soon as without. */
function tellWhenDone(parent: TraceContext, span: Span, result: Promise<unknown>): void {
  result.then(
    () => tell(parent, span),
    (error: unknown) => tell(parent, span, error instanceof ContinueAsNew ? undefined : typeOf(error)),
  );
}

const typeOf = (error: unknown): string => {
  const { type, name } = (error ?? {}) as { type?: string; name?: string };
  return type ?? name ?? 'Error';
};

/** The same one in a replay, and from a source of its own: what the workflow draws stays what it was. Never all zeros. */
const newSpanId = (): string => getRandomStream('waybill/trace').uuid4().replaceAll('-', '').slice(0, 16);
