import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Books, OrderRecord } from '../../activities/ports';
import { reach } from './errors';

/** Who an order's id belongs to, from the Orders table. */
export function createOrderRecords(p: { db: DynamoDBDocumentClient; table: string }): Pick<Books, 'readOrder'> {
  return {
    async readOrder(orderId) {
      const command = new GetCommand({ TableName: p.table, Key: { orderId }, ConsistentRead: true });
      const { Item } = await reach(`reading ${p.table}`, () => p.db.send(command));
      return Item as OrderRecord | undefined;
    },
  };
}
