import { METRIC_GROUPS, type MetricGroup } from '../../src/metrics/catalogue';

interface Query {
  expr: string;
  legend?: string;
}

interface Panel {
  title: string;
  /** of Grafana's; `short` is a plain number */
  unit: 'short' | 's' | 'percentunit' | 'ops' | 'bytes';
  queries: Query[];
  /** one number instead of a line */
  isStat?: true;
}

const query = (expr: string, legend = ''): Query => ({ expr, legend });

/** A quantile of a histogram, by labels. */
const quantile = (q: number, metric: string, by: string): Query =>
  query(
    `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket[$__rate_interval])))`,
    `{{${by}}} p${q * 100}`,
  );

const rateBy = (metric: string, by: string, selector = ''): Query =>
  query(
    `sum by (${by}) (rate(${metric}${selector}[$__rate_interval]))`,
    by
      .split(', ')
      .map((label) => `{{${label}}}`)
      .join(' '),
  );

/** Of the last hour, as G2 asks for it. */
const anHour = (metric: string, selector = '') => `sum(increase(${metric}${selector}[1h]))`;

const mean = (metric: string) => `sum(rate(${metric}_sum[1h])) / sum(rate(${metric}_count[1h]))`;

const SUCCEEDED = '{outcome=~"shipped"}';
const ENDED = '{outcome=~"shipped|failed|cancelled"}';

const PANELS: Record<MetricGroup, Panel[]> = {
  workflow: [
    {
      title: 'Orders that ended, by how',
      unit: 'ops',
      queries: [rateBy('waybill_order_outcomes_total', 'outcome')],
    },
    {
      title: 'Workflows that ended',
      unit: 'ops',
      queries: [rateBy('temporal_workflow_completed_total', 'workflow_type')],
    },
    {
      title: 'Average time of a workflow',
      unit: 's',
      queries: [
        query(
          'sum by (workflow_type) (rate(temporal_workflow_endtoend_latency_seconds_sum[1h])) / sum by (workflow_type) (rate(temporal_workflow_endtoend_latency_seconds_count[1h]))',
          '{{workflow_type}}',
        ),
      ],
    },
    { title: 'State transitions', unit: 'ops', queries: [rateBy('waybill_order_states_total', 'state')] },
    { title: 'Time in a state', unit: 's', queries: [quantile(0.95, 'waybill_order_state_seconds', 'state')] },
    {
      title: 'Workflow tasks that fail',
      unit: 'ops',
      queries: [rateBy('temporal_workflow_task_execution_failed_total', 'workflow_type, failure_reason')],
    },
  ],
  event: [
    { title: 'Events appended', unit: 'ops', queries: [rateBy('waybill_order_events_total', 'type')] },
    { title: 'Events handed to the bus', unit: 'ops', queries: [rateBy('waybill_bus_events_total', 'outcome')] },
    {
      title: 'Events that rules brought, by queue',
      unit: 'ops',
      queries: [rateBy('waybill_messages_total', 'queue')],
    },
    {
      title: 'Events that were not handled',
      unit: 'ops',
      queries: [rateBy('waybill_messages_total', 'queue, type, outcome', '{outcome!="done"}')],
    },
    {
      title: 'From an event to the end of its handling',
      unit: 's',
      queries: [quantile(0.95, 'waybill_message_age_seconds', 'queue')],
    },
    {
      title: 'Events not on the bus yet',
      unit: 'short',
      queries: [query('max(waybill_unpublished_events)', 'events')],
    },
  ],
  worker: [
    { title: 'Activities: time', unit: 's', queries: [quantile(0.95, 'waybill_activity_seconds', 'activity')] },
    {
      title: 'Activities: errors by type',
      unit: 'ops',
      queries: [rateBy('waybill_activity_failures_total', 'activity, type')],
    },
    {
      title: 'Activities: error rate',
      unit: 'percentunit',
      queries: [
        query(
          'sum(rate(waybill_activity_seconds_count{outcome="failed"}[$__rate_interval])) / sum(rate(waybill_activity_seconds_count[$__rate_interval]))',
          'failed',
        ),
      ],
    },
    {
      title: 'Concurrency: slots used, and activities that run',
      unit: 'short',
      queries: [
        query('sum by (worker_type) (temporal_worker_task_slots_used)', '{{worker_type}}'),
        query('sum(waybill_activities_running)', 'activities, local ones too'),
      ],
    },
    {
      title: 'Slots left',
      unit: 'short',
      queries: [
        query(
          'min by (task_queue, worker_type) (temporal_worker_task_slots_available)',
          '{{task_queue}} {{worker_type}}',
        ),
      ],
    },
    {
      title: 'Tasks wait for a worker',
      unit: 's',
      queries: [
        quantile(0.99, 'temporal_workflow_task_schedule_to_start_latency_seconds', 'task_queue'),
        quantile(0.99, 'temporal_activity_schedule_to_start_latency_seconds', 'task_queue'),
      ],
    },
    {
      title: 'Throttled by AWS',
      unit: 'ops',
      queries: [rateBy('waybill_aws_call_seconds_count', 'service, operation', '{outcome="throttled"}')],
    },
    { title: 'Calls to AWS: time', unit: 's', queries: [quantile(0.95, 'waybill_aws_call_seconds', 'service')] },
    {
      title: 'Outside companies',
      unit: 'ops',
      queries: [rateBy('waybill_provider_calls_total', 'dependency, outcome')],
    },
    {
      title: 'Breakers: 0 closed, 1 half open, 2 open',
      unit: 'short',
      queries: [query('max by (dependency) (waybill_breaker_state)', '{{dependency}}')],
    },
    { title: 'Requests', unit: 'ops', queries: [rateBy('waybill_http_request_seconds_count', 'route, status')] },
    { title: 'Requests: time', unit: 's', queries: [quantile(0.95, 'waybill_http_request_seconds', 'route')] },
    { title: 'Live streams', unit: 'short', queries: [query('sum(waybill_open_streams)', 'open')] },
    {
      title: 'Workflow cache',
      unit: 'short',
      queries: [query('sum by (instance) (temporal_sticky_cache_size)', '{{instance}}')],
    },
    {
      title: 'Calls to the engine: errors',
      unit: 'ops',
      queries: [rateBy('temporal_request_failure_total', 'operation, status_code')],
    },
    { title: 'Memory', unit: 'bytes', queries: [query('waybill_process_resident_bytes', '{{job}} {{instance}}')] },
    {
      title: 'Processor',
      unit: 'percentunit',
      queries: [query('rate(waybill_process_cpu_seconds_total[$__rate_interval])', '{{job}} {{instance}}')],
    },
    { title: 'Event loop', unit: 's', queries: [query('waybill_event_loop_delay_seconds', '{{job}} {{instance}}')] },
  ],
  queue: [
    {
      title: 'Messages that wait',
      unit: 'short',
      queries: [query('max by (queue) (waybill_queue_messages{state="waiting"})', '{{queue}}')],
    },
    {
      title: 'Messages in flight, and delayed',
      unit: 'short',
      queries: [
        query('max by (queue, state) (waybill_queue_messages{state=~"in_flight|delayed"})', '{{queue}} {{state}}'),
      ],
    },
    { title: 'Handling of a message', unit: 's', queries: [quantile(0.95, 'waybill_message_seconds', 'queue')] },
    { title: 'Messages held', unit: 'short', queries: [query('sum by (queue) (waybill_messages_held)', '{{queue}}')] },
    {
      title: 'Dead letters of the last hour, by class',
      unit: 'short',
      queries: [query('sum by (class, queue) (increase(waybill_dead_letters_total[1h]))', '{{class}} {{queue}}')],
    },
    {
      title: 'Dead letters that nobody has taken',
      unit: 'short',
      queries: [query('max by (queue) (waybill_queue_dead_messages)', '{{queue}}')],
    },
  ],
  business: [
    {
      title: 'Orders in the last hour',
      unit: 'short',
      isStat: true,
      queries: [query(anHour('waybill_orders_placed_total'))],
    },
    {
      title: 'Success rate of the last hour',
      unit: 'percentunit',
      isStat: true,
      queries: [
        query(
          `${anHour('waybill_order_outcomes_total', SUCCEEDED)} / ${anHour('waybill_order_outcomes_total', ENDED)}`,
        ),
      ],
    },
    {
      title: 'Average time to shipping',
      unit: 's',
      isStat: true,
      queries: [query(mean('waybill_order_start_seconds'))],
    },
    {
      title: 'Revenue of the last hour',
      unit: 'short',
      isStat: true,
      queries: [
        query(
          'sum by (currency) (increase(waybill_charged_total[1h])) - (sum by (currency) (increase(waybill_refunded_total[1h])) or sum by (currency) (waybill_charged_total * 0))',
          '{{currency}}',
        ),
      ],
    },
    {
      title: 'Orders an hour',
      unit: 'short',
      queries: [
        query(anHour('waybill_orders_placed_total'), 'placed'),
        query('sum by (outcome) (increase(waybill_order_outcomes_total[1h]))', '{{outcome}}'),
      ],
    },
    {
      title: 'Charged and refunded an hour',
      unit: 'short',
      queries: [
        query('sum by (currency) (increase(waybill_charged_total[1h]))', 'charged {{currency}}'),
        query('sum by (currency) (increase(waybill_refunded_total[1h]))', 'refunded {{currency}}'),
      ],
    },
    { title: 'Payments', unit: 'ops', queries: [rateBy('waybill_payments_total', 'outcome')] },
    {
      title: 'Time to shipping',
      unit: 's',
      queries: [query('histogram_quantile(0.95, sum by (le) (rate(waybill_order_start_seconds_bucket[1h])))', 'p95')],
    },
    {
      title: 'The 30 minutes: at risk, breached',
      unit: 'short',
      queries: [query('sum by (outcome) (increase(waybill_promises_total[1h]))', '{{outcome}}')],
    },
    {
      title: 'What does not add up',
      unit: 'short',
      queries: [query('max by (kind) (waybill_reconciliation_findings)', '{{kind}}')],
    },
    {
      title: 'Webhooks',
      unit: 'ops',
      queries: [
        rateBy('waybill_webhook_deliveries_total', 'outcome'),
        query('sum(increase(waybill_webhooks_disabled_total[1h]))', 'disabled'),
      ],
    },
  ],
};

/** Where Grafana has the five dashboards. */
export const DASHBOARD_FOLDER = 'ops/grafana/dashboards';

const WIDTH = 12;
const HEIGHT = 8;

function panelOf({ title, unit, queries, isStat }: Panel, i: number) {
  return {
    id: i + 1,
    title,
    type: isStat ? 'stat' : 'timeseries',
    datasource: { type: 'prometheus', uid: 'prometheus' },
    gridPos: { h: HEIGHT, w: WIDTH, x: (i % 2) * WIDTH, y: Math.floor(i / 2) * HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(({ expr, legend }, n) => ({
      refId: String.fromCodePoint(65 + n),
      expr,
      legendFormat: legend ?? '',
    })),
  };
}

const dashboardOf = (group: MetricGroup) => ({
  uid: `waybill-${group}`,
  title: `Waybill: ${group}`,
  tags: ['waybill'],
  timezone: 'utc',
  refresh: '30s',
  schemaVersion: 39,
  time: { from: 'now-6h', to: 'now' },
  links: [{ type: 'dashboards', tags: ['waybill'], title: 'Waybill', asDropdown: false }],
  panels: PANELS[group].map(panelOf),
});

/** The dashboards of Grafana, by their files. */
export const dashboards = (): Record<string, string> =>
  Object.fromEntries(
    METRIC_GROUPS.map((group) => [`${DASHBOARD_FOLDER}/${group}.json`, JSON.stringify(dashboardOf(group))]),
  );
