import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Attributes, type Meter, ValueType } from '@opentelemetry/api';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  CATALOGUE,
  type LabelsOf,
  type MetricDefinition,
  type MetricKind,
  type MetricName,
  type MetricProcess,
  SECONDS,
} from './catalogue';

/** Writes down one number of a metric, with a value for each of its labels. */
export type RecordMetric = <N extends MetricName>(name: N, labels: LabelsOf<N>, value?: number) => void;

/**
 * The instruments of a process: all that the catalogue has for it, those whose labels are known from 0 on.
 *
 * @param p.process absent: all of them, none from 0 on
 * @returns what counters and levels add (1 when not said), gauges are set to, and histograms get
 */
export function createInstruments(p: { provider: MeterProvider; process?: MetricProcess | undefined }): RecordMetric {
  const meter = p.provider.getMeter('waybill');
  const recorders = new Map<string, (value: number, labels: Attributes) => void>();
  for (const [name, definition] of Object.entries<MetricDefinition>(CATALOGUE)) {
    if (OBSERVED.has(name) || (p.process && !definition.processes.includes(p.process))) continue;
    const record = recorderOf(meter, name, definition);
    recorders.set(name, record);
    if (p.process && STEPPED.has(definition.kind)) for (const labels of allLabels(definition)) record(0, labels);
  }
  observeProcess(meter);
  return (name, labels, value = 1) => recorders.get(name)?.(value, { ...labels } as Attributes);
}

/** What is 0 before anything happens. */
const STEPPED = new Set<MetricKind>(['counter', 'level']);

function recorderOf(meter: Meter, name: string, { kind, help, buckets = SECONDS }: MetricDefinition) {
  const options = { description: help };
  switch (kind) {
    case 'counter': {
      const counter = meter.createCounter(name, options);
      return (value: number, labels: Attributes) => counter.add(value, labels);
    }
    case 'level': {
      // as a gauge: of a sum that goes down again some receivers make what was added, and nobody asks for that
      const level = meter.createGauge(name, options);
      const levels = new Map<string, number>();
      return (value: number, labels: Attributes) => {
        const key = JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
        const now = (levels.get(key) ?? 0) + value;
        levels.set(key, now);
        level.record(now, labels);
      };
    }
    case 'gauge': {
      const gauge = meter.createGauge(name, options);
      return (value: number, labels: Attributes) => gauge.record(value, labels);
    }
    case 'histogram': {
      const histogram = meter.createHistogram(name, {
        ...options,
        advice: { explicitBucketBoundaries: [...buckets] },
      });
      return (value: number, labels: Attributes) => histogram.record(Math.max(0, value), labels);
    }
    default:
      return kind satisfies never;
  }
}

/** Every combination of what labels can be; none where one of them is not known beforehand. */
export function allLabels({ labels }: Pick<MetricDefinition, 'labels'>): { [label: string]: string }[] {
  return Object.entries(labels).reduce<{ [label: string]: string }[]>(
    (all, [label, values = []]) => all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}

/** What is asked of the process when somebody asks for its metrics. */
const OBSERVED = new Set<string>([
  'waybill_process_resident_bytes',
  'waybill_process_cpu_seconds_total',
  'waybill_event_loop_delay_seconds',
] satisfies MetricName[]);

/** Milliseconds between two looks at the event loop. */
const LOOP_RESOLUTION_MS = 20;

function observeProcess(meter: Meter): void {
  const help = (name: MetricName) => ({ description: CATALOGUE[name].help, valueType: ValueType.DOUBLE });
  const resident = 'waybill_process_resident_bytes';
  meter.createObservableGauge(resident, help(resident)).addCallback((seen) => seen.observe(process.memoryUsage.rss()));
  const cpu = 'waybill_process_cpu_seconds_total';
  meter.createObservableCounter(cpu, help(cpu)).addCallback((seen) => {
    const { user, system } = process.cpuUsage();
    seen.observe((user + system) / 1e6);
  });
  const loop = 'waybill_event_loop_delay_seconds';
  const delays = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delays.enable();
  meter.createObservableGauge(loop, help(loop)).addCallback((seen) => {
    // what it measures includes its own pause
    seen.observe(Math.max(0, delays.count > 0 ? delays.percentile(99) / 1e9 - LOOP_RESOLUTION_MS / 1000 : 0));
    delays.reset();
  });
}
