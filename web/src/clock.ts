import { useEffect, useState } from 'preact/hooks';

/** Milliseconds between two looks at the clock. */
const TICK_MS = 1000;

/** The time, for what is told from now. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
