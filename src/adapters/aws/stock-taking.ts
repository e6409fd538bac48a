import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Backorder } from '../../domain/backorders';
import type { StockTaking } from '../../activities/maintenance-ports';
import type { TableNames } from './transaction';
import type { WarehouseStock } from '../../domain/inventory';
import { reach } from './errors';

/** Takes stock: all rows of the three tables. */
export function createStockTaking(p: {
  db: DynamoDBDocumentClient;
  tables: Pick<TableNames, 'inventory' | 'warehouseStock' | 'backorders'>;
}): StockTaking {
  const all = <T>(TableName: string) =>
    reach(`reading ${TableName}`, async () => {
      const rows: T[] = [];
      for await (const { Items = [] } of paginateScan({ client: p.db }, { TableName, ConsistentRead: true }))
        rows.push(...(Items as T[]));
      return rows;
    });
  return {
    async readStock() {
      const [totals, warehouses, backorders] = await Promise.all([
        all<WarehouseStock>(p.tables.inventory),
        all<WarehouseStock>(p.tables.warehouseStock),
        all<Backorder>(p.tables.backorders),
      ]);
      return { totals, warehouses, backorders };
    },
  };
}
