import type { OrderReader } from './ports';
import type { OrderView } from '../domain/projection';
import type { Overview } from './overview-schemas';
import type { WatchEntry } from './overview-ports';
import { summaryOf } from './standing';

type Watched = Overview['attention']['oldest'][number];

interface Known {
  updatedAt: string;
  watched: Watched | undefined;
}

/**
 * Says of orders in a list why they are there. An order that did not change since it was looked at is not read again.
 *
 * @param p.sinceOf since when an order belongs into the list, ISO 8601; `undefined`: not any more
 * @param p.untilOf when it goes on by itself, ISO 8601
 */
export function createWatcher(p: {
  readView: OrderReader['readView'];
  sinceOf: (view: OrderView) => string | undefined;
  untilOf?: (view: OrderView) => string | undefined;
}): (entries: readonly WatchEntry[]) => Promise<Watched[]> {
  let known = new Map<string, Known>();

  async function look({ orderId }: WatchEntry): Promise<Known> {
    const view = await p.readView(orderId);
    // an index may be ahead of its table, and behind it
    if (!view) return { updatedAt: '', watched: undefined };
    const since = p.sinceOf(view);
    const { status, updatedAt } = view;
    if (since === undefined) return { updatedAt, watched: undefined };
    const until = p.untilOf?.(view);
    const watched = { orderId, status, since, ...(until !== undefined && { until }), reason: summaryOf(view) };
    return { updatedAt, watched };
  }

  return async (entries) => {
    const looks = await Promise.all(
      entries.map(async (entry) => {
        const before = known.get(entry.orderId);
        return [entry.orderId, before?.updatedAt === entry.updatedAt ? before : await look(entry)] as const;
      }),
    );
    known = new Map(looks);
    return looks.flatMap(([, { watched }]) => watched ?? []);
  };
}
