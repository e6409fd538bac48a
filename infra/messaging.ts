import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

const FOURTEEN_DAYS = Duration.days(14);
const LONG_POLL = Duration.seconds(20);

export type Messaging = ReturnType<typeof defineMessaging>;

/** The bus, the queues of requirements E4 with their dead-letter queues, and the topics of E5. */
export function defineMessaging(scope: Construct, prefix: string) {
  const bus = new EventBus(scope, 'Bus', { eventBusName: `${prefix}waybill` });
  const queues = defineQueues(scope, prefix);
  const topics = defineTopics(scope, prefix);
  for (const queue of [queues.email, queues.sms])
    topics.customerNotifications.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: false }));
  return { bus, queues, topics };
}

function defineQueues(scope: Construct, prefix: string) {
  const queue = (id: string, name: string, props: QueueProps) =>
    new Queue(scope, id, {
      queueName: `${prefix}${name}`,
      retentionPeriod: FOURTEEN_DAYS,
      encryption: QueueEncryption.SQS_MANAGED,
      ...props,
    });
  const deadLetters = (id: string, name: string) => queue(id, name, {});
  const orderIntakeDlq = deadLetters('OrderIntakeDlq', 'order-intake-dlq');
  const partialInventoryDlq = deadLetters('PartialInventoryDlq', 'partial-inventory-dlq');
  const shippingDlq = deadLetters('ShippingDlq', 'shipping-dlq');
  const emailDlq = deadLetters('EmailDlq', 'email-dlq');
  const smsDlq = deadLetters('SmsDlq', 'sms-dlq');
  return {
    orderIntake: queue('OrderIntakeQueue', 'order-intake-queue', {
      visibilityTimeout: Duration.seconds(30),
      receiveMessageWaitTime: LONG_POLL,
      deadLetterQueue: { queue: orderIntakeDlq, maxReceiveCount: 5 },
    }),
    orderIntakeDlq,
    partialInventory: queue('PartialInventoryQueue', 'partial-inventory-queue', {
      visibilityTimeout: Duration.seconds(600),
      deadLetterQueue: { queue: partialInventoryDlq, maxReceiveCount: 3 },
    }),
    partialInventoryDlq,
    shipping: queue('ShippingQueue', 'shipping-queue', {
      visibilityTimeout: Duration.seconds(900),
      deadLetterQueue: { queue: shippingDlq, maxReceiveCount: 5 },
    }),
    shippingDlq,
    email: queue('EmailQueue', 'email-queue', { deadLetterQueue: { queue: emailDlq, maxReceiveCount: 5 } }),
    emailDlq,
    sms: queue('SmsQueue', 'sms-queue', { deadLetterQueue: { queue: smsDlq, maxReceiveCount: 5 } }),
    smsDlq,
  };
}

function defineTopics(scope: Construct, prefix: string) {
  const topic = (id: string, name: string) => new Topic(scope, id, { topicName: `${prefix}${name}` });
  return {
    customerNotifications: topic('CustomerNotificationTopic', 'customer-notifications'),
    inventoryAlerts: topic('InventoryAlertTopic', 'inventory-alerts'),
  };
}
