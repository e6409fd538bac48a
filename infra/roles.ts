import { Aws, CfnCondition, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  type CfnPolicy,
  Policy,
  PolicyDocument,
  PolicyStatement,
  PrincipalWithConditions,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Messaging } from './messaging';
import type { QueuePair } from './queues';
import type { Tables } from './tables';
import { REPLAY_PREFIX } from '../src/domain/replay';

/** Actions by the ARN that they are allowed on. */
type Grant = readonly [arn: string, ...actions: string[]];

interface Grants {
  waybill: Grant[];
  /** only as long as payment company and carrier are sandboxes: they keep their books in a table of ours */
  sandbox: Grant[];
}

export interface RolesProps {
  tables: Tables;
  messaging: Messaging;
}

export type Roles = ReturnType<typeof defineRoles>;

/** One role for each process, with exactly what it calls; test/infra/roles.test.ts holds them to that. */
export function defineRoles(scope: Construct, props: RolesProps) {
  const roles = {
    Gateway: defineRole(scope, 'GatewayRole', gatewayGrants(props)),
    Worker: defineRole(scope, 'WorkerRole', workerGrants(props)),
    Consumer: defineRole(scope, 'ConsumerRole', consumerGrants(props)),
  };
  defineNotifierPolicy(scope, roles.Consumer);
  return roles;
}

function gatewayGrants({ tables, messaging: { bus, queues, undelivered } }: RolesProps): Grants {
  const { Orders, OrderStatusView, OrderEvents, Inventory, WarehouseStock } = tables;
  const { Backorders, Breakers, Cases, CustomerContacts, Inbox, Ledger, OrderLookups, OrderSnapshots, Projections } =
    tables;
  const { SandboxJournal, WebhookDeliveries, Webhooks } = tables;
  return {
    waybill: [
      // what an id stands for, where the engine has forgotten it
      [Orders.tableArn, 'dynamodb:GetItem'],
      // whether a payment that comes late was accounted for
      [Ledger.tableArn, 'dynamodb:GetItem'],
      // DescribeTable is how it knows that the tables can be reached
      [OrderStatusView.tableArn, 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:DescribeTable'],
      [indexOf(OrderStatusView, 'by-customer'), 'dynamodb:Query'],
      [indexOf(OrderStatusView, 'by-status'), 'dynamodb:Query'],
      [indexOf(OrderStatusView, 'late'), 'dynamodb:Query'],
      [indexOf(OrderStatusView, 'by-day'), 'dynamodb:Query'],
      [OrderLookups.tableArn, 'dynamodb:Query'],
      [OrderEvents.tableArn, 'dynamodb:Query', 'dynamodb:BatchGetItem'],
      // orders as they were, and what the events add up to
      [OrderSnapshots.tableArn, 'dynamodb:Query'],
      [Projections.tableArn, 'dynamodb:Query'],
      [Inventory.tableArn, 'dynamodb:GetItem'],
      [WarehouseStock.tableArn, 'dynamodb:Query'],
      [Backorders.tableArn, 'dynamodb:Query'],
      [CustomerContacts.tableArn, 'dynamodb:GetItem', 'dynamodb:PutItem'],
      // replays
      [tables.Inbox.tableArn, 'dynamodb:BatchGetItem'],
      // BatchGetItem: how many there are
      [tables.DeadLetters.tableArn, 'dynamodb:GetItem', 'dynamodb:BatchGetItem'],
      ...deadLetterLists(tables),
      // which events were taken; those that are early wait there for the consumer
      [Inbox.tableArn, 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      [indexOf(Inbox, 'parked-for'), 'dynamodb:Query'],
      // PutItem: a reset
      [Breakers.tableArn, 'dynamodb:Query', 'dynamodb:PutItem'],
      [Webhooks.tableArn, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      [indexOf(Webhooks, 'by-owner'), 'dynamodb:Query'],
      [WebhookDeliveries.tableArn, 'dynamodb:GetItem', 'dynamodb:Query'],
      // what replays put aside
      [
        queues.ReplaySandbox.queue.queueArn,
        'sqs:ReceiveMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:GetQueueAttributes',
        'sqs:PurgeQueue',
      ],
      // PutItem: somebody closes one
      [Cases.tableArn, 'dynamodb:GetItem', 'dynamodb:PutItem'],
      // PutItem: together with a reset, or with a case that is closed
      [tables.AuditTrail.tableArn, 'dynamodb:Query', 'dynamodb:PutItem'],
      [indexOf(Cases, 'by-state'), 'dynamodb:Query'],
      // how full they are
      ...[...redrivable(queues).flatMap(({ queue, deadLetters }) => [queue, deadLetters]), undelivered].map(
        ({ queueArn }): Grant => [queueArn, 'sqs:GetQueueAttributes'],
      ),
    ],
    sandbox: [
      // its switches, and the settling of a pending payment, of which the company tells on the bus
      [SandboxJournal.tableArn, 'dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      [bus.eventBusArn, 'events:PutEvents'],
    ],
  };
}

/** A transaction needs the right to each of its writes; there is none to the transaction. */
function workerGrants({ tables, messaging: { bus, archiveArn, queues, topics } }: RolesProps): Grants {
  return {
    waybill: [
      [tables.Orders.tableArn, 'dynamodb:PutItem', 'dynamodb:GetItem'],
      // Query: a step that was repeated reads what its first attempt wrote
      [
        tables.OrderEvents.tableArn,
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:BatchWriteItem',
        // all orders, where the read model is made again or held against them
        'dynamodb:Scan',
      ],
      // the last three: where it is made again
      [
        tables.OrderStatusView.tableArn,
        'dynamodb:UpdateItem',
        'dynamodb:GetItem',
        'dynamodb:Scan',
        'dynamodb:PutItem',
        'dynamodb:DeleteItem',
        // how it knows that the tables can be reached; the bus likewise, below
        'dynamodb:DescribeTable',
      ],
      // orders that have not ended, or changed lately: what a reconciliation looks at
      [indexOf(tables.OrderStatusView, 'open'), 'dynamodb:Query'],
      [indexOf(tables.OrderStatusView, 'changed'), 'dynamodb:Query'],
      // Scan, here and below: reconciliation takes stock
      [tables.Inventory.tableArn, 'dynamodb:UpdateItem', 'dynamodb:Scan'],
      [tables.WarehouseStock.tableArn, 'dynamodb:UpdateItem', 'dynamodb:BatchGetItem', 'dynamodb:Scan'],
      [tables.Cases.tableArn, 'dynamodb:GetItem', 'dynamodb:PutItem'],
      [indexOf(tables.Cases, 'by-state'), 'dynamodb:Query'],
      [tables.Ledger.tableArn, 'dynamodb:PutItem', 'dynamodb:GetItem'],
      // GetItem: a reset
      [tables.Breakers.tableArn, 'dynamodb:PutItem', 'dynamodb:GetItem'],
      [
        tables.Backorders.tableArn,
        'dynamodb:Query',
        'dynamodb:BatchGetItem',
        'dynamodb:PutItem',
        'dynamodb:DeleteItem',
        'dynamodb:Scan',
      ],
      // what shops are told, and what became of it
      [tables.Webhooks.tableArn, 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
      [tables.WebhookDeliveries.tableArn, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      [bus.eventBusArn, 'events:PutEvents', 'events:DescribeEventBus'],
      // PartialInventory and Shipping get messages from steps too; all of them what is redriven
      ...redrivable(queues).map(({ queue }): Grant => [queue.queueArn, 'sqs:SendMessage']),
      // Scan, BatchGetItem and PutItem: they are counted again
      [
        tables.DeadLetters.tableArn,
        'dynamodb:GetItem',
        'dynamodb:UpdateItem',
        'dynamodb:Scan',
        'dynamodb:BatchGetItem',
        'dynamodb:PutItem',
      ],
      // a reconciliation looks at all, and removes what is not as its events
      [tables.OrderSnapshots.tableArn, 'dynamodb:Scan', 'dynamodb:Query', 'dynamodb:DeleteItem'],
      // who asked for that
      [tables.AuditTrail.tableArn, 'dynamodb:PutItem'],
      ...deadLetterLists(tables),
      // replays: what is written of them, the archive, and what of them waits for the consumer
      [tables.Inbox.tableArn, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchGetItem'],
      [archiveArn, 'events:StartReplay'],
      [replaysOf(bus), 'events:DescribeReplay', 'events:CancelReplay'],
      [queues.Replay.queue.queueArn, 'sqs:GetQueueAttributes'],
      // all of them what is redriven; the second right: who a message was for that a topic could not hand on
      ...Object.values(topics).map(({ topicArn }): Grant => [topicArn, 'sns:Publish', 'sns:ListSubscriptionsByTopic']),
    ],
    // Scan, Query: its statement
    sandbox: [
      [tables.SandboxJournal.tableArn, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan', 'dynamodb:Query'],
    ],
  };
}

function consumerGrants({ tables, messaging: { bus, queues, undelivered } }: RolesProps): Grants {
  const { OrderIntake, InventoryCheck, PaymentProcessing, TrackingUpdate, Reorder, Email, Sms, Push } = queues;
  const { PartialInventory, Shipping, OrderStatus, Analytics, Replay, WebhookEvents } = queues;
  const read = [
    OrderIntake,
    InventoryCheck,
    PaymentProcessing,
    TrackingUpdate,
    Reorder,
    PartialInventory,
    Shipping,
    OrderStatus,
    Analytics,
    Replay,
    WebhookEvents,
  ];
  return {
    waybill: [
      ...[...read, Email, Sms, Push].flatMap(readingOf),
      // UpdateItem: the status of an order as accepted, which follows the view
      [tables.Orders.tableArn, 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
      // where an order stands
      [tables.OrderStatusView.tableArn, 'dynamodb:GetItem', 'dynamodb:DescribeTable'],
      // a projection's cursor, and what the events after it add to its rows
      [tables.Projections.tableArn, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      [tables.OrderSnapshots.tableArn, 'dynamodb:Query', 'dynamodb:PutItem'],
      [tables.OrderLookups.tableArn, 'dynamodb:BatchWriteItem'],
      // what operators asked of orders
      [tables.AuditTrail.tableArn, 'dynamodb:PutItem'],
      [tables.Ledger.tableArn, 'dynamodb:GetItem'],
      // GetItem: a reset
      [tables.Breakers.tableArn, 'dynamodb:PutItem', 'dynamodb:GetItem'],
      [indexOf(tables.OrderEvents, 'unpublished'), 'dynamodb:Query'],
      [tables.OrderEvents.tableArn, 'dynamodb:BatchWriteItem', 'dynamodb:Query'],
      [bus.eventBusArn, 'events:PutEvents', 'events:DescribeEventBus'],
      // which events were taken, replayed, or wait, which notifications were delivered; where customers can be reached
      [
        tables.Inbox.tableArn,
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
        'dynamodb:BatchGetItem',
      ],
      [indexOf(tables.Inbox, 'parked'), 'dynamodb:Query'],
      [indexOf(tables.Inbox, 'parked-for'), 'dynamodb:Query'],
      // what there is of an order
      [tables.Inventory.tableArn, 'dynamodb:BatchGetItem'],
      [queues.ReplaySandbox.queue.queueArn, 'sqs:SendMessage'],
      [tables.CustomerContacts.tableArn, 'dynamodb:GetItem'],
      // who listens
      [indexOf(tables.Webhooks, 'listening'), 'dynamodb:Query'],
      // every dead letter becomes a record
      ...[...redrivable(queues).map(({ deadLetters }) => deadLetters), undelivered].map(({ queueArn }): Grant => [
        queueArn,
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        // how many there are
        'sqs:GetQueueAttributes',
      ]),
      // GetItem: one that is there already; UpdateItem: their counters
      [tables.DeadLetters.tableArn, 'dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
    ],
    sandbox: [[tables.SandboxJournal.tableArn, 'dynamodb:GetItem', 'dynamodb:PutItem']],
  };
}

/** Those whose names begin as ours do: a name is chosen when one is started. */
const replaysOf = (bus: Messaging['bus']) =>
  Stack.of(bus).formatArn({ service: 'events', resource: 'replay', resourceName: `${REPLAY_PREFIX}*` });

/** Queues of which somebody reads the dead letters: all but the one that people look into. */
const redrivable = ({ ReplaySandbox: _looked, ...queues }: Messaging['queues']): QueuePair[] => Object.values(queues);

const deadLetterLists = ({ DeadLetters }: Tables): Grant[] => [
  [indexOf(DeadLetters, 'by-state'), 'dynamodb:Query'],
  [indexOf(DeadLetters, 'by-class'), 'dynamodb:Query'],
];

/**
 * To take messages from a queue, and to put those that are none into its dead letters; its attributes say how often it
 * gives a message.
 */
const readingOf = ({ queue, deadLetters }: QueuePair): Grant[] => [
  [queue.queueArn, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
  [deadLetters.queueArn, 'sqs:SendMessage'],
];

/**
 * SES and SNS for the consumer, with `NOTIFICATIONS=aws`: there when the identity of SES is named that it writes from.
 * A phone number is no resource, so it is what no ARN of SNS is.
 */
function defineNotifierPolicy(scope: Construct, consumer: Role): void {
  const identity = new CfnParameter(scope, 'NotificationIdentity', {
    default: '',
    description: 'Identity of SES (an address or a domain) that customers are written from; may be empty: a sandbox',
  });
  const given = new CfnCondition(scope, 'NotificationIdentityGiven', {
    expression: Fn.conditionNot(Fn.conditionEquals(identity.valueAsString, '')),
  });
  const arn = (service: string, resource: string) => Stack.of(scope).formatArn({ service, resource });
  const policy = new Policy(scope, 'NotifierPolicy', {
    roles: [consumer],
    statements: [
      new PolicyStatement({
        actions: ['ses:SendEmail'],
        resources: [arn('ses', `identity/${identity.valueAsString}`)],
      }),
      new PolicyStatement({ actions: ['sns:Publish'], resources: [arn('sns', 'endpoint/*')] }),
      new PolicyStatement({ actions: ['sns:Publish'], notResources: [`arn:${Aws.PARTITION}:sns:*:*:*`] }),
    ],
  });
  (policy.node.defaultChild as CfnPolicy).cfnOptions.condition = given;
}

const indexOf = ({ tableArn }: Table, index: string) => `${tableArn}/index/${index}`;

/** Without a name of its own: roles are global, and an account may have an installation in each region. */
function defineRole(scope: Construct, id: string, { waybill, sandbox }: Grants): Role {
  const role = new Role(scope, id, {
    assumedBy: ecsTasks(scope),
    inlinePolicies: { waybill: policyOf(waybill), ...(sandbox.length > 0 && { sandbox: policyOf(sandbox) }) },
  });
  role.assumeRolePolicy?.addStatements(podIdentity());
  return role;
}

const policyOf = (grants: Grant[]) =>
  new PolicyDocument({
    statements: grants.map(([arn, ...actions]) => new PolicyStatement({ actions, resources: [arn] })),
  });

/** tasks of this account and region only */
const ecsTasks = (scope: Construct) =>
  new PrincipalWithConditions(new ServicePrincipal('ecs-tasks.amazonaws.com'), {
    StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
    ArnLike: { 'aws:SourceArn': Stack.of(scope).formatArn({ service: 'ecs', resource: '*' }) },
  });

/** pods of this account's clusters; the association says which service account */
const podIdentity = () =>
  new PolicyStatement({
    principals: [new ServicePrincipal('pods.eks.amazonaws.com')],
    actions: ['sts:AssumeRole', 'sts:TagSession'],
  });
