import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Found, Stream } from './newest-first';
import type { OrderStatus } from '../../domain/states';
import { lastEntryOf, orderOf, terms } from '../../domain/lookups';
import { reach } from './errors';
import { SHARDS } from './shards';

const DAY_MS = 86_400_000;
/** Clocks of other machines may be ahead of ours. */
const CLOCK_SKEW_MS = 3_600_000;
/** Days of which a shard's list is read at a time. */
const DAYS = 4;

/** When orders were created, both ends included; ISO 8601, as `toISOString` has it. Without an end: whenever. */
export interface Span {
  from?: string | undefined;
  to?: string | undefined;
}

type Row = Record<string, unknown>;

/** The orders that something finds, as streams that together have each of them once: by indexes and keys, never by a scan. */
export function createOrderStreams(p: {
  db: DynamoDBDocumentClient;
  tables: { view: string; lookups: string };
  now: () => Date;
}) {
  const { db, tables } = p;

  /** One partition of a table or an index, by its sort key. */
  function partition<T>(of: {
    index?: string;
    table: string;
    keys: [partition: string, sort: string];
    value: string;
    between: Span;
    read: (item: Row) => T;
  }) {
    const { keys, between } = of;
    const query: QueryCommandInput = {
      TableName: of.table,
      ...(of.index !== undefined && { IndexName: of.index }),
      ...keyCondition({ keys, value: of.value, between }),
      ScanIndexForward: false,
    };
    let start: Record<string, unknown> | undefined;
    // a range that is none is refused by the table
    let isOver = between.from !== undefined && between.to !== undefined && between.from > between.to;
    return {
      async read(count: number): Promise<T[]> {
        while (!isOver) {
          const from = start && { ExclusiveStartKey: start };
          const command = new QueryCommand({ ...query, ...from, Limit: count });
          const { Items = [], LastEvaluatedKey } = await reach(`listing ${of.table}`, () => db.send(command));
          start = LastEvaluatedKey;
          isOver = start === undefined;
          if (Items.length > 0) return Items.map((item) => of.read(item));
        }
        return [];
      },
    };
  }

  const inIndex = (index: string, key: string, value: string, between: Span): Stream =>
    partition({ table: tables.view, index, keys: [key, 'createdAt'], value, between, read: (item) => item as Found });

  const below = (term: string, span: Span): Stream =>
    partition({
      table: tables.lookups,
      keys: ['term', 'entry'],
      value: term,
      between: { from: span.from, to: span.to && lastEntryOf(span.to) },
      read: ({ entry }) => orderOf(String(entry)),
    });

  /**
   * The days of a shard, last first: those before yesterday only if they have orders, so that years without any cost
   * nothing. What was created lately may not be noted yet.
   */
  async function* daysOf(shard: number, { from = '', to = '9999' }: Span): AsyncGenerator<string, undefined> {
    const now = p.now().getTime();
    const [first, yesterday] = [dayOf(from), dayAt(now - DAY_MS)];
    let day = [dayOf(to), dayAt(now + CLOCK_SKEW_MS)].toSorted()[0]!;
    for (; day >= first && day >= yesterday; day = dayBefore(day)) yield day;
    const noted = partition({
      table: tables.lookups,
      keys: ['term', 'entry'],
      value: terms.days(shard),
      between: { from: from === '' ? undefined : first, to: day },
      read: ({ entry }) => String(entry),
    });
    for (let days = await noted.read(DAYS); days.length > 0; days = await noted.read(DAYS)) yield* days;
    return undefined;
  }

  async function* partsOf(shard: number, span: Span): AsyncGenerator<Stream, undefined> {
    for await (const day of daysOf(shard, span)) yield inIndex('by-day', 'dayShard', `${day}#${shard}`, span);
    return undefined;
  }

  return {
    ofCustomer: (customerId: string, span: Span) => [inIndex('by-customer', 'customerId', customerId, span)],
    ofStatus: (status: OrderStatus, span: Span) =>
      SHARDS.map((shard) => inIndex('by-status', 'statusShard', `${status}#${shard}`, span)),
    ofProduct: (productId: string, span: Span) => SHARDS.map((shard) => below(terms.product(productId, shard), span)),
    ofTracking: (trackingNumber: string, span: Span) => [below(terms.tracking(trackingNumber), span)],
    ofAnybody: (span: Span) => SHARDS.map((shard) => chain(partsOf(shard, span))),
  };
}

/** The fewest conditions that say it: an emulator tries them on a whole partition. */
function keyCondition(p: { keys: [partition: string, sort: string]; value: string; between: Span }) {
  const { from, to } = p.between;
  const range =
    from === undefined ? '#sort <= :to' : to === undefined ? '#sort >= :from' : '#sort BETWEEN :from AND :to';
  const hasRange = from !== undefined || to !== undefined;
  return {
    KeyConditionExpression: `#partition = :partition${hasRange ? ` AND ${range}` : ''}`,
    ExpressionAttributeNames: { '#partition': p.keys[0], ...(hasRange && { '#sort': p.keys[1] }) },
    ExpressionAttributeValues: {
      ':partition': p.value,
      ...(from !== undefined && { ':from': from }),
      ...(to !== undefined && { ':to': to }),
    },
  };
}

/** Those that are known already. */
export function streamOf(found: readonly Found[]): Stream {
  const left = [...found];
  return { read: async (count) => left.splice(0, count) };
}

/** Streams one after the other. */
function chain(parts: AsyncGenerator<Stream, undefined>): Stream {
  let current: Stream | undefined;
  return {
    async read(count) {
      while ((current ??= (await parts.next()).value)) {
        const found = await current.read(count);
        if (found.length > 0) return found;
        current = undefined;
      }
      return [];
    },
  };
}

const dayOf = (time: string): string => time.slice(0, 'yyyy-mm-dd'.length);
const dayAt = (ms: number): string => dayOf(new Date(ms).toISOString());
const dayBefore = (day: string): string => dayAt(Date.parse(day) - DAY_MS);
