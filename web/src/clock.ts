import { useEffect, useState } from 'preact/hooks';

/** Milliseconds between two looks at the clock. */
const TICK_MS = 1000;

const listeners = new Set<(now: number) => void>();
let ticking: number | undefined;

/** The time, for what is told from now; one clock for all of them. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    listeners.add(setNow);
    ticking ??= window.setInterval(tick, TICK_MS);
    return () => {
      listeners.delete(setNow);
      if (listeners.size > 0) return;
      clearInterval(ticking);
      ticking = undefined;
    };
  }, []);
  return now;
}

function tick(): void {
  const now = Date.now();
  for (const listener of listeners) listener(now);
}
