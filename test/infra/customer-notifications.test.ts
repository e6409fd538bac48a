import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { AwsClients } from '../../src/adapters/aws/clients';
import type { Channel } from '../../src/domain/order';
import { type Config, loadConfig } from '../../src/config';
import { createAwsClients } from '../../src/adapters/aws/clients';
import { createContacts } from '../../src/adapters/aws/contacts';
import { createLogger } from '../../src/telemetry';
import { createMessenger } from '../../src/adapters/aws/messenger';
import { createSandboxJournal } from '../../src/adapters/aws/sandbox-journal';
import { type Deployed, drain, startDeployed } from '../support/deployed';
import { environmentFromOutputs } from '../../infra/outputs';
import { eventually } from '../support/contracts/condition';
import { keys, type OrderId } from '../../src/domain/ids';
import { type NewEvent, numberEvents, toBusEvent } from '../../src/domain/events';
import { createMetrics } from '../../src/metrics';
import { openNotifications } from '../../src/wiring/notifications';
import { type Breakers, openBreakers } from '../../src/wiring/connections';
import type { Part } from '../../src/wiring/parts';
import { noLetters } from '../support/letters';
import { uniqueId } from '../support/orders';

/** From the bus to the customer: rules, topics, queues and the consumer's part, on an emulator of their own. */
let deployed: Deployed;
let config: Config<'consumer'>;
let aws: AwsClients;
let events: EventBridgeClient;
let sqs: SQSClient;
let notifications: Part;
let breakers: Breakers;
let orderId: OrderId;

beforeAll(async () => {
  deployed = await startDeployed();
  process.env['AWS_ENDPOINT_URL'] = deployed.endpoint();
  config = loadConfig('consumer', { ...process.env, ...environmentFromOutputs(deployed.outputs) });
  aws = createAwsClients({ region: config.AWS_REGION });
  events = deployed.connect(EventBridgeClient);
  sqs = deployed.connect(SQSClient);
  // a test has no patience for the head start of the others
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: config.PUSH_QUEUE_URL, Attributes: { DelaySeconds: '0' } }));
  const logger = createLogger({ name: 'test', level: 'silent' });
  breakers = openBreakers(config, { aws, logger, metrics: createMetrics() });
  notifications = openNotifications({ config, aws, logger, breakers, letters: noLetters });
  notifications.start();
});
beforeEach(() => {
  orderId = uniqueId();
});
afterAll(async () => {
  await notifications.stop();
  await breakers.stop();
  aws.destroy();
  await deployed.stop();
});

const contacts = () => createContacts({ db: aws.db, table: config.CUSTOMER_CONTACTS_TABLE });

/** An event of an order, on the bus as the order's steps put it there. */
async function happens(
  event: NewEvent,
  p: { of?: OrderId; customerId?: string; channels?: Channel[]; times?: number } = {},
): Promise<void> {
  const { of = orderId, customerId = 'CUST-567890', channels, times = 1 } = p;
  const batch = { orderId: of, runId: 'run', customerId, ...(channels && { channels }), states: [] };
  const [numbered] = numberEvents(
    { ...batch, firstSequence: 5, events: [event] },
    { at: new Date().toISOString(), attempt: 1 },
  );
  const { source, detailType, detail } = toBusEvent(numbered!);
  const entry = {
    EventBusName: config.EVENT_BUS_NAME,
    Source: source,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
  };
  await events.send(new PutEventsCommand({ Entries: Array.from({ length: times }, () => entry) }));
}

const cancelled: NewEvent = { type: 'Order Cancelled', data: { reason: 'no wish' } };

/** The deliveries of an order, as many as are expected, after everything that was said before them has arrived. */
async function deliveries(count: number, of = orderId): Promise<string[]> {
  const marker = uniqueId();
  await happens(cancelled, { of: marker });
  const read = async (order: OrderId) => {
    const journal = createSandboxJournal({ db: aws.db, table: config.SANDBOX_JOURNAL_TABLE });
    return (await journal.entries(order)).map(({ operation, key, outcome }) => `${operation} ${key} ${outcome}`).sort();
  };
  await eventually(
    () => read(marker),
    (told) => told.length === 3,
  );
  return eventually(
    () => read(of),
    (told) => told.length >= count,
  );
}
const onAll = (key: string) => ['email', 'push', 'sms'].map((channel) => `${channel} ${key} succeeded`);

test('an event that comes three times is told once on each channel', async () => {
  await happens(cancelled, { times: 3 });
  expect(await deliveries(3)).toEqual(onAll(`notify-cancelled#${orderId}`));
});

test('two that tell of the same end are told once; two refunds are told twice, with their amounts', async () => {
  await happens(cancelled);
  await happens({ type: 'Order Fulfillment Failed', data: { reason: 'no carrier' } });
  const refund = { chargeKey: keys.charge(orderId, 1), amount: 500, currency: 'USD' };
  for (const refundKey of ['r1', 'r2'])
    await happens({ type: 'Payment Refunded', data: { ...refund, refundKey } }, { channels: ['EMAIL'] });
  expect(await deliveries(5)).toEqual(
    [
      ...onAll(`notify-cancelled#${orderId}`),
      'email notify-refunded#r1 succeeded',
      'email notify-refunded#r2 succeeded',
    ].sort(),
  );
});

test('on the channels that the order chose', async () => {
  await happens(cancelled, { channels: ['SMS'] });
  expect(await deliveries(1)).toEqual([`sms notify-cancelled#${orderId} succeeded`]);
});

test('on those that the customer prefers, where the order chose none, and on all that it chose', async () => {
  const customerId = uniqueId('CUST');
  await contacts().writeContact({ customerId, channels: ['PUSH'] });
  await happens(cancelled, { customerId });
  expect(await deliveries(1)).toEqual([`push notify-cancelled#${orderId} succeeded`]);
  const other = uniqueId();
  await happens(cancelled, { of: other, customerId, channels: ['EMAIL', 'SMS', 'PUSH'] });
  expect(await deliveries(3, other)).toEqual(onAll(`notify-cancelled#${other}`));
});

test('a customer may be called anything', async () => {
  await happens(cancelled, { customerId: 'O"Neill & Söhne <7>, \\ {}' });
  expect(await deliveries(3)).toEqual(onAll(`notify-cancelled#${orderId}`));
});

test.each<[Channel[] | undefined, string[]]>([
  [undefined, ['email', 'push', 'sms']],
  [['EMAIL'], ['email']],
])('what NotifyCustomer says, with channels %j', async (channels, on) => {
  const messenger = createMessenger({
    sns: aws.sns,
    sqs: aws.sqs,
    customerNotificationTopicArn: deployed.outputs['CustomerNotificationTopicArn']!,
    inventoryAlertTopicArn: '',
    operationsAlertTopicArn: '',
    partialInventoryQueueUrl: '',
    shippingQueueUrl: '',
  });
  const key = keys.notify(orderId);
  const event = 'Shipment Created' as const;
  for (let n = 0; n < 2; n++)
    await messenger.notifyCustomer({
      key,
      orderId,
      customerId: 'CUST-567890',
      event,
      message: 'On its way.',
      ...(channels && { channels }),
    });
  expect(await deliveries(on.length)).toEqual(on.map((channel) => `${channel} ${key} succeeded`));
});

test('nobody is told of what others say of an order, and of what tells customers nothing', async () => {
  const entry = { EventBusName: config.EVENT_BUS_NAME, Source: 'ecommerce.orders', DetailType: 'Order Cancelled' };
  const Detail = JSON.stringify({ orderId, customerId: 'CUST-567890', channels: ['EMAIL'], reason: 'says who?' });
  await events.send(new PutEventsCommand({ Entries: [{ ...entry, Detail }] }));
  await happens({ type: 'Decision Made', data: { choice: 'CANCEL', by: 'customer' } });
  await happens({ type: 'Order Closed', data: {} });
  expect(await deliveries(0)).toEqual([]);
  for (const dead of ['EmailDlqUrl', 'SmsDlqUrl', 'PushDlqUrl', 'UndeliveredDlqUrl'])
    expect({ [dead]: await drain(sqs, deployed.outputs[dead]!) }).toEqual({ [dead]: [] });
});

test('operations hear of what needs somebody, with the step, the error and the money at stake, and of the promise', async () => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'operations-tap' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const TopicArn = deployed.outputs['OperationsAlertTopicArn'];
  await deployed
    .connect(SNSClient)
    .send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.['QueueArn'] }));
  const attention = { n: 1, step: 'RefundPayment', key: 'refund#1', error: 'expected "yes",\ngot {"no": 1}' };
  await happens({ type: 'Attention Needed', data: { ...attention, amount: 5998, currency: 'USD' } });
  await happens({ type: 'Order At Risk', data: { afterS: 1200 } });
  await happens({ type: 'Promise Breached', data: { afterS: 1800 } });
  await happens(cancelled);
  const alerts = (await drain(sqs, QueueUrl)).map((body) => {
    const { Message } = JSON.parse(body) as { Message: string };
    return JSON.parse(Message) as { alert: string; detail: object };
  });
  expect(alerts.toSorted((a, b) => a.alert.localeCompare(b.alert))).toMatchObject([
    { alert: `Attention Needed: order ${orderId}`, detail: { ...attention, amount: 59.98, currency: 'USD' } },
    { alert: `Order At Risk: order ${orderId}`, detail: { afterS: 1200, orderId } },
    { alert: `Promise Breached: order ${orderId}`, detail: { afterS: 1800, orderId } },
  ]);
});
