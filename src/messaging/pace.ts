import { setTimeout as delay } from 'node:timers/promises';

/** Lets callers through one after the other, so many a second; nobody saves up what was not used. */
export function createPace(perSecond: number): () => Promise<void> {
  const gapMs = 1000 / perSecond;
  let nextAt = 0;
  return async () => {
    const now = performance.now();
    const at = Math.max(now, nextAt);
    nextAt = at + gapMs;
    if (at > now) await delay(at - now);
  };
}
