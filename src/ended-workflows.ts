import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  type Client,
  isGrpcServiceError,
  TemporalFailure,
  TimeoutFailure,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { EndedRun, EndedRuns } from './messaging/dead-letter-ports';
import type { EndedWorkflows } from './activities/dead-letter-ports';
import { TERMINATED, type WorkflowRun } from './domain/dead-letters';
import { DEAD_LETTER_WORKFLOW, REDRIVE_WORKFLOW } from './workflows/dead-letter-messages';
import { DELIVERY_REFUSALS, RECEIVE_STOCK_WORKFLOW, REPLENISHMENT_WORKFLOW } from './workflows/stock-messages';
import { FULFILLMENT_WORKFLOW, LATE_PAYMENT_WORKFLOW, ORDER_WORKFLOW } from './workflows/messages';
import { REBUILD_VIEW_WORKFLOW, RECONCILIATION_WORKFLOW } from './workflows/maintenance-messages';
import { REPLAY_WORKFLOW } from './workflows/replay-messages';
import { WEBHOOK_DELIVERY_WORKFLOW } from './workflows/webhook-messages';
import { EngineUnavailableError, reachEngine } from './client/engine';
import { StepError } from './domain/failures';

/** Milliseconds for a call; a history takes longer than a question. */
const CALL_MS = 10_000;

/** dead letters of dead letters would never end: the first are started again instead */
const NOT_OURS = new Set([DEAD_LETTER_WORKFLOW, REDRIVE_WORKFLOW]);

/** The types of workflow that become dead letters when they end in error. */
export const MORTAL_WORKFLOWS = [
  ORDER_WORKFLOW,
  FULFILLMENT_WORKFLOW,
  LATE_PAYMENT_WORKFLOW,
  RECEIVE_STOCK_WORKFLOW,
  REPLENISHMENT_WORKFLOW,
  REPLAY_WORKFLOW,
  REBUILD_VIEW_WORKFLOW,
  RECONCILIATION_WORKFLOW,
  WEBHOOK_DELIVERY_WORKFLOW,
] as const;

/** Types of failure with which a workflow tells whoever started it; everything else is an error. */
const ANSWERS: Record<string, readonly string[]> = { [RECEIVE_STOCK_WORKFLOW]: DELIVERY_REFUSALS };

/** Workflows of a task queue that ended in error, from the list that the engine keeps of them. */
export function createEndedRuns({ client, taskQueue }: { client: Client; taskQueue: string }): EndedRuns {
  const ask = <T>(call: () => Promise<T>) => reachEngine(() => client.withDeadline(Date.now() + CALL_MS, call));

  /** `undefined` when its failing is an answer, when another run is in its place, or the engine has forgotten it. */
  async function describe(
    run: WorkflowRun & { workflowType: string; closedAt: string },
  ): Promise<EndedRun | undefined> {
    const { workflowId, runId, workflowType } = run;
    const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
    try {
      const { runId: current, status, raw } = await ask(() => client.workflow.getHandle(workflowId).describe());
      if (current !== runId) return undefined;
      const death = status.name === 'FAILED' ? await ask(() => deathOf(handle.result())) : DEATHS[status.name];
      if (!death || ANSWERS[workflowType]?.includes(death.errorType)) return undefined;
      return { ...run, firstRunId: raw.workflowExecutionInfo?.firstRunId || runId, ...death };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async function* endedSince(since: string, isMeant: (workflowType: string) => boolean): AsyncGenerator<EndedRun> {
    const query =
      `TaskQueue = '${taskQueue.replaceAll("'", "\\'")}' AND CloseTime >= '${since}' AND ` +
      `(ExecutionStatus = 'Failed' OR ExecutionStatus = 'TimedOut' OR ExecutionStatus = 'Terminated')`;
    const closed = await ask(() => collect(client.workflow.list({ query })));
    for (const { workflowId, runId, type: workflowType, closeTime } of closed) {
      if (!isMeant(workflowType)) continue;
      const closedAt = (closeTime ?? new Date()).toISOString();
      const ended = await describe({ workflowId, runId, workflowType, closedAt });
      if (ended) yield ended;
    }
  }

  return {
    endedSince: (since) => endedSince(since, (type) => !NOT_OURS.has(type)),
    desksEndedSince: (since) => endedSince(since, (type) => type === DEAD_LETTER_WORKFLOW),
  };
}

type Death = Pick<EndedRun, 'errorType' | 'reason'>;

const DEATHS: Partial<Record<string, Death>> = {
  TERMINATED: { errorType: TERMINATED, reason: 'somebody terminated it' },
  TIMED_OUT: { errorType: 'TimedOut', reason: 'its time was up' },
};

async function deathOf(result: Promise<unknown>): Promise<Death | undefined> {
  try {
    await result;
    return undefined;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const root = rootOf(error.cause);
    const type = root instanceof ApplicationFailure ? root.type : undefined;
    return { errorType: type || root?.name || 'WorkflowFailed', reason: root?.message || error.message };
  }
}

function rootOf(error: Error | undefined): Error | undefined {
  const wraps =
    error instanceof ActivityFailure || error instanceof TimeoutFailure || error instanceof ChildWorkflowFailure;
  return wraps && error.cause instanceof TemporalFailure ? rootOf(error.cause) : error;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Lets workflows that ended in error run again. */
export function createEndedWorkflows(client: Client): EndedWorkflows {
  const ask = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await reachEngine(() => client.withDeadline(Date.now() + CALL_MS, call));
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      throw new StepError('SERVICE_UNAVAILABLE', error.message, { cause: error });
    }
  };

  async function reset({ workflowId, runId, reason, requestId }: Parameters<EndedWorkflows['reset']>[0]) {
    // another run may have been started, or this one reset by an attempt whose answer was lost: a reset would end it
    const { runId: current } = await ask(() => client.workflow.getHandle(workflowId).describe());
    if (current !== runId) return runsAgain(`run ${current} is in its place`);
    const history = await ask(() => client.workflow.getHandle(workflowId, runId).fetchHistory());
    const resetPoint = resetPointOf(history.events ?? []);
    if (resetPoint === undefined) return notSent('it has no task to begin again from: start it anew');
    const { namespace } = client.options;
    const workflowExecution = { workflowId, runId };
    const { runId: again } = await ask(() =>
      client.workflowService.resetWorkflowExecution({
        namespace,
        workflowExecution,
        reason,
        requestId,
        workflowTaskFinishEventId: resetPoint,
      }),
    );
    return runsAgain(`it runs again as run ${again}`);
  }

  return {
    async reset(run) {
      try {
        return await reset(run);
      } catch (error) {
        const isForgotten =
          error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && FORGOTTEN.has(error.code));
        if (isForgotten) return notSent('the engine has forgotten it');
        if (isGrpcServiceError(error) && REFUSED.has(error.code)) return notSent(error.details);
        throw error;
      }
    },
  };
}

/** gRPC's codes: not found */
const FORGOTTEN: ReadonlySet<number> = new Set([5]);
/** invalid argument, failed precondition */
const REFUSED: ReadonlySet<number> = new Set([3, 9]);

const runsAgain = (reason: string) => ({ outcome: 'RUNS_AGAIN' as const, reason });
const notSent = (reason: string) => ({ outcome: 'NOT_SENT' as const, reason });

type Events = NonNullable<Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']>;
type Id = NonNullable<Events[number]['eventId']>;

/**
 * The task to begin again from: the one that scheduled what failed, so that it is tried again, else the last one. What an
 * activity answered with a failure would otherwise be remembered, and end the run once more.
 */
function resetPointOf(events: Events): Id | undefined {
  const completed = events.filter((event) => event.workflowTaskCompletedEventAttributes);
  const last = completed.at(-1);
  const before = Number(completed.at(-2)?.eventId ?? 0);
  const failed = events.findLast(
    (event) => event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes,
  );
  const attributes = failed?.activityTaskFailedEventAttributes ?? failed?.activityTaskTimedOutEventAttributes;
  const scheduled = events.find(({ eventId }) => attributes && Number(eventId) === Number(attributes.scheduledEventId));
  const isLast = failed !== undefined && Number(failed.eventId) > before;
  const point = isLast ? scheduled?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId : undefined;
  return point ?? last?.eventId ?? undefined;
}
