import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  type Client,
  isGrpcServiceError,
  TemporalFailure,
  TimeoutFailure,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { EndedRun, EndedRuns, IsNew } from './messaging/dead-letter-ports';
import type { EndedWorkflows } from './activities/dead-letter-ports';
import { TERMINATED } from './domain/dead-letters';
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

/** The memo of a dead letter's workflow: the run in whose place it was started, with all that this left. */
export const REVIVED_FROM = 'revivedFrom';

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

  const unlessForgotten = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask(call);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  };

  /** `undefined` when it did not end in error, when its failing is an answer, or the engine has forgotten it. */
  async function deathOfRun(run: WorkflowExecutionDescription): Promise<Death | undefined> {
    const { workflowId, runId, status, type } = run;
    const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
    const death =
      status.name === 'FAILED' ? await unlessForgotten(() => deathOf(handle.result())) : DEATHS[status.name];
    return death && !ANSWERS[type]?.includes(death.errorType) ? death : undefined;
  }

  /** What ended in error, by workflow: of its runs only one can be current, and is asked for once. */
  async function* endedBy(
    since: string,
    { isNew, isMeant }: { isNew: IsNew; isMeant: (workflowType: string) => boolean },
  ): AsyncGenerator<{ current: WorkflowExecutionDescription; runs: WorkflowExecutionInfo[] }> {
    const query =
      `TaskQueue = '${taskQueue.replaceAll("'", "\\'")}' AND CloseTime >= '${since}' AND ` +
      `(ExecutionStatus = 'Failed' OR ExecutionStatus = 'TimedOut' OR ExecutionStatus = 'Terminated')`;
    const closed = await ask(() => collect(client.workflow.list({ query })));
    const byWorkflow = new Map<string, WorkflowExecutionInfo[]>();
    for (const run of closed)
      if (isMeant(run.type)) byWorkflow.set(run.workflowId, [...(byWorkflow.get(run.workflowId) ?? []), run]);
    for (const [workflowId, runs] of byWorkflow) {
      // each is asked about: what is not asked about is forgotten
      if (!runs.map(({ runId }) => isNew(runId)).includes(true)) continue;
      const current = await unlessForgotten(() => client.workflow.getHandle(workflowId).describe());
      if (current) yield { current, runs };
    }
  }

  return {
    async *endedSince(since, isNew) {
      for await (const { current, runs } of endedBy(since, { isNew, isMeant: (type) => !NOT_OURS.has(type) })) {
        const { workflowId, runId, type: workflowType, raw } = current;
        const isListed = runs.some((run) => run.runId === runId) && isNew(runId);
        const death = isListed ? await deathOfRun(current) : undefined;
        if (!death) continue;
        const closedAt = (current.closeTime ?? new Date()).toISOString();
        yield {
          workflowId,
          runId,
          firstRunId: raw.workflowExecutionInfo?.firstRunId || runId,
          workflowType,
          closedAt,
          ...death,
        };
      }
    },

    async *desksEndedSince(since, isNew) {
      const isMeant = (type: string) => type === DEAD_LETTER_WORKFLOW;
      for await (const { current, runs } of endedBy(since, { isNew, isMeant })) {
        const { workflowId } = current;
        const isListed = runs.some(({ runId }) => runId === current.runId) && isNew(current.runId);
        const death = isListed ? await deathOfRun(current) : undefined;
        if (death) yield { workflowId, runId: current.runId, death };
        // those that were revived have left everything to the next one
        const revived = new Set([current, ...runs].map(({ memo }) => memo?.[REVIVED_FROM]));
        for (const { runId } of runs.toReversed())
          if (runId !== current.runId && !revived.has(runId) && isNew(runId)) yield { workflowId, runId };
      }
    },
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
