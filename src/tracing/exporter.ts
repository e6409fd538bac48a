import { AsyncResource } from 'node:async_hooks';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { type Logger, loggedUrl } from '../telemetry';

/** What X-Ray makes searchable. */
const ANNOTATIONS = 'aws.xray.annotations';

/**
 * Sends spans by OTLP over HTTP, as protobuf. A receiver that takes none costs nothing but its spans: that it does not is
 * logged once, and once more that it does again.
 *
 * @param p.url       of the receiver, without `/v1/traces`
 * @param p.timeoutMs for a call, its repetitions included, in milliseconds
 */
export function createExporter(p: { url: string; timeoutMs: number; isXRay: boolean; logger: Logger }): SpanExporter {
  const { logger } = p;
  const url = loggedUrl(p.url);
  const exporter = new OTLPTraceExporter({
    url: `${p.url.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: p.timeoutMs,
  });
  let isOut = false;
  // sent in the name of whoever ended a span last: its order has nothing to do with it
  const tell = AsyncResource.bind((error: Error | undefined, spans: number) => {
    if (isOut === (error !== undefined)) return;
    isOut = error !== undefined;
    if (isOut) logger.warn({ err: error, url, spans }, 'traces are lost: nobody takes them');
    else logger.info({ url }, 'traces are taken again');
  });
  return {
    export(spans, done) {
      for (const span of spans) hush(span);
      if (p.isXRay) for (const span of spans) annotate(span);
      exporter.export(spans, (result) => {
        const isSent = result.code === ExportResultCode.SUCCESS;
        tell(isSent ? undefined : (result.error ?? new Error('refused')), spans.length);
        // said above, and nobody else has anything to do about it
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** Failures by their name alone: what an error says may name somebody, and Temporal's interceptors tell all of it. */
function hush({ attributes, events, status }: ReadableSpan): void {
  delete attributes['temporalTerminateReason'];
  for (const { name, attributes: told = {} } of events) {
    if (name !== 'exception') continue;
    const { 'exception.type': type = 'Error' } = told;
    status.message = String(type);
    attributes['error.type'] = String(type);
    delete told['exception.message'];
    delete told['exception.stacktrace'];
  }
}

function annotate({ attributes }: ReadableSpan): void {
  const names = Object.keys(attributes).filter((name) => name.startsWith('waybill.'));
  if (names.length > 0) attributes[ANNOTATIONS] = names;
}
