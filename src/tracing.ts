import {
  type Attributes,
  context,
  type Context,
  isSpanContextValid,
  propagation,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { traceContextOf, traceparentFrom } from './domain/trace';

export { type Span, SpanKind } from '@opentelemetry/api';

/** What is traced goes through OpenTelemetry's API, which does nothing until `startTracing` was called. */
const tracer = () => trace.getTracer('waybill');

/** The span that the caller is in, where it is kept. */
export function activeSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span : undefined;
}

/** Where the caller is, W3C; `undefined` outside of any trace, and where nothing is traced. */
export function activeTraceparent(): string | undefined {
  const span = trace.getActiveSpan();
  return span && traceparentOfSpan(span);
}

/** A span's place, W3C; `undefined` where nothing is traced. */
export function traceparentOfSpan(span: Span): string | undefined {
  const place = span.spanContext();
  if (!isSpanContextValid(place)) return undefined;
  return traceparentFrom({ ...place, isSampled: (place.traceFlags & 1) === 1 });
}

/** The id of the trace that the caller is in, whether it is kept or not. */
export const activeTraceId = (): string | undefined => traceContextOf(activeTraceparent())?.traceId;

/** The place that a W3C trace context names; the caller's own where it names none. */
export function contextFrom(traceparent: string | undefined): Context {
  const place = traceContextOf(traceparent);
  if (!place) return context.active();
  const { traceId, spanId } = place;
  const remote = { traceId, spanId, traceFlags: place.isSampled ? 1 : 0, isRemote: true };
  return trace.setSpanContext(context.active(), remote);
}

/** What somebody's headers name: W3C's, and X-Ray's where that was asked for. */
export const contextFromHeaders = (headers: object): Context => propagation.extract(context.active(), headers);

export interface SpanOptions {
  name: string;
  kind: SpanKind;
  attributes?: Attributes;
  /** absent: the caller's */
  parent?: Context;
  /** of a failure that says nothing against the call */
  isAnswer?: (error: unknown) => boolean;
}

/** Begins a span that somebody else ends. */
export const beginSpan = ({ name, kind, attributes = {}, parent = context.active() }: SpanOptions): Span =>
  tracer().startSpan(name, { kind, attributes }, parent);

/** Runs a call in a span of its own, which ends with it. */
export async function inSpan<T>(options: SpanOptions, call: (span: Span) => Promise<T>): Promise<T> {
  const { parent = context.active() } = options;
  const span = beginSpan({ ...options, parent });
  try {
    return await context.with(trace.setSpan(parent, span), () => call(span));
  } catch (error) {
    if (options.isAnswer?.(error)) span.setAttribute('error.type', nameOf(error));
    else failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** By its name alone: what an error says may name somebody. */
export function failSpan(span: Span, error: unknown): void {
  const name = nameOf(error);
  span.setAttribute('error.type', name).setStatus({ code: SpanStatusCode.ERROR, message: name });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/**
 * Goes on in the trace that something brought with it; where the caller is in that trace already, or it brought none, in
 * the caller's.
 */
export function inTraceOf<T>(
  traceparent: string | undefined,
  options: SpanOptions,
  call: () => Promise<T>,
): Promise<T> {
  const traceId = traceContextOf(traceparent)?.traceId;
  if (traceId === undefined || traceId === activeTraceId()) return call();
  return inSpan({ ...options, parent: contextFrom(traceparent) }, call);
}
