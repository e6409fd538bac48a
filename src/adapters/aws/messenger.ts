import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { InventoryReport, Messenger } from '../../activities/ports';
import { ORIGIN } from '../../domain/events';
import { toDecimal } from '../../domain/money';
import { reach } from './errors';

export interface MessengerDeps {
  sns: SNSClient;
  sqs: SQSClient;
  customerNotificationTopicArn: string;
  inventoryAlertTopicArn: string;
  operationsAlertTopicArn: string;
  partialInventoryQueueUrl: string;
  shippingQueueUrl: string;
}

/** Messages over SNS and SQS, as JSON; each carries its `key`, by which a receiver knows a repeated one. */
export function createMessenger(p: MessengerDeps): Messenger {
  const publish = (TopicArn: string, message: object, attributes: Record<string, string> = {}) =>
    reach(`publishing to ${TopicArn}`, () =>
      p.sns.send(
        new PublishCommand({
          TopicArn,
          Message: JSON.stringify(message),
          MessageAttributes: stringAttributes(attributes),
        }),
      ),
    );
  const send = (QueueUrl: string, message: object) =>
    reach(`sending to ${QueueUrl}`, () =>
      p.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) })),
    );

  return {
    // channels too, where the order chose some: the queues filter by them
    async notifyCustomer({ key, customerId, ...notification }) {
      const message = { ...notification, customerId, notificationKey: key, origin: ORIGIN };
      await publish(p.customerNotificationTopicArn, message, { customerId, notificationKey: key });
    },
    async instructPacking({ key, orderId, shipment, address }) {
      const { shipmentId, warehouseId, lines: items } = shipment;
      await send(p.shippingQueueUrl, { key, orderId, shipmentId, warehouseId, items, shippingAddress: address });
    },
    async reportPartialInventory(report) {
      await send(p.partialInventoryQueueUrl, messageOf(report));
    },
    async reportShortage(report) {
      // who subscribes looks at the body: of the same topic, what a rule publishes has no attributes
      await publish(p.inventoryAlertTopicArn, { alert: 'shortage', ...messageOf(report) }, { alert: 'shortage' });
    },
    async reportLateRefund({ amount, ...late }) {
      const message = { alert: 'late-refund', ...late, amount: toDecimal(amount, late.currency), origin: ORIGIN };
      await publish(p.operationsAlertTopicArn, message);
    },
    async reportDeadLetter(letter) {
      await publish(p.operationsAlertTopicArn, { alert: 'dead-letter', ...letter, origin: ORIGIN });
    },
    async reportOverdueSupply(overdue) {
      await publish(p.operationsAlertTopicArn, { alert: 'overdue-supply', ...overdue, origin: ORIGIN });
    },
    async reportDisabledWebhook(webhook) {
      await publish(p.operationsAlertTopicArn, { alert: 'webhook-disabled', ...webhook, origin: ORIGIN });
    },
  };
}

const messageOf = ({ key, ...report }: InventoryReport) => ({ ...report, key, origin: ORIGIN });

const stringAttributes = (attributes: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
