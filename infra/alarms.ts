import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Messaging } from './messaging';

const MINUTE = { period: Duration.minutes(1) };

/** The consumer takes dead letters at once, and its workbench tells of those that need a person. */
const UNREAD_MINUTES = 5;

export interface AlarmsProps {
  prefix: string;
  messaging: Messaging;
  rules: Rule[];
}

/** Tells operations of everything that was not handled or not delivered. */
export function defineAlarms(scope: Construct, { prefix, messaging, rules }: AlarmsProps): void {
  const { bus, queues, undelivered, topics } = messaging;
  const action = new SnsAction(topics.OperationsAlert);
  const alarm = (
    id: string,
    name: string,
    { evaluationPeriods = 1, ...what }: { metric: Metric; alarmDescription: string; evaluationPeriods?: number },
  ) =>
    new Alarm(scope, `${id}Alarm`, {
      alarmName: `${prefix}${name}`,
      ...what,
      threshold: 0,
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
