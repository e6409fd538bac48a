import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { EngineAccess } from './config/engine-access';
import type { orderWorkflow } from './workflows';
import type { AcceptAnswer, OrderInput } from './workflows/messages';
import { workflowIdOf, type OrderId } from './domain/ids';
import { ACCEPT_UPDATE_ID, acceptUpdate, ORDER_WORKFLOW } from './workflows/messages';

/** What became of an order that was sent: every caller gets the first one's answer, and knows whether it was the first. */
export type PlaceOutcome =
  | { kind: 'accepted' | 'replayed'; answer: AcceptAnswer }
  /** the id belongs to an order with another body */
  | { kind: 'conflict' }
  /** the workflow is there, durable, but has not answered in time */
  | { kind: 'pending' };

export interface OrderClient {
  /**
   * Starts the order's workflow, or joins the one that has its id, and waits for the early answer.
   *
   * @param p.patienceMs how long to wait for the answer before the order is `pending`
   * @throws EngineUnavailableError when it cannot be reached, or does not confirm that the order is there
   */
  place(p: OrderInput & { patienceMs: number }): Promise<PlaceOutcome>;
  /** True when the engine knows a workflow of this order; asked only about orders that the read model does not know. */
  isKnown(orderId: OrderId): Promise<boolean>;
  /** @throws EngineUnavailableError */
  ping(): Promise<void>;
}

interface Memo {
  fingerprint?: unknown;
}

/** The engine cannot be reached, or does not confirm what it was asked: the same call may succeed later. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}

/** How long the engine has for a question that needs no worker, in milliseconds. */
const QUESTION_MS = 2000;

export interface ConnectedOrderClient extends OrderClient {
  close(): Promise<void>;
}

const usual = defaultGrpcRetryOptions();

/** repeated until its time is up, a call says only that; a certificate that is refused should be said, and stays refused */
const retry = makeGrpcRetryInterceptor({
  ...usual,
  retryableDecider: (attempt, status) =>
    !/certificate/i.test(status.details) && usual.retryableDecider(attempt, status),
});

/** The order client of a process. Connects when it is first used, so that a process starts without the engine. */
export function connectOrderClient(p: { engine: EngineAccess; taskQueue: string }): ConnectedOrderClient {
  const connection = Connection.lazy({ ...p.engine.connection, interceptors: [retry] });
  const client = new Client({ connection, namespace: p.engine.namespace });
  return { ...createOrderClient({ client, taskQueue: p.taskQueue }), close: () => connection.close() };
}

/** The only place that names Temporal's client to gateway and consumer. */
export function createOrderClient({ client, taskQueue }: { client: Client; taskQueue: string }): OrderClient {
  const start = ({ submission, fingerprint, requestId }: OrderInput) =>
    new WithStartWorkflowOperation<typeof orderWorkflow>(ORDER_WORKFLOW, {
      workflowId: workflowIdOf(submission.orderId),
      taskQueue,
      args: [{ submission, fingerprint, requestId }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      memo: { fingerprint } satisfies Memo,
    });

  const ask = <T>(question: () => Promise<T>) =>
    reachEngine(() => client.withDeadline(Date.now() + QUESTION_MS, question));

  /** `undefined` when there is no workflow of this order */
  async function fingerprintOf(orderId: OrderId): Promise<unknown> {
    try {
      const { memo } = await ask(() => client.workflow.getHandle(workflowIdOf(orderId)).describe());
      return memo?.['fingerprint'];
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  return {
    async place({ patienceMs, ...input }) {
      const answer = await answerWithin(patienceMs, () =>
        client.withDeadline(Date.now() + patienceMs, () =>
          client.workflow.executeUpdateWithStart(acceptUpdate, {
            startWorkflowOperation: start(input),
            updateId: ACCEPT_UPDATE_ID,
          }),
        ),
      );
      if (answer && answer.fingerprint !== input.fingerprint) return { kind: 'conflict' };
      if (answer) return { kind: answer.requestId === input.requestId ? 'accepted' : 'replayed', answer };
      // no answer says nothing about the start: only the engine's word makes the order ours
      const { orderId } = input.submission;
      const known = await fingerprintOf(orderId);
      if (known === undefined) throw new EngineUnavailableError(`the engine does not confirm order ${orderId}`);
      return { kind: known === input.fingerprint ? 'pending' : 'conflict' };
    },

    isKnown: async (orderId) => (await fingerprintOf(orderId)) !== undefined,

    async ping() {
      await ask(() => client.connection.workflowService.getSystemInfo({}));
    },
  };
}

/** The early answer, or `undefined` when it did not come in time or the workflow no longer gives one. */
async function answerWithin(
  patienceMs: number,
  update: () => Promise<AcceptAnswer>,
): Promise<AcceptAnswer | undefined> {
  const startedAt = Date.now();
  try {
    return await reachEngine(update);
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    const wasLate = error instanceof EngineUnavailableError && Date.now() - startedAt >= patienceMs;
    if (wasLate) return undefined;
    throw error;
  }
}

async function reachEngine<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!causesOf(error).some(isOutOfReach)) throw error;
    throw new EngineUnavailableError('the engine cannot be reached', { cause: error });
  }
}

// gRPC status codes: cancelled, deadline exceeded, resource exhausted, unavailable
const OUT_OF_REACH = new Set([1, 4, 8, 14]);

const isOutOfReach = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  (isGrpcServiceError(error) && OUT_OF_REACH.has(error.code));

function causesOf(error: unknown): unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error];
}
