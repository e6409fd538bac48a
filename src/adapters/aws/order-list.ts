import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { INDEX_SHARDS } from '../../domain/ids';
import type { OrderReader, OrderSummary } from '../../gateway/ports';
import { cursorAfter, type PageCursor, readCursor } from './page-cursor';
import { ORDER_STATUSES, type OrderStatus } from '../../domain/states';
import { reach } from './errors';

type ListOrders = OrderReader['listOrders'];
type SortKey = 'createdAt' | 'updatedAt';

/** One index, some of its partitions, merged newest first. */
interface Source {
  index: string;
  partitionKey: string;
  partitions: string[];
  sortKey: SortKey;
  status?: OrderStatus;
}

/** Lists orders from the indexes of the view, never by a scan. */
export function createOrderList({ db, table }: { db: DynamoDBDocumentClient; table: string }): ListOrders {
  async function newest(source: Source, partition: string, p: { cursor: PageCursor | undefined; count: number }) {
    const { index, partitionKey, sortKey, status } = source;
    const input: QueryCommandInput = {
      TableName: table,
      IndexName: index,
      KeyConditionExpression: `${partitionKey} = :partition${p.cursor ? ` AND ${sortKey} <= :at` : ''}`,
      ExpressionAttributeValues: {
        ':partition': partition,
        ...(p.cursor ? { ':at': p.cursor.at } : {}),
        ...(status ? { ':status': status } : {}),
      },
      ...(status ? { FilterExpression: '#status = :status', ExpressionAttributeNames: { '#status': 'status' } } : {}),
      ScanIndexForward: false,
      Limit: p.count,
    };
    const orders: OrderSummary[] = [];
    for await (const { Items = [] } of paginateQuery({ client: db }, input)) {
      orders.push(...(Items as OrderSummary[]));
      if (orders.length >= p.count) break;
    }
    return orders;
  }

  return async ({ customerId, status, cursor: text, limit }) => {
    const of = markOf({ customerId, status });
    const cursor = text === undefined ? undefined : readCursor(text, { of, filter: 'customerId and status' });
    const source = sourceOf(customerId, status);
    // one more than the page tells whether there is a next one
    const count = limit + 1 + (cursor?.seen.length ?? 0);
    const found = await reach(`listing ${table}`, () =>
      Promise.all(source.partitions.map((partition) => newest(source, partition, { cursor, count }))),
    );
    const { sortKey } = source;
    const left = found
      .flat()
      .filter((order) => !(order[sortKey] === cursor?.at && cursor.seen.includes(order.orderId)))
      .toSorted((a, b) =>
        a[sortKey] === b[sortKey] ? (a.orderId < b.orderId ? -1 : 1) : a[sortKey] < b[sortKey] ? 1 : -1,
      );
    const orders = left.slice(0, limit);
    if (left.length <= limit) return { orders };
    const shown = orders.map((order) => ({ id: order.orderId, at: order[sortKey] }));
    return { orders, cursor: cursorAfter(shown, { before: cursor, of }) };
  };
}

function sourceOf(customerId: string | undefined, status: OrderStatus | undefined): Source {
  if (customerId !== undefined) {
    const source = { index: 'by-customer', partitionKey: 'customerId', partitions: [customerId] };
    return { ...source, sortKey: 'createdAt', ...(status ? { status } : {}) };
  }
  const statuses = status ? [status] : ORDER_STATUSES;
  const shards = Array.from({ length: INDEX_SHARDS }, (_, shard) => shard);
  const partitions = statuses.flatMap((name) => shards.map((shard) => `${name}#${shard}`));
  return { index: 'by-status', partitionKey: 'statusShard', partitions, sortKey: 'updatedAt' };
}

type Filter = Pick<Parameters<ListOrders>[0], 'customerId' | 'status'>;

/** Tells filters apart, for a cursor under another one would skip orders; short, and without the customer's id. */
function markOf({ customerId, status }: { [K in keyof Filter]: Filter[K] | undefined }): string {
  const hash = createHash('sha256').update(JSON.stringify([customerId, status]));
  return hash.digest('base64url').slice(0, 8);
}
