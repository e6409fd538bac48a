import { setTimeout as sleep } from 'node:timers/promises';
import type { Static } from '@sinclair/typebox';
import type { JournalEntry, ProductStock } from '../../src/gateway/ports';
import type { OrderStory } from '../../src/gateway/story-schemas';
import type * as schemas from '../../src/gateway/schemas';
import type { Call } from '../lib/scenario';
import { createGateway, type GatewayOptions, wordsOf } from '../lib/gateway';
import { Trouble } from '../bootstrap/trouble.cjs';

export type ShownOrder = Static<typeof schemas.Order>;
export type ShownEvent = Static<typeof schemas.OrderEvents>['events'][number];
export type Shop = ReturnType<typeof createShop>;

/** while a gateway is reloaded, or the engine is slow */
const REPEATS = 10;
const REPEAT_MS = 1_000;

/**
 * What a shop and its staff do over HTTP.
 *
 * Each throws Trouble in one sentence when nothing answers, when it takes too long, and when the answer is an error.
 */
export function createShop(options: GatewayOptions) {
  const { url, ask, find } = createGateway(options);
  return {
    /** the status of the answer; an order that is refused is an answer too */
    place: async (order: object): Promise<number> => {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask('/orders', { method: 'POST', headers, body: JSON.stringify(order) });
      if (answer.status >= 500) throw new Trouble(`${url} answered POST /orders with ${wordsOf(answer)}.`);
      return answer.status;
    },
    /**
     * Makes a call, again under its key while nobody can say whether it was made.
     *
     * @throws Error when it is refused
     */
    call: async ({ path, body }: Call, key: string): Promise<void> => {
      const headers = { 'idempotency-key': key, ...(body && { 'content-type': 'application/json' }) };
      const init = { method: 'POST', headers, ...(body && { body: JSON.stringify(body) }) };
      let answer = await ask(path, init);
      for (let again = 0; answer.status === 503 && again < REPEATS; again++) {
        await sleep(REPEAT_MS);
        answer = await ask(path, init);
      }
      if (answer.status >= 300) throw new Error(`POST ${path} was answered with ${wordsOf(answer)}`);
    },
    /** why it is not ready; undefined when it is */
    unready: async (): Promise<string | undefined> => {
      const answer = await ask('/readyz');
      return answer.status === 200 ? undefined : wordsOf(answer);
    },
    order: (id: string) => find<ShownOrder>(`/orders/${id}`),
    /** those that changed last, first */
    newest: async (limit: number) =>
      (await find<Static<typeof schemas.OrderPage>>(`/orders?limit=${limit}`))?.orders ?? [],
    events: async (id: string) => (await find<{ events: ShownEvent[] }>(`/orders/${id}/events`))?.events ?? [],
    /** what happened to it, in plain words */
    timeline: async (id: string) => (await find<OrderStory>(`/orders/${id}/story`))?.timeline ?? [],
    journal: async (id: string) =>
      (await find<{ entries: JournalEntry[] }>(`/sandbox/journal?orderId=${id}`))?.entries ?? [],
    stock: (productId: string) => find<ProductStock>(`/inventory/${productId}`),
  };
}
