import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Backorder } from '../../domain/backorders';
import type { StockBooks } from '../../domain/reconciliation';
import type { StockTaking } from '../../activities/maintenance-ports';
import type { TableNames } from './transaction';
import type { WarehouseStock } from '../../domain/inventory';
import { failedCall } from './errors';

const NOTHING: StockBooks = { totals: [], warehouses: [], backorders: [] };

/** Takes stock: all rows of the three tables, one table after the other, a page of DynamoDB's (1 MB) at a time. */
export function createStockTaking(p: {
  db: DynamoDBDocumentClient;
  tables: Pick<TableNames, 'inventory' | 'warehouseStock' | 'backorders'>;
}): StockTaking {
  const { db, tables } = p;

  async function* rowsOf<T>(TableName: string): AsyncGenerator<T[]> {
    try {
      for await (const { Items = [] } of paginateScan({ client: db }, { TableName, ConsistentRead: true }))
        yield Items as T[];
    } catch (error) {
      throw failedCall(`reading ${TableName}`, error);
    }
  }

  return {
    async *pages() {
      for await (const totals of rowsOf<WarehouseStock>(tables.inventory)) yield { ...NOTHING, totals };
      for await (const warehouses of rowsOf<WarehouseStock>(tables.warehouseStock)) yield { ...NOTHING, warehouses };
      for await (const backorders of rowsOf<Backorder>(tables.backorders)) yield { ...NOTHING, backorders };
    },
  };
}
