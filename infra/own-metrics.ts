import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { DeadLetterClass } from '../src/domain/dead-letters';

/** Where ops/collector/collector.yml puts what the processes count, in CloudWatch. */
export const OWN_NAMESPACE = 'Waybill';

/** Classes of dead letters that wait for a person; the others are sent back by themselves. */
export const PEOPLE_CLASSES = ['PERMANENT', 'POISON', 'BUG', 'UNKNOWN'] as const satisfies readonly DeadLetterClass[];

/**
 * What of docs/metrics.md, and of Temporal's SDK, comes to CloudWatch, where every series costs: with each of these sets
 * of dimensions; an empty one is of all together. Counters come as what was added, so `Sum` is of the period; histograms
 * as their statistics, so `Average` is one, and quantiles there are none.
 */
export const OWN_METRICS = {
  waybill_order_outcomes_total: [['outcome']],
  waybill_order_states_total: [['state']],
  waybill_bus_events_total: [['outcome']],
  waybill_unpublished_events: [[]],
  waybill_message_age_seconds: [['queue']],
  waybill_message_seconds: [['queue']],
  waybill_messages_total: [['outcome']],
  waybill_activity_seconds: [['outcome']],
  waybill_activities_running: [[]],
  waybill_aws_call_seconds: [['outcome']],
  waybill_provider_calls_total: [['dependency', 'outcome']],
  waybill_breaker_state: [['dependency']],
  waybill_http_request_seconds: [['status'], []],
  waybill_open_streams: [[]],
  waybill_dead_letters_total: [['class']],
  waybill_orders_placed_total: [[]],
  waybill_order_start_seconds: [[]],
  waybill_payments_total: [['outcome']],
  waybill_charged_total: [['currency']],
  waybill_refunded_total: [['currency']],
  waybill_promises_total: [['outcome']],
  waybill_reconciliation_findings: [['kind']],
  waybill_webhooks_disabled_total: [[]],
  temporal_workflow_task_execution_failed_total: [[]],
  temporal_request_failure_total: [[]],
  temporal_long_request_failure_total: [[]],
  temporal_worker_task_slots_available: [['task_queue', 'worker_type']],
} as const satisfies Record<string, readonly (readonly string[])[]>;

export type OwnMetric = keyof typeof OWN_METRICS;

/** A value for each dimension of one of the sets. */
type Of<Sets> = Sets extends readonly string[] ? Record<Sets[number], string> : never;

/** One of ours, of the series with these values. */
export const ownMetric = <N extends OwnMetric>(
  metricName: N,
  p: {
    statistic: 'Sum' | 'Average' | 'Maximum' | 'SampleCount';
    of: Of<(typeof OWN_METRICS)[N][number]>;
    label?: string;
    period?: Duration;
  },
): Metric =>
  new Metric({
    namespace: OWN_NAMESPACE,
    metricName,
    dimensionsMap: p.of,
    statistic: p.statistic,
    period: p.period ?? Duration.minutes(5),
    ...(p.label !== undefined && { label: p.label }),
  });
