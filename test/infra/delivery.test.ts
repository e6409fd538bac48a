import {
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  PutEventsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Deployed, drain, startDeployed } from '../support/deployed';
import { EVENT_SOURCES, type EventType } from '../../src/domain/events';
import { EVENT_TYPES, eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { keys, type OrderId } from '../../src/domain/ids';
import { parseAlert } from '../../src/messaging/reorder';
import { CHANNELS } from '../../src/domain/order';
import { TOLD_EVENTS } from '../../src/domain/notifications';
import { projectEvents } from '../../src/domain/projection';
import { PUBLIC_EVENTS } from '../../src/domain/webhooks';
import { QUEUE_NAMES } from '../../infra/queues';
import { setTimeout as sleep } from 'node:timers/promises';
import { uniqueId } from '../support/orders';

/** Where events and messages land, and where not: on the emulator, by putting them there. */
let deployed: Deployed;
let sqs: SQSClient;
let sns: SNSClient;
let events: EventBridgeClient;

beforeAll(async () => {
  deployed = await startDeployed();
  sqs = deployed.connect(SQSClient);
  sns = deployed.connect(SNSClient);
  events = deployed.connect(EventBridgeClient);
  // a test has no patience for its head start
  const QueueUrl = deployed.outputs['PushQueueUrl'];
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '0' } }));
});
afterAll(() => deployed.stop());

/** Every queue by its name, with those that the test put on the topics whose messages only people get. */
const taps: Record<string, string> = {};
const queues = (): Record<string, string> => ({
  ...Object.fromEntries(QUEUE_NAMES.map((name) => [name, deployed.outputs[`${name}QueueUrl`]!])),
  ...taps,
});

async function tapTopic(name: string): Promise<void> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-tap` }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const TopicArn = deployed.outputs[`${name}TopicArn`];
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.['QueueArn'] }));
  taps[name] = QueueUrl;
}

interface Landed {
  queue: string;
  body: Record<string, unknown>;
}

/** What landed of each order, in all the queues. */
async function collect(): Promise<Map<string, Landed[]>> {
  const landed = new Map<string, Landed[]>();
  const all = Object.entries(queues()).map(async ([queue, url]) => {
    for (const text of await drain(sqs, url)) {
      const body = unwrap(text);
      const { orderId } = (body['detail'] ?? body) as { orderId: string };
      landed.set(orderId, [...(landed.get(orderId) ?? []), { queue, body }]);
    }
  });
  await Promise.all(all);
  return landed;
}

/** The message, out of the envelope that SNS puts around it. */
function unwrap(text: string): Record<string, unknown> {
  const body = JSON.parse(text) as Record<string, unknown>;
  return typeof body['Message'] === 'string' ? (JSON.parse(body['Message']) as Record<string, unknown>) : body;
}

interface OnBus {
  source: string;
  type: string;
  detail?: object;
  lands: string[];
}

const OURS = { origin: 'waybill', customerId: 'CUST-567890', channels: CHANNELS };
const THEIRS = { customerId: 'CUST-567890' };
const NO_STATUS: ReadonlySet<EventType> = new Set<EventType>([
  'Payment Refunded',
  'Inventory Released',
  'Inventory Restocked',
  'Inventory Written Off',
  'Order Closed',
  // how an order is found
  'Shipping Label Replaced',
  // what operators can ask for
  'Decision Made',
  'Address Changed',
  'Cancellation Requested',
]);
/** what status and projections look at */
const isProjected = (type: EventType) => {
  if (NO_STATUS.has(type)) return true;
  const order = sampleValidOrder();
  return projectEvents(numbered(order.orderId, [eventOfEachType(order)[type]])).set.status !== undefined;
};
/** what else than status and projections sends an event of ours somewhere */
const ALSO: Partial<Record<EventType, string[]>> = {
  ...Object.fromEntries(TOLD_EVENTS.map((type) => [type, ['Email', 'Push', 'Sms']])),
  'Payment Completed': ['OrderConfirmation'],
  'Shipment Created': ['TrackingUpdate'],
  'Stock Low': ['Reorder'],
  'Attention Needed': ['OperationsAlert'],
  'Order At Risk': ['OperationsAlert'],
  'Promise Breached': ['OperationsAlert'],
};
/** what the alert of {@link ALSO} is made of */
const LACKING = { ...OURS, eventId: 'e', at: '2025-07-09T10:30:00.000Z', items: [{ productId: 'PROD-LOW' }] };

const CASES: OnBus[] = [
  { source: 'ecommerce.orders', type: 'Order Placed', detail: THEIRS, lands: ['InventoryCheck', 'OrderIntake'] },
  { source: 'ecommerce.orders', type: 'Order Placed', detail: OURS, lands: [] },
  { source: 'elsewhere', type: 'Order Placed', detail: THEIRS, lands: [] },
  {
    source: 'payment.service',
    type: 'Payment Completed',
    detail: THEIRS,
    lands: ['OrderConfirmation', 'PaymentProcessing'],
  },
  {
    source: 'payment.service',
    type: 'Payment Completed',
    detail: { ...OURS, late: true },
    lands: ['Analytics', 'OrderStatus', 'WebhookEvents'],
  },
  {
    source: 'payment.service',
    type: 'Payment Voided',
    detail: { ...OURS, replay: { name: 'failed-orders-replay', eventId: 'e' } },
    lands: [],
  },
  { source: 'payment.service', type: 'Payment Failed', detail: THEIRS, lands: ['PaymentProcessing'] },
  { source: 'carrier.updates', type: 'Carrier Update', detail: THEIRS, lands: ['TrackingUpdate'] },
  { source: 'carrier.updates', type: 'Carrier Update', detail: OURS, lands: [] },
  { source: 'elsewhere', type: 'Carrier Update', detail: THEIRS, lands: [] },
  {
    source: 'shipping.service',
    type: 'Shipment Created',
    detail: THEIRS,
    lands: ['Email', 'Push', 'Sms', 'TrackingUpdate'],
  },
  { source: 'shipping.service', type: 'Shipment Created', detail: {}, lands: ['TrackingUpdate'] },
  { source: 'shipping.service', type: 'Shipment Created', detail: { customerId: 7 }, lands: ['TrackingUpdate'] },
  ...EVENT_TYPES.map((type) => ({
    source: EVENT_SOURCES[type],
    type,
    detail: type === 'Stock Low' || type === 'Order Backordered' ? LACKING : OURS,
    lands: [
      ...(isProjected(type) ? ['Analytics', 'OrderStatus'] : []),
      ...(ALSO[type] ?? []),
      ...(type === 'Order Backordered' ? ['Reorder'] : []),
      ...(PUBLIC_EVENTS.includes(type) ? ['WebhookEvents'] : []),
    ].sort(),
  })),
];

/** what those of {@link CASES} come to when the forwarder puts them on the bus again: nobody is told anything */
const AGAIN = new Set([
  'InventoryCheck',
  'OrderIntake',
  'PaymentProcessing',
  'TrackingUpdate',
  'Analytics',
  'OrderStatus',
]);

describe('an event on the bus', () => {
  const ids = CASES.map(() => uniqueId());
  let landed: Map<string, Landed[]>;

  beforeAll(async () => {
    await tapTopic('OrderConfirmation');
    await tapTopic('OperationsAlert');
    const entries = CASES.map(({ source, type, detail }, i) => ({
      EventBusName: deployed.outputs['EventBusName'],
      Source: source,
      DetailType: type,
      Detail: JSON.stringify({ ...detail, orderId: ids[i] }),
    }));
    for (let i = 0; i < entries.length; i += 10)
      await events.send(new PutEventsCommand({ Entries: entries.slice(i, i + 10) }));
    landed = await collect();
  });

  test.each(CASES.map((onBus, i) => ({ ...onBus, i })))('$source / $type, $detail: $lands', ({ i, lands }) => {
    expect((landed.get(ids[i]!) ?? []).map(({ queue }) => queue).sort()).toEqual(lands);
  });

  test('comes again, forwarded by a replay, where it is known, and tells nobody; it is not archived again', async () => {
    const archived = async () =>
      (await events.send(new DescribeArchiveCommand({ ArchiveName: 'order-events-archive' }))).EventCount;
    const before = await archived();
    const again = CASES.map(() => uniqueId());
    const entries = CASES.map(({ source, type, detail }, i) => ({
      EventBusName: deployed.outputs['EventBusName'],
      Source: source,
      DetailType: type,
      Detail: JSON.stringify({
        ...detail,
        orderId: again[i],
        replay: { name: 'failed-orders-replay-1', eventId: 'e' },
      }),
    }));
    for (let i = 0; i < entries.length; i += 10)
      await events.send(new PutEventsCommand({ Entries: entries.slice(i, i + 10) }));
    const all = await collect();
    for (const [i, { source, type, lands }] of CASES.entries()) {
      const queue = (all.get(again[i]!) ?? []).map((one) => one.queue).sort();
      expect({ source, type, queue }).toEqual({ source, type, queue: lands.filter((one) => AGAIN.has(one)) });
    }
    expect(await archived()).toBe(before);
  });

  test('keeps its shape on the way into queues, over a topic too', () => {
    const index = CASES.findIndex(({ type, detail }) => type === 'Shipment Created' && detail === OURS);
    const detail = { ...OURS, orderId: ids[index] };
    for (const { body } of landed.get(ids[index]!)!)
      expect(body).toMatchObject({ source: 'shipping.service', 'detail-type': 'Shipment Created', detail });
  });

  test('of a shipment made elsewhere tells the customer in the shape and under the key of NotifyCustomer', () => {
    const index = CASES.findIndex(({ type, detail }) => type === 'Shipment Created' && detail === THEIRS);
    const orderId = ids[index] as OrderId;
    const told = landed.get(orderId)!.find(({ queue }) => queue === 'Email')!;
    expect(told.body).toEqual({
      orderId,
      customerId: 'CUST-567890',
      event: 'Shipment Created',
      message: `Your order ${orderId} is on its way.`,
      notificationKey: keys.notify(orderId),
    });
  });
});

/** Publishes and says which queues got it. */
async function published(topic: string, message: object): Promise<string[]> {
  const orderId = uniqueId();
  await sns.send(
    new PublishCommand({
      TopicArn: deployed.outputs[`${topic}TopicArn`],
      Message: JSON.stringify({ orderId, ...message }),
    }),
  );
  const all = await collect();
  return (all.get(orderId) ?? []).map(({ queue }) => queue).sort();
}

describe('a customer hears', () => {
  test.each([
    ['on every channel, when nothing was chosen', {}, ['Email', 'Push', 'Sms']],
    ['by e-mail', { channels: ['EMAIL'] }, ['Email']],
    ['by SMS and push', { channels: ['SMS', 'PUSH'] }, ['Push', 'Sms']],
    ['on no channel that there is none of', { channels: ['FAX'] }, []],
  ])('%s', async (_, message, lands) => {
    expect(await published('CustomerNotification', message)).toEqual(lands);
  });
});

describe('more stock is ordered', () => {
  test.each([
    ['after a shortage', { alert: 'shortage' }, ['Reorder']],
    ['when stock is low', { alert: 'low-stock' }, ['Reorder']],
    ['for no other alert', { alert: 'recount' }, []],
    ['for nothing that does not say what it is', {}, []],
  ])('%s', async (_, message, lands) => {
    expect(await published('InventoryAlert', message)).toEqual(lands);
  });

  test.each(['Stock Low', 'Order Backordered'])(
    'of the products that our %s names, in the shape that the queue is read in',
    async (type) => {
      const orderId = uniqueId();
      const item = { productId: 'PROD-LOW', availableQuantity: 4, threshold: 5 };
      const stockLow = { orderId, eventId: `${orderId}#3`, at: '2025-07-09T10:30:00.000Z', items: [item, item] };
      const entry = {
        EventBusName: deployed.outputs['EventBusName'],
        Source: 'inventory.service',
        DetailType: type,
      };
      const Entries = ['waybill', 'elsewhere'].map((origin) => ({
        ...entry,
        Detail: JSON.stringify({ ...stockLow, origin }),
      }));
      await events.send(new PutEventsCommand({ Entries }));
      const all = (await collect()).get(orderId) ?? [];
      const landed = all.filter(({ queue }) => queue === 'Reorder');
      expect(landed).toHaveLength(1);
      const { body } = landed[0]!;
      expect(body).toEqual({
        alert: 'low-stock',
        orderId,
        items: [item, item],
        key: `${orderId}#3`,
        at: '2025-07-09T10:30:00.000Z',
        origin: 'waybill',
      });
      expect(parseAlert(JSON.stringify(body))).toEqual({ alert: 'low-stock', productIds: ['PROD-LOW'] });
    },
  );
});

test('what comes out of the archive goes to the forwarder alone, with the name of the replay; nothing else does', async () => {
  const orderId = uniqueId();
  const entry = { EventBusName: deployed.outputs['EventBusName'], Detail: JSON.stringify({ ...THEIRS, orderId }) };
  const Entries = [{ ...entry, Source: 'ecommerce.orders', DetailType: 'Order Placed' }];
  await events.send(new PutEventsCommand({ Entries }));
  await collect();

  await replay('failed-orders-replay', 'ReplayForwardingRule');
  const all = await collect();
  const again = all.get(orderId) ?? [];
  expect(again.map(({ queue }) => queue)).toEqual(['Replay']);
  for (const { body } of again) expect(body).toMatchObject({ 'replay-name': 'failed-orders-replay' });
  // everything that was archived before too
  expect(new Set([...all.values()].flat().map(({ queue }) => queue))).toEqual(new Set(['Replay']));
});

/** To one rule: AWS leaves the others out, the emulator does not. */
async function replay(ReplayName: string, Name: string): Promise<void> {
  const EventBusName = deployed.outputs['EventBusName'];
  const { Arn } = await events.send(new DescribeEventBusCommand({ Name: EventBusName }));
  const { Arn: rule } = await events.send(new DescribeRuleCommand({ Name, EventBusName }));
  const { ArchiveArn } = await events.send(new DescribeArchiveCommand({ ArchiveName: 'order-events-archive' }));
  await events.send(
    new StartReplayCommand({
      ReplayName,
      EventSourceArn: ArchiveArn,
      EventStartTime: new Date(Date.now() - 3_600_000),
      EventEndTime: new Date(Date.now() + 3_600_000),
      Destination: { Arn, FilterArns: [rule!] },
    }),
  );
  for (;;) {
    const { State } = await events.send(new DescribeReplayCommand({ ReplayName }));
    if (State === 'COMPLETED') return;
    if (State === 'FAILED') throw new Error(`the replay ${ReplayName} failed`);
    await sleep(50);
  }
}

test('what was received three times in vain leaves the partial-inventory queue for its dead letters', async () => {
  const QueueUrl = deployed.outputs['PartialInventoryQueueUrl'];
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'nobody can handle me' }));
  const receive = async () =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0, WaitTimeSeconds: 1 }))).Messages ?? [];
  for (let n = 1; n <= 3; n++) expect(await receive()).toHaveLength(1);
  expect(await receive()).toEqual([]);
  expect(await drain(sqs, deployed.outputs['PartialInventoryDlqUrl']!)).toEqual(['nobody can handle me']);
});
