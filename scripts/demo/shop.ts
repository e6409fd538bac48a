import type { Static } from '@sinclair/typebox';
import type { JournalEntry, ProductStock } from '../../src/gateway/ports';
import type * as schemas from '../../src/gateway/schemas';

export type ShownOrder = Static<typeof schemas.Order>;
export type ShownEvent = Static<typeof schemas.OrderEvents>['events'][number];
export type Shop = ReturnType<typeof createShop>;

const TIMEOUT_MS = 10_000;

/** What a shop and its staff do over HTTP. */
export function createShop({ url }: { url: string }) {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, url), { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });

  /** @throws Error that names the path, unless the answer is the thing or that it is not there */
  async function find<T>(path: string): Promise<T | undefined> {
    const response = await ask(path);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    /** the status of the answer; an order that is refused is an answer too */
    place: async (order: object): Promise<number> => {
      const headers = { 'content-type': 'application/json' };
      const response = await ask('/orders', { method: 'POST', headers, body: JSON.stringify(order) });
      await response.arrayBuffer();
      return response.status;
    },
    isReady: async (): Promise<boolean> => (await ask('/readyz')).ok,
    order: (id: string) => find<ShownOrder>(`/orders/${id}`),
    events: async (id: string) => (await find<{ events: ShownEvent[] }>(`/orders/${id}/events`))?.events ?? [],
    journal: async (id: string) =>
      (await find<{ entries: JournalEntry[] }>(`/sandbox/journal?orderId=${id}`))?.entries ?? [],
    stock: (productId: string) => find<ProductStock>(`/inventory/${productId}`),
  };
}
