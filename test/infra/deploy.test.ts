import { CloudFormationClient, DescribeStacksCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeArchiveCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { GetRoleCommand, GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Deployed, drain, startDeployed } from '../support/deployed';
import { environmentFromOutputs, type ResourceEnvironment } from '../../infra/outputs';
import { QUEUE_NAMES } from '../../infra/queues';
import { setTimeout as sleep } from 'node:timers/promises';

let deployed: Deployed;
let resources: ResourceEnvironment;

beforeAll(async () => {
  deployed = await startDeployed();
  resources = environmentFromOutputs(deployed.outputs);
});
afterAll(() => deployed.stop());

const ARN = 'arn:aws:sqs:us-east-1:000000000000:';
/** the name at the end of an ARN or URL */
const lastOf = (text = '') => text.split(/[:/]/).at(-1);
const output = (name: string) => deployed.outputs[name]!;

async function attributesOf(QueueUrl: string): Promise<Record<string, string>> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await deployed.connect(SQSClient).send(command)).Attributes ?? {};
}

/** The template with something replaced; throws when there is nothing to replace. */
function changed(from: string, to: string) {
  const text = deployed.template.template.replace(from, to);
  if (text === deployed.template.template) throw new Error(`the template has no ${from}`);
  return { hash: `changed to ${to}`, template: text };
}

test('the tables are there, with their indexes and expiry', async () => {
  const db = deployed.connect(DynamoDBClient);
  const { Table } = await db.send(new DescribeTableCommand({ TableName: resources.ORDER_STATUS_VIEW_TABLE }));
  expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual([
    'by-customer',
    'by-day',
    'by-status',
    'changed',
    'late',
    'open',
  ]);
  for (const TableName of [resources.INBOX_TABLE, resources.BREAKERS_TABLE]) {
    const expiry = await db.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(expiry.TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
  }
});

test.each([
  ['InventoryCheck', 'inventory-check', 300, 14, 5],
  ['PartialInventory', 'partial-inventory', 600, 14, 3],
  ['PaymentProcessing', 'payment-processing', 180, 4, 5],
  ['Shipping', 'shipping', 900, 14, 5],
  ['OrderIntake', 'order-intake', 30, 7, 5],
])('%sQueue is there with its settings and dead letters', async (id, name, visibilityS, days, maxReceiveCount) => {
  const queue = await attributesOf(output(`${id}QueueUrl`));
  expect(queue).toMatchObject({
    QueueArn: `${ARN}${name}-queue`,
    VisibilityTimeout: `${visibilityS}`,
    MessageRetentionPeriod: `${days * 86_400}`,
    ReceiveMessageWaitTimeSeconds: '20',
    SqsManagedSseEnabled: 'true',
  });
  expect(JSON.parse(queue['RedrivePolicy']!)).toEqual({ deadLetterTargetArn: `${ARN}${name}-dlq`, maxReceiveCount });
  const deadLetters = await attributesOf(output(`${id}DlqUrl`));
  expect(deadLetters['MessageRetentionPeriod']).toBe(`${14 * 86_400}`);
  expect(JSON.parse(deadLetters['RedriveAllowPolicy']!)).toEqual({
    redrivePermission: 'byQueue',
    sourceQueueArns: [`${ARN}${name}-queue`],
  });
});

test('each rule is there, and each of its targets has 300 s, retries and dead letters', async () => {
  const events = deployed.connect(EventBridgeClient);
  const EventBusName = resources.EVENT_BUS_NAME;
  const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName }));
  const found = await Promise.all(
    Rules.map(async ({ Name: Rule }) => {
      const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule, EventBusName }));
      for (const target of Targets)
        expect(target).toMatchObject({
          RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 30 },
          DeadLetterConfig: { Arn: expect.stringMatching(/-dlq$/) as string },
        });
      return [Rule, new Set(Targets.map(({ Arn }) => lastOf(Arn)))];
    }),
  );
  expect(Object.fromEntries(found)).toEqual({
    OrderValidationRule: new Set(['inventory-check-queue', 'order-intake-queue']),
    PaymentProcessedRule: new Set(['payment-processing-queue']),
    CarrierUpdateRule: new Set(['tracking-update-queue']),
    OrderConfirmationRule: new Set(['order-confirmation']),
    LowStockRule: new Set(['inventory-alerts']),
    ReplayForwardingRule: new Set(['replay-queue']),
    WebhookRule: new Set(['webhook-events-queue']),
    ShippingStartedRule: new Set(['tracking-update-queue']),
    ShippingNotificationRule: new Set(['customer-notifications']),
    CustomerEventsRule: new Set(['customer-notifications']),
    OperationsRule: new Set(['operations-alerts']),
    OrderStatusRule: new Set(['order-status']),
  });
});

test('each dead-letter queue and each rule has an alarm that tells operations', async () => {
  const { MetricAlarms = [] } = await deployed
    .connect(CloudWatchClient)
    .send(new DescribeAlarmsCommand({ MaxRecords: 100 }));
  const queues = MetricAlarms.filter(
    ({ Namespace, MetricName }) => Namespace === 'AWS/SQS' && MetricName === 'ApproximateNumberOfMessagesVisible',
  );
  const rules = MetricAlarms.filter(({ Namespace }) => Namespace === 'AWS/Events');
  const deadLetters = [...QUEUE_NAMES.map((name) => output(`${name}DlqUrl`)), output('UndeliveredDlqUrl')];
  expect(queues).toHaveLength(deadLetters.length);
  expect(new Set(queues.map(({ Dimensions }) => Dimensions?.[0]?.Value))).toEqual(new Set(deadLetters.map(lastOf)));
  expect(rules).toHaveLength(24);
  for (const { AlarmActions = [], InsufficientDataActions = [] } of MetricAlarms)
    expect([...AlarmActions, ...InsufficientDataActions]).toEqual([output('OperationsAlertTopicArn')]);
});

test('there is a dashboard, as CloudWatch takes it', async () => {
  const cloudWatch = deployed.connect(CloudWatchClient);
  const { DashboardBody = '' } = await cloudWatch.send(
    new GetDashboardCommand({ DashboardName: output('EventBusName') }),
  );
  const { widgets } = JSON.parse(DashboardBody) as { widgets: { type: string }[] };
  expect(widgets.filter(({ type }) => type === 'text')).toHaveLength(5);
});

test('each process has its role, for tasks and for pods', async () => {
  const iam = deployed.connect(IAMClient);
  for (const name of ['Gateway', 'Worker', 'Consumer']) {
    const RoleName = lastOf(output(`${name}RoleArn`));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
    expect(trust).toMatch(/ecs-tasks\.amazonaws\.com/);
    expect(trust).toMatch(/pods\.eks\.amazonaws\.com/);
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'waybill' }));
    expect(decodeURIComponent(PolicyDocument)).toMatch(/arn:aws:/);
  }
});

describe('the archive', () => {
  const describeArchive = () =>
    deployed.connect(EventBridgeClient).send(new DescribeArchiveCommand({ ArchiveName: 'order-events-archive' }));
  const put = (Source: string) => {
    const Entries = [{ EventBusName: resources.EVENT_BUS_NAME, Source, DetailType: 'Something', Detail: '{}' }];
    return deployed.connect(EventBridgeClient).send(new PutEventsCommand({ Entries }));
  };

  test('keeps for a year what speaks of orders, and nothing else', async () => {
    expect(await describeArchive()).toMatchObject({ RetentionDays: 365, State: 'ENABLED' });
    const { EventCount: before = 0 } = await describeArchive();
    await put('payment.service');
    await put('weather.service');
    expect((await describeArchive()).EventCount).toBe(before + 1);
  });

  test('is changed in place, and keeps what it has', async () => {
    const { EventCount } = await describeArchive();
    await deployed.deploy(changed('"RetentionDays": 365', '"RetentionDays": 30'));
    expect(await describeArchive()).toMatchObject({ RetentionDays: 30, EventCount });
    await deployed.deploy();
    expect(await describeArchive()).toMatchObject({ RetentionDays: 365, EventCount });
  });
});

test('who is told by e-mail is a parameter; without one, nobody is', async () => {
  const addresses = async (topic: string) => {
    const command = new ListSubscriptionsByTopicCommand({ TopicArn: output(`${topic}TopicArn`) });
    const { Subscriptions = [] } = await deployed.connect(SNSClient).send(command);
    return Subscriptions.filter(({ Protocol }) => Protocol === 'email').map(({ Endpoint }) => Endpoint);
  };
  const topics = ['CustomerNotification', 'OrderConfirmation', 'InventoryAlert', 'OperationsAlert', 'OrderStatus'];
  expect(await Promise.all(topics.map(addresses))).toEqual([[], [], [], [], []]);

  await update({ OperationsEmail: 'ops@example.com' });
  expect(await Promise.all(topics.map(addresses))).toEqual([[], [], ['ops@example.com'], ['ops@example.com'], []]);

  await update({ CustomerServiceEmail: 'service@example.com' });
  const service = ['service@example.com'];
  expect(await Promise.all(topics.map(addresses))).toEqual([service, service, [], [], []]);
});

/** Deploys the same template with other parameters; those that are not given are as they are without. */
async function update(given: Record<string, string>): Promise<void> {
  const aws = deployed.connect(CloudFormationClient);
  const Parameters = Object.entries(given).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  const TemplateURL = `${deployed.endpoint()}/waybill-templates/Waybill.json`;
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
  await aws.send(new UpdateStackCommand({ StackName: 'Waybill', TemplateURL, Capabilities, Parameters }));
  await settled(aws);
}

test('the consumer may write to customers when the identity that it writes from is a parameter', async () => {
  const iam = deployed.connect(IAMClient);
  const RoleName = lastOf(output('ConsumerRoleArn'));
  const policies = async () => (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames?.toSorted();
  expect(await policies()).toEqual(['sandbox', 'waybill']);
  await update({ NotificationIdentity: 'example.com' });
  expect(await policies()).toHaveLength(3);
});

async function settled(aws: CloudFormationClient): Promise<void> {
  for (;;) {
    const { Stacks = [] } = await aws.send(new DescribeStacksCommand({ StackName: 'Waybill' }));
    const status = Stacks[0]?.StackStatus;
    if (status === 'UPDATE_COMPLETE') return;
    if (!status?.endsWith('_IN_PROGRESS')) throw new Error(`the update ended as ${status}`);
    await sleep(50);
  }
}

test('a second deployment does nothing', async () => {
  await deployed.deploy();
  const updatedAt = async () => {
    const command = new DescribeStacksCommand({ StackName: 'Waybill' });
    return (await deployed.connect(CloudFormationClient).send(command)).Stacks?.[0]?.LastUpdatedTime;
  };
  const before = await updatedAt();
  const QueueUrl = output('ReorderQueueUrl');
  await deployed.connect(SQSClient).send(new SendMessageCommand({ QueueUrl, MessageBody: 'still there' }));
  await sleep(1_000);
  await deployed.deploy();
  expect(await updatedAt()).toEqual(before);
  expect(await drain(deployed.connect(SQSClient), QueueUrl)).toEqual(['still there']);
});

test('a change is applied in place, and survives a restart of the emulator at another port', async () => {
  const slower = changed('"VisibilityTimeout": 600', '"VisibilityTimeout": 601');
  await deployed.deploy(slower);
  await deployed.restart();
  const again = environmentFromOutputs(await deployed.deploy(slower));
  expect(again.PARTIAL_INVENTORY_QUEUE_URL).toBe(`${deployed.endpoint()}/000000000000/partial-inventory-queue`);
  expect(await attributesOf(again.PARTIAL_INVENTORY_QUEUE_URL)).toMatchObject({ VisibilityTimeout: '601' });
});

test('a template that fails says which resource, and why', async () => {
  const broken = { Resources: { Unheard: { Type: 'AWS::Unheard::Of', Properties: {} } } };
  await expect(deployed.deploy({ hash: 'broken', template: JSON.stringify(broken) })).rejects.toThrow(/Unheard/);
});
