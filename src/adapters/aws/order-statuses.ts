import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderStatuses } from '../../messaging/projection-ports';
import type { OrderView } from '../../domain/projection';
import { reach } from './errors';

/** The status of the orders as accepted, brought up to that of the read model; nothing else of them is touched. */
export function createOrderStatuses(p: {
  db: DynamoDBDocumentClient;
  tables: { orders: string; view: string };
}): OrderStatuses {
  const { db, tables } = p;
  return {
    async bringUpToDate(orderId) {
      const get = new GetCommand({
        TableName: tables.view,
        Key: { orderId },
        ProjectionExpression: '#status, #sequence',
        ExpressionAttributeNames: { '#status': 'status', '#sequence': 'sequence' },
        ConsistentRead: true,
      });
      const { Item } = await reach(`reading ${tables.view}`, () => db.send(get));
      if (!Item) return undefined;
      const { status, sequence } = Item as Pick<OrderView, 'status' | 'sequence'>;
      const update = new UpdateCommand({
        TableName: tables.orders,
        Key: { orderId },
        UpdateExpression: 'SET #status = :status, statusSequence = :sequence',
        ConditionExpression:
          'attribute_exists(orderId) AND (attribute_not_exists(statusSequence) OR statusSequence < :sequence)',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': status, ':sequence': sequence },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return reach(`writing ${tables.orders}`, async () => {
        try {
          await db.send(update);
          return sequence;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          return error.Item && Math.max(sequence, Number(error.Item['statusSequence']?.N));
        }
      });
    },
  };
}
