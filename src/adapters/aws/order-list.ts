import { type DynamoDBDocumentClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { INDEX_SHARDS } from '../../domain/ids';
import { InvalidCursorError, type OrderReader, type OrderSummary } from '../../gateway/ports';
import { ORDER_STATUSES, type OrderStatus } from '../../domain/states';
import { reach } from './errors';

type ListOrders = OrderReader['listOrders'];
type SortKey = 'createdAt' | 'updatedAt';

/** Where a page ended: the time of its last order, and the orders of exactly that time that were shown. */
interface Cursor {
  at: string;
  seen: string[];
}

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
  async function newest(source: Source, partition: string, p: { cursor: Cursor | undefined; count: number }) {
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
    const cursor = text === undefined ? undefined : decode(text);
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
    return left.length > limit ? { orders, cursor: encode(orders, sortKey, cursor) } : { orders };
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

function encode(page: OrderSummary[], sortKey: SortKey, before: Cursor | undefined): string {
  const at = page.at(-1)![sortKey];
  const seen = page.filter((order) => order[sortKey] === at).map(({ orderId }) => orderId as string);
  const cursor: Cursor = { at, seen: before?.at === at ? [...before.seen, ...seen] : seen };
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function decode(text: string): Cursor {
  try {
    const { at, seen } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor;
    if (typeof at === 'string' && at !== '' && Array.isArray(seen) && seen.every((id) => typeof id === 'string'))
      return { at, seen };
  } catch {
    // not ours, said below
  }
  throw new InvalidCursorError('expected the cursor that a page of orders came with');
}
