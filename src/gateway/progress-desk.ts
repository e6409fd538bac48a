import type { OrderId } from '../domain/ids';
import type { OrderProgress, Progress } from './progress-ports';
import { ageOf } from './age';

/** What the engine said of an order, and when. */
export type Look = { /** ISO 8601 */ at: string } & (
  | { kind: 'described'; progress: Progress }
  /** it has no workflow of this order */
  | { kind: 'unknown' }
  /** it gave no answer, or none in time */
  | { kind: 'unavailable' }
);

export interface ProgressDesk {
  /** What the engine says of an order, or said of it lately. Never throws. */
  look(orderId: OrderId): Promise<Look>;
}

export interface ProgressDeskDeps {
  progress: OrderProgress;
  /** hears why the engine gave no answer */
  onError(error: unknown): void;
  /** milliseconds since 1970 */
  now?(): number;
  /** for which an answer is told to whoever asks, in milliseconds */
  freshMs?: number;
  /** for an answer, in milliseconds; a later one is for those who ask then */
  patienceMs?: number;
  /** orders that are remembered, at most */
  size?: number;
}

interface Entry {
  askedAt: number;
  answer: Promise<Look>;
}

/**
 * Asks the engine for everybody: of each order at most once in 10 s, whoever asks, and however it answers. Only that
 * there is no workflow is forgotten at once: the order may be placed the moment after.
 */
export function createProgressDesk(deps: ProgressDeskDeps): ProgressDesk {
  const { progress, onError, now = Date.now, freshMs = 10_000, patienceMs = 1_000, size = 1_000 } = deps;
  const asked = new Map<OrderId, Entry>();

  async function ask(orderId: OrderId, at: string): Promise<Look> {
    try {
      const described = await progress.describe(orderId);
      if (described) return { kind: 'described', at, progress: described };
      asked.delete(orderId);
      return { kind: 'unknown', at };
    } catch (error) {
      onError(error);
      return { kind: 'unavailable', at };
    }
  }

  return {
    async look(orderId) {
      const known = asked.get(orderId);
      const isFresh = known && ageOf(known.askedAt, now()) < freshMs;
      const at = new Date(now()).toISOString();
      const entry = isFresh ? known : { askedAt: now(), answer: ask(orderId, at) };
      if (!isFresh) remember(orderId, entry);
      return within(patienceMs, entry.answer, { kind: 'unavailable', at });
    },
  };

  /** The one that was asked about first makes room. */
  function remember(orderId: OrderId, entry: Entry): void {
    asked.delete(orderId);
    asked.set(orderId, entry);
    const [oldest] = asked.keys();
    if (asked.size > size && oldest !== undefined) asked.delete(oldest);
  }
}

async function within<T>(patienceMs: number, answer: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((resolve) => (timer = setTimeout(() => resolve(otherwise), patienceMs)));
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
