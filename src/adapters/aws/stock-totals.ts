import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { StockTotals } from '../../messaging/ports';
import { reach } from './errors';
import { StepError } from '../../domain/failures';

/** The totals of the Inventory table. One call is enough: no order has more products than it takes keys. */
export function createStockTotals({ db, table }: { db: DynamoDBDocumentClient; table: string }): StockTotals {
  return {
    async availableOf(productIds) {
      const keys = productIds.map((productId) => ({ productId }));
      const command = new BatchGetCommand({ RequestItems: { [table]: { Keys: keys } } });
      const { Responses, UnprocessedKeys = {} } = await reach(`reading ${table}`, () => db.send(command));
      if (Object.keys(UnprocessedKeys).length > 0)
        throw new StepError('SERVICE_UNAVAILABLE', `reading ${table}: throttled`);
      const rows = Responses?.[table] ?? [];
      return new Map(rows.map((row) => [String(row['productId']), Number(row['availableQuantity'])]));
    },
  };
}
