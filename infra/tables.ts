import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

const text = (name: string) => ({ name, type: AttributeType.STRING });
const integer = (name: string) => ({ name, type: AttributeType.NUMBER });

/** what a list of orders shows; keys are projected anyway */
const VIEW_ATTRIBUTES = [
  'status',
  'customerId',
  'createdAt',
  'updatedAt',
  'totalAmount',
  'currency',
  'inventoryStatus',
];

/** what a list of dead letters shows */
const LETTER_ATTRIBUTES = [
  'class',
  'state',
  'severity',
  'queue',
  'errorType',
  'reason',
  'updatedAt',
  'tries',
  'redrives',
];

export type Tables = ReturnType<typeof defineTables>;

/** The tables of docs/technical.md, "Data"; each is kept when the stack is deleted, unless it failed to be made. */
export function defineTables(scope: Construct, prefix: string) {
  const table = (name: string, props: Partial<TableProps> & Pick<TableProps, 'partitionKey'>) =>
    new Table(scope, name, {
      tableName: `${prefix}${name}`,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.AWS_MANAGED,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      ...props,
    });
  return {
    Orders: table('Orders', { partitionKey: text('orderId') }),
    OrderEvents: withUnpublished(table('OrderEvents', { partitionKey: text('orderId'), sortKey: integer('sequence') })),
    OrderStatusView: withLists(table('OrderStatusView', { partitionKey: text('orderId') })),
    Inventory: table('Inventory', { partitionKey: text('productId') }),
    WarehouseStock: table('WarehouseStock', { partitionKey: text('productId'), sortKey: text('warehouseId') }),
    Ledger: table('Ledger', { partitionKey: text('key') }),
    Backorders: table('Backorders', { partitionKey: text('productId'), sortKey: text('entry') }),
    Inbox: withParked(table('Inbox', { partitionKey: text('eventId'), timeToLiveAttribute: 'expiresAt' })),
    DeadLetters: withDesks(table('DeadLetters', { partitionKey: text('id') })),
    Projections: table('Projections', { partitionKey: text('id'), sortKey: text('entry') }),
    OrderSnapshots: table('OrderSnapshots', { partitionKey: text('orderId'), sortKey: integer('sequence') }),
    Webhooks: withOwners(table('Webhooks', { partitionKey: text('webhookId') })),
    WebhookDeliveries: table('WebhookDeliveries', {
      partitionKey: text('webhookId'),
      sortKey: text('deliveryId'),
      timeToLiveAttribute: 'expiresAt',
    }),
    OrderLookups: table('OrderLookups', { partitionKey: text('term'), sortKey: text('entry') }),
    AuditTrail: table('AuditTrail', { partitionKey: text('day'), sortKey: text('entry') }),
    Cases: withOpenCases(table('Cases', { partitionKey: text('caseId') })),
    Breakers: table('Breakers', {
      partitionKey: text('dependency'),
      sortKey: text('worker'),
      timeToLiveAttribute: 'expiresAt',
    }),
    CustomerContacts: table('CustomerContacts', { partitionKey: text('customerId') }),
    SandboxJournal: table('SandboxJournal', { partitionKey: text('id'), sortKey: text('entry') }),
  };
}

/** sparse: an event leaves the index once it is on the bus */
function withUnpublished(events: Table): Table {
  events.addGlobalSecondaryIndex({ indexName: 'unpublished', partitionKey: text('unpublished'), sortKey: text('at') });
  return events;
}

/** sparse: by shard those whose turn it is to be tried again, and by order those that wait for it */
function withParked(inbox: Table): Table {
  inbox.addGlobalSecondaryIndex({
    indexName: 'parked',
    partitionKey: text('parkedShard'),
    sortKey: text('tryAgainAt'),
  });
  inbox.addGlobalSecondaryIndex({
    indexName: 'parked-for',
    partitionKey: text('parkedFor'),
    sortKey: text('parkedAt'),
  });
  return inbox;
}

/** by what is to be done with them, and by what they are; without bodies, which may be large */
function withDesks(letters: Table): Table {
  const desk = (partition: 'state' | 'class') =>
    letters.addGlobalSecondaryIndex({
      indexName: `by-${partition}`,
      partitionKey: text(partition),
      sortKey: text('deadAt'),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: LETTER_ATTRIBUTES.filter((attribute) => attribute !== partition),
    });
  desk('state');
  desk('class');
  return letters;
}

/** what a list of webhooks shows: not their secrets */
const WEBHOOK_ATTRIBUTES = [
  'url',
  'events',
  'customerId',
  'description',
  'enabled',
  'updatedAt',
  'failingSince',
  'failedAttempts',
  'disabledAt',
  'disabledReason',
];

/** by owner; and, sparse, by shard those that are enabled */
function withOwners(webhooks: Table): Table {
  webhooks.addGlobalSecondaryIndex({
    indexName: 'by-owner',
    partitionKey: text('owner'),
    sortKey: text('createdAt'),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: WEBHOOK_ATTRIBUTES,
  });
  webhooks.addGlobalSecondaryIndex({
    indexName: 'listening',
    partitionKey: text('listening'),
    sortKey: text('webhookId'),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['events', 'customerId'],
  });
  return webhooks;
}

function withOpenCases(cases: Table): Table {
  cases.addGlobalSecondaryIndex({ indexName: 'by-state', partitionKey: text('state'), sortKey: text('openedAt') });
  return cases;
}

function withLists(view: Table): Table {
  const list = (indexName: string, partition: string, sort: string) =>
    view.addGlobalSecondaryIndex({
      indexName,
      partitionKey: text(partition),
      sortKey: text(sort),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: VIEW_ATTRIBUTES.filter((attribute) => attribute !== partition && attribute !== sort),
    });
  list('by-customer', 'customerId', 'createdAt');
  list('by-status', 'statusShard', 'createdAt');
  list('by-day', 'dayShard', 'createdAt');
  // sparse: an order leaves the index when it starts to ship or ends
  list('late', 'lateShard', 'createdAt');
  // sparse: an order leaves the index with the event that ends it
  view.addGlobalSecondaryIndex({
    indexName: 'open',
    partitionKey: text('openShard'),
    sortKey: text('createdAt'),
    projectionType: ProjectionType.KEYS_ONLY,
  });
  // AWS adds one index to a table that is there already, and the next one with the next deployment
  if (view.node.tryGetContext('without-index') === 'changed') return view;
  // sparse: an order that comes into a state leaves it, and is among the open ones
  view.addGlobalSecondaryIndex({
    indexName: 'changed',
    partitionKey: text('changedShard'),
    sortKey: text('updatedAt'),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['openShard'],
  });
  return view;
}
