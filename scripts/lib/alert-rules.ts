import { stringify } from 'yaml';
import { type Alert, limitOf } from '../../infra/limits';
import { MENDED_KINDS } from '../../src/domain/reconciliation';
import { PEOPLE_CLASSES } from '../../infra/own-metrics';

/** Where the rules of Prometheus are. */
export const ALERT_RULES = 'ops/prometheus/rules.yml';

const HEAD = `# Made by \`npm run docs\` out of infra/limits.ts and scripts/lib/alert-rules.ts: change it there.
# severity \`page\`: somebody has to look now; \`ticket\`: somebody has to look today
`;

interface Rule {
  alert: Alert;
  /** what is compared with the limit; `[$w]` is its window */
  expr: string;
  /** what to do */
  summary: string;
}

const quantile = (q: number, metric: string, by: string) =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket[$w])))`;

/** What Temporal recommends for workers. */
const workers: Rule[] = [
  {
    alert: 'WorkflowTasksWait',
    expr: quantile(0.99, 'temporal_workflow_task_schedule_to_start_latency_seconds', 'task_queue'),
    summary:
      'Workflow tasks of {{ $labels.task_queue }} wait {{ $value | humanizeDuration }} for a worker: start more workers.',
  },
  {
    alert: 'ActivitiesWait',
    expr: quantile(0.99, 'temporal_activity_schedule_to_start_latency_seconds', 'task_queue'),
    summary:
      'Activities of {{ $labels.task_queue }} wait {{ $value | humanizeDuration }} for a worker: start more workers.',
  },
  {
    alert: 'TaskSlotsExhausted',
    expr: 'min by (instance, task_queue, worker_type) (temporal_worker_task_slots_available)',
    summary:
      '{{ $labels.instance }} has no slot left for {{ $labels.worker_type }} of {{ $labels.task_queue }}: something hangs.',
  },
  {
    alert: 'NoPollers',
    expr: 'sum by (task_queue, poller_type) (temporal_num_pollers)',
    summary: 'Nobody polls {{ $labels.task_queue }} for {{ $labels.poller_type }}.',
  },
  {
    alert: 'WorkflowTasksFail',
    expr: 'sum by (workflow_type, failure_reason) (rate(temporal_workflow_task_execution_failed_total[$w]))',
    summary:
      'Workflow tasks of {{ $labels.workflow_type }} fail: {{ $labels.failure_reason }}. With NonDeterminismError: roll the last release back.',
  },
  {
    alert: 'EngineCallsFail',
    expr: 'sum by (operation, status_code) (increase(temporal_request_failure_total[$w]))',
    summary: '{{ $labels.operation }} of the engine fails with {{ $labels.status_code }}.',
  },
  {
    alert: 'PollsFail',
    expr: 'sum by (operation, status_code) (increase(temporal_long_request_failure_total[$w]))',
    summary: 'Workers cannot poll ({{ $labels.operation }}, {{ $labels.status_code }}): is the engine there?',
  },
  {
    alert: 'StickyCacheTooSmall',
    expr: 'sum by (instance) (increase(temporal_sticky_cache_total_forced_eviction_total[$w]))',
    summary:
      '{{ $labels.instance }} throws workflows out of its cache and replays them: give it more memory, or start more workers.',
  },
  {
    alert: 'LocalActivitiesSlow',
    expr: quantile(0.99, 'temporal_local_activity_execution_latency_seconds', 'activity_type'),
    summary:
      'The local step {{ $labels.activity_type }} takes {{ $value | humanizeDuration }}: its workflow tasks are near their time.',
  },
];

const processes: Rule[] = [
  {
    alert: 'ProcessDown',
    expr: 'up{job=~"gateway|worker|consumer"}',
    summary: 'A {{ $labels.job }} ({{ $labels.instance }}) does not answer.',
  },
  {
    alert: 'GatewayFails',
    expr: 'sum(rate(waybill_http_request_seconds_count{status=~"5.."}[$w])) / sum(rate(waybill_http_request_seconds_count[$w]))',
    summary: '{{ $value | humanizePercentage }} of the requests are answered with 5xx: ask GET /readyz what is down.',
  },
  {
    alert: 'AwsThrottles',
    expr: 'sum by (service, operation) (increase(waybill_aws_call_seconds_count{outcome="throttled"}[$w]))',
    summary: 'AWS throttles {{ $labels.operation }} of {{ $labels.service }}.',
  },
  {
    alert: 'AwsFails',
    expr: 'sum by (service) (rate(waybill_aws_call_seconds_count{outcome="failed"}[$w])) / sum by (service) (rate(waybill_aws_call_seconds_count[$w]))',
    summary: '{{ $value | humanizePercentage }} of the calls to {{ $labels.service }} fail.',
  },
];

const orders: Rule[] = [
  {
    alert: 'OrderAtRisk',
    expr: 'sum(increase(waybill_promises_total{outcome="at_risk"}[$w]))',
    summary: 'Orders of the last 15 minutes have no shipment after 20: GET /overview names them.',
  },
  {
    alert: 'PromiseBreached',
    expr: 'sum(increase(waybill_promises_total{outcome="breached"}[$w]))',
    summary: 'Orders had no shipment within 30 minutes.',
  },
  {
    alert: 'PaymentErrors',
    expr: 'sum(rate(waybill_provider_calls_total{dependency="payment",outcome!="answered"}[$w])) / sum(rate(waybill_provider_calls_total{dependency="payment"}[$w]))',
    summary: '{{ $value | humanizePercentage }} of the calls to the payment company get no answer.',
  },
  {
    alert: 'PaymentsDeclined',
    expr: 'sum(rate(waybill_payments_total{outcome="failed"}[$w])) / sum(rate(waybill_payments_total{outcome=~"failed|completed"}[$w]))',
    summary: '{{ $value | humanizePercentage }} of the payments are declined.',
  },
  {
    alert: 'BreakerOpen',
    expr: 'max by (dependency) (waybill_breaker_state)',
    summary: '{{ $labels.dependency }} is out of order and left alone; orders wait.',
  },
  {
    alert: 'ReconciliationFindings',
    // those are mended at once
    expr: `max by (kind) (waybill_reconciliation_findings{kind!~"${[...MENDED_KINDS].join('|')}"})`,
    summary: 'The reconciliation found {{ $value }} of {{ $labels.kind }}: GET /cases, docs/operations.md.',
  },
  {
    alert: 'WebhooksGivenUp',
    expr: 'sum(increase(waybill_webhooks_disabled_total[$w]))',
    summary: 'A webhook is dead and was disabled.',
  },
];

const FOR_PEOPLE = PEOPLE_CLASSES.join('|');

const queues: Rule[] = [
  {
    alert: 'DeadLetters',
    expr: `sum by (class, queue) (increase(waybill_dead_letters_total{class!~"${FOR_PEOPLE}"}[$w]))`,
    summary: 'Many dead letters of {{ $labels.queue }} ({{ $labels.class }}); they are sent back by themselves.',
  },
  {
    alert: 'DeadLettersForPeople',
    expr: `sum by (class, queue) (increase(waybill_dead_letters_total{class=~"${FOR_PEOPLE}"}[$w]))`,
    summary: 'Dead letters of {{ $labels.queue }} ({{ $labels.class }}) need a person: npm run dead-letters.',
  },
  {
    alert: 'DeadLettersUnread',
    expr: 'max by (queue) (waybill_queue_dead_messages)',
    summary: 'Nobody takes the dead letters of {{ $labels.queue }}: is the consumer well?',
  },
  {
    alert: 'QueueGrows',
    expr: 'max by (queue) (waybill_queue_messages{state="waiting"})',
    summary: '{{ $value }} messages wait in {{ $labels.queue }}: start more consumers.',
  },
  {
    alert: 'EventsOld',
    expr: quantile(0.95, 'waybill_message_age_seconds', 'queue'),
    summary: 'Events are handled {{ $value | humanizeDuration }} after they happened in {{ $labels.queue }}.',
  },
  {
    alert: 'MessagesFail',
    expr: 'sum by (queue) (increase(waybill_messages_total{outcome="failed"}[$w]))',
    summary: 'Messages of {{ $labels.queue }} fail and come again.',
  },
  {
    alert: 'EventsUnpublished',
    expr: 'max(waybill_unpublished_events)',
    summary: 'The bus does not take events: {{ $value }} at least wait.',
  },
  {
    alert: 'EventsRefused',
    expr: 'sum(increase(waybill_bus_events_total{outcome="refused"}[$w]))',
    summary: 'The bus refused an event for good: a defect. The log of the process names it.',
  },
];

function ruleOf({ alert, expr, summary }: Rule) {
  const { above, below, minutes, forMinutes, severity } = limitOf(alert);
  const asked = minutes === undefined ? expr : expr.replaceAll('$w', `${minutes}m`);
  return {
    alert,
    expr: `${asked} ${below === undefined ? `> ${above}` : `< ${below}`}`,
    ...(forMinutes !== undefined && { for: `${forMinutes}m` }),
    labels: { severity },
    annotations: { summary },
  };
}

/** The rules by which Prometheus alerts: Temporal's for workers, and ours. */
export const alertRules = (): string =>
  HEAD +
  stringify(
    {
      groups: Object.entries({ workers, processes, orders, queues }).map(([name, rules]) => ({
        name,
        rules: rules.map(ruleOf),
      })),
    },
    { lineWidth: 0 },
  );
