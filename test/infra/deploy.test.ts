import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { deployToEmulator, EMULATOR_CREDENTIALS, type Template } from '../../infra/deploy';
import { environmentFromOutputs, type ResourceEnvironment } from '../../infra/outputs';
import { synthesizedTemplate } from '../../infra/template';
import { freePort } from '../../scripts/lib/ports';
import { startMinistack } from '../../scripts/lib/servers';
import type { ManagedProcess } from '../../scripts/lib/managed-process';

let home: string;
let server: ManagedProcess;
let endpoint: string;
let template: Template;
let outputs: Record<string, string>;
let resources: ResourceEnvironment;

const access = () => ({ endpoint, region: 'us-east-1', credentials: EMULATOR_CREDENTIALS });
const clients: { destroy: () => void }[] = [];

/** a client that is closed after the tests */
function connect<Client extends { destroy: () => void }>(Service: new (options: object) => Client): Client {
  const client = new Service(access());
  clients.push(client);
  return client;
}

const deploy = (changed = template) => deployToEmulator({ endpoint, region: 'us-east-1', template: changed });
const boot = async () => {
  const port = await freePort();
  endpoint = `http://127.0.0.1:${port}`;
  return startMinistack({ port, stateDirectory: join(home, 'aws'), log: join(home, 'logs', 'ministack.log') });
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'waybill-deploy-'));
  [server, template] = await Promise.all([boot(), synthesizedTemplate()]);
  outputs = await deploy();
  resources = environmentFromOutputs(outputs);
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

test('the tables are there, with their indexes and expiry', async () => {
  const db = connect(DynamoDBClient);
  const { Table } = await db.send(new DescribeTableCommand({ TableName: resources.ORDER_STATUS_VIEW_TABLE }));
  expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual([
    'by-customer',
    'by-day',
    'by-status',
  ]);
  const expiry = await db.send(new DescribeTimeToLiveCommand({ TableName: resources.INBOX_TABLE }));
  expect(expiry.TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
});

test('an order placed on the bus reaches the intake queue, and one of our own does not', async () => {
  const sqs = connect(SQSClient);
  const QueueUrl = resources.ORDER_INTAKE_QUEUE_URL;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({ VisibilityTimeout: '30', ReceiveMessageWaitTimeSeconds: '20' });
  expect(JSON.parse(Attributes?.['RedrivePolicy'] ?? '{}')).toMatchObject({ maxReceiveCount: 5 });

  const event = { Source: 'ecommerce.orders', DetailType: 'Order Placed', EventBusName: resources.EVENT_BUS_NAME };
  const details = [{ orderId: 'OURS', origin: 'waybill' }, { orderId: 'THEIRS' }];
  const Entries = details.map((detail) => ({ ...event, Detail: JSON.stringify(detail) }));
  await connect(EventBridgeClient).send(new PutEventsCommand({ Entries }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
  );
  expect(Messages.map(({ Body = '' }) => JSON.parse(Body).detail.orderId)).toEqual(['THEIRS']);
});

test('a customer notification reaches e-mail and SMS in the envelope of SNS', async () => {
  const TopicArn = resources.CUSTOMER_NOTIFICATION_TOPIC_ARN;
  await connect(SNSClient).send(new PublishCommand({ TopicArn, Message: 'shipped' }));
  const sqs = connect(SQSClient);
  for (const QueueUrl of [outputs['EmailQueueUrl'], outputs['SmsQueueUrl']]) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body).Message)).toEqual(['shipped']);
  }
});

test('a change is applied in place, and survives a restart of the emulator at another port', async () => {
  const changed = {
    hash: 'changed',
    template: template.template.replace('"VisibilityTimeout": 600', '"VisibilityTimeout": 601'),
  };
  await deploy(changed);
  await server.stop();
  server = await boot();
  const again = environmentFromOutputs(await deploy(changed));
  expect(again.PARTIAL_INVENTORY_QUEUE_URL).toBe(`${endpoint}/000000000000/partial-inventory-queue`);
  const { Attributes } = await connect(SQSClient).send(
    new GetQueueAttributesCommand({
      QueueUrl: again.PARTIAL_INVENTORY_QUEUE_URL,
      AttributeNames: ['VisibilityTimeout'],
    }),
  );
  expect(Attributes).toEqual({ VisibilityTimeout: '601' });
});

test('a template that fails says which resource, and why', async () => {
  const broken = { Resources: { Unheard: { Type: 'AWS::Unheard::Of', Properties: {} } } };
  const changed = { hash: 'broken', template: JSON.stringify(broken) };
  const stack = { endpoint, region: 'us-east-1', template: changed, stackName: 'Broken' };
  await expect(deployToEmulator(stack)).rejects.toThrow(/Unheard/);
});
