import { setTimeout as delay } from 'node:timers/promises';

/** Work that is done again and again, with a pause between two rounds. */
export interface Rounds {
  start(): void;
  /** Lets the round under way come to its end, and begins no other. */
  stop(): Promise<void>;
  /** a round that takes long may end early */
  isStopped(): boolean;
}

/** @param p.intervalMs pause between two rounds, in milliseconds */
export function createRounds(p: {
  round(): Promise<unknown>;
  intervalMs: number;
  onError(error: unknown): void;
}): Rounds {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      await p.round().catch(p.onError);
      await delay(p.intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    start: () => void (running ??= loop()),
    async stop() {
      stopping.abort();
      await running;
    },
    isStopped: () => signal.aborted,
  };
}
