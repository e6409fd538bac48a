import { type DynamoDBDocumentClient, GetCommand, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Backorder } from '../../domain/backorders';
import type { Books, Posting, PostingOutcome, StockPosting, StockPostingOutcome } from '../../activities/ports';
import type { OrderEvent } from '../../domain/events';
import type { OrderView } from '../../domain/projection';
import type { Warehouse, WarehouseStock } from '../../domain/inventory';
import { StepError } from '../../domain/failures';
import { createOrderRecords } from './order-records';
import { batchGet } from './batch-get';
import { reach } from './errors';
import { writeTogether } from './write-together';
import { type Part, type TableNames, transactionOf } from './transaction';

export interface DynamoBooksDeps {
  db: DynamoDBDocumentClient;
  tables: TableNames;
  warehouses: readonly Warehouse[];
}

/** The books on DynamoDB: each posting is one transaction. */
export function createDynamoBooks({ db, tables, warehouses }: DynamoBooksDeps): Books {
  const books: Books = {
    async post(posting) {
      const refused = await transact(db, transactionOf(posting, tables), `order ${posting.orderId}`);
      return refused ? explain(refused, posting) : { kind: 'posted' };
    },
    ...createOrderRecords({ db, tables }),
    async readView(orderId) {
      const command = new GetCommand({ TableName: tables.view, Key: { orderId }, ConsistentRead: true });
      const { Item } = await reach(`reading ${tables.view}`, () => db.send(command));
      return Item as OrderView | undefined;
    },
    async readEvents({ orderId, from, to }) {
      // a range that is none is refused by the table
      if (!(from <= to)) return [];
      return queryAll<OrderEvent>(db, {
        TableName: tables.events,
        KeyConditionExpression: 'orderId = :order AND #sequence BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#sequence': 'sequence' },
        ExpressionAttributeValues: { ':order': orderId, ':from': from, ':to': to },
        ConsistentRead: true,
      });
    },
    async readStock(productIds) {
      const keys = productIds.flatMap((productId) => warehouses.map(({ warehouseId }) => ({ productId, warehouseId })));
      return batchGet<WarehouseStock>({ db, table: tables.warehouseStock, keys, options: { ConsistentRead: true } });
    },
    async postStock(posting) {
      const refused = await transact(db, transactionOf({ ...posting, events: [] }, tables), 'stock');
      return refused ? explainStock(refused, posting) : { kind: 'posted' };
    },
    readQueue: (productId) =>
      queryAll<Backorder>(db, {
        TableName: tables.backorders,
        KeyConditionExpression: 'productId = :product',
        ExpressionAttributeValues: { ':product': productId },
        ConsistentRead: true,
      }),
    readBackorders: (keys) =>
      batchGet<Backorder>({
        db,
        table: tables.backorders,
        keys: keys.map(({ productId, entry }) => ({ productId, entry })),
        options: { ConsistentRead: true },
      }),
  };

  /** What refused a posting, the strongest reason first. */
  async function explain(refused: Set<Part>, { orderId, ledger, events }: Posting): Promise<PostingOutcome> {
    if (refused.has('order')) return { kind: 'order-known', order: (await books.readOrder(orderId))! };
    if (refused.has('ledger')) return { kind: 'step-known', result: (await books.readLedger(ledger!.key))! };
    if (refused.has('event') || refused.has('view')) return sequenceTaken(events[0]!);
    return { kind: 'stock-changed' };
  }

  async function explainStock(refused: Set<Part>, { ledger }: StockPosting): Promise<StockPostingOutcome> {
    if (refused.has('ledger')) return { kind: 'step-known', result: (await books.readLedger(ledger!.key))! };
    return { kind: 'stock-changed' };
  }

  async function sequenceTaken({ orderId, sequence }: OrderEvent): Promise<PostingOutcome> {
    const lastSequence = (await books.readView(orderId))?.sequence ?? 0;
    if (lastSequence >= sequence) return { kind: 'sequence-taken', lastSequence };
    const expected = sequence - 1;
    throw new StepError('VIEW_OUT_OF_STEP', `order ${orderId}: the view is at ${lastSequence}, not at ${expected}`);
  }

  return books;
}

/** @returns the parts that refused the transaction */
async function transact(
  db: DynamoDBDocumentClient,
  transaction: ReturnType<typeof transactionOf>,
  what: string,
): Promise<Set<Part> | undefined> {
  const refused = await writeTogether(
    db,
    transaction.map(({ item }) => item),
    what,
  );
  return refused && new Set(refused.map((i) => transaction[i]!.part));
}

/** All pages: a table answers with 1 MB at most. */
const queryAll = <T>(db: DynamoDBDocumentClient, query: QueryCommandInput): Promise<T[]> =>
  reach(`reading ${query.TableName}`, async () => {
    const found: T[] = [];
    for await (const { Items = [] } of paginateQuery({ client: db }, query)) found.push(...(Items as T[]));
    return found;
  });
