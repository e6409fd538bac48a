import type { DeadLetterNews, DeadLetterRegister, EndedRun, EndedRuns } from './dead-letter-ports';
import type { DeadLetterTimes } from '../domain/dead-letters';
import type { Logger } from '../telemetry';
import type { Metrics } from '../metrics';
import { deadLetterIdOf } from './dead-letters';
import { createEndedSweep, type EndedSweep } from './ended-sweep';
import { MAX_REASON } from '../domain/dead-letters';
import { MAX_TEXT } from '../domain/order';
import { newLetter } from './dead-letter-reader';

export interface DeadWorkflowsDeps {
  runs: Pick<EndedRuns, 'endedSince'>;
  register: DeadLetterRegister;
  letters: Pick<DeadLetterNews, 'arrived'>;
  times: DeadLetterTimes;
  /** pause between two looks, in milliseconds */
  intervalMs: number;
  metrics: Pick<Metrics, 'deadLetter'>;
  logger: Logger;
}

/** Workflows that ended in error become dead letters, each run once; one that runs again and ends so keeps its story. */
export function createDeadWorkflows(p: DeadWorkflowsDeps): EndedSweep {
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

  return createEndedSweep({
    endedSince: (since, isNew) => p.runs.endedSince(since, isNew),
    take,
    words: {
      left: 'a workflow that ended in error has no record yet',
      failed: 'could not look for workflows that ended in error',
    },
    intervalMs: p.intervalMs,
    logger: p.logger,
  });
}
