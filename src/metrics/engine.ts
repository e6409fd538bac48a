import type { Attributes, Meter } from '@opentelemetry/api';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import { type BufferedMetricUpdate, MetricsBuffer } from '@temporalio/worker';
import { SECONDS } from './catalogue';

/** Updates that are kept until somebody takes them: some hundred an order, taken every second. */
const BUFFER = 100_000;
const DRAIN_MS = 1000;

/** Upper bounds of the SDK's durations, in seconds; a workflow may live for weeks. */
const DURATIONS = [...SECONDS, 60, 300, 1800, 3600, 86_400, 604_800, 2_592_000];

export interface EngineMetrics {
  /** what the SDK's runtime is installed with */
  buffer: MetricsBuffer;
  /** Brings over what was counted last. */
  stop(): void;
}

/**
 * The metrics of Temporal's SDK among ours, so that whoever asks gets both: by the names that Temporal's own Prometheus
 * exporter gives them with units and `_total`.
 */
export function createEngineMetrics({ provider }: { provider: MeterProvider }): EngineMetrics {
  const meter = provider.getMeter('temporal');
  const buffer = new MetricsBuffer({ maxBufferSize: BUFFER, useSecondsForDurations: true });
  const recorders = new Map<string, (value: number, labels: Attributes) => void>();

  function drain(): void {
    for (const { metric, value, attributes } of buffer.retrieveUpdates()) {
      const record = recorders.get(metric.name) ?? recorderOf(meter, metric);
      recorders.set(metric.name, record);
      record(value, attributes);
    }
  }

  const timer = setInterval(drain, DRAIN_MS);
  timer.unref();
  return {
    buffer,
    stop() {
      clearInterval(timer);
      drain();
    },
  };
}

type CoreMetric = BufferedMetricUpdate['metric'];

function recorderOf(meter: Meter, { name: given, kind, unit = '', description = '' }: CoreMetric) {
  const name = given.startsWith('temporal_') ? given : `temporal_${given}`;
  const options = { description };
  switch (kind) {
    case 'counter': {
      const counter = meter.createCounter(name.endsWith('_total') ? name : `${name}_total`, options);
      return (value: number, labels: Attributes) => counter.add(value, labels);
    }
    case 'histogram': {
      const histogram = meter.createHistogram(unit === 's' ? `${name}_seconds` : name, {
        ...options,
        advice: { explicitBucketBoundaries: DURATIONS },
      });
      return (value: number, labels: Attributes) => histogram.record(value, labels);
    }
    case 'up-down-counter': {
      const level = meter.createUpDownCounter(name, options);
      return (value: number, labels: Attributes) => level.add(value, labels);
    }
    default: {
      const gauge = meter.createGauge(name, options);
      return (value: number, labels: Attributes) => gauge.record(value, labels);
    }
  }
}
