import type { DeadLetterRevival, EndedRuns } from './dead-letter-ports';
import type { Logger } from '../telemetry';
import { createEndedSweep, type EndedSweep } from './ended-sweep';

export interface EndedDesksDeps {
  runs: Pick<EndedRuns, 'desksEndedSince'>;
  letters: DeadLetterRevival;
  /** pause between two looks, in milliseconds */
  intervalMs: number;
  logger: Logger;
}

/**
 * Dead letters whose own workflow ended in error get another, which goes on from the record: else nobody would try them
 * again, or notice that they are lost, until somebody asks for them. Who wants no more of a letter discards it.
 */
export const createEndedDesks = ({ runs, letters, intervalMs, logger }: EndedDesksDeps): EndedSweep =>
  createEndedSweep({
    endedSince: (since) => runs.desksEndedSince(since),
    async take({ workflowId, runId, errorType, reason }) {
      const isNew = await letters.revive({ workflowId, runId });
      if (isNew)
        logger.warn({ workflowId, runId, errorType, reason }, 'the workflow of a dead letter was started again');
      return isNew;
    },
    words: {
      left: 'the workflow of a dead letter that ended in error could not be started again yet',
      failed: 'could not look for workflows of dead letters that ended in error',
    },
    intervalMs,
    logger,
  });
