import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderCursor } from '../../domain/projections';
import type { OrderEvent } from '../../domain/events';
import type { ProjectionStore } from '../../messaging/projection-ports';
import { reach } from './errors';
import { rows } from '../../domain/projections';
import { writeTogether } from './write-together';

/** The projections on DynamoDB: rows of counters, and for each order how far it was counted. */
export function createProjectionStore(p: {
  db: DynamoDBDocumentClient;
  tables: { events: string; projections: string };
}): ProjectionStore {
  const { db, tables } = p;
  const TableName = tables.projections;
  return {
    async readCursor(orderId) {
      const command = new GetCommand({ TableName, Key: rows.cursor(orderId), ConsistentRead: true });
      const { Item } = await reach(`reading ${TableName}`, () => db.send(command));
      return Item && cursorOf(Item as OrderCursor);
    },

    async readEvents({ orderId, after, limit }) {
      const query = new QueryCommand({
        TableName: tables.events,
        KeyConditionExpression: 'orderId = :order AND #sequence > :after',
        ExpressionAttributeNames: { '#sequence': 'sequence' },
        ExpressionAttributeValues: { ':order': orderId, ':after': after },
        ConsistentRead: true,
        Limit: limit,
      });
      const { Items = [] } = await reach(`reading ${tables.events}`, () => db.send(query));
      return Items as OrderEvent[];
    },

    async write({ before, cursor, additions }) {
      const isThere =
        before === undefined
          ? { ConditionExpression: 'attribute_not_exists(id)' }
          : {
              ConditionExpression: '#sequence = :before',
              ExpressionAttributeNames: { '#sequence': 'sequence' },
              ExpressionAttributeValues: { ':before': before },
            };
      const move = { Put: { TableName, Item: { ...rows.cursor(cursor.orderId), ...cursor }, ...isThere } };
      const adds = additions.map(({ id, entry, add }) => ({
        Update: { TableName, Key: { id, entry }, ...addExpression(add) },
      }));
      return (await writeTogether(db, [move, ...adds], `${TableName} of order ${cursor.orderId}`)) === undefined;
    },
  };
}

function cursorOf({ orderId, sequence, hour, standing, status, customerId, isStarted }: OrderCursor): OrderCursor {
  const cursor = { orderId, sequence, hour, standing, ...(status && { status }), ...(isStarted && { isStarted }) };
  return customerId === undefined ? cursor : { ...cursor, customerId };
}

function addExpression(add: Record<string, number>) {
  const names = Object.keys(add);
  return {
    UpdateExpression: `ADD ${names.map((name) => `#${name} :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, add[name]])),
  };
}
