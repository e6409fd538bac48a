import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Messaging } from './messaging';
import type { QueueName } from './queues';
import type { Tables } from './tables';
import { ownMetric } from './own-metrics';

const MINUTE = { period: Duration.minutes(1) };

/** The consumer takes dead letters at once, and its workbench tells of those that need a person. */
const UNREAD_MINUTES = 5;

/** Seconds that a message may wait: a queue's own patience with one that failed is a quarter of an hour at most. */
const USUAL_AGE_S = 1800;
/** a replay of a long time takes its time; into the sandbox people look when they like */
const AGES_S: Partial<Record<QueueName, number>> = { Replay: 21_600, ReplaySandbox: Number.POSITIVE_INFINITY };

/** Tables that every order waits for. */
const BUSY_TABLES = [
  'Orders',
  'OrderEvents',
  'OrderStatusView',
  'Inventory',
  'WarehouseStock',
  'Ledger',
  'Projections',
] as const satisfies (keyof Tables)[];

export interface AlarmsProps {
  prefix: string;
  tables: Tables;
  messaging: Messaging;
  rules: Rule[];
}

interface Watched {
  metric: IMetric;
  alarmDescription: string;
  evaluationPeriods?: number;
  /** 0 when absent: anything at all */
  threshold?: number;
}

/** Tells operations of everything that was not handled or not delivered, of what is slow, and of what we count ourselves. */
export function defineAlarms(scope: Construct, { prefix, tables, messaging, rules }: AlarmsProps): void {
  const { bus, queues, undelivered, topics } = messaging;
  const action = new SnsAction(topics.OperationsAlert);
  const alarm = (id: string, name: string, { evaluationPeriods = 1, threshold = 0, ...what }: Watched) =>
    new Alarm(scope, `${id}Alarm`, {
      alarmName: `${prefix}${name}`,
      ...what,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods,
      // nothing is told where nothing happens
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(action);

  for (const queue of [...Object.values(queues).map(({ deadLetters }) => deadLetters), undelivered])
    alarm(queue.node.id, nameOf(queue), {
      metric: waiting(queue),
      alarmDescription: 'Dead letters wait here, and the consumer does not take them: see docs/dead-letters.md',
      evaluationPeriods: UNREAD_MINUTES,
    });
  for (const rule of rules)
    for (const [how, metricName] of Object.entries(LOSSES))
      alarm(`${rule.node.id}${metricName}`, `${rule.node.id}-${how}`, {
        metric: losses(bus, rule, metricName),
        alarmDescription: 'An event of this rule is lost',
      });
  for (const [name, { queue }] of Object.entries(queues)) {
    const threshold = AGES_S[name as QueueName] ?? USUAL_AGE_S;
    if (Number.isFinite(threshold))
      alarm(`${name}Age`, `${queue.node.id}-old`, {
        metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', ...MINUTE }),
        alarmDescription: 'Messages wait here for too long: is the consumer well, and are there enough of them?',
        threshold,
        evaluationPeriods: 5,
      });
  }
  for (const [name, topic] of Object.entries(topics))
    alarm(`${name}TopicLost`, `${topic.node.id}-lost`, {
      metric: undeliverable(topic),
      alarmDescription: 'What this topic could not deliver did not even reach the dead letters',
    });
  for (const name of BUSY_TABLES)
    alarm(`${name}Throttled`, `${name}-throttled`, {
      metric: new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: 'WriteThrottleEvents',
        dimensionsMap: { TableName: tables[name].tableName },
        statistic: 'Sum',
        ...MINUTE,
      }),
      alarmDescription: 'Orders wait for this table: it throttles writes',
      threshold: 10,
      evaluationPeriods: 5,
    });
  for (const [id, watched] of Object.entries(OURS)) alarm(id, id, watched);
}

/** What the processes count, as far as the collector brings it. */
const OURS: Record<string, Watched> = {
  PromiseBreached: {
    metric: ownMetric('waybill_promises_total', { statistic: 'Sum', of: { outcome: 'breached' } }),
    alarmDescription: 'Orders had no shipment within 30 minutes: GET /overview names them',
  },
  EventsUnpublished: {
    metric: ownMetric('waybill_unpublished_events', { statistic: 'Maximum', of: {}, ...MINUTE }),
    alarmDescription: 'The bus does not take events',
    evaluationPeriods: 5,
  },
  EventsRefused: {
    metric: ownMetric('waybill_bus_events_total', { statistic: 'Sum', of: { outcome: 'refused' } }),
    alarmDescription: 'The bus refused an event for good: a defect, the log of the process names it',
  },
  PaymentCompanyShut: {
    metric: ownMetric('waybill_breaker_state', { statistic: 'Maximum', of: { dependency: 'payment' }, ...MINUTE }),
    alarmDescription: 'The payment company is out of order and left alone; orders wait',
    // 2 is open
    threshold: 1,
  },
  CallsThrottled: {
    metric: ownMetric('waybill_aws_call_seconds', { statistic: 'SampleCount', of: { outcome: 'throttled' } }),
    alarmDescription: 'AWS throttles calls of ours',
    threshold: 50,
  },
  DeadLettersOfDefects: {
    metric: ownMetric('waybill_dead_letters_total', { statistic: 'Sum', of: { class: 'BUG' } }),
    alarmDescription: 'A message or a workflow died of a defect: see docs/dead-letters.md',
  },
};

/** `OrderIntakeDlq` is alarmed as `OrderIntakeDlq-not-empty`. */
const nameOf = (queue: Queue) => `${queue.node.id}-not-empty`;

const waiting = (queue: Queue) => queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', ...MINUTE });

/** Events that reached neither the target nor its dead letters; those that wait in dead letters have an alarm there. */
const LOSSES = { failed: 'FailedInvocations', lost: 'InvocationsFailedToBeSentToDlq' };

const losses = (bus: EventBus, rule: Rule, metricName: string) =>
  new Metric({
    namespace: 'AWS/Events',
    metricName,
    dimensionsMap: { EventBusName: bus.eventBusName, RuleName: rule.ruleName },
    statistic: 'Sum',
    ...MINUTE,
  });

const undeliverable = (topic: Topic) =>
  new Metric({
    namespace: 'AWS/SNS',
    metricName: 'NumberOfNotificationsFailedToRedriveToDlq',
    dimensionsMap: { TopicName: topic.topicName },
    statistic: 'Sum',
    ...MINUTE,
  });
