import { createHash } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { OrderId } from '../../domain/ids';
import type { OrderFilter, OrderReader, OrderSummary, SearchKey } from '../../gateway/ports';
import { batchGet } from './batch-get';
import { createOrderStreams, type Span, streamOf } from './order-streams';
import { cursorAfter, markIn, type PageCursor, readCursor } from './page-cursor';
import { type Found, mergeNewestFirst, type Stream } from './newest-first';
import { InvalidCursorError, SEARCH_KEYS } from '../../gateway/ports';
import { isOrderId } from '../../domain/ids';

type ListOrders = OrderReader['listOrders'];
/** What is looked for, once it is known what the text of a search box is. */
type Plain = Omit<OrderFilter, 'q'>;

/** Orders that a page looks at for each of its limit, at most: a filter may leave out all of them. */
export const LOOKED_AT_PER_SHOWN = 10;

/** as the indexes have it */
const SUMMARY = [
  'orderId',
  'status',
  'customerId',
  'createdAt',
  'updatedAt',
  'totalAmount',
  'currency',
  'inventoryStatus',
] as const satisfies (keyof OrderSummary)[];

/**
 * Lists orders by their creation, which never changes: whoever pages meets each order once, however it changes
 * meanwhile. From indexes of the view and from look-ups, never by a scan.
 */
export function createOrderList(deps: {
  db: DynamoDBDocumentClient;
  tables: { view: string; lookups: string };
  now: () => Date;
}): ListOrders {
  const { db, tables } = deps;
  const streams = createOrderStreams(deps);

  const batchRead = (orderIds: readonly OrderId[]) =>
    batchGet<OrderSummary>({
      db,
      table: tables.view,
      keys: orderIds.map((orderId) => ({ orderId })),
      options: {
        ProjectionExpression: SUMMARY.map((name) => `#${name}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(SUMMARY.map((name) => [`#${name}`, name])),
      },
    });

  async function streamsOf(filter: Plain, span: Span): Promise<Stream[]> {
    const { orderId } = filter;
    if (orderId !== undefined) return [streamOf(isOrderId(orderId) ? await batchRead([orderId]) : [])];
    if (filter.trackingNumber !== undefined) return streams.ofTracking(filter.trackingNumber, span);
    if (filter.customerId !== undefined) return streams.ofCustomer(filter.customerId, span);
    if (filter.productId !== undefined) return streams.ofProduct(filter.productId, span);
    return filter.status === undefined ? streams.ofAnybody(span) : streams.ofStatus(filter.status, span);
  }

  /** What a text is, by what it finds; one look at each in turn. */
  async function whatIs(q: string): Promise<SearchKey | undefined> {
    for (const key of SEARCH_KEYS) {
      const found = await streamsOf({ [key]: q }, {});
      if (await mergeNewestFirst(found, { atOnce: 1, seen: new Set() }).hasMore()) return key;
    }
    return undefined;
  }

  /** Look-ups have ids only. */
  async function withSummaries(found: readonly Found[]): Promise<ReadonlyMap<OrderId, OrderSummary>> {
    const [whole, bare] = [found.filter(isWhole), found.filter((order) => !isWhole(order))];
    const read = await batchRead(bare.map(({ orderId }) => orderId));
    return new Map([...whole, ...read].map((order) => [order.orderId, order]));
  }

  async function page(filter: Plain, p: { limit: number; cursor: PageCursor | undefined; of: string }) {
    const { limit, cursor } = p;
    const found = await streamsOf(filter, spanOf(filter, cursor));
    const atMost = limit * LOOKED_AT_PER_SHOWN;
    const merged = mergeNewestFirst(found, {
      atOnce: atOnce({ limit, streams: found.length, isFiltered: leavesOut(filter) }),
      seen: new Set(cursor?.seen),
    });
    const orders: OrderSummary[] = [];
    const passed: { id: string; at: string }[] = [];
    let left: Found[] = [];
    while (orders.length < limit && passed.length < atMost) {
      left = await merged.take(Math.min(limit, atMost - passed.length));
      if (left.length === 0) return { orders };
      const summaries = await withSummaries(left);
      while (orders.length < limit && left.length > 0) {
        const { orderId, createdAt } = left.shift()!;
        passed.push({ id: orderId, at: createdAt });
        const order = summaries.get(orderId);
        if (order && matches(order, filter)) orders.push(order);
      }
    }
    const hasMore = left.length > 0 || (await merged.hasMore());
    return { orders, ...(hasMore && { cursor: cursorAfter(passed, { before: cursor, of: p.of }) }) };
  }

  return async ({ cursor: text, limit, q, ...rest }) => {
    if (q === undefined) return page(rest, { limit, ...cursorOf(text, rest) });
    const matched = text === undefined ? await whatIs(q) : whatItWas(text, { q, ...rest });
    if (!matched) return { orders: [] };
    const filter = { ...rest, [matched]: q };
    return { ...(await page(filter, { limit, ...cursorOf(text, filter) })), matched };
  };
}

const isWhole = (order: Found): order is OrderSummary => 'status' in order;

/** Whether orders are found that are not shown: only lists by status know it. */
const leavesOut = ({ status, ...keys }: Plain): boolean =>
  status !== undefined && SEARCH_KEYS.some((key) => keys[key] !== undefined);

function matches({ status, createdAt }: OrderSummary, { status: wanted = status, ...filter }: Plain): boolean {
  const { from = createdAt, to = createdAt } = filter;
  return status === wanted && from <= createdAt && createdAt <= to;
}

/** Newest first, so a page goes on where the one before it ended. */
const spanOf = ({ from, to }: Plain, cursor: PageCursor | undefined): Span => ({ from, to: cursor?.at ?? to });

/** The newest are seldom spread evenly; and one more than the page tells whether there is a next one. */
function atOnce({ limit, streams, isFiltered }: { limit: number; streams: number; isFiltered: boolean }): number {
  const evenly = Math.ceil((limit + 1) / streams) + (streams > 1 ? 2 : 0);
  return isFiltered ? 2 * evenly : evenly;
}

function cursorOf(text: string | undefined, filter: Plain): { cursor: PageCursor | undefined; of: string } {
  const of = markOf(filter);
  if (text === undefined) return { cursor: undefined, of };
  const cursor = readCursor(text, { of, filter: 'search' });
  if (isTime(cursor.at)) return { cursor, of };
  throw new InvalidCursorError('expected the cursor of the page before, unchanged');
}

const isTime = (text: string): boolean => {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
};

/** What a text was on the page before: asked again it might be something else by now. */
function whatItWas(cursor: string, { q, ...rest }: OrderFilter & { q: string }): SearchKey {
  const mark = markIn(cursor);
  // of none of them: the cursor is refused as one of another search
  return SEARCH_KEYS.find((key) => markOf({ ...rest, [key]: q }) === mark) ?? 'orderId';
}

/** Tells filters apart, for a cursor under another one would skip orders; short, and without anybody's id. */
function markOf({ orderId, trackingNumber, customerId, productId, status, from, to }: Plain): string {
  const filter = [orderId, trackingNumber, customerId, productId, status, from, to].map((value) => value ?? null);
  return createHash('sha256').update(JSON.stringify(filter)).digest('base64url').slice(0, 8);
}
