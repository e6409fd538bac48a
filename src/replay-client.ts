import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { EngineAccess } from './config/engine-access';
import type { ReplayRequest } from './domain/replay';
import type { replayWorkflow } from './workflows';
import { canonicalJson } from './domain/canonical-json';
import { cancelReplaySignal, REPLAY_WORKFLOW } from './workflows/replay-messages';
import { connectClient } from './client';
import { QUESTION_MS, reachEngine } from './client/engine';

/** Every call throws EngineUnavailableError when the engine does not confirm it. */
export interface ReplayClient {
  /** `known`: the same replay was asked for before; `conflict`: the name belongs to another one */
  start(request: ReplayRequest): Promise<'started' | 'known' | 'conflict'>;
  /** What was asked for under a name, as long as the engine remembers it. */
  requestOf(name: string): Promise<ReplayRequest | undefined>;
  /** `over`: it has ended, or nobody knows of one */
  cancel(p: { name: string; by: string }): Promise<'asked' | 'over'>;
}

export interface ConnectedReplayClient extends ReplayClient {
  close(): Promise<void>;
}

/** The replay client of a process; connects when it is first used. */
export function connectReplayClient(p: { engine: EngineAccess; taskQueue: string }): ConnectedReplayClient {
  const client = connectClient(p.engine);
  return { ...createReplayClient({ client, taskQueue: p.taskQueue }), close: () => client.connection.close() };
}

interface Memo {
  request?: ReplayRequest;
}

/** Replays, over Temporal's client. */
export function createReplayClient({ client, taskQueue }: { client: Client; taskQueue: string }): ReplayClient {
  const ask = <T>(call: () => Promise<T>) => reachEngine(() => client.withDeadline(Date.now() + QUESTION_MS, call));

  async function requestOf(name: string): Promise<ReplayRequest | undefined> {
    try {
      const { memo, type } = await ask(() => client.workflow.getHandle(name).describe());
      return type === REPLAY_WORKFLOW ? (memo as Memo | undefined)?.request : undefined;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  return {
    requestOf,

    async start(request) {
      const memo: Memo = { request };
      try {
        await ask(() =>
          client.workflow.start<typeof replayWorkflow>(REPLAY_WORKFLOW, {
            workflowId: request.name,
            taskQueue,
            args: [request],
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            memo: { ...memo },
          }),
        );
        return 'started';
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        return canonicalJson(await requestOf(request.name)) === canonicalJson(request) ? 'known' : 'conflict';
      }
    },

    async cancel({ name, by }) {
      try {
        await ask(() => client.workflow.getHandle<typeof replayWorkflow>(name).signal(cancelReplaySignal, { by }));
        return 'asked';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'over';
        throw error;
      }
    },
  };
}
