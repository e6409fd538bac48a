import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Deployed, drain, startDeployed } from '../support/deployed';
import { messageOfRule, TOPIC_RULES } from '../../src/domain/rule-messages';
import { uniqueId } from '../support/orders';

/** What is made again for a topic is what its rule hands to it: each held against the emulator's rule. */
let deployed: Deployed;
let sqs: SQSClient;
let events: EventBridgeClient;

beforeAll(async () => {
  deployed = await startDeployed();
  sqs = deployed.connect(SQSClient);
  events = deployed.connect(EventBridgeClient);
});
afterAll(() => deployed.stop());

async function tap(name: string): Promise<{ QueueUrl: string; arn: string }> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-tap` }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return { QueueUrl, arn: Attributes!['QueueArn']! };
}

const OURS = {
  origin: 'waybill',
  customerId: 'CUST-"quoted", 5',
  channels: ['EMAIL'],
  eventId: 'e#1',
  at: '2025-07-09T10:30:00.000Z',
  items: [{ productId: 'PROD-LOW', quantity: 1 }],
};
const CASES: [rule: keyof typeof TOPIC_RULES, topic: string, source: string, type: string, detail: object][] = [
  ['OrderConfirmationRule', 'OrderConfirmation', 'payment.service', 'Payment Completed', { customerId: 'C' }],
  ['ShippingNotificationRule', 'CustomerNotification', 'shipping.service', 'Shipment Created', { customerId: 'C' }],
  ['LowStockRule', 'InventoryAlert', 'inventory.service', 'Stock Low', OURS],
  ['CustomerEventsRule', 'CustomerNotification', 'shipping.service', 'Shipment Delivered', OURS],
  ['OperationsRule', 'OperationsAlert', 'order.fulfillment', 'Order At Risk', OURS],
  ['OrderStatusRule', 'OrderStatus', 'order.validation', 'Order Validated', OURS],
];

test('each rule that feeds a topic is among them', () => {
  expect(CASES.map(([rule]) => rule).toSorted()).toEqual(Object.keys(TOPIC_RULES).toSorted());
});

test.each(CASES)('%s: %s gets the same again', async (rule, topic, source, type, detail) => {
  const orderId = uniqueId('O');
  const [ear, bus] = [await tap(`${rule}-topic`), await tap(`${rule}-bus`)];
  const TopicArn = deployed.outputs[`${topic}TopicArn`];
  const raw = { RawMessageDelivery: 'true' };
  await deployed
    .connect(SNSClient)
    .send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: ear.arn, Attributes: raw }));
  // the event as EventBridge keeps it
  const EventBusName = deployed.outputs['EventBusName'];
  const Name = `${rule}-tap`;
  await events.send(
    new PutRuleCommand({ Name, EventBusName, EventPattern: JSON.stringify({ 'detail-type': [type] }) }),
  );
  await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [{ Id: 'tap', Arn: bus.arn }] }));
  const Detail = JSON.stringify({ ...detail, orderId });
  await events.send(new PutEventsCommand({ Entries: [{ EventBusName, Source: source, DetailType: type, Detail }] }));

  const [handed] = await drain(sqs, ear.QueueUrl);
  const [body] = await drain(sqs, bus.QueueUrl);
  const ruleArn = `arn:aws:events:us-east-1:000000000000:rule/${EventBusName}/some-prefix-${rule}`;
  const remade = messageOfRule({ ruleArn, body: body! });
  expect(remade).toHaveProperty('message');
  expect(JSON.parse((remade as { message: string }).message)).toEqual(JSON.parse(handed!));
});

test('without a rule of ours, or an event, nobody knows what it was to be', () => {
  expect(messageOfRule({ ruleArn: '', body: '{}' })).toEqual({
    problem: 'rule (not said) is none of ours that feeds a topic',
  });
  expect(messageOfRule({ ruleArn: 'arn:rule/waybill/OrderStatusRule', body: '{}' })).toEqual({
    problem: 'its body is no event of EventBridge: expected `detail-type` and `detail`',
  });
  expect(messageOfRule({ ruleArn: 'arn:rule/waybill/OrderStatusRule', body: 'no JSON' })).toHaveProperty('problem');
});
