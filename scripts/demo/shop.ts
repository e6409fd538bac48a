import { setTimeout as sleep } from 'node:timers/promises';
import type { Static } from '@sinclair/typebox';
import type { JournalEntry, ProductStock } from '../../src/gateway/ports';
import type * as schemas from '../../src/gateway/schemas';
import type { Call } from '../lib/scenario';
import { Trouble } from '../bootstrap/trouble.cjs';

export type ShownOrder = Static<typeof schemas.Order>;
export type ShownEvent = Static<typeof schemas.OrderEvents>['events'][number];
export type Shop = ReturnType<typeof createShop>;

export interface ShopOptions {
  /** of the gateway */
  url: string;
  /** nobody waits for its answers any more */
  signal?: AbortSignal;
  /** how long an answer may take, in milliseconds */
  timeoutMs?: number;
}

interface Answer {
  status: number;
  body: string;
}

/** while a gateway is reloaded, or the engine is slow */
const REPEATS = 10;
const REPEAT_MS = 1_000;

const GOES_ON = 'orders that have not ended go on when the system runs again';

/**
 * What a shop and its staff do over HTTP.
 *
 * Each throws Trouble in one sentence when nothing answers, when it takes too long, and when the answer is an error.
 */
export function createShop({ url, signal, timeoutMs = 10_000 }: ShopOptions) {
  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const until = signal ? AbortSignal.any([timeout, signal]) : timeout;
    try {
      const response = await fetch(new URL(path, url), { ...init, signal: until });
      return { status: response.status, body: await response.text() };
    } catch {
      if (!timeout.aborted) throw new Trouble(`Nothing answers at ${url} any more; ${GOES_ON}.`);
      throw new Trouble(`${url} did not answer ${init.method ?? 'GET'} ${path} within ${timeoutMs / 1000} s.`);
    }
  }

  /** the thing, unless the answer is that it is not there */
  async function find<T>(path: string): Promise<T | undefined> {
    const answer = await ask(path);
    if (answer.status === 404) return undefined;
    const found = parse(answer.body);
    if (answer.status === 200 && found !== undefined) return found as T;
    throw new Trouble(`${url} answered GET ${path} with ${wordsOf(answer)}.`);
  }

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
    journal: async (id: string) =>
      (await find<{ entries: JournalEntry[] }>(`/sandbox/journal?orderId=${id}`))?.entries ?? [],
    stock: (productId: string) => find<ProductStock>(`/inventory/${productId}`),
  };
}

/** undefined when it is not JSON */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** an error in words: what its problem says, where it is one */
function wordsOf({ status, body }: Answer): string {
  const problem = parse(body) as { title?: string; detail?: string } | null | undefined;
  if (status === 200) return 'what is not JSON: is another server there';
  const said = [problem?.title, problem?.detail].filter((text) => text !== undefined).join(': ');
  return said === '' ? `${status}` : `${status}: ${said}`;
}
