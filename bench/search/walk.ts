import type { OrderFilter, OrderReader, SearchKey } from '../../src/gateway/ports';
import type { countReads, Read } from './counted';

export interface Page {
  ids: string[];
  /** of the page, in the order of the answers */
  reads: Read[];
  ms: number;
}

/** Pages of a search, one after the other, until there are no more. */
export async function walk(p: {
  reader: Pick<OrderReader, 'listOrders'>;
  counted: ReturnType<typeof countReads>;
  filter: OrderFilter;
  limit: number;
  /** pages, at most */
  atMost?: number;
  between?: (page: number) => Promise<void>;
}): Promise<{ pages: Page[]; matched: SearchKey | undefined; isOver: boolean }> {
  const pages: Page[] = [];
  let cursor: string | undefined;
  let matched: SearchKey | undefined;
  do {
    p.counted.take();
    const begun = performance.now();
    const found = await p.reader.listOrders({ ...p.filter, limit: p.limit, ...(cursor !== undefined && { cursor }) });
    const reads = p.counted.take();
    pages.push({ ids: found.orders.map(({ orderId }) => orderId), reads, ms: performance.now() - begun });
    ({ cursor, matched } = { cursor: undefined, matched, ...found });
    await p.between?.(pages.length);
  } while (cursor !== undefined && pages.length < (p.atMost ?? Infinity));
  return { pages, matched, isOver: cursor === undefined };
}

/** Items that a page looked at. */
export const scannedBy = ({ reads }: Page): number => reads.reduce((sum, { scanned }) => sum + scanned, 0);
