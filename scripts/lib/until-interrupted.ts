import { Interrupted } from '../bootstrap/trouble.cjs';
import { settlesWithin } from './wait';

/** for what has to be set right when the work is stopped */
const PATIENCE_MS = 5_000;

/**
 * Does what a user may stop: everything that listens to the signal ends, once that happens or when the work fails.
 *
 * @param onStop what is said then
 * @throws Interrupted when the user stopped it
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>, onStop: () => void): Promise<T> {
  const abort = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    // not once: npm passes a terminal's Ctrl-C on to a process that has had it already
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(name, () => {
        if (abort.signal.aborted) return;
        const stop = new Interrupted(name);
        abort.abort(stop);
        onStop();
        reject(stop);
      });
  });
  const working = work(abort.signal);
  try {
    return await Promise.race([working, interrupted]);
  } finally {
    abort.abort();
    await settlesWithin(working, PATIENCE_MS);
  }
}
