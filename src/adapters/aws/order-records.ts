import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Books, LedgerEntry, OrderRecord } from '../../activities/ports';
import type { TableNames } from './transaction';
import { reach } from './errors';

/** Who an order's id belongs to, and which effects there were: for longer than the engine remembers a workflow. */
export function createOrderRecords(p: {
  db: DynamoDBDocumentClient;
  tables: Pick<TableNames, 'orders' | 'ledger'>;
}): Pick<Books, 'readOrder' | 'readLedger'> {
  async function get<T>(TableName: string, Key: Record<string, string>): Promise<T | undefined> {
    const command = new GetCommand({ TableName, Key, ConsistentRead: true });
    const { Item } = await reach(`reading ${TableName}`, () => p.db.send(command));
    return Item as T | undefined;
  }
  return {
    readOrder: (orderId) => get<OrderRecord>(p.tables.orders, { orderId }),
    readLedger: async (key) => (await get<LedgerEntry>(p.tables.ledger, { key }))?.result,
  };
}
