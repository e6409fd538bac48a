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
 * again, or notice that they are lost, until somebody asks for them. Where somebody started another meanwhile, that is
 * told what the ended one was told. Who wants no more of a letter discards it.
 */
export const createEndedDesks = ({ runs, letters, intervalMs, logger }: EndedDesksDeps): EndedSweep =>
  createEndedSweep({
    endedSince: (since, isNew) => runs.desksEndedSince(since, isNew),
    async take({ workflowId, runId, death }) {
      const run = { workflowId, runId };
      const isDone = death ? await letters.revive(run) : await letters.handOn(run);
      if (isDone && death) logger.warn({ ...run, ...death }, 'the workflow of a dead letter was started again');
      else if (isDone)
        logger.warn(run, 'the news of a dead letter were handed on to the run that is in place of another');
      return isDone;
    },
    words: {
      left: 'the workflow of a dead letter that ended in error could not be started again yet',
      failed: 'could not look for workflows of dead letters that ended in error',
    },
    intervalMs,
    logger,
  });
