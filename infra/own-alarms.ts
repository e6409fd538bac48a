import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { type DeadLetterClass, DEAD_LETTER_CLASSES } from '../src/domain/dead-letters';
import { DEPENDENCIES } from '../src/domain/breaker';
import type { FindingKind } from '../src/domain/reconciliation';
import type { MetricProcess } from '../src/metrics/catalogue';
import { webhookQueueOf } from '../src/domain/webhooks';
import type { Alert } from './limits';
import { type OwnMetric, ownMetric, PEOPLE_CLASSES } from './own-metrics';

/**
 * What tells that a process lives, by the process: a number that it sends whether anything happens or not.
 */
export const SIGNS_OF_LIFE = {
  gateway: 'waybill_open_streams',
  worker: 'waybill_activities_running',
  consumer: 'waybill_unpublished_events',
} as const satisfies Record<MetricProcess, OwnMetric>;

/** An alarm of what the processes count, as far as the collector brings it; its limit is the alert's. */
export interface OwnAlarm {
  alert: Alert;
  /** which one, where an alert has several */
  of?: string;
  /** @param period the window of the limit */
  metric: (period: Duration) => IMetric;
  alarmDescription: string;
}

/** What the reconciliation tells is in three alarms: one can ask for ten series. What is mended at once is in none. */
const FINDINGS: Record<string, FindingKind[]> = {
  orders: ['VIEW_UNFOUNDED', 'EVENTS_MISSING', 'WORKFLOW_GONE', 'NO_PROGRESS', 'SNAPSHOT_UNFOUNDED'],
  money: ['SHIPPED_UNPAID', 'CHARGE_WITHOUT_ORDER', 'CHARGE_NOT_ACCOUNTED', 'PAYMENT_UNKNOWN'],
  stock: ['STOCK_OF_ENDED_ORDER', 'STOCK_SET_ASIDE', 'STOCK_RESERVED', 'STOCK_TOTAL'],
};

/** The task queue that workers have where TASK_QUEUE says nothing else. */
const ORDERS = 'orders';

/** What slots of workers are for, by task queue: one with slots left says nothing of the other. */
export const SLOTS: Record<string, string[]> = {
  [ORDERS]: ['WorkflowWorker', 'ActivityWorker', 'LocalActivityWorker'],
  [webhookQueueOf(ORDERS)]: ['ActivityWorker'],
};

const isForPeople = (kind: DeadLetterClass) => (PEOPLE_CLASSES as readonly DeadLetterClass[]).includes(kind);

/** The alerts of Prometheus that are alarms too; test/infra/observability.test.ts says why the others are none. */
export const OWN_ALARMS: OwnAlarm[] = [
  {
    alert: 'OrderAtRisk',
    metric: (period) => ownMetric('waybill_promises_total', { statistic: 'Sum', of: { outcome: 'at_risk' }, period }),
    alarmDescription: 'Orders have no shipment after 20 minutes: GET /overview names them',
  },
  {
    alert: 'PromiseBreached',
    metric: (period) => ownMetric('waybill_promises_total', { statistic: 'Sum', of: { outcome: 'breached' }, period }),
    alarmDescription: 'Orders had no shipment within 30 minutes: GET /overview names them',
  },
  {
    alert: 'PaymentErrors',
    metric: (period) =>
      share({ of: ['outage', 'unknown', 'shut'], beside: ['answered'], period }, (outcome) =>
        ownMetric('waybill_provider_calls_total', { statistic: 'Sum', of: { dependency: 'payment', outcome }, period }),
      ),
    alarmDescription: 'Calls to the payment company get no answer: GET /breakers',
  },
  {
    alert: 'PaymentsDeclined',
    metric: (period) =>
      share({ of: ['failed'], beside: ['completed'], period }, (outcome) =>
        ownMetric('waybill_payments_total', { statistic: 'Sum', of: { outcome }, period }),
      ),
    alarmDescription: 'Many payments are declined',
  },
  ...DEPENDENCIES.map((dependency): OwnAlarm => ({
    alert: 'BreakerOpen',
    of: dependency,
    metric: (period) => ownMetric('waybill_breaker_state', { statistic: 'Maximum', of: { dependency }, period }),
    alarmDescription: `${dependency} is out of order and left alone; orders wait: GET /breakers`,
  })),
  ...Object.entries(FINDINGS).map(([about, kinds]): OwnAlarm => ({
    alert: 'ReconciliationFindings',
    of: about,
    metric: (period) =>
      ofAll('MAX', period, kinds, (kind) =>
        ownMetric('waybill_reconciliation_findings', { statistic: 'Maximum', of: { kind }, period }),
      ),
    alarmDescription: `The reconciliation found something about ${about}: GET /cases, docs/operations.md`,
  })),
  {
    alert: 'WebhooksGivenUp',
    metric: (period) => ownMetric('waybill_webhooks_disabled_total', { statistic: 'Sum', of: {}, period }),
    alarmDescription: 'A webhook is dead and was disabled',
  },
  {
    alert: 'DeadLetters',
    metric: (period) =>
      deadLetters(
        DEAD_LETTER_CLASSES.filter((kind) => !isForPeople(kind)),
        period,
      ),
    alarmDescription: 'Many dead letters; they are sent back by themselves: docs/dead-letters.md',
  },
  {
    alert: 'DeadLettersForPeople',
    metric: (period) => deadLetters(PEOPLE_CLASSES, period),
    alarmDescription: 'Dead letters need a person: docs/dead-letters.md',
  },
  {
    alert: 'MessagesFail',
    metric: (period) => ownMetric('waybill_messages_total', { statistic: 'Sum', of: { outcome: 'failed' }, period }),
    alarmDescription: 'Messages fail and come again',
  },
  {
    alert: 'EventsUnpublished',
    metric: (period) => ownMetric('waybill_unpublished_events', { statistic: 'Maximum', of: {}, period }),
    alarmDescription: 'The bus does not take events',
  },
  {
    alert: 'EventsRefused',
    metric: (period) => ownMetric('waybill_bus_events_total', { statistic: 'Sum', of: { outcome: 'refused' }, period }),
    alarmDescription: 'The bus refused an event for good: a defect, the log of the process names it',
  },
  {
    alert: 'GatewayFails',
    metric: (period) => {
      const requests = (of: { status: string } | object) =>
        ownMetric('waybill_http_request_seconds', { statistic: 'SampleCount', of, period });
      return new MathExpression({
        expression: `${sumOf(['broken', 'away'])} / every`,
        usingMetrics: { broken: requests({ status: '500' }), away: requests({ status: '503' }), every: requests({}) },
        period,
      });
    },
    alarmDescription: 'Requests are answered with 5xx: GET /readyz says what is down',
  },
  {
    alert: 'AwsThrottles',
    metric: (period) => awsCalls('throttled', period),
    alarmDescription: 'AWS throttles calls of ours',
  },
  {
    alert: 'AwsFails',
    metric: (period) =>
      share({ of: ['failed'], beside: ['ok', 'condition', 'throttled', 'refused'], period }, (outcome) =>
        awsCalls(outcome, period),
      ),
    alarmDescription: 'Calls to AWS fail: GET /readyz says what is down',
  },
  {
    alert: 'WorkflowTasksFail',
    metric: (period) => ofWorkers('temporal_workflow_task_execution_failed_total', period),
    alarmDescription: 'Workflow tasks fail: when the log says NonDeterminismError, roll the last release back',
  },
  {
    alert: 'EngineCallsFail',
    metric: (period) => ofWorkers('temporal_request_failure_total', period),
    alarmDescription: 'Calls of the engine fail',
  },
  {
    alert: 'PollsFail',
    metric: (period) => ofWorkers('temporal_long_request_failure_total', period),
    alarmDescription: 'Workers cannot poll: is the engine there?',
  },
  ...Object.entries(SLOTS).map(([queue, types]): OwnAlarm => ({
    alert: 'TaskSlotsExhausted',
    of: queue,
    metric: (period) =>
      ofAll('MIN', period, types, (type) =>
        // of several workers the one with most left
        ownMetric('temporal_worker_task_slots_available', {
          statistic: 'Maximum',
          of: { task_queue: queue, worker_type: type },
          period,
        }),
      ),
    alarmDescription: `No worker has a slot left for ${queue}: something hangs, or start more of them`,
  })),
];

const awsCalls = (outcome: string, period: Duration) =>
  ownMetric('waybill_aws_call_seconds', { statistic: 'SampleCount', of: { outcome }, period });

const deadLetters = (kinds: readonly DeadLetterClass[], period: Duration) =>
  ofAll('SUM', period, kinds, (kind) =>
    ownMetric('waybill_dead_letters_total', { statistic: 'Sum', of: { class: kind }, period }),
  );

const ofWorkers = (
  name: Extract<OwnMetric, `temporal_${string}_failed_total` | `temporal_${string}_failure_total`>,
  period: Duration,
) => ownMetric(name, { statistic: 'Sum', of: {}, period });

/** One number of several series. */
function ofAll<V extends string>(
  how: 'SUM' | 'MAX' | 'MIN',
  period: Duration,
  values: readonly V[],
  metricOf: (value: V) => IMetric,
): MathExpression {
  const { ids, usingMetrics } = series('part', values, metricOf);
  return new MathExpression({ expression: `${how}([${ids.join(', ')}])`, usingMetrics, period });
}

/** The share that some values have of these and those beside them; nothing where none of them was counted. */
function share(
  p: { of: string[]; beside: string[]; period: Duration },
  metricOf: (value: string) => IMetric,
): MathExpression {
  const parts = series('part', p.of, metricOf);
  const others = series('other', p.beside, metricOf);
  return new MathExpression({
    expression: `${sumOf(parts.ids)} / ${sumOf([...parts.ids, ...others.ids])}`,
    usingMetrics: { ...parts.usingMetrics, ...others.usingMetrics },
    period: p.period,
  });
}

/** Of several series, also where one of them has never been told of. */
const sumOf = (ids: string[]): string => `SUM([${ids.map((id) => `FILL(${id}, 0)`).join(', ')}])`;

function series<V extends string>(prefix: string, values: readonly V[], metricOf: (value: V) => IMetric) {
  const ids = values.map((_, i) => `${prefix}${i}`);
  return { ids, usingMetrics: Object.fromEntries(values.map((value, i) => [`${prefix}${i}`, metricOf(value)])) };
}
