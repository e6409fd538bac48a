import { createHash } from 'node:crypto';
import {
  ApplicationFailure,
  type Client,
  isGrpcServiceError,
  type UpdateDefinition,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { Arrival, DeskAnswer, DeskRequest } from './domain/dead-letter-desk';
import type { BulkAction, WorkflowRun } from './domain/dead-letters';
import type { DeadLetterFilter } from './activities/dead-letter-ports';
import type { DeadLetterInput, HandedOn, RedriveBatchInput, RedriveProgress } from './workflows/dead-letter-messages';
import type { deadLetterWorkflow, redriveWorkflow } from './workflows';
import { canonicalJson } from './domain/canonical-json';
import { answerWithin, EngineUnavailableError, QUESTION_MS, reachEngine } from './client/engine';
import { failuresUntil, leftBehind, wasHandedOn } from './client/left-behind';
import { REVIVED_FROM } from './ended-workflows';
import { revivalPause } from './domain/revival';
import { deadLetterOfWorkflow, deadLetterWorkflowId, redriveBatchWorkflowId } from './domain/ids';
import {
  arrivedSignal,
  DEAD_LETTER_WORKFLOW,
  DESK_REFUSED,
  discardUpdate,
  handedOnSignal,
  handledSignal,
  REDRIVE_WORKFLOW,
  redriveProgressQuery,
  redriveUpdate,
} from './workflows/dead-letter-messages';

/** A bulk redrive, as it was asked for. */
export interface BulkRedrive extends DeskRequest {
  filter: DeadLetterFilter;
}

/** Dead letters, over Temporal's client. Each throws EngineUnavailableError when the engine does not confirm it. */
export interface DeadLetterClient {
  /** Tells its workflow, which is started where none runs. */
  arrived(id: string, arrival: Arrival): Promise<void>;
  handled(id: string, n: number): Promise<void>;
  /**
   * Starts the workflow of a dead letter again whose run ended in error, with what this run was told and may not have taken;
   * one that fails again and again begins ever later, unless somebody asks something of it, or tells it something. Where
   * another run is, that is handed on to it.
   *
   * @returns false when there was nothing to do, or the engine has forgotten it
   */
  revive(run: WorkflowRun): Promise<boolean>;
  /** Hands what a run was told, and may not have taken, on to the one in its place, once; false when there was nothing to do. */
  handOn(run: WorkflowRun): Promise<boolean>;
  /** Sends it back to where it was for; only of a letter that has a record. */
  redrive(id: string, request: DeskRequest): Promise<DeskAnswer>;
  discard(id: string, request: DeskRequest): Promise<DeskAnswer>;
  /** Starts a bulk redrive, once for the same request. */
  redriveAll(bulk: BulkRedrive): Promise<{ batchId: string }>;
  /** Starts a bulk discard, alike. */
  discardAll(bulk: BulkRedrive): Promise<{ batchId: string }>;
  /** `undefined` when there is no such batch */
  progressOf(batchId: string): Promise<RedriveProgress | undefined>;
}

/** Milliseconds for a worker to take a request of a person. */
const PATIENCE_MS = 8000;
/** Milliseconds for a history. */
const HISTORY_MS = 10_000;

export function createDeadLetterClient({ client, taskQueue }: { client: Client; taskQueue: string }): DeadLetterClient {
  const within = <T>(ms: number, call: () => Promise<T>) =>
    reachEngine(() => client.withDeadline(Date.now() + ms, call));

  // a letter that was closed may come back, and its record knows everything
  const options = (id: string) => ({
    workflowId: deadLetterWorkflowId(id),
    taskQueue,
    args: [{ id }] as [DeadLetterInput],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
  });

  const askBy =
    (update: UpdateDefinition<DeskAnswer, [DeskRequest]>) =>
    async (id: string, request: DeskRequest): Promise<DeskAnswer> => {
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof deadLetterWorkflow>(DEAD_LETTER_WORKFLOW, {
        ...options(id),
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      const updateId = `${update.name}-${hashOf(request)}`;
      const ask = () =>
        client.withDeadline(Date.now() + PATIENCE_MS, () =>
          client.workflow.executeUpdateWithStart(update, { startWorkflowOperation, updateId, args: [request] }),
        );
      try {
        const answer = await answerWithin(PATIENCE_MS, ask);
        if (answer) return answer;
      } catch (error) {
        const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
        if (!(cause instanceof ApplicationFailure) || cause.type !== DESK_REFUSED) throw error;
        return { kind: 'refused', reason: cause.message };
      }
      throw new EngineUnavailableError(`nobody confirms what is asked of dead letter ${id}`);
    };

  const eventsOf = async (workflowId: string, runId?: string) =>
    (await within(HISTORY_MS, () => client.workflow.getHandle(workflowId, runId).fetchHistory())).events ?? [];

  async function revive(id: string, run: WorkflowRun): Promise<boolean> {
    const events = await eventsOf(run.workflowId, run.runId);
    const failures = failuresUntil(events, client);
    // as one thing with its start: whoever is gone in between has lost nothing of it
    const input: DeadLetterInput = { id, ...leftBehind(events, client), ...(failures > 0 && { failures }) };
    const pause = revivalPause(failures);
    const start = () =>
      client.workflow.start<typeof deadLetterWorkflow>(DEAD_LETTER_WORKFLOW, {
        ...options(id),
        args: [input],
        memo: { [REVIVED_FROM]: run.runId },
        ...(pause > 0 && { startDelay: pause }),
      });
    try {
      await within(QUESTION_MS, start);
      return true;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return handOn(id, run);
    }
  }

  async function handOn(id: string, { workflowId, runId }: WorkflowRun): Promise<boolean> {
    const left = leftBehind(await eventsOf(workflowId, runId), client);
    if (!left.heard && !left.isUntold) return false;
    const current = await within(QUESTION_MS, () => client.workflow.getHandle(workflowId).describe());
    if (current.runId === runId || current.memo?.[REVIVED_FROM] === runId) return false;
    if (wasHandedOn(await eventsOf(workflowId, current.runId), { client, from: runId })) return false;
    await within(QUESTION_MS, () =>
      client.workflow.signalWithStart<typeof deadLetterWorkflow, [HandedOn]>(DEAD_LETTER_WORKFLOW, {
        ...options(id),
        signal: handedOnSignal,
        signalArgs: [{ runId, ...left }],
      }),
    );
    return true;
  }

  /** @param action absent: REDRIVE */
  async function startBatch({ filter, by, reason, requestId }: BulkRedrive, action?: BulkAction) {
    const which = action && { action };
    const batchId = hashOf({ ...which, filter, by, reason: reason ?? '', requestId }).slice(0, 22);
    const input: RedriveBatchInput = { batchId, ...which, filter, by, ...(reason !== undefined && { reason }) };
    const start = () =>
      client.workflow.start<typeof redriveWorkflow>(REDRIVE_WORKFLOW, {
        workflowId: redriveBatchWorkflowId(batchId),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      });
    await within(QUESTION_MS, start).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
    return { batchId };
  }

  return {
    async arrived(id, arrival) {
      await within(QUESTION_MS, () =>
        client.workflow.signalWithStart<typeof deadLetterWorkflow, [Arrival]>(DEAD_LETTER_WORKFLOW, {
          ...options(id),
          signal: arrivedSignal,
          signalArgs: [arrival],
        }),
      );
    },

    async handled(id, n) {
      await within(QUESTION_MS, () =>
        client.workflow.signalWithStart<typeof deadLetterWorkflow, [{ n: number }]>(DEAD_LETTER_WORKFLOW, {
          ...options(id),
          signal: handledSignal,
          signalArgs: [{ n }],
        }),
      );
    },

    revive: unlessForgotten(revive),
    handOn: unlessForgotten(handOn),

    redrive: askBy(redriveUpdate),
    discard: askBy(discardUpdate),

    redriveAll: (bulk) => startBatch(bulk),
    discardAll: (bulk) => startBatch(bulk, 'DISCARD'),

    async progressOf(batchId) {
      const handle = client.workflow.getHandle<typeof redriveWorkflow>(redriveBatchWorkflowId(batchId));
      try {
        const progress = await within(PATIENCE_MS, () => handle.query(redriveProgressQuery));
        if (progress.state !== 'RUNNING') return progress;
        const { status } = await within(QUESTION_MS, () => handle.describe());
        return ENDED_EARLY.has(status.name) ? { ...progress, state: 'FAILED' } : progress;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
  };
}

/** gRPC's codes: not found */
const FORGOTTEN: ReadonlySet<number> = new Set([5]);

const isForgotten = (error: unknown): boolean =>
  error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && FORGOTTEN.has(error.code));

const unlessForgotten =
  (act: (id: string, run: WorkflowRun) => Promise<boolean>) =>
  async (run: WorkflowRun): Promise<boolean> => {
    const id = deadLetterOfWorkflow(run.workflowId);
    if (id === undefined) return false;
    try {
      return await act(id, run);
    } catch (error) {
      if (isForgotten(error)) return false;
      throw error;
    }
  };

/** What a batch that does not go on is in. */
const ENDED_EARLY: ReadonlySet<string> = new Set(['FAILED', 'TERMINATED', 'TIMED_OUT', 'CANCELLED']);

const hashOf = (value: object): string => createHash('sha256').update(canonicalJson(value)).digest('base64url');
