import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { outputName } from '../../infra/outputs';
import { WaybillStack } from '../../infra/waybill-stack';
import { PROJECTED_EVENTS } from '../../src/domain/projections';
import { PUBLIC_EVENTS } from '../../src/domain/webhooks';
import { RESOURCE_NAMES } from '../../src/config';
import { STATUS_EVENTS } from '../../src/domain/projection';

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
    ['Backorders', ['productId', 'entry']],
    ['Breakers', ['dependency', 'worker']],
    ['Inbox', ['eventId']],
    ['DeadLetters', ['id']],
    ['Projections', ['id', 'entry']],
    ['OrderSnapshots', ['orderId', 'sequence']],
    ['Webhooks', ['webhookId']],
    ['WebhookDeliveries', ['webhookId', 'deliveryId']],
    ['Cases', ['caseId']],
    ['CustomerContacts', ['customerId']],
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
      // one that failed to be made would be in the way of the next attempt
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    };
    expect(tables).toHaveLength(19);
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
    ['by-status', 'statusShard', 'createdAt', ['status', 'customerId', 'updatedAt']],
    ['by-day', 'dayShard', 'createdAt', ['status', 'customerId', 'updatedAt']],
    ['late', 'lateShard', 'createdAt', ['status', 'customerId', 'updatedAt']],
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

  test.each([
    ['open', 'openShard', 'createdAt', { ProjectionType: 'KEYS_ONLY' }],
    ['changed', 'changedShard', 'updatedAt', { ProjectionType: 'INCLUDE', NonKeyAttributes: ['openShard'] }],
  ])(
    'the index %s has what a reconciliation comes back to, and nothing of it',
    (IndexName, partition, sort, Projection) => {
      expectResource('AWS::DynamoDB::Table', {
        TableName: 'OrderStatusView',
        GlobalSecondaryIndexes: Match.arrayWith([
          { IndexName, KeySchema: [key(partition, 'HASH'), key(sort, 'RANGE')], Projection },
        ]),
      });
    },
  );

  test.each([
    ['by-owner', 'owner', 'createdAt'],
    ['listening', 'listening', 'webhookId'],
  ])('the index %s of webhooks has no secret', (IndexName, partition, sort) => {
    expectResource('AWS::DynamoDB::Table', {
      TableName: 'Webhooks',
      GlobalSecondaryIndexes: Match.arrayWith([
        Match.objectLike({
          IndexName,
          KeySchema: [key(partition, 'HASH'), key(sort, 'RANGE')],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: Match.not(Match.arrayWith(['secrets'])) },
        }),
      ]),
    });
  });

  test.each(['Inbox', 'WebhookDeliveries'])('what %s has seen expires', (TableName) => {
    expectResource('AWS::DynamoDB::Table', {
      TableName,
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });
});

interface QueueProperties {
  QueueName: string;
  DelaySeconds?: number;
  MessageRetentionPeriod: number;
  RedrivePolicy?: { deadLetterTargetArn: object; maxReceiveCount: number };
  RedriveAllowPolicy?: { redrivePermission: string };
  SqsManagedSseEnabled: boolean;
}

/** The resources of a type with their properties, by logical id. */
const propertiesOf = <T>(type: string): [string, T][] =>
  Object.entries(template.findResources(type)).map(([id, { Properties }]) => [id, Properties as T]);
const DAY = 24 * 3600;

describe('queues', () => {
  const queues = propertiesOf<QueueProperties>('AWS::SQS::Queue');
  const live = queues.filter(([, { RedrivePolicy }]) => RedrivePolicy);
  const deadLetters = queues.filter(([, { RedrivePolicy }]) => !RedrivePolicy);

  test.each([
    ['order-intake-queue', { VisibilityTimeout: 30, MessageRetentionPeriod: 7 * DAY }, 5],
    ['inventory-check-queue', { VisibilityTimeout: 300, MessageRetentionPeriod: 14 * DAY }, 5],
    ['partial-inventory-queue', { VisibilityTimeout: 600, MessageRetentionPeriod: 14 * DAY }, 3],
    ['payment-processing-queue', { VisibilityTimeout: 180, MessageRetentionPeriod: 4 * DAY }, 5],
    ['shipping-queue', { VisibilityTimeout: 900, MessageRetentionPeriod: 14 * DAY }, 5],
  ])('%s has the settings of E4', (QueueName, settings, maxReceiveCount) => {
    expectResource('AWS::SQS::Queue', {
      QueueName,
      ReceiveMessageWaitTimeSeconds: 20,
      RedrivePolicy: { deadLetterTargetArn: Match.anyValue(), maxReceiveCount },
      ...settings,
    });
  });

  test('e-mail and SMS have a head start before the push (A4); nothing else waits', () => {
    const waiting = queues.filter(([, { DelaySeconds }]) => DelaySeconds);
    expect(waiting.map(([, { QueueName, DelaySeconds }]) => [QueueName, DelaySeconds])).toEqual([['push-queue', 5]]);
  });

  test('each has dead letters of its own, which keep longer, as far as there is longer', () => {
    const targets = live.map(([, { RedrivePolicy }]) => JSON.stringify(RedrivePolicy?.deadLetterTargetArn));
    expect(new Set(targets).size).toBe(live.length);
    expect(deadLetters).toHaveLength(live.length + 1);
    for (const [, { MessageRetentionPeriod }] of deadLetters) expect(MessageRetentionPeriod).toBe(14 * DAY);
    const asLong = live.filter(([, { MessageRetentionPeriod }]) => MessageRetentionPeriod === 14 * DAY);
    // three that E4 gives all the days there are
    expect(asLong.map(([, { QueueName }]) => QueueName).sort()).toEqual([
      'inventory-check-queue',
      'partial-inventory-queue',
      'shipping-queue',
    ]);
  });

  test('dead letters come from their own queue only', () => {
    const account = { Ref: 'AWS::AccountId' };
    for (const [, { QueueName, RedriveAllowPolicy }] of deadLetters) {
      if (QueueName === 'undelivered-dlq') expect(RedriveAllowPolicy).toEqual({ redrivePermission: 'denyAll' });
      else {
        const arn = [':sqs:', { Ref: 'AWS::Region' }, ':', account, `:${QueueName.replace('-dlq', '-queue')}`];
        expect(JSON.stringify(RedriveAllowPolicy)).toContain(JSON.stringify(arn).slice(1, -1));
        expect(RedriveAllowPolicy).toMatchObject({ redrivePermission: 'byQueue' });
      }
    }
  });

  test('all are encrypted, and nobody speaks to them without TLS', () => {
    for (const [, { SqsManagedSseEnabled }] of queues) expect(SqsManagedSseEnabled).toBe(true);
    const denials = propertiesOf<Policy>('AWS::SQS::QueuePolicy').filter(([, policy]) => deniesPlain(policy));
    expect(denials.map(([, { Queues }]) => Queues![0]!.Ref).sort()).toEqual(queues.map(([id]) => id).sort());
  });

  test('each dead-letter queue has an alarm that tells operations', () => {
    const alarms = propertiesOf<Alarm>('AWS::CloudWatch::Alarm').filter(
      ([, { Namespace, MetricName }]) => Namespace === 'AWS/SQS' && MetricName === 'ApproximateNumberOfMessagesVisible',
    );
    expect(alarms.map(([, { Dimensions }]) => Dimensions[0]!.Value['Fn::GetAtt']![0]).sort()).toEqual(
      deadLetters.map(([id]) => id).sort(),
    );
    for (const [, alarm] of alarms)
      expect(alarm).toMatchObject({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        AlarmActions: [{ Ref: expect.stringMatching(/^OperationsAlertTopic/) as string }],
      });
  });
});

interface Alarm {
  MetricName: string;
  Namespace: string;
  Dimensions: { Value: { 'Fn::GetAtt'?: [string, string]; Ref?: string } }[];
}

interface Policy {
  Queues?: { Ref: string }[];
  Topics?: { Ref: string }[];
  PolicyDocument: { Statement: Record<string, unknown>[] };
}

const deniesPlain = ({ PolicyDocument }: Policy) =>
  PolicyDocument.Statement.some(
    ({ Effect, Condition }) =>
      Effect === 'Deny' && JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
  );

describe('topics', () => {
  const topics = propertiesOf<{ TopicName: string }>('AWS::SNS::Topic');
  const subscriptions = propertiesOf<Subscription>('AWS::SNS::Subscription').map(([, properties]) => properties);

  test('are those of E5, and those of confirmations and operations', () => {
    expect(topics.map(([, { TopicName }]) => TopicName).sort()).toEqual([
      'customer-notifications',
      'inventory-alerts',
      'operations-alerts',
      'order-confirmation',
      'order-status',
    ]);
  });

  test('are spoken to with TLS only', () => {
    const denials = propertiesOf<Policy>('AWS::SNS::TopicPolicy').filter(([, policy]) => deniesPlain(policy));
    expect(denials.map(([, { Topics }]) => Topics![0]!.Ref).sort()).toEqual(topics.map(([id]) => id).sort());
  });

  test('have dead letters for what a subscriber does not take', () => {
    expect(subscriptions).toHaveLength(10);
    for (const { RedrivePolicy } of subscriptions)
      expect(RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'][0]).toMatch(/Dlq/);
  });

  test.each([
    ['CustomerServiceEmail', 2],
    ['OperationsEmail', 2],
  ])('tell %s only when there is one', (parameter, count) => {
    template.hasParameter(parameter, { Default: '' });
    const subscribed = template.findResources('AWS::SNS::Subscription', {
      Condition: `${parameter}Given`,
      Properties: { Protocol: 'email', Endpoint: { Ref: parameter } },
    });
    expect(Object.keys(subscribed)).toHaveLength(count);
  });

  test('let alarms of this account speak to operations', () => {
    expectResource('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnLike: { 'aws:SourceArn': Match.anyValue() },
            },
          }),
        ]),
      },
    });
  });

  // EventBridge gives no context that a condition could look at: with one it publishes nothing
  test('let EventBridge publish without conditions, where a rule does', () => {
    const open = propertiesOf<Policy>('AWS::SNS::TopicPolicy').filter(([, { PolicyDocument }]) =>
      PolicyDocument.Statement.some(
        ({ Principal, Condition }) =>
          JSON.stringify(Principal) === '{"Service":"events.amazonaws.com"}' && Condition === undefined,
      ),
    );
    expect(open.map(([, { Topics }]) => Topics![0]!.Ref.replace(/Topic.*/, '')).sort()).toEqual([
      'CustomerNotification',
      'InventoryAlert',
      'OperationsAlert',
      'OrderConfirmation',
      'OrderStatus',
    ]);
  });
});

interface Subscription {
  RedrivePolicy?: { deadLetterTargetArn: { 'Fn::GetAtt': [string, string] } };
}

describe('rules', () => {
  const rules = propertiesOf<RuleProperties>('AWS::Events::Rule');
  const outside = { origin: [{ exists: false }] };
  /** what the forwarder put on the bus again */
  const live = { replay: { name: [{ exists: false }] } };

  test.each([
    ['OrderValidationRule', 'ecommerce.orders', 'Order Placed', outside],
    ['PaymentProcessedRule', 'payment.service', ['Payment Completed', 'Payment Failed'], outside],
    ['CarrierUpdateRule', 'carrier.updates', 'Carrier Update', outside],
    ['OrderConfirmationRule', 'payment.service', 'Payment Completed', { late: [{ exists: false }], ...live }],
    ['ShippingStartedRule', 'shipping.service', 'Shipment Created', undefined],
    [
      'ShippingNotificationRule',
      'shipping.service',
      'Shipment Created',
      { ...outside, orderId: [{ prefix: '' }], customerId: [{ prefix: '' }], ...live },
    ],
  ])('%s matches %s / %s', (Name, source, detailType, detail) => {
    const found = rules.find(([, rule]) => rule.Name === Name);
    expect(found?.[1].EventPattern).toEqual({
      source: [source],
      'detail-type': [detailType].flat(),
      'replay-name': [{ exists: false }],
      ...(detail && { detail }),
    });
  });

  test('LowStockRule matches our own events of stock that runs out or is waited for', () => {
    const found = rules.find(([, { Name }]) => Name === 'LowStockRule');
    expect(found?.[1].EventPattern).toEqual({
      source: ['inventory.service'],
      'detail-type': ['Stock Low', 'Order Backordered'],
      detail: { origin: ['waybill'], ...live },
      'replay-name': [{ exists: false }],
    });
  });

  test('OrderStatusRule matches our own events that status and projections look at', () => {
    const found = rules.find(([, { Name }]) => Name === 'OrderStatusRule');
    expect(found?.[1].EventPattern).toEqual({
      'detail-type': PROJECTED_EVENTS,
      detail: { origin: ['waybill'] },
      'replay-name': [{ exists: false }],
    });
    expect(PROJECTED_EVENTS).toEqual(expect.arrayContaining([...STATUS_EVENTS, 'Payment Refunded', 'Order Closed']));
    // as much as EventBridge takes
    expect(JSON.stringify(found?.[1].EventPattern).length).toBeLessThan(2048);
  });

  test('only one takes what comes out of an archive, and only some what the forwarder puts on the bus again', () => {
    const matching = (wanted: object) =>
      rules.filter(([, { EventPattern }]) =>
        JSON.stringify(EventPattern).includes(JSON.stringify(wanted).slice(1, -1)),
      );
    const names = (found: typeof rules) => found.map(([, { Name }]) => Name).sort();
    expect(names(matching({ 'replay-name': [{ exists: true }] }))).toEqual(['ReplayForwardingRule']);
    expect(matching({ 'replay-name': [{ exists: false }] })).toHaveLength(rules.length - 1);
    const again = rules.filter((rule) => !matching(live).includes(rule));
    expect(names(again)).toEqual([
      'CarrierUpdateRule',
      'OrderStatusRule',
      'OrderValidationRule',
      'PaymentProcessedRule',
      'ReplayForwardingRule',
      'ShippingStartedRule',
    ]);
  });

  test('WebhookRule matches our own events that are public, unless they come out of the archive', () => {
    const found = rules.find(([, { Name }]) => Name === 'WebhookRule');
    expect(found?.[1].EventPattern).toEqual({
      'detail-type': PUBLIC_EVENTS,
      detail: { origin: ['waybill'], ...live },
      'replay-name': [{ exists: false }],
    });
    expect(JSON.stringify(found?.[1].EventPattern).length).toBeLessThan(2048);
  });

  test('each target is tried for 300 s, and then its event goes to dead letters', () => {
    for (const [, { Targets }] of rules)
      for (const target of Targets)
        expect(target).toMatchObject({
          RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 30 },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/Dlq/) as string, 'Arn'] } },
        });
  });

  test('each has an alarm for what failed, and for what did not even reach the dead letters', () => {
    const alarms = propertiesOf<Alarm>('AWS::CloudWatch::Alarm').filter(([, a]) => a.Namespace === 'AWS/Events');
    const bus = Object.keys(template.findResources('AWS::Events::EventBus'))[0];
    const watched = alarms.map(([, a]) => [a.MetricName, ...a.Dimensions.map(({ Value }) => Value.Ref)].join(' '));
    const metrics = ['FailedInvocations', 'InvocationsFailedToBeSentToDlq'];
    expect(watched.sort()).toEqual(rules.flatMap(([id]) => metrics.map((metric) => `${metric} ${bus} ${id}`)).sort());
  });
});

interface RuleProperties {
  Name: string;
  EventPattern: object;
  Targets: object[];
}

test('the archive keeps for a year every source that an event of ours has, and what carriers tell', () => {
  expectResource('AWS::Events::Archive', {
    ArchiveName: 'order-events-archive',
    RetentionDays: 365,
    EventPattern: {
      source: [
        'ecommerce.orders',
        'order.validation',
        'inventory.service',
        'returns.service',
        'payment.service',
        'shipping.service',
        'customer.notification',
        'carrier.updates',
      ],
      detail: { replay: { name: [{ exists: false }] } },
    },
  });
});

test('the consumer may write to customers only when the identity it writes from is named, and to no topic', () => {
  template.hasParameter('NotificationIdentity', { Default: '' });
  const policies = template.findResources('AWS::IAM::Policy', { Condition: 'NotificationIdentityGiven' });
  expect(Object.values(policies)).toHaveLength(1);
  expect(Object.keys(template.findResources('AWS::IAM::Policy'))).toHaveLength(1);
  const arn = (service: string, resource: unknown[]) => ({
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        `:${service}:`,
        { Ref: 'AWS::Region' },
        ':',
        { Ref: 'AWS::AccountId' },
        ...resource,
      ],
    ],
  });
  expect(Object.values(policies)[0]!['Properties']).toMatchObject({
    Roles: [{ Ref: expect.stringMatching(/^ConsumerRole/) as string }],
    PolicyDocument: {
      Statement: [
        { Action: 'ses:SendEmail', Resource: arn('ses', [':identity/', { Ref: 'NotificationIdentity' }]) },
        { Action: 'sns:Publish', Resource: arn('sns', [':endpoint/*']) },
        { Action: 'sns:Publish', NotResource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sns:*:*:*']] } },
      ],
    },
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

test('a table that is there already can get its new indexes one after the other', () => {
  const indexesOf = (context: Record<string, string>) => {
    const stack = new WaybillStack(new App({ context }), 'Waybill');
    const tables = Template.fromStack(stack).findResources('AWS::DynamoDB::Table', {
      Properties: { TableName: 'OrderStatusView' },
    });
    const [{ Properties }] = Object.values(tables) as [
      { Properties: { GlobalSecondaryIndexes: { IndexName: string }[] } },
    ];
    return Properties.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName);
  };
  const all = indexesOf({});
  expect(all).toContain('changed');
  expect(indexesOf({ 'without-index': 'changed' })).toEqual(all.filter((name) => name !== 'changed'));
});
