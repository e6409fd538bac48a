import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Messaging } from './messaging';
import type { Tables } from './tables';
import { BREAKER_STATES, DEPENDENCIES } from '../src/domain/breaker';
import { DEAD_LETTER_CLASSES } from '../src/domain/dead-letters';
import { STATES } from '../src/domain/states';
import { OWN_NAMESPACE, type OwnMetric, ownMetric } from './own-metrics';

export interface DashboardProps {
  prefix: string;
  tables: Tables;
  messaging: Messaging;
  rules: Rule[];
}

const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);
/** of 24 columns */
const WIDTH = 8;
const HEIGHT = 6;

/** One page for the cloud: the five groups of requirements G2. */
export function defineDashboard(scope: Construct, props: DashboardProps): void {
  const groups: [title: string, widgets: GraphWidget[]][] = [
    ['Workflows', workflowWidgets()],
    ['Events', eventWidgets(props)],
    ['Workers and activities', workerWidgets(props)],
    ['Queues', queueWidgets(props)],
    ['Business', businessWidgets()],
  ];
  new Dashboard(scope, 'Dashboard', {
    dashboardName: `${props.prefix}waybill`,
    widgets: groups.flatMap(([title, widgets]): IWidget[][] => [
      [new TextWidget({ markdown: `# ${title}`, width: 24, height: 1 })],
      widgets,
    ]),
  });
}

const OUTCOMES = ['shipped', 'delivered', 'failed', 'cancelled', 'returned'];

const workflowWidgets = () => [
  graph(
    'Orders that ended, by how',
    OUTCOMES.map((outcome) => ended(outcome)),
  ),
  graph('Average time to shipping (s)', [
    ownMetric('waybill_order_start_seconds', { statistic: 'Average', of: {}, label: 'from received' }),
  ]),
  graph(
    'State transitions',
    STATES.map((state) => ownMetric('waybill_order_states_total', { statistic: 'Sum', of: { state }, label: state })),
  ),
];

const ended = (outcome: string, period = FIVE_MINUTES) =>
  ownMetric('waybill_order_outcomes_total', { statistic: 'Sum', of: { outcome }, label: outcome, period });

function eventWidgets({ messaging: { bus }, rules }: DashboardProps): GraphWidget[] {
  const ofRules = (metricName: string, statistic: string) =>
    rules.map(
      (rule) =>
        new Metric({
          namespace: 'AWS/Events',
          metricName,
          dimensionsMap: { EventBusName: bus.eventBusName, RuleName: rule.ruleName },
          statistic,
          period: FIVE_MINUTES,
          label: rule.node.id,
        }),
    );
  return [
    graph('Rule invocations', ofRules('Invocations', 'Sum')),
    graph('Events that a rule could not deliver', ofRules('FailedInvocations', 'Sum')),
    graph('From the bus to the target (ms)', ofRules('IngestionToInvocationSuccessLatency', 'Average')),
    graph(
      'Events handed to the bus',
      ['published', 'refused', 'failed'].map((outcome) =>
        ownMetric('waybill_bus_events_total', { statistic: 'Sum', of: { outcome }, label: outcome }),
      ),
    ),
    graph('From an event to the end of its handling (s)', [
      search('waybill_message_age_seconds', { by: 'queue', statistic: 'Average' }),
    ]),
    graph('Events that are not on the bus yet', [
      ownMetric('waybill_unpublished_events', { statistic: 'Maximum', of: {}, label: 'events' }),
    ]),
  ];
}

function workerWidgets({ tables }: DashboardProps): GraphWidget[] {
  const activities = (outcome: string, statistic: 'Average' | 'SampleCount') =>
    ownMetric('waybill_activity_seconds', { statistic, of: { outcome }, label: outcome });
  const throttles = Object.values(tables).flatMap(({ tableName, node }) =>
    ['ReadThrottleEvents', 'WriteThrottleEvents'].map(
      (metricName) =>
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName,
          dimensionsMap: { TableName: tableName },
          statistic: 'Sum',
          period: FIVE_MINUTES,
          label: `${node.id} ${metricName}`,
        }),
    ),
  );
  return [
    graph('Activities: average time (s)', [activities('ok', 'Average'), activities('failed', 'Average')]),
    graph('Activities: error rate (%)', [
      new MathExpression({
        expression: '100 * failed / (failed + ok)',
        usingMetrics: { failed: activities('failed', 'SampleCount'), ok: activities('ok', 'SampleCount') },
        label: 'failed',
        period: FIVE_MINUTES,
      }),
    ]),
    graph('Activities that run', [
      ownMetric('waybill_activities_running', { statistic: 'Maximum', of: {}, label: 'at one worker' }),
    ]),
    graph('Throttled: calls of ours, and tables', [
      ownMetric('waybill_aws_call_seconds', { statistic: 'SampleCount', of: { outcome: 'throttled' }, label: 'calls' }),
      ...throttles,
    ]),
    graph(
      'Outside companies without an answer',
      DEPENDENCIES.flatMap((dependency) =>
        ['outage', 'unknown', 'shut'].map((outcome) =>
          ownMetric('waybill_provider_calls_total', {
            statistic: 'Sum',
            of: { dependency, outcome },
            label: `${dependency} ${outcome}`,
          }),
        ),
      ),
    ),
    graph(
      `Breakers: ${BREAKER_STATES.map((state, i) => `${i} ${state}`).join(', ')}`,
      DEPENDENCIES.map((dependency) =>
        ownMetric('waybill_breaker_state', { statistic: 'Maximum', of: { dependency }, label: dependency }),
      ),
    ),
    graph('Requests, by their status', [
      search('waybill_http_request_seconds', { by: 'status', statistic: 'SampleCount' }),
    ]),
  ];
}

function queueWidgets({ messaging: { queues, undelivered } }: DashboardProps): GraphWidget[] {
  const pairs = Object.entries(queues);
  const ofQueues = { period: FIVE_MINUTES, statistic: 'Maximum' };
  return [
    graph(
      'Messages that wait',
      pairs.map(([label, { queue }]) => queue.metricApproximateNumberOfMessagesVisible({ ...ofQueues, label })),
    ),
    graph(
      'Age of the oldest message (s)',
      pairs.map(([label, { queue }]) => queue.metricApproximateAgeOfOldestMessage({ ...ofQueues, label })),
    ),
    graph('Dead letters that nobody has taken', [
      ...pairs.map(([label, { deadLetters }]) =>
        deadLetters.metricApproximateNumberOfMessagesVisible({ ...ofQueues, label }),
      ),
      undelivered.metricApproximateNumberOfMessagesVisible({ ...ofQueues, label: 'Undelivered' }),
    ]),
    graph(
      'Dead letters by class',
      DEAD_LETTER_CLASSES.map((kind) =>
        ownMetric('waybill_dead_letters_total', { statistic: 'Sum', of: { class: kind }, label: kind }),
      ),
    ),
    graph('Handling of a message (s)', [search('waybill_message_seconds', { by: 'queue', statistic: 'Average' })]),
    graph(
      'Messages, by what became of them',
      ['done', 'rejected', 'failed'].map((outcome) =>
        ownMetric('waybill_messages_total', { statistic: 'Sum', of: { outcome }, label: outcome }),
      ),
    ),
  ];
}

const businessWidgets = () => [
  graph('Orders an hour', [
    ownMetric('waybill_orders_placed_total', { statistic: 'Sum', of: {}, label: 'placed', period: HOUR }),
  ]),
  graph('Success rate (%)', [
    new MathExpression({
      expression: '100 * shipped / (shipped + failed + cancelled)',
      usingMetrics: {
        shipped: ended('shipped', HOUR),
        failed: ended('failed', HOUR),
        cancelled: ended('cancelled', HOUR),
      },
      label: 'shipped',
      period: HOUR,
    }),
  ]),
  graph('Revenue an hour: charged, and refunded', [
    search('waybill_charged_total', { by: 'currency', statistic: 'Sum', period: HOUR }),
    search('waybill_refunded_total', { by: 'currency', statistic: 'Sum', period: HOUR }),
  ]),
  graph(
    'The 30 minutes',
    ['at_risk', 'breached'].map((outcome) =>
      ownMetric('waybill_promises_total', { statistic: 'Sum', of: { outcome }, label: outcome }),
    ),
  ),
  graph('What does not add up', [search('waybill_reconciliation_findings', { by: 'kind', statistic: 'Maximum' })]),
];

const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: WIDTH, height: HEIGHT });

/** Every series of one of ours there is, where nobody knows them beforehand. */
const search = (name: OwnMetric, p: { by: string; statistic: string; period?: Duration }) =>
  new MathExpression({
    expression: `SEARCH('{${OWN_NAMESPACE},${p.by}} MetricName="${name}"', '${p.statistic}', ${(p.period ?? FIVE_MINUTES).toSeconds()})`,
    label: '',
    usingMetrics: {},
    period: p.period ?? FIVE_MINUTES,
  });
