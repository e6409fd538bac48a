import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Backorder } from '../../domain/backorders';
import type { OrderEvent } from '../../domain/events';
import type { OrderMark, OrderReader, ProductStock } from '../../gateway/ports';
import type { OrderId } from '../../domain/ids';
import type { OrderView } from '../../domain/projection';
import type { TableNames } from './transaction';
import { batchGet } from './batch-get';
import { createOrderList } from './order-list';
import { isOver } from '../../domain/reconciliation';
import { missingOf } from '../../domain/backorders';
import { reach } from './errors';

/** How often a reading is tried whose table leaves something undone: whoever asked asks again. */
const MAX_TRIES = 3;

/** the tables that questions are answered from */
type ReadTables = Omit<TableNames, 'orders' | 'ledger'> & { lookups: string };

/** The read model on DynamoDB. */
export function createOrderReader({
  db,
  tables,
  now = () => new Date(),
}: {
  db: DynamoDBDocumentClient;
  tables: ReadTables;
  now?: () => Date;
}): OrderReader {
  const get = async (TableName: string, Key: Record<string, string>) => {
    const { Item } = await reach(`reading ${TableName}`, () => db.send(new GetCommand({ TableName, Key })));
    return Item;
  };
  const queryAll = (input: QueryCommandInput) =>
    reach(`reading ${input.TableName}`, async () => {
      const items: Record<string, unknown>[] = [];
      for await (const { Items = [] } of paginateQuery({ client: db }, input)) items.push(...Items);
      return items;
    });

  return {
    readView: async (orderId) => (await get(tables.view, { orderId })) as OrderView | undefined,

    async listEvents({ orderId, after = 0 }) {
      const events = await queryAll({
        TableName: tables.events,
        KeyConditionExpression: 'orderId = :order AND #sequence > :after',
        ExpressionAttributeNames: { '#sequence': 'sequence' },
        ExpressionAttributeValues: { ':order': orderId, ':after': after },
      });
      return events as OrderEvent[];
    },

    async readSequences(orderIds) {
      const rows = await batchGet<Pick<OrderView, 'orderId' | 'sequence' | 'currentState'>>({
        db,
        table: tables.view,
        keys: orderIds.map((orderId) => ({ orderId })),
        options: {
          ProjectionExpression: 'orderId, #sequence, currentState',
          ExpressionAttributeNames: { '#sequence': 'sequence' },
        },
        maxTries: MAX_TRIES,
      });
      return new Map<OrderId, OrderMark>(
        rows.map((row) => [row.orderId, { sequence: row.sequence, isOver: isOver(row) }]),
      );
    },

    readEvents: (keys) =>
      batchGet<OrderEvent>({
        db,
        table: tables.events,
        keys: keys.map(({ orderId, sequence }) => ({ orderId, sequence })),
        maxTries: MAX_TRIES,
      }),

    listOrders: createOrderList({ db, tables, now }),

    async readInventory(productId) {
      const rowsOf = (TableName: string) =>
        queryAll({
          TableName,
          KeyConditionExpression: 'productId = :product',
          ExpressionAttributeValues: { ':product': productId },
        });
      const [product, warehouses, queue] = await Promise.all([
        get(tables.inventory, { productId }),
        rowsOf(tables.warehouseStock),
        rowsOf(tables.backorders),
      ]);
      if (!product) return undefined;
      const stock = warehouses as unknown as ProductStock['warehouses'];
      const waiting = (queue as unknown as Backorder[]).reduce((all, backorder) => all + missingOf(backorder), 0);
      return {
        ...(product as Omit<ProductStock, 'warehouses' | 'waiting'>),
        waiting,
        warehouses: stock.map(warehouseOf),
      };
    },

    async ping() {
      await reach('reaching the tables', () => db.send(new DescribeTableCommand({ TableName: tables.view })));
    },
  };
}

const warehouseOf = ({ warehouseId, availableQuantity, reservedQuantity }: ProductStock['warehouses'][number]) => ({
  warehouseId,
  availableQuantity,
  reservedQuantity,
});
