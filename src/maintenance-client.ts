import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { EngineAccess } from './config/engine-access';
import type { OrderId } from './domain/ids';
import type { rebuildViewWorkflow, reconciliationWorkflow } from './workflows';
import type { RebuildOptions, RebuildProgress, ReconciliationOptions } from './workflows/maintenance-messages';
import { canonicalJson } from './domain/canonical-json';
import { connectClient } from './client';
import { EngineUnavailableError, QUESTION_MS, reachEngine } from './client/engine';
import { rebuildProgressQuery, REBUILD_VIEW_WORKFLOW, RECONCILIATION_WORKFLOW } from './workflows/maintenance-messages';
import { rebuildWorkflowId, RECONCILIATION_WORKFLOW_ID } from './domain/ids';

export type { RebuildOptions, RebuildProgress, ReconciliationOptions } from './workflows/maintenance-messages';

/** What became of a wish for a run. */
export type StartOutcome =
  | { kind: 'started' }
  /** there is one already, which was asked for the same */
  | { kind: 'joined' }
  /** there is one already, which was asked for something else */
  | { kind: 'conflict' };

export type RunKind = 'RUNNING' | 'DONE' | 'FAILED';

/** How a rebuild stands. */
export interface RebuildRun {
  state: RunKind;
  /** absent while no worker answers for one that runs, and of one that failed */
  progress?: RebuildProgress;
}

/** Looking after the books; throws EngineUnavailableError when the engine does not confirm what was asked. */
export interface MaintenanceClient {
  /** Starts a rebuild of the read model, unless there is one: of all orders, or of one. */
  rebuildView(options: RebuildOptions): Promise<StartOutcome>;
  /** How the last one stands; `undefined` when the engine knows of none. */
  rebuildRun(p: { orderId?: OrderId }): Promise<RebuildRun | undefined>;
  /** Starts a reconciliation beside those of the schedule, unless there is one. */
  reconcile(options: ReconciliationOptions): Promise<StartOutcome>;
  /** How the last one that was asked for stands; `undefined` when the engine knows of none. */
  reconciliationRun(): Promise<{ state: RunKind; runId: string } | undefined>;
}

export interface ConnectedMaintenanceClient extends MaintenanceClient {
  close(): Promise<void>;
}

/** The maintenance client of a process; connects when it is first used. */
export function connectMaintenanceClient(p: { engine: EngineAccess; taskQueue: string }): ConnectedMaintenanceClient {
  const client = connectClient(p.engine);
  return {
    ...createMaintenanceClient({ client, taskQueue: p.taskQueue }),
    close: () => client.connection.close(),
  };
}

interface Memo {
  wish?: unknown;
}

/** Milliseconds that a worker has to say how far it is. */
const QUERY_MS = 3000;

/** Rebuilds and reconciliations, over Temporal's client. */
function createMaintenanceClient({ client, taskQueue }: { client: Client; taskQueue: string }): MaintenanceClient {
  const within = <T>(ms: number, call: () => Promise<T>) =>
    reachEngine(() => client.withDeadline(Date.now() + ms, call));
  const ask = <T>(call: () => Promise<T>) => within(QUESTION_MS, call);

  /** @param p.wish what makes two of them the same, whoever asks */
  async function start(p: { name: string; workflowId: string; input: object; wish: object }): Promise<StartOutcome> {
    const { name, workflowId, input } = p;
    const memo = { wish: canonicalJson(p.wish) };
    try {
      await ask(() =>
        client.workflow.start(name, {
          workflowId,
          taskQueue,
          args: [input],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          memo,
        }),
      );
      return { kind: 'started' };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const known: Memo = (await ask(() => client.workflow.getHandle(workflowId).describe())).memo ?? {};
      return { kind: known.wish === memo.wish ? 'joined' : 'conflict' };
    }
  }

  async function describe(workflowId: string): Promise<{ state: RunKind; runId: string } | undefined> {
    try {
      const { status, runId, raw } = await ask(() => client.workflow.getHandle(workflowId).describe());
      // one that hands over to itself goes by its first run
      return { state: stateOf(status.name), runId: raw.workflowExecutionInfo?.firstRunId || runId };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async function progressOf(workflowId: string, state: RunKind): Promise<RebuildProgress | undefined> {
    const handle = client.workflow.getHandle<typeof rebuildViewWorkflow>(workflowId);
    if (state === 'FAILED') return undefined;
    if (state === 'DONE') return within(QUERY_MS, () => handle.result());
    try {
      return await within(QUERY_MS, () => handle.query(rebuildProgressQuery));
    } catch (error) {
      // no worker is there to say it; the rebuild goes on when there is one
      if (error instanceof EngineUnavailableError) return undefined;
      throw error;
    }
  }

  return {
    rebuildView(options) {
      const { by: _by, dryRun = false, prune = false, orderId } = options;
      const wish = { dryRun, prune, orderId };
      return start({ name: REBUILD_VIEW_WORKFLOW, workflowId: rebuildWorkflowId(orderId), input: options, wish });
    },
    async rebuildRun({ orderId }) {
      const workflowId = rebuildWorkflowId(orderId);
      const found = await describe(workflowId);
      if (!found) return undefined;
      const progress = await progressOf(workflowId, found.state);
      return { state: found.state, ...(progress && { progress }) };
    },
    reconcile(options) {
      const wish = { full: options.full ?? false };
      const workflowId = RECONCILIATION_WORKFLOW_ID;
      return start({ name: RECONCILIATION_WORKFLOW, workflowId, input: options, wish });
    },
    reconciliationRun: () => describe(RECONCILIATION_WORKFLOW_ID),
  };
}

function stateOf(status: string): RunKind {
  if (status === 'COMPLETED') return 'DONE';
  return status === 'RUNNING' || status === 'CONTINUED_AS_NEW' ? 'RUNNING' : 'FAILED';
}

/** How much later than its time the engine may start a reconciliation that it missed: the next one finds the same. */
const CATCH_UP = '1 minute';

/** The schedule of an installation; those that share a namespace have task queues of their own. */
const scheduleIdOf = (taskQueue: string): string =>
  taskQueue === 'orders' ? 'waybill-reconciliation' : `waybill-reconciliation-${taskQueue}`;

/**
 * Has the engine start reconciliations, one at a time; whoever says it last has it his way, so every worker may.
 *
 * @param p.everyS seconds; 0 takes the schedule away
 * @throws EngineUnavailableError
 */
export async function scheduleReconciliation(p: { client: Client; taskQueue: string; everyS: number }): Promise<void> {
  const { client, taskQueue, everyS } = p;
  const within = <T>(call: () => Promise<T>) => reachEngine(() => client.withDeadline(Date.now() + QUESTION_MS, call));
  const scheduleId = scheduleIdOf(taskQueue);
  const handle = client.schedule.getHandle(scheduleId);
  if (everyS === 0) {
    await within(() => handle.delete()).catch(ignore(ScheduleNotFoundError));
    return;
  }
  const action = {
    type: 'startWorkflow' as const,
    workflowType: RECONCILIATION_WORKFLOW as unknown as typeof reconciliationWorkflow,
    workflowId: `${RECONCILIATION_WORKFLOW_ID}-${taskQueue}`,
    taskQueue,
    args: [{ by: 'schedule' }] as [ReconciliationOptions],
  };
  const spec = { intervals: [{ every: everyS * 1000 }] };
  const policies = { overlap: 'SKIP' as const, catchupWindow: CATCH_UP };
  try {
    await within(() => client.schedule.create({ scheduleId, spec, action, policies }));
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // who paused it, and why, stays
    await within(() => handle.update((before) => ({ ...before, spec, action, policies })));
  }
}

const ignore = (known: new (...args: never[]) => Error) => (error: unknown) => {
  if (!(error instanceof known)) throw error;
};
