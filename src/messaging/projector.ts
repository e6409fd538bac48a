import type { OrderId } from '../domain/ids';
import type { OrderEvent } from '../domain/events';
import type { AuditTrail, Lookups, ProjectionStore, Snapshots } from './projection-ports';
import { auditOf } from '../domain/audit';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { lookupsOf, makesLookups } from '../domain/lookups';
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
  lookups: Lookups;
  audit: AuditTrail;
  /** absent: nothing is counted but in the projections */
  metrics?: QueueMetrics | undefined;
}

export type ProjectorDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & ProjectorStores;

/**
 * AnalyticsQueue: keeps the projections, the look-ups, the audit trail of orders, and the snapshots of long ones. A message
 * only says that an order has news; what is counted are the events after the order's cursor, which moves in the same
 * transaction. So messages may come late, twice and in any order, and be lost as long as a later one comes.
 */
export function createProjector({ projections, snapshots, lookups, audit, ...reader }: ProjectorDeps): QueueReader {
  const inTurn = oneAtATime();
  const { metrics } = reader;
  return createQueueReader({
    ...reader,
    name: 'analytics queue',
    async handle({ body }): Promise<Handled> {
      const news = parseOrderNews(body);
      if (news.kind === 'refused') return { status: 'REJECTED', reason: news.reason };
      const { orderId, sequence } = news;
      const stores = { projections, snapshots, lookups, audit, metrics };
      const isThere = await inTurn(orderId, () => countUpTo(stores, { orderId, sequence }));
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
  stores: ProjectorStores,
  { orderId, sequence }: { orderId: OrderId; sequence: number },
): Promise<boolean> {
  const { projections, snapshots, audit, metrics } = stores;
  for (;;) {
    const before = await projections.readCursor(orderId);
    const after = before?.sequence ?? 0;
    if (after >= sequence) return true;
    const events = await projections.readEvents({ orderId, after, limit: PAGE });
    if (events.length === 0) return false;
    const { cursor, additions } = tallyEvents(before, events, MAX_ROWS);
    // before the cursor: whoever dies in between comes here again
    const counted = events.filter((event) => event.sequence <= cursor.sequence);
    await noteLookups(stores, counted);
    for (const n of multiplesIn(after, cursor.sequence)) await snapshots.take({ orderId, sequence: n });
    for (const entry of counted.flatMap((event) => auditOf(event) ?? [])) await audit.write(entry);
    // not written: somebody else was faster, and the cursor is further
    const isWritten = await projections.write({ before: before?.sequence, cursor, additions });
    if (isWritten && metrics) measureEvents(metrics, { before, events: events.slice(0, cursor.sequence - after) });
  }
}

/** Makes an order found by what some of its events tell. */
async function noteLookups({ projections, lookups }: ProjectorStores, events: readonly OrderEvent[]): Promise<void> {
  const [event] = events;
  if (!event || !events.some(makesLookups)) return;
  const { orderId } = event;
  const first = event.sequence === 1 ? [event] : await projections.readEvents({ orderId, after: 0, limit: 1 });
  await lookups.note(lookupsOf(events, { createdAt: first[0]!.at }));
}

/** The numbers after `after`, up to `to`, at which a snapshot is due. */
function multiplesIn(after: number, to: number): number[] {
  const first = Math.floor(after / SNAPSHOT_EVERY) + 1;
  const last = Math.floor(to / SNAPSHOT_EVERY);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * SNAPSHOT_EVERY);
}
