import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { RedriveBatchInput, RedriveProgress } from './dead-letter-messages';
import { redriveProgressQuery } from './dead-letter-messages';
import { bulkRedriving } from './activities';

/** Letters that did not answer, by their ids: enough to look at what is wrong. */
const NAMED = 20;

/**
 * Redrives, or discards, all of a class, since a time, or of a queue, page by page. Only what died before the batch began: what fails
 * again while it runs is not sent round and round.
 */
export async function redriveWorkflow(input: RedriveBatchInput): Promise<RedriveProgress> {
  const { batchId, action, by, reason, filter } = input;
  const startedAt = new Date().toISOString();
  let progress: RedriveProgress = input.before ?? { state: 'RUNNING', redriven: 0, underWay: 0, refused: 0, startedAt };
  setHandler(redriveProgressQuery, () => progress);
  const request = { by, requestId: `batch ${batchId}`, ...(reason !== undefined && { reason }) };

  do {
    const { cursor, ...before } = progress;
    const within = { ...filter, until: before.startedAt };
    const page = await bulkRedriving.redriveDeadLetters({
      filter: within,
      request,
      ...(action !== undefined && { action }),
      ...(cursor === undefined ? { batch: { batchId, at: before.startedAt } } : { cursor }),
    });
    progress = {
      ...before,
      redriven: before.redriven + page.redriven,
      ...(page.discarded !== undefined && { discarded: (before.discarded ?? 0) + page.discarded }),
      underWay: before.underWay + page.underWay,
      refused: before.refused + page.refused,
      leftOut: (before.leftOut ?? 0) + page.leftOut,
      unanswered: (before.unanswered ?? 0) + page.unanswered.length,
      unansweredIds: [...(before.unansweredIds ?? []), ...page.unanswered].slice(0, NAMED),
      ...(page.cursor !== undefined && { cursor: page.cursor }),
    };
    if (progress.cursor !== undefined && workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof redriveWorkflow>({ ...input, before: progress });
  } while (progress.cursor !== undefined);

  progress = { ...progress, state: 'DONE' };
  return progress;
}
