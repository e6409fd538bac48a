import type { IsNew } from './dead-letter-ports';
import type { Logger } from '../telemetry';
import type { WorkflowRun } from '../domain/dead-letters';
import { createRounds } from './rounds';
import { isOutOfReach } from './out-of-reach';

export interface EndedSweepDeps<R extends WorkflowRun> {
  /** runs that ended in error since a time, ISO 8601 */
  endedSince(since: string, isNew: IsNew): AsyncIterable<R>;
  /** Does something about one; the same again does nothing. False when there was nothing to do. */
  take(ended: R): Promise<boolean>;
  /** what is logged of one that could not be taken, and of a look that came to nothing */
  words: { left: string; failed: string };
  /** pause between two looks, in milliseconds */
  intervalMs: number;
  logger: Logger;
}

/** Looks for workflows that ended in error. */
export interface EndedSweep {
  /** One look. Answers how many were new. */
  run(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

/** The first look goes back so far: nobody may have looked for as long as a long weekend. */
const FIRST_LOOK_MS = 7 * 86_400_000;
/** Later ones overlap: what closed is seen in the list only a moment later. */
const OVERLAP_MS = 10 * 60_000;

/** Looks again and again for workflows that ended in error, and takes each run once. */
export function createEndedSweep<R extends WorkflowRun>(p: EndedSweepDeps<R>): EndedSweep {
  let since = new Date(Date.now() - FIRST_LOOK_MS).toISOString();
  /** runs that nothing is to be done about any more; a look overlaps the one before */
  let known = new Set<string>();

  async function run(): Promise<number> {
    const next = new Date(Date.now() - OVERLAP_MS).toISOString();
    const seen = new Set<string>();
    const isNew = (runId: string) => {
      seen.add(runId);
      return !known.has(runId);
    };
    let found = 0;
    let isWhole = true;
    for await (const ended of p.endedSince(since, isNew)) {
      try {
        if (isNew(ended.runId) && (await p.take(ended))) found += 1;
        known.add(ended.runId);
      } catch (error) {
        // what one run meets keeps no other from being taken
        if (isOutOfReach(error)) throw error;
        isWhole = false;
        const { workflowId, runId } = ended;
        p.logger.error({ err: error, workflowId, runId }, p.words.left);
      }
      if (rounds.isStopped()) return found;
    }
    // whoever was left out is looked for again
    if (isWhole) [since, known] = [next, seen];
    return found;
  }

  const rounds = createRounds({
    round: run,
    intervalMs: p.intervalMs,
    onError: (error) => p.logger.warn({ err: error }, p.words.failed),
  });

  return { run, start: rounds.start, stop: rounds.stop };
}
