import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { type IMetricReader, PeriodicExportingMetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** What Prometheus is told: its text format. */
export const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** How often metrics are sent, and how long the receiver has to take them, in milliseconds. */
const EXPORT = { exportIntervalMillis: 15_000, exportTimeoutMillis: 3000 };

/** A reader that is asked for text. */
export function createTextReader(): { reader: IMetricReader; text(): Promise<string> } {
  // the server is ours
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  return {
    reader,
    async text() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
  };
}

/**
 * A reader that sends everything by OTLP over HTTP, as JSON. A receiver that is away costs nothing but what it misses:
 * the next time it gets the sums.
 *
 * @param p.endpoint such as http://127.0.0.1:4318
 * @param p.onFailure once for each time that the receiver is away
 */
export function createOtlpReader(p: { endpoint: string; onFailure: (error: unknown) => void }): IMetricReader {
  const url = `${p.endpoint.replace(/\/+$/, '')}/v1/metrics`;
  const exporter = new OTLPMetricExporter({ url, timeoutMillis: EXPORT.exportTimeoutMillis });
  let isAway = false;
  const told: typeof exporter.export = (metrics: ResourceMetrics, done: (result: ExportResult) => void) =>
    exporter.export(metrics, (result) => {
      const failed = result.code !== ExportResultCode.SUCCESS;
      if (failed && !isAway) p.onFailure(result.error);
      isAway = failed;
      done(result);
    });
  return new PeriodicExportingMetricReader({
    exporter: {
      export: told,
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
      selectAggregationTemporality: (type) => exporter.selectAggregationTemporality(type),
    },
    ...EXPORT,
  });
}
