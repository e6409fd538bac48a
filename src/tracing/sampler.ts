import { isSpanContextValid, SpanKind, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

const KEPT = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const LEFT_OUT = { decision: SamplingDecision.NOT_RECORD };

/** Where something comes in: a trace begins nowhere else, so that polls and rounds of our own make none. */
const ENTRIES = new Set([SpanKind.SERVER, SpanKind.CONSUMER]);

/**
 * Which spans are kept. Within a process all of a trace are, or none.
 *
 * @param p.name  OpenTelemetry's, such as `parentbased_traceidratio`
 * @param p.ratio the share of traces that are kept, from 0 to 1, of a sampler by ratio
 */
export function createSampler({ name, ratio }: { name: string; ratio: number }): Sampler {
  const own = ownSampler(name.replace('parentbased_', ''), ratio);
  const followsOthers = name.startsWith('parentbased_');
  return {
    shouldSample(context, traceId, spanName, kind, attributes, links) {
      const parent = trace.getSpanContext(context);
      const decide = () => own.shouldSample(context, traceId, spanName, kind, attributes, links);
      if (!parent || !isSpanContextValid(parent)) return ENTRIES.has(kind) ? decide() : LEFT_OUT;
      if (parent.isRemote && !followsOthers) return decide();
      return (parent.traceFlags & 1) === 1 ? KEPT : LEFT_OUT;
    },
    toString: () => `${name}(${ratio})`,
  };
}

function ownSampler(name: string, ratio: number): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}
