import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { outputName } from '../../infra/outputs';
import { WaybillStack } from '../../infra/waybill-stack';
import { RESOURCE_NAMES } from '../../src/config';

const template = Template.fromStack(new WaybillStack(new App(), 'Waybill'));

const expectResourceOf = (stack: Template, type: string, properties: object) =>
  expect(() => stack.hasResourceProperties(type, properties)).not.toThrow();
const expectResource = (type: string, properties: object) => expectResourceOf(template, type, properties);

const key = (name: string, KeyType: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType });

describe('tables', () => {
  test.each([
    ['Orders', ['orderId']],
    ['OrderEvents', ['orderId', 'sequence']],
    ['OrderStatusView', ['orderId']],
    ['Inventory', ['productId']],
    ['WarehouseStock', ['productId', 'warehouseId']],
    ['Ledger', ['key']],
    ['Inbox', ['eventId']],
    ['DeadLetters', ['id']],
    ['SandboxJournal', ['id', 'entry']],
  ])('%s has the key %j', (TableName, [partition = '', sort]) => {
    expectResource('AWS::DynamoDB::Table', {
      TableName,
      KeySchema: [key(partition, 'HASH'), ...(sort ? [key(sort, 'RANGE')] : [])],
    });
  });

  test('every table is on demand, encrypted, restorable, and outlives the stack', () => {
    const tables = Object.values(template.findResources('AWS::DynamoDB::Table'));
    const safe = {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    };
    expect(tables).toHaveLength(9);
    for (const table of tables) expect(table).toMatchObject(safe);
  });

  test('events that are not on the bus yet are found by shard and time', () => {
    expectResource('AWS::DynamoDB::Table', {
      TableName: 'OrderEvents',
      GlobalSecondaryIndexes: [
        {
          IndexName: 'unpublished',
          KeySchema: [key('unpublished', 'HASH'), key('at', 'RANGE')],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  });

  test.each([
    ['by-customer', 'customerId', 'createdAt', ['status', 'updatedAt']],
    ['by-status', 'statusShard', 'updatedAt', ['status', 'customerId', 'createdAt']],
    ['by-day', 'dayShard', 'createdAt', ['status', 'customerId', 'updatedAt']],
  ])('the list %s shows what a page of orders needs', (IndexName, partition, sort, attributes) => {
    expectResource('AWS::DynamoDB::Table', {
      TableName: 'OrderStatusView',
      GlobalSecondaryIndexes: Match.arrayWith([
        {
          IndexName,
          KeySchema: [key(partition, 'HASH'), key(sort, 'RANGE')],
          Projection: {
            ProjectionType: 'INCLUDE',
            NonKeyAttributes: [...attributes, 'totalAmount', 'currency', 'inventoryStatus'],
          },
        },
      ]),
    });
  });

  test('what the inbox has seen expires', () => {
    expectResource('AWS::DynamoDB::Table', {
      TableName: 'Inbox',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });
});

describe('messaging', () => {
  test.each([
    ['order-intake-queue', { VisibilityTimeout: 30, ReceiveMessageWaitTimeSeconds: 20 }, 5],
    ['partial-inventory-queue', { VisibilityTimeout: 600 }, 3],
    ['shipping-queue', { VisibilityTimeout: 900 }, 5],
  ])('%s has the settings of E4', (QueueName, settings, maxReceiveCount) => {
    expectResource('AWS::SQS::Queue', {
      QueueName,
      MessageRetentionPeriod: 14 * 24 * 3600,
      RedrivePolicy: { deadLetterTargetArn: Match.anyValue(), maxReceiveCount },
      ...settings,
    });
  });

  test('every queue has a dead-letter queue', () => {
    const queues = Object.values(template.findResources('AWS::SQS::Queue')).map(({ Properties }) => Properties);
    const withoutRedrive = queues.filter(({ RedrivePolicy }) => !RedrivePolicy).map(({ QueueName }) => QueueName);
    expect(queues).toHaveLength(10);
    expect(new Set(withoutRedrive)).toEqual(
      new Set(['order-intake-dlq', 'partial-inventory-dlq', 'shipping-dlq', 'email-dlq', 'sms-dlq']),
    );
  });

  test('e-mail and SMS hear of the customer', () => {
    const subscriptions = Object.values(template.findResources('AWS::SNS::Subscription'));
    expect(subscriptions.map(({ Properties }) => [Properties.Protocol, Properties.RawMessageDelivery])).toEqual([
      ['sqs', false],
      ['sqs', false],
    ]);
    expectResource('AWS::SNS::Topic', { TopicName: 'customer-notifications' });
    expectResource('AWS::SNS::Topic', { TopicName: 'inventory-alerts' });
  });

  test('only orders from outside start workflows', () => {
    expectResource('AWS::Events::Rule', {
      Name: 'OrderValidationRule',
      EventPattern: {
        source: ['ecommerce.orders'],
        'detail-type': ['Order Placed'],
        detail: { origin: [{ exists: false }] },
      },
      Targets: [Match.objectLike({ DeadLetterConfig: { Arn: Match.anyValue() } })],
    });
  });
});

test('there is an output for every resource the processes read', () => {
  const outputs = Object.keys(template.findOutputs('*'));
  expect(outputs).toEqual(expect.arrayContaining(RESOURCE_NAMES.map(outputName)));
});

test('a prefix sets installations in one account apart', () => {
  const prefixed = Template.fromStack(new WaybillStack(new App(), 'Waybill', { prefix: 'staging-' }));
  expectResourceOf(prefixed, 'AWS::DynamoDB::Table', { TableName: 'staging-Orders' });
  expectResourceOf(prefixed, 'AWS::SQS::Queue', { QueueName: 'staging-order-intake-queue' });
  expectResourceOf(prefixed, 'AWS::Events::EventBus', { Name: 'staging-waybill' });
});
