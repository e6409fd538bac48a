import { Aws, CfnCondition, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type CfnSubscription,
  FilterOrPolicy,
  Subscription,
  SubscriptionFilter,
  SubscriptionProtocol,
  Topic,
} from 'aws-cdk-lib/aws-sns';
import { SqsSubscription, type SqsSubscriptionProps } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { QueueName, QueuePair } from './queues';

export interface TopicsProps {
  prefix: string;
  queues: Record<QueueName, QueuePair>;
  /** for what an e-mail address did not take */
  undelivered: Queue;
}

/** The topics of requirements E5 and of the rules, with who hears of what. */
export function defineTopics(scope: Construct, { prefix, queues, undelivered }: TopicsProps) {
  const topic = (id: string, name: string) =>
    new Topic(scope, `${id}Topic`, { topicName: `${prefix}${name}`, enforceSSL: true });
  const topics = {
    CustomerNotification: topic('CustomerNotification', 'customer-notifications'),
    OrderStatus: topic('OrderStatus', 'order-status'),
    InventoryAlert: topic('InventoryAlert', 'inventory-alerts'),
    OrderConfirmation: topic('OrderConfirmation', 'order-confirmation'),
    OperationsAlert: topic('OperationsAlert', 'operations-alerts'),
  };
  const { CustomerNotification, OrderStatus, InventoryAlert, OrderConfirmation, OperationsAlert } = topics;

  subscribe(CustomerNotification, queues.Email, wantedOn('EMAIL'));
  subscribe(CustomerNotification, queues.Sms, wantedOn('SMS'));
  subscribe(CustomerNotification, queues.Push, wantedOn('PUSH'));
  // raw: the message is the event, as a queue gets it from a rule
  subscribe(OrderStatus, queues.OrderStatus, { rawMessageDelivery: true });
  subscribe(OrderStatus, queues.Analytics, { rawMessageDelivery: true });
  subscribe(InventoryAlert, queues.Reorder, { rawMessageDelivery: true, ...RUNNING_OUT });

  const customerService = defineAddress(scope, 'CustomerServiceEmail', 'hears what customers are told');
  const operations = defineAddress(scope, 'OperationsEmail', 'hears of alarms and of stock that runs out');
  for (const heard of [CustomerNotification, OrderConfirmation]) subscribeAddress(heard, customerService, undelivered);
  for (const heard of [InventoryAlert, OperationsAlert]) subscribeAddress(heard, operations, undelivered);

  OperationsAlert.addToResourcePolicy(alarmsMayPublish(OperationsAlert));
  return topics;
}

/**
 * What a customer wants on a channel: messages that list it in `channels`, and those without a list. It looks at the
 * body, since what a rule publishes has no attributes, and a policy on attributes passes nothing that has none.
 */
const wantedOn = (channel: string): SqsSubscriptionProps => ({
  filterPolicyWithMessageBody: {
    channels: FilterOrPolicy.filter(new SubscriptionFilter([{ exists: false }, channel])),
  },
});

/** Of the alerts those that more stock would end, by `alert` in the body: what a rule publishes has no attributes. */
const RUNNING_OUT: SqsSubscriptionProps = {
  filterPolicyWithMessageBody: {
    alert: FilterOrPolicy.filter(SubscriptionFilter.stringFilter({ allowlist: ['shortage', 'low-stock'] })),
  },
};

const subscribe = (topic: Topic, { queue, deadLetters }: QueuePair, props: SqsSubscriptionProps) =>
  topic.addSubscription(new SqsSubscription(queue, { deadLetterQueue: deadLetters, ...props }));

interface Address {
  parameter: CfnParameter;
  given: CfnCondition;
}

/** A parameter, so that one template serves every installation; empty: nobody is told by e-mail. */
function defineAddress(scope: Construct, id: string, does: string): Address {
  const parameter = new CfnParameter(scope, id, {
    default: '',
    description: `E-mail address that ${does}; may be empty`,
  });
  const given = new CfnCondition(scope, `${id}Given`, {
    expression: Fn.conditionNot(Fn.conditionEquals(parameter.valueAsString, '')),
  });
  return { parameter, given };
}

function subscribeAddress(topic: Topic, { parameter, given }: Address, undelivered: Queue): void {
  const subscription = new Subscription(topic, parameter.node.id, {
    topic,
    protocol: SubscriptionProtocol.EMAIL,
    endpoint: parameter.valueAsString,
    deadLetterQueue: undelivered,
  });
  (subscription.node.defaultChild as CfnSubscription).cfnOptions.condition = given;
}

/** EventBridge takes no such conditions on a topic; what a rule may publish to, its target says. */
const alarmsMayPublish = (topic: Topic) =>
  new PolicyStatement({
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': Stack.of(topic).formatArn({ service: 'cloudwatch', resource: 'alarm:*' }) },
    },
  });
