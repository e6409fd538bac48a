import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Messaging } from './messaging';
import type { QueueName } from './queues';
import type { Tables } from './tables';
import { OWN_ALARMS, type OwnAlarm, SIGNS_OF_LIFE } from './own-alarms';
import { ownMetric } from './own-metrics';
import { type Limit, LIMITS, limitOf } from './limits';

const MINUTE = { period: Duration.minutes(1) };

/** Seconds that a message may wait: a queue's own patience with one that failed is a quarter of an hour at most. */
const USUAL_AGE_S = 1800;
/** a replay of a long time takes its time; into the sandbox people look when they like */
const AGES_S: Partial<Record<QueueName, number>> = { Replay: 21_600, ReplaySandbox: Number.POSITIVE_INFINITY };

/** Processes tell four times a minute what they count. */
const SILENT_MINUTES = 5;

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

interface Watched extends Partial<AlarmProps> {
  metric: IMetric;
  alarmDescription: string;
}

/** Tells operations of everything that was not handled or not delivered, of what is slow, and of what we count ourselves. */
export function defineAlarms(scope: Construct, { prefix, tables, messaging, rules }: AlarmsProps): void {
  const { bus, queues, undelivered, topics } = messaging;
  const action = new SnsAction(topics.OperationsAlert);
  /** of anything at all in a period, unless told otherwise */
  const alarm = (id: string, name: string, what: Watched) =>
    new Alarm(scope, `${id}Alarm`, {
      alarmName: `${prefix}${name}`,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      ...what,
      // nothing is told where nothing happens
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(action);

  for (const queue of [...Object.values(queues).map(({ deadLetters }) => deadLetters), undelivered])
    alarm(queue.node.id, nameOf(queue), {
      metric: waiting(queue),
      alarmDescription: 'Dead letters wait here, and the consumer does not take them: see docs/dead-letters.md',
      // the consumer takes them at once, and its workbench tells of those that need a person
      evaluationPeriods: LIMITS.DeadLettersUnread.forMinutes,
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
  for (const own of OWN_ALARMS) {
    const name = [own.alert, own.of].filter(Boolean).join('-');
    alarm(name, name, watchedOf(own));
  }
  defineSilences(scope, { prefix, action });
}

/**
 * Tells of a process that has told nothing for some minutes. Where there is no collector nobody ever hears of it: an alarm
 * that never had a number does not change.
 */
function defineSilences(scope: Construct, { prefix, action }: { prefix: string; action: SnsAction }): void {
  for (const [name, metricName] of Object.entries(SIGNS_OF_LIFE))
    new Alarm(scope, `ProcessDown-${name}Alarm`, {
      alarmName: `${prefix}ProcessDown-${name}`,
      alarmDescription: `No ${name} tells that it lives; or the collector does not. INSUFFICIENT_DATA is the alarm`,
      metric: ownMetric(metricName, { statistic: 'SampleCount', of: {}, ...MINUTE }),
      // one that tells never says less
      threshold: 0,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: SILENT_MINUTES,
      treatMissingData: TreatMissingData.MISSING,
    }).addInsufficientDataAction(action);
}

/** An alert's limit, as CloudWatch has it. */
function watchedOf({ alert, metric, alarmDescription }: OwnAlarm): Watched {
  const { above, below = 0, minutes = 1, forMinutes = minutes }: Limit = limitOf(alert);
  return {
    metric: metric(Duration.minutes(minutes)),
    alarmDescription,
    threshold: above ?? below,
    comparisonOperator:
      above === undefined ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: Math.ceil(forMinutes / minutes),
  };
}

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
