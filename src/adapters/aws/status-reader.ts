import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderStatuses } from '../../messaging/replay-ports';
import type { OrderStatus } from '../../domain/states';
import { reach } from './errors';

/** Where orders stand, by the read model. */
export function createStatusReader({ db, view }: { db: DynamoDBDocumentClient; view: string }): OrderStatuses {
  return {
    async statusOf(orderId) {
      const command = new GetCommand({
        TableName: view,
        Key: { orderId },
        ConsistentRead: true,
        ProjectionExpression: '#status',
        ExpressionAttributeNames: { '#status': 'status' },
      });
      const { Item } = await reach(`reading ${view}`, () => db.send(command));
      return Item?.['status'] as OrderStatus | undefined;
    },
  };
}
