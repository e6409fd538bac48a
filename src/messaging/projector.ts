import type { OrderId } from '../domain/ids';
import type { ProjectionStore, Snapshots } from './projection-ports';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { oneAtATime } from './one-at-a-time';
import { parseOrderNews } from './order-news';
import { SNAPSHOT_EVERY } from '../domain/projection';
import { measureEvents } from './measure-events';
import type { QueueMetrics } from './measure';
import { tallyEvents } from '../domain/projections';

/** Events read at a time. */
const PAGE = 100;
/** Rows that one transaction has room for beside the cursor. */
const MAX_ROWS = 99;

export interface ProjectorStores {
  projections: ProjectionStore;
  snapshots: Snapshots;
  /** absent: nothing is counted but in the projections */
  metrics?: QueueMetrics | undefined;
}

export type ProjectorDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & ProjectorStores;

/**
 * AnalyticsQueue: keeps the projections, and the snapshots of long orders. A message only says that an order has news;
 * what is counted are the events after the order's cursor, which moves in the same transaction. So messages may come
 * late, twice and in any order, and be lost as long as a later one comes.
 */
export function createProjector({ projections, snapshots, ...reader }: ProjectorDeps): QueueReader {
  const inTurn = oneAtATime();
  const { metrics } = reader;
  return createQueueReader({
    ...reader,
    name: 'analytics queue',
    async handle({ body }): Promise<Handled> {
      const news = parseOrderNews(body);
      if (news.kind === 'refused') return { status: 'REJECTED', reason: news.reason };
      const { orderId, sequence } = news;
      const isThere = await inTurn(orderId, () =>
        countUpTo({ projections, snapshots, metrics }, { orderId, sequence }),
      );
      return isThere ? { status: 'DONE' } : { status: 'REJECTED', reason: noSuchEvent(news) };
    },
  });
}

/** A message that tells of what the store does not have. */
export const noSuchEvent = ({ orderId, sequence }: { orderId: OrderId; sequence: number }): string =>
  `expected an event of the store: order ${orderId} has no event ${sequence}`;

/**
 * Counts an order's events up to one at least.
 *
 * @returns false when the order does not have it
 */
export async function countUpTo(
  { projections, snapshots, metrics }: ProjectorStores,
  { orderId, sequence }: { orderId: OrderId; sequence: number },
): Promise<boolean> {
  for (;;) {
    const before = await projections.readCursor(orderId);
    const after = before?.sequence ?? 0;
    if (after >= sequence) return true;
    const events = await projections.readEvents({ orderId, after, limit: PAGE });
    if (events.length === 0) return false;
    const { cursor, additions } = tallyEvents(before, events, MAX_ROWS);
    // before the cursor: whoever dies in between comes here again
    for (const n of multiplesIn(after, cursor.sequence)) await snapshots.take({ orderId, sequence: n });
    // not written: somebody else was faster, and the cursor is further
    const isWritten = await projections.write({ before: before?.sequence, cursor, additions });
    if (isWritten && metrics) measureEvents(metrics, { before, events: events.slice(0, cursor.sequence - after) });
  }
}

/** The numbers after `after`, up to `to`, at which a snapshot is due. */
function multiplesIn(after: number, to: number): number[] {
  const first = Math.floor(after / SNAPSHOT_EVERY) + 1;
  const last = Math.floor(to / SNAPSHOT_EVERY);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * SNAPSHOT_EVERY);
}
