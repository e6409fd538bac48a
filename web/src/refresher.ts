import { useMemo, useRef } from 'preact/hooks';

/** Milliseconds in which what asks for a reading is answered with one. */
const TOGETHER_MS = 120;

/**
 * Has something read again whenever it is asked for, one reading at a time: those that are asked for shortly after one
 * another, or while one goes on, share the next.
 */
export function useRefresher(read: () => Promise<void>): () => void {
  const latest = useRef(read);
  latest.current = read;
  return useMemo(() => {
    let isReading = false;
    let isAsked = false;
    const work = async () => {
      isReading = true;
      while (isAsked) {
        await new Promise((resolve) => setTimeout(resolve, TOGETHER_MS));
        isAsked = false;
        await latest.current().catch(() => undefined);
      }
      isReading = false;
    };
    return () => {
      isAsked = true;
      if (!isReading) void work();
    };
  }, []);
}
