import { Duration, Stack } from 'aws-cdk-lib';
import {
  type CfnRule,
  EventField,
  type EventPattern,
  type IRuleTarget,
  Match,
  Rule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { SnsTopic, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Messaging } from './messaging';
import type { QueuePair } from './queues';
import { type EventType, EVENT_SOURCES, ORIGIN } from '../src/domain/events';
import { type Handed, TOPIC_RULES } from '../src/domain/rule-messages';
import { NOT_FORWARDED } from './bus';
import { TOLD_EVENTS } from '../src/domain/notifications';
import { PROJECTED_EVENTS } from '../src/domain/projections';
import { PUBLIC_EVENTS } from '../src/domain/webhooks';

/** What EventBridge does when a target does not take an event: E6, and then the target's dead letters. */
const PATIENCE = { maxEventAge: Duration.seconds(300), retryAttempts: 30 };

/** What Waybill publishes itself must never come back to start or move a workflow. */
const FROM_OUTSIDE = { origin: Match.doesNotExist() };

const ANY_TEXT = Match.prefix('');

/** What somebody of operations has to see to, or may soon. */
const ALERTING = ['Attention Needed', 'Order At Risk', 'Promise Breached'] satisfies EventType[];

export interface RulesProps {
  prefix: string;
  messaging: Messaging;
}

/**
 * The rules of requirements E1 to E3, those that feed the topics of E5 and of operations, and the one that replays go by.
 * Only that one takes what comes out of an archive, also where a replay is started by hand and asks for every rule.
 */
export function defineRules(scope: Construct, { prefix, messaging }: RulesProps): Rule[] {
  const { bus, queues, topics, undelivered } = messaging;
  const define = (ruleName: string, eventPattern: EventPattern, targets: IRuleTarget[]) =>
    new Rule(scope, ruleName, { ruleName: `${prefix}${ruleName}`, eventBus: bus, eventPattern, targets });
  /** takes what the forwarder put on the bus again too: behind it nothing is done twice, see docs/replay.md */
  const replayable = (ruleName: string, eventPattern: EventPattern, ...targets: IRuleTarget[]) =>
    matchingReplayName(define(ruleName, eventPattern, targets), false);
  const rule = (ruleName: string, eventPattern: EventPattern, ...targets: IRuleTarget[]) =>
    replayable(ruleName, { ...eventPattern, detail: { ...eventPattern.detail, ...NOT_FORWARDED } }, ...targets);
  const toQueue = ({ queue, deadLetters }: QueuePair) =>
    new SqsQueue(queue, { deadLetterQueue: deadLetters, ...PATIENCE });
  const toTopic = (topic: Topic, handed: Handed) =>
    new SnsTopic(topic, {
      deadLetterQueue: undelivered,
      ...PATIENCE,
      ...(handed !== 'EVENT' && { message: RuleTargetInput.fromObject(handed(EventField.fromPath)) }),
    });

  return [
    replayable(
      'OrderValidationRule',
      { source: ['ecommerce.orders'], detailType: ['Order Placed'], detail: FROM_OUTSIDE },
      toQueue(queues.OrderIntake),
      toQueue(queues.InventoryCheck),
    ),
    replayable(
      'PaymentProcessedRule',
      { ...eventOf('Payment Completed', 'Payment Failed'), detail: FROM_OUTSIDE },
      toQueue(queues.PaymentProcessing),
    ),
    replayable(
      'CarrierUpdateRule',
      { source: ['carrier.updates'], detailType: ['Carrier Update'], detail: FROM_OUTSIDE },
      toQueue(queues.TrackingUpdate),
    ),
    rule(
      'OrderConfirmationRule',
      // one that comes when the order is over confirms nothing: it goes back
      { ...eventOf('Payment Completed'), detail: { late: Match.doesNotExist() } },
      toTopic(topics.OrderConfirmation, TOPIC_RULES.OrderConfirmationRule),
    ),
    replayable('ShippingStartedRule', eventOf('Shipment Created'), toQueue(queues.TrackingUpdate)),
    rule(
      'ShippingNotificationRule',
      // of our own shipments NotifyCustomer tells; what names no customer can be told to nobody
      { ...eventOf('Shipment Created'), detail: { ...FROM_OUTSIDE, orderId: ANY_TEXT, customerId: ANY_TEXT } },
      toTopic(topics.CustomerNotification, TOPIC_RULES.ShippingNotificationRule),
    ),
    rule(
      'LowStockRule',
      // who waits for a product lacks it, also where nobody took the last unit just now
      { ...eventOf('Stock Low', 'Order Backordered'), detail: { origin: [ORIGIN] } },
      toTopic(topics.InventoryAlert, TOPIC_RULES.LowStockRule),
    ),
    rule(
      'CustomerEventsRule',
      { detailType: TOLD_EVENTS, detail: { origin: [ORIGIN], orderId: ANY_TEXT, customerId: ANY_TEXT } },
      toTopic(topics.CustomerNotification, TOPIC_RULES.CustomerEventsRule),
    ),
    rule(
      'OperationsRule',
      { detailType: ALERTING, detail: { origin: [ORIGIN], orderId: ANY_TEXT } },
      toTopic(topics.OperationsAlert, TOPIC_RULES.OperationsRule),
    ),
    replayable(
      'OrderStatusRule',
      { detailType: [...PROJECTED_EVENTS], detail: { origin: [ORIGIN] } },
      toTopic(topics.OrderStatus, TOPIC_RULES.OrderStatusRule),
    ),
    // CDK wants a member that it knows, and every event has this one
    matchingReplayName(define(REPLAY_RULE, { source: Match.prefix('') }, [toQueue(queues.Replay)]), true),
    rule(
      'WebhookRule',
      // what comes out of the archive was told when it happened
      { detailType: PUBLIC_EVENTS, detail: { origin: [ORIGIN] } },
      toQueue(queues.WebhookEvents),
    ),
  ];
}

const REPLAY_RULE = 'ReplayForwardingRule';

/** The ARN of the rule that a replay is narrowed to. */
export const replayRuleArn = (scope: Construct, { prefix, bus }: { prefix: string; bus: string }): string =>
  Stack.of(scope).formatArn({ service: 'events', resource: 'rule', resourceName: `${bus}/${prefix}${REPLAY_RULE}` });

/** EventBridge puts the name of the replay around what comes out of an archive; CDK does not know that member. */
function matchingReplayName(rule: Rule, exists: boolean): Rule {
  (rule.node.defaultChild as CfnRule).addPropertyOverride('EventPattern.replay-name', [{ exists }]);
  return rule;
}

const eventOf = (...types: EventType[]) => ({
  source: [...new Set(types.map((type) => EVENT_SOURCES[type]))],
  detailType: types,
});
