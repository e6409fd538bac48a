import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { OrderId } from '../../domain/ids';
import type { OrderPage } from '../../activities/maintenance-ports';
import { changedPartition } from '../../domain/projection';
import { reach } from './errors';
import { SHARDS } from './shards';

type Key = Record<string, unknown>;

/** Where a page left off: which of the partitions, and after which of its items. */
interface Place {
  n: number;
  after?: Key;
}

/** Milliseconds by which the clock of whoever writes an event may be ahead. */
const CLOCK_SKEW_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Orders that have not ended, and then those that changed since a time and are in no state: two sparse indexes of the view,
 * so that a page reads what it lists. Together that is every order that is open or changed since, for an event either
 * brings its order into a state, and it is open, or notes the order under the event's day.
 */
export function createRecentOrders({ db, table: TableName }: { db: DynamoDBDocumentClient; table: string }) {
  /** @param p.since ISO 8601; @param p.limit items that are looked at */
  return async (p: { since: string; token: string | undefined; limit: number }): Promise<OrderPage> => {
    const { since, token, limit } = p;
    const queries = [...openQueries, ...changedQueries(since)];
    const orderIds: OrderId[] = [];
    let { n, after }: Place = token === undefined ? { n: 0 } : (JSON.parse(token) as Place);
    for (let left = limit; n < queries.length && left > 0;) {
      const query = new QueryCommand({ TableName, ...queries[n]!, Limit: left, ExclusiveStartKey: after });
      const {
        Items = [],
        ScannedCount = 0,
        LastEvaluatedKey,
      } = await reach(`listing ${TableName}`, () => db.send(query));
      orderIds.push(...Items.map((item) => item['orderId'] as OrderId));
      left -= ScannedCount;
      after = LastEvaluatedKey;
      if (!after) n++;
    }
    if (n === queries.length) return { orderIds };
    return { orderIds, token: JSON.stringify({ n, ...(after && { after }) } satisfies Place) };
  };
}

type Query = Omit<QueryCommandInput, 'TableName'>;

const openQueries: readonly Query[] = SHARDS.map((shard) => ({
  IndexName: 'open',
  KeyConditionExpression: 'openShard = :shard',
  ExpressionAttributeValues: { ':shard': String(shard) },
}));

/** Day by day up to now, so that those of a page begun earlier are in the same places. */
function changedQueries(since: string): Query[] {
  return daysFrom(since).flatMap((day) =>
    SHARDS.map((shard) => ({
      IndexName: 'changed',
      KeyConditionExpression: 'changedShard = :shard AND updatedAt >= :since',
      // those were listed before
      FilterExpression: 'attribute_not_exists(openShard)',
      ExpressionAttributeValues: { ':shard': changedPartition(day, shard), ':since': since },
    })),
  );
}

function daysFrom(since: string): string[] {
  const days: string[] = [];
  const end = new Date(Date.now() + CLOCK_SKEW_MS).toISOString().slice(0, 10);
  for (let ms = Date.parse(since); dayOf(ms) <= end; ms += DAY_MS) days.push(dayOf(ms));
  return days;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
