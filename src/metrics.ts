import { Counter, Gauge, Registry } from 'prom-client';
import type { WebhookCounts } from './activities/webhook-ports';
import type { EventType } from './domain/events';
import type { DeadLetterClass } from './domain/dead-letters';
import { FINDING_KINDS, type FindingKind } from './domain/reconciliation';
import { BREAKER_STATES, type BreakerState, type Dependency } from './domain/breaker';

/** What a process counts of itself, for Prometheus. */
export interface Metrics extends WebhookCounts {
  breakerState(dependency: Dependency, state: BreakerState): void;
  /** an event of an order was appended */
  orderEvent(type: EventType): void;
  /** something died, or died again */
  deadLetter(p: { class: DeadLetterClass; queue: string }): void;
  /** what the last reconciliation found that this process wrote the report of, by kind */
  reconciliationFindings(counts: Partial<Record<FindingKind, number>>): void;
  /** as `GET /metrics` answers */
  text(): Promise<string>;
  contentType: string;
}

/** A registry of its own for each process, and each test. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const breakers = new Gauge({
    name: 'waybill_breaker_state',
    help: 'circuit breaker of an outside company: 0 closed, 1 half open, 2 open',
    labelNames: ['dependency'],
    registers: [registry],
  });
  const events = new Counter({
    name: 'waybill_order_events_total',
    help: 'events of orders that this process appended, by their detail-type',
    labelNames: ['type'],
    registers: [registry],
  });
  const deliveries = new Counter({
    name: 'waybill_webhook_deliveries_total',
    help: 'attempts at telling webhooks, by what came of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const disabledWebhooks = new Counter({
    name: 'waybill_webhooks_disabled_total',
    help: 'webhooks that were disabled because they are dead',
    registers: [registry],
  });
  const deadLetters = new Counter({
    name: 'waybill_dead_letters_total',
    help: 'dead letters that this process found, by their class and the queue or type of workflow that they were for',
    labelNames: ['class', 'queue'],
    registers: [registry],
  });
  const findings = new Gauge({
    name: 'waybill_reconciliation_findings',
    help: 'what did not add up in the last reconciliation that this process wrote the report of, by kind',
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    webhookDelivery: (outcome) => deliveries.inc({ outcome }),
    webhookDisabled: () => disabledWebhooks.inc(),
    deadLetter: (labels) => deadLetters.inc({ ...labels }),
    reconciliationFindings(counts) {
      for (const kind of FINDING_KINDS) findings.set({ kind }, counts[kind] ?? 0);
    },
    orderEvent: (type) => events.inc({ type }),
    breakerState: (dependency, state) => breakers.set({ dependency }, BREAKER_STATES.indexOf(state)),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
