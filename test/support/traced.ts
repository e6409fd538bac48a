import { Writable } from 'node:stream';
import pino from 'pino';
import type { ReceivedSpan } from '../../scripts/traces/otlp';
import { startReceiver } from '../../scripts/traces/receiver';
import { startTracing } from '../../src/tracing/start';

/** A receiver, and what it was sent. */
export async function receiveTraces(p: { port?: number; onSpans?: () => Promise<void> } = {}) {
  const spans: ReceivedSpan[] = [];
  const receiver = await startReceiver({
    port: p.port ?? 0,
    async onSpans(received) {
      await p.onSpans?.();
      spans.push(...received);
    },
  });
  return { ...receiver, spans };
}

/** The process of the test, traced as one of ours; `log` has its lines. */
export function traceHere(settings: { url?: string; traceContext?: string; sampler?: string; ratio?: number } = {}) {
  const log: { level: number; msg: string; orderId?: string }[] = [];
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => (log.push(JSON.parse(line.toString()) as (typeof log)[number]), done()),
  });
  const config = {
    ...(settings.url !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: settings.url }),
    OTEL_TRACES_SAMPLER: settings.sampler ?? 'parentbased_always_on',
    OTEL_TRACES_SAMPLER_ARG: settings.ratio ?? 1,
    TRACE_CONTEXT: settings.traceContext ?? 'w3c',
  };
  return { ...startTracing('worker', config, pino({}, stream)), log };
}
