import type { ReceivedSpan } from './otlp';

/**
 * Milliseconds without another span after which a trace is shown: longer than the push queue holds back. What comes later
 * is shown with it, once more.
 */
const REST_MS = 7000;
/** Traces that are remembered, for what comes of them later. */
const MAX_TRACES = 1000;

/** Gathers spans by their trace. */
export function createTraces({ onRested }: { onRested(spans: ReceivedSpan[]): void }) {
  const traces = new Map<string, { spans: Map<string, ReceivedSpan>; timer?: NodeJS.Timeout }>();

  function show(traceId: string): void {
    const trace = traces.get(traceId);
    if (!trace?.timer) return;
    clearTimeout(trace.timer);
    delete trace.timer;
    onRested([...trace.spans.values()]);
  }

  function forgetOldest(): void {
    const [oldest = ''] = traces.keys();
    show(oldest);
    traces.delete(oldest);
  }

  return {
    add(received: readonly ReceivedSpan[]): void {
      for (const span of received) {
        const trace = traces.get(span.traceId) ?? { spans: new Map<string, ReceivedSpan>() };
        traces.set(span.traceId, trace);
        if (traces.size > MAX_TRACES) forgetOldest();
        // a span that is told twice is the same one
        trace.spans.set(span.spanId, span);
        clearTimeout(trace.timer);
        trace.timer = setTimeout(() => show(span.traceId), REST_MS);
      }
    },
    /** Shows what has not rested yet. */
    flush: () => [...traces.keys()].forEach(show),
  };
}
