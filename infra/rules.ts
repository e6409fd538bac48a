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
import { keys, type OrderId } from '../src/domain/ids';
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
  const toTopic = (topic: Topic, message?: RuleTargetInput) =>
    new SnsTopic(topic, { deadLetterQueue: undelivered, ...PATIENCE, ...(message && { message }) });

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
      toTopic(topics.OrderConfirmation),
    ),
    replayable('ShippingStartedRule', eventOf('Shipment Created'), toQueue(queues.TrackingUpdate)),
    rule(
      'ShippingNotificationRule',
      // of our own shipments NotifyCustomer tells; what names no customer can be told to nobody
      { ...eventOf('Shipment Created'), detail: { ...FROM_OUTSIDE, orderId: ANY_TEXT, customerId: ANY_TEXT } },
      toTopic(topics.CustomerNotification, shipmentNotification()),
    ),
    rule(
      'LowStockRule',
      // who waits for a product lacks it, also where nobody took the last unit just now
      { ...eventOf('Stock Low', 'Order Backordered'), detail: { origin: [ORIGIN] } },
      toTopic(topics.InventoryAlert, lowStockAlert()),
    ),
    rule(
      'CustomerEventsRule',
      { detailType: TOLD_EVENTS, detail: { origin: [ORIGIN], orderId: ANY_TEXT, customerId: ANY_TEXT } },
      toTopic(topics.CustomerNotification, customerEvent()),
    ),
    rule(
      'OperationsRule',
      { detailType: ALERTING, detail: { origin: [ORIGIN], orderId: ANY_TEXT } },
      toTopic(topics.OperationsAlert, operationsAlert()),
    ),
    replayable(
      'OrderStatusRule',
      { detailType: [...PROJECTED_EVENTS], detail: { origin: [ORIGIN] } },
      toTopic(topics.OrderStatus),
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

/**
 * The message that NotifyCustomer publishes, under its key, so that whoever delivers it knows a repeated one. A field
 * that an event lacks would leave a hole in it, so it has only those that the rule asks for.
 */
function shipmentNotification(): RuleTargetInput {
  const orderId = EventField.fromPath('$.detail.orderId') as OrderId;
  return RuleTargetInput.fromObject({
    orderId,
    event: 'Shipment Created' satisfies EventType,
    message: `Your order ${orderId} is on its way.`,
    customerId: EventField.fromPath('$.detail.customerId'),
    notificationKey: keys.notify(orderId),
  });
}

/** The message of a product that runs out; of the same topic as the shortage that an order met. */
function lowStockAlert(): RuleTargetInput {
  const orderId = EventField.fromPath('$.detail.orderId');
  return RuleTargetInput.fromObject({
    alert: 'low-stock',
    orderId,
    items: EventField.fromPath('$.detail.items'),
    key: EventField.fromPath('$.detail.eventId'),
    at: EventField.fromPath('$.detail.at'),
    origin: ORIGIN,
  });
}

/**
 * An event as the topic of customers takes it: `channels` outside, where the filters of the queues look. The customer
 * stays inside: any text may be in that id, and only what is passed on as a whole is sure to stay JSON.
 */
function customerEvent(): RuleTargetInput {
  return RuleTargetInput.fromObject({
    orderId: EventField.fromPath('$.detail.orderId'),
    event: EventField.detailType,
    // with every customer there are channels
    channels: EventField.fromPath('$.detail.channels'),
    detail: EventField.fromPath('$.detail'),
  });
}

/** For people: what, of which order; and in `detail` step, error, and the money at stake, where there are any. */
function operationsAlert(): RuleTargetInput {
  return RuleTargetInput.fromObject({
    alert: `${EventField.detailType}: order ${EventField.fromPath('$.detail.orderId')}`,
    time: EventField.time,
    detail: EventField.fromPath('$.detail'),
  });
}
