import type { NewEvent } from '../domain/events';
import type { OrderRun } from './order-run';
import { bookkeeping } from './activities';

/** Writes down what happened, once under its key, together with what was noted before. */
export async function record(run: OrderRun, key: string, ...events: NewEvent[]): Promise<void> {
  await run.log.append({ events, write: (batch) => bookkeeping.recordEvents({ key, batch }) });
}

/** Writes down what was noted, if anything was. */
export async function flush(run: OrderRun, key: string): Promise<void> {
  if (run.log.hasNotes()) await record(run, key);
}
