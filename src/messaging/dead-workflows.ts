import type { DeadLetterNews, DeadLetterRegister, EndedRun, EndedRuns } from './dead-letter-ports';
import type { DeadLetterTimes } from '../domain/dead-letters';
import type { Logger } from '../telemetry';
import type { Metrics } from '../metrics';
import { deadLetterIdOf } from './dead-letters';
import { createRounds } from './rounds';
import { isOutOfReach } from './out-of-reach';
import { MAX_REASON } from '../domain/dead-letters';
import { MAX_TEXT } from '../domain/order';
import { newLetter } from './dead-letter-reader';

export interface DeadWorkflowsDeps {
  runs: EndedRuns;
  register: DeadLetterRegister;
  letters: Pick<DeadLetterNews, 'arrived'>;
  times: DeadLetterTimes;
  /** pause between two looks, in milliseconds */
  intervalMs: number;
  metrics: Pick<Metrics, 'deadLetter'>;
  logger: Logger;
}

/** Looks for workflows that ended in error. */
export interface DeadWorkflows {
  /** One look. Answers how many were new. */
  run(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

/** The first look goes back so far: nobody may have looked for as long as a long weekend. */
const FIRST_LOOK_MS = 7 * 86_400_000;
/** Later ones overlap: what closed is seen in the list only a moment later. */
const OVERLAP_MS = 10 * 60_000;

/** Workflows that ended in error become dead letters, each run once; one that runs again and ends so keeps its story. */
export function createDeadWorkflows(p: DeadWorkflowsDeps): DeadWorkflows {
  let since = new Date(Date.now() - FIRST_LOOK_MS).toISOString();
  /** runs that their dead letters know of; a look overlaps the one before */
  let known = new Set<string>();

  async function run(): Promise<number> {
    const next = new Date(Date.now() - OVERLAP_MS).toISOString();
    const seen = new Set<string>();
    let found = 0;
    let isWhole = true;
    for await (const ended of p.runs.endedSince(since)) {
      try {
        if (!known.has(ended.runId) && (await take(ended))) found += 1;
        known.add(ended.runId);
        seen.add(ended.runId);
      } catch (error) {
        // what one run meets keeps no other from its record
        if (isOutOfReach(error)) throw error;
        isWhole = false;
        const { workflowId, runId } = ended;
        p.logger.error({ err: error, workflowId, runId }, 'a workflow that ended in error has no record yet');
      }
      if (rounds.isStopped()) return found;
    }
    // whoever was left out is looked for again
    if (isWhole) [since, known] = [next, seen];
    return found;
  }

  /** False when its dead letter knew of it. */
  async function take(ended: EndedRun): Promise<boolean> {
    const { workflowId, runId, firstRunId, workflowType, closedAt } = ended;
    // as much as its record holds: a failure may say anything, at any length
    const [errorType, reason] = [ended.errorType.slice(0, MAX_TEXT), ended.reason.slice(0, MAX_REASON)];
    const id = deadLetterIdOf('workflow', workflowId, firstRunId);
    const letter = newLetter({
      id,
      received: {
        body: JSON.stringify({ workflowId, runId, workflowType, closedAt, errorType, reason }),
        attributes: {},
      },
      symptoms: { origin: 'WORKFLOW', errorType, reason },
      queue: workflowType,
      times: p.times,
    });
    const before = await p.register.create({ ...letter, run: { workflowId, runId } });
    const isKnown = before !== undefined && before.arrivals > 0 && before.runId === runId;
    if (isKnown) return false;
    const { class: kind } = letter;
    // what it died of before is counted by the record
    await p.letters.arrived(id, {
      n: before?.arrivals ?? 0,
      class: kind,
      errorType,
      reason,
      runId,
    });
    p.metrics.deadLetter({ class: kind, queue: workflowType });
    p.logger.warn({ deadLetterId: id, class: kind, workflowId, runId, errorType, reason }, 'dead letter');
    return true;
  }

  const rounds = createRounds({
    round: run,
    intervalMs: p.intervalMs,
    onError: (error) => p.logger.warn({ err: error }, 'could not look for workflows that ended in error'),
  });

  return {
    run,
    start: rounds.start,
    stop: rounds.stop,
  };
}
