import { AsyncResource } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { Overview } from './overview-schemas';
import type { OverviewDesk } from './ports';
import { canonicalJson } from '../domain/canonical-json';
import { sseEvent } from './sse';

/** Milliseconds between two readings while somebody listens. */
const PERIOD_MS = 2000;

export interface Listening {
  /** More can be taken: what changed meanwhile is told, the last of it only. */
  resume(): void;
  leave(): void;
}

export interface LiveOverview {
  /**
   * Tells how everything stands whenever that changes, at first too unless the listener has it.
   *
   * @param p.has the id of what the listener has
   * @param p.tell gets an event as it goes over the wire; returns whether more can be taken
   */
  listen(p: { has?: string | undefined; tell(event: string): boolean }): Listening;
}

interface Listener {
  has: string | undefined;
  isReady: boolean;
  tell(event: string): boolean;
}

/** One reading of the overview for all who listen, and none when nobody does. */
export function createLiveOverview(p: { overview: OverviewDesk; onError(error: unknown): void }): LiveOverview {
  const listeners = new Set<Listener>();
  let last: { id: string; event: string; readAt: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;

  function tell(listener: Listener): void {
    if (!last || !listener.isReady || listener.has === last.id) return;
    listener.has = last.id;
    listener.isReady = listener.tell(last.event);
  }

  async function read(): Promise<void> {
    isReading = true;
    try {
      last = { ...eventOf(await p.overview.read()), readAt: performance.now() };
      for (const listener of listeners) tell(listener);
    } catch (error) {
      p.onError(error);
    }
    isReading = false;
    schedule(PERIOD_MS);
  }

  /** It is for all: it has neither the trace nor the log fields of whoever happened to be the first. */
  const readApart = AsyncResource.bind(() => void read());

  function schedule(ms: number): void {
    clearTimeout(timer);
    if (listeners.size > 0 && !isReading) timer = setTimeout(readApart, ms);
  }

  return {
    listen({ has, tell: tellIt }) {
      const listener: Listener = { has, isReady: true, tell: tellIt };
      const isFirst = listeners.size === 0;
      listeners.add(listener);
      if (last && performance.now() - last.readAt < PERIOD_MS) tell(listener);
      if (isFirst) schedule(last ? Math.max(0, last.readAt + PERIOD_MS - performance.now()) : 0);
      return {
        resume() {
          listener.isReady = true;
          tell(listener);
        },
        leave() {
          listeners.delete(listener);
          if (listeners.size === 0) clearTimeout(timer);
        },
      };
    },
  };
}

function eventOf(overview: Overview): { id: string; event: string } {
  const { at: _at, ...content } = overview;
  const id = createHash('sha256').update(canonicalJson(content)).digest('base64url').slice(0, 22);
  return { id, event: sseEvent({ id, event: 'overview', data: JSON.stringify(overview) }) };
}
