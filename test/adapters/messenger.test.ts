import {
  GetQueueAttributesCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
} from '@aws-sdk/client-sqs';
import { SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import type { InventoryReport } from '../../src/activities/ports';
import { connectToEmulator, withUnreachableAws, type Emulator } from '../support/contracts/emulator';
import { createMessenger } from '../../src/adapters/aws/messenger';
import { failureTypeOf } from '../support/contracts/books';
import { keys } from '../../src/domain/ids';
import { receiveAll } from '../support/contracts/queues';
import { sampleShipment } from '../support/contracts/events';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { sqs, sns, config } = emulator;
const messengerOn = (aws: Emulator, queueUrl?: string) =>
  createMessenger({
    sns: aws.sns,
    sqs: aws.sqs,
    customerNotificationTopicArn: config.CUSTOMER_NOTIFICATION_TOPIC_ARN,
    inventoryAlertTopicArn: config.INVENTORY_ALERT_TOPIC_ARN,
    operationsAlertTopicArn: config.OPERATIONS_ALERT_TOPIC_ARN,
    partialInventoryQueueUrl: queueUrl ?? config.PARTIAL_INVENTORY_QUEUE_URL,
    shippingQueueUrl: queueUrl ?? config.SHIPPING_QUEUE_URL,
  });
const messenger = messengerOn(emulator);

afterAll(() => emulator.destroy());

const orderId = uniqueId();
const address = { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' };
const notification = {
  key: keys.notify(orderId),
  orderId,
  customerId: 'CUST-567890',
  event: 'Shipment Created' as const,
  message: 'Your order is on its way.',
};
const report: InventoryReport = {
  key: keys.reserve(orderId),
  orderId,
  customerId: 'CUST-567890',
  inventoryStatus: 'PARTIAL',
  availableItems: [{ productId: 'A', quantity: 1 }],
  unavailableItems: [{ productId: 'A', quantity: 2, availableQuantity: 1, shortfall: 1 }],
};
const ours = (body: unknown) => JSON.stringify(body).includes(orderId);

/** What SNS wraps a message in for a queue. */
interface SnsEnvelope {
  Message: string;
  MessageAttributes: Record<string, { Type: string; Value: string }>;
}

test.each(['email-queue', 'sms-queue'])('a notification reaches %s with its customer as an attribute', async (name) => {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  await messenger.notifyCustomer(notification);
  const [envelope] = (await receiveAll(sqs, QueueUrl, ours, 1)) as [SnsEnvelope];
  expect(envelope.MessageAttributes).toMatchObject({
    customerId: { Type: 'String', Value: 'CUST-567890' },
    notificationKey: { Type: 'String', Value: keys.notify(orderId) },
  });
  expect(JSON.parse(envelope.Message)).toMatchObject({
    orderId,
    customerId: 'CUST-567890',
    event: 'Shipment Created',
    message: 'Your order is on its way.',
    notificationKey: keys.notify(orderId),
    origin: 'waybill',
  });
});

test('a packing instruction reaches the shipping queue with what is to be packed and where it goes', async () => {
  const shipment = sampleShipment(orderId);
  await messenger.instructPacking({ key: keys.packing(shipment.shipmentId), orderId, shipment, address });
  expect(await receiveAll(sqs, config.SHIPPING_QUEUE_URL, ours, 1)).toEqual([
    {
      key: keys.packing(shipment.shipmentId),
      orderId,
      shipmentId: shipment.shipmentId,
      warehouseId: 'ICN',
      items: shipment.lines,
      shippingAddress: address,
    },
  ]);
});

test('what is missing of a partial order reaches the partial-inventory queue', async () => {
  await messenger.reportPartialInventory(report);
  expect(await receiveAll(sqs, config.PARTIAL_INVENTORY_QUEUE_URL, ours, 1)).toEqual([
    { ...report, origin: 'waybill' },
  ]);
});

/** What a topic tells whoever listens while something happens. */
async function heardOn(TopicArn: string, happens: () => Promise<void>): Promise<SnsEnvelope> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: uniqueId('alerts') }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: Attributes?.['QueueArn'],
      ReturnSubscriptionArn: true,
    }),
  );
  await happens();
  const [envelope] = (await receiveAll(sqs, QueueUrl, ours, 1)) as [SnsEnvelope];
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  return envelope;
}

test('a shortage reaches whoever listens to the inventory alerts', async () => {
  const unavailable = { ...report, inventoryStatus: 'UNAVAILABLE' as const };
  const heard = await heardOn(config.INVENTORY_ALERT_TOPIC_ARN, () => messenger.reportShortage(unavailable));
  expect(heard.MessageAttributes['alert']?.Value).toBe('shortage');
  expect(JSON.parse(heard.Message)).toEqual({ ...unavailable, alert: 'shortage', origin: 'waybill' });
});

const overdue = { key: `overdue#${orderId}`, productId: 'A', outstanding: 70, orderedAt: '2025-07-09T10:30:00.000Z' };

test('units that did not come in time reach whoever listens to the operations alerts', async () => {
  const heard = await heardOn(config.OPERATIONS_ALERT_TOPIC_ARN, () => messenger.reportOverdueSupply(overdue));
  expect(JSON.parse(heard.Message)).toEqual({ ...overdue, alert: 'overdue-supply', origin: 'waybill' });
});

const disabled = {
  key: `webhook-disabled#${orderId}`,
  webhookId: 'wh_1',
  owner: 'shop',
  reason: 'the endpoint answered 410 Gone',
  disabledAt: '2026-01-01T00:00:00.000Z',
};

test('a webhook that was disabled reaches whoever listens to the operations alerts', async () => {
  const heard = await heardOn(config.OPERATIONS_ALERT_TOPIC_ARN, () => messenger.reportDisabledWebhook(disabled));
  expect(JSON.parse(heard.Message)).toEqual({ ...disabled, alert: 'webhook-disabled', origin: 'waybill' });
});

test('every message fails as SERVICE_UNAVAILABLE when AWS cannot be reached', async () => {
  const failures = await withUnreachableAws((aws, endpoint) => {
    // a queue's address is in its URL
    const unreachable = messengerOn(aws, `${endpoint}/000000000000/queue`);
    const messages = [
      unreachable.notifyCustomer(notification),
      unreachable.instructPacking({ key: 'k', orderId, shipment: sampleShipment(orderId), address }),
      unreachable.reportPartialInventory(report),
      unreachable.reportShortage(report),
      unreachable.reportOverdueSupply(overdue),
      unreachable.reportDisabledWebhook(disabled),
    ];
    return Promise.all(messages.map(failureTypeOf));
  });
  expect(failures).toEqual(Array.from({ length: 6 }, () => 'SERVICE_UNAVAILABLE'));
});
