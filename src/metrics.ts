import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { WebhookCounts } from './activities/webhook-ports';
import type { EventType } from './domain/events';
import type { DeadLetterClass } from './domain/dead-letters';
import { type Logger, loggedUrl } from './telemetry';
import type { MetricProcess } from './metrics/catalogue';
import { createInstruments, type RecordMetric } from './metrics/instruments';
import { createOtlpReader, createTextReader, TEXT } from './metrics/readers';
import { INSTANCE } from './instance';
import { FINDING_KINDS, type FindingKind } from './domain/reconciliation';
import { BREAKER_STATES, type BreakerState, type Dependency } from './domain/breaker';

/** What a process counts of itself: docs/metrics.md has every name. */
export interface Metrics extends WebhookCounts {
  /** writes down one number of a metric of the catalogue */
  record: RecordMetric;
  breakerState(dependency: Dependency, state: BreakerState): void;
  /** an event of an order was appended */
  orderEvent(type: EventType): void;
  /** something died, or died again */
  deadLetter(p: { class: DeadLetterClass; queue: string }): void;
  /** what the last reconciliation found, by kind */
  reconciliationFindings(counts: Partial<Record<FindingKind, number>>): void;
  /** for what counts with names of its own */
  provider: MeterProvider;
  /** as `GET /metrics` answers */
  text(): Promise<string>;
  contentType: string;
  /** Sends what there is, where it is sent anywhere; takes 3 s at most. */
  stop(): Promise<void>;
}

export interface MetricsOptions {
  /** whose they are; absent: everybody's */
  process?: MetricProcess;
  /** where they are sent by OTLP over HTTP; absent: nowhere */
  endpoint?: string | undefined;
  logger?: Logger;
}

/** The metrics of a process, or of a test: nothing of them is shared. */
export function createMetrics({ process, endpoint, logger }: MetricsOptions = {}): Metrics {
  const { reader, text } = createTextReader();
  const onFailure = (error: unknown) =>
    logger?.warn({ err: error, endpoint: loggedUrl(endpoint ?? '') }, 'metrics are not taken; sending goes on');
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': `waybill-${process ?? 'process'}`,
      // whoever makes what was added of sums has to know whose they are
      'service.instance.id': INSTANCE,
    }),
    readers: [reader, ...(endpoint ? [createOtlpReader({ endpoint, onFailure })] : [])],
  });
  const record = createInstruments({ provider, process });
  return {
    record,
    webhookDelivery: (outcome) => record('waybill_webhook_deliveries_total', { outcome }),
    webhookDisabled: () => record('waybill_webhooks_disabled_total', {}),
    deadLetter: (labels) => record('waybill_dead_letters_total', labels),
    reconciliationFindings(counts) {
      for (const kind of FINDING_KINDS) record('waybill_reconciliation_findings', { kind }, counts[kind] ?? 0);
    },
    orderEvent: (type) => record('waybill_order_events_total', { type }),
    breakerState: (dependency, state) => record('waybill_breaker_state', { dependency }, BREAKER_STATES.indexOf(state)),
    provider,
    text,
    contentType: TEXT,
    stop: () => provider.shutdown().catch(() => undefined),
  };
}
