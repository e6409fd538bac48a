import type { OrderId } from '../../domain/ids';
import type { OrderSummary } from '../../gateway/ports';

/** An order as a list comes by it: all that a page shows, or as much as it takes to read that. */
export type Found = { orderId: OrderId; createdAt: string } & Partial<OrderSummary>;

/** Orders one after the other, newest first. */
export interface Stream {
  /** The next ones, `count` at most and at least one; none: there are no more. */
  read(count: number): Promise<Found[]>;
}

/**
 * Streams as one, each read no further than needed.
 *
 * @param p.atOnce how many are read of a stream that has run out
 * @param p.seen   ids that are left out, and count for nothing
 */
export function mergeNewestFirst(streams: readonly Stream[], p: { atOnce: number; seen: ReadonlySet<string> }) {
  const sources = streams.map((stream) => ({ stream, heads: [] as Found[], isOver: false, again: p.seen.size }));

  async function fill(source: (typeof sources)[number]): Promise<void> {
    while (source.heads.length === 0 && !source.isOver) {
      const found = await source.stream.read(p.atOnce + source.again);
      source.again = 0;
      source.isOver = found.length === 0;
      source.heads = found.filter(({ orderId }) => !p.seen.has(orderId));
    }
  }

  /** the source of the newest */
  async function newest() {
    await Promise.all(sources.map(fill));
    const waiting = sources.filter(({ heads }) => heads.length > 0);
    return waiting.reduce<(typeof sources)[number] | undefined>(
      (best, source) => (best && best.heads[0]!.createdAt >= source.heads[0]!.createdAt ? best : source),
      undefined,
    );
  }

  return {
    /** The next ones, fewer only where there are no more. */
    async take(count: number): Promise<Found[]> {
      const taken: Found[] = [];
      while (taken.length < count) {
        const found = (await newest())?.heads.shift();
        if (!found) break;
        taken.push(found);
      }
      return taken;
    },
    hasMore: async (): Promise<boolean> => (await newest()) !== undefined,
  };
}
