import { setTimeout as delay } from 'node:timers/promises';
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
  NamespaceNotFoundError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { EngineAccess } from './config/engine-access';
import type { orderWorkflow } from './workflows';
import type { AcceptAnswer, OrderInput } from './workflows/messages';
import type { ValidationError } from './domain/order';
import { StepError } from './domain/failures';
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
  /** @throws EngineUnavailableError when it cannot be reached, or does not serve our namespace */
  ping(): Promise<void>;
}

/** An order as it is stored for longer than the engine remembers its workflow. */
export interface StoredOrder {
  orderId: OrderId;
  fingerprint: string;
  requestId: string;
  status: 'VALIDATED' | 'VALIDATION_FAILED';
  errors?: ValidationError[];
}

export interface StoredOrders {
  /** @throws StepError SERVICE_UNAVAILABLE */
  readOrder(orderId: OrderId): Promise<StoredOrder | undefined>;
}

export interface OrderClientDeps {
  client: Client;
  taskQueue: string;
  /** asked only when the engine gives no answer */
  stored: StoredOrders;
}

interface Memo {
  fingerprint?: unknown;
}

/** The engine cannot be reached, or does not confirm what it was asked: the same call may succeed later. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}

/** How long the engine has for a question that needs no worker, in milliseconds. */
export const QUESTION_MS = 2000;

export interface ConnectedOrderClient extends OrderClient {
  close(): Promise<void>;
}

const usual = defaultGrpcRetryOptions();

/** milliseconds; the SDK pauses for seconds, and notices only then that the call's time is up */
const LONGEST_PAUSE_MS = 250;

/** How a call is repeated within its time. */
export const RETRY: GrpcRetryOptions = {
  ...usual,
  delayFunction: (attempt, status) => Math.min(LONGEST_PAUSE_MS, usual.delayFunction(attempt, status)),
  // repeated until its time is up, a call says only that; a certificate that is refused should be said, and stays refused
  retryableDecider: (attempt, status) =>
    !/certificate/i.test(status.details) && usual.retryableDecider(attempt, status),
};

/** The order client of a process. Connects when it is first used, so that a process starts without the engine. */
export function connectOrderClient({
  engine,
  ...deps
}: { engine: EngineAccess } & Omit<OrderClientDeps, 'client'>): ConnectedOrderClient {
  const client = connectClient(engine);
  return { ...createOrderClient({ client, ...deps }), close: () => client.connection.close() };
}

/** Temporal's client, which connects when it is first used. */
export function connectClient(engine: EngineAccess): Client {
  const connection = Connection.lazy({ ...engine.connection, interceptors: [makeGrpcRetryInterceptor(RETRY)] });
  return new Client({ connection, namespace: engine.namespace });
}

/** The only place that names Temporal's client to gateway and consumer. */
export function createOrderClient({ client, taskQueue, stored }: OrderClientDeps): OrderClient {
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

  /**
   * What becomes of an order without an answer, which says nothing about the start: the Orders table has the last word
   * on whose the id is, for the engine forgets, and may hold a later run of it; then only the engine's word makes it ours.
   */
  async function unanswered({ submission: { orderId }, fingerprint, requestId }: OrderInput): Promise<PlaceOutcome> {
    const [known, order] = await Promise.all([fingerprintOf(orderId), findStored(stored, orderId)]);
    if (order && order.requestId !== requestId) return outcomeOf(order, { fingerprint, requestId });
    const owner = order?.fingerprint ?? known;
    if (owner === undefined) throw new EngineUnavailableError(`the engine does not confirm order ${orderId}`);
    return { kind: owner === fingerprint ? 'pending' : 'conflict' };
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
      return answer ? outcomeOf(answer, input) : unanswered(input);
    },

    isKnown: async (orderId) => (await fingerprintOf(orderId)) !== undefined,

    async ping() {
      const { namespace } = client.options;
      await ask(() => client.connection.workflowService.describeNamespace({ namespace })).catch((error: unknown) => {
        if (error instanceof EngineUnavailableError) throw error;
        throw new EngineUnavailableError(`the engine does not serve the namespace ${namespace}`, { cause: error });
      });
    },
  };
}

function outcomeOf(answer: AcceptAnswer, sent: Pick<OrderInput, 'fingerprint' | 'requestId'>): PlaceOutcome {
  if (answer.fingerprint !== sent.fingerprint) return { kind: 'conflict' };
  return { kind: answer.requestId === sent.requestId ? 'accepted' : 'replayed', answer };
}

/** `undefined` also when the table does not answer: orders are taken without it, and wait for it in their workflows. */
async function findStored(stored: StoredOrders, orderId: OrderId): Promise<AcceptAnswer | undefined> {
  const order = await Promise.race([
    stored.readOrder(orderId).catch(ifUnavailable),
    delay(QUESTION_MS, undefined, { ref: false }),
  ]);
  if (!order) return undefined;
  const { fingerprint, requestId, status, errors } = order;
  return { orderId, fingerprint, requestId, status, ...(errors && { errors }) };
}

function ifUnavailable(error: unknown): undefined {
  if (!(error instanceof StepError && error.type === 'SERVICE_UNAVAILABLE')) throw error;
  return undefined;
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

/** @throws EngineUnavailableError where the failure of a call says nothing against what was asked */
export async function reachEngine<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!causesOf(error).some(isOutOfReach)) throw error;
    throw new EngineUnavailableError('the engine cannot be reached', { cause: error });
  }
}

/**
 * gRPC status codes that say nothing against what was asked: cancelled, deadline exceeded, permission denied, resource
 * exhausted, internal, unavailable, unauthenticated. Somebody mends a key or a right, and the same call succeeds.
 */
const OUT_OF_REACH = new Set([1, 4, 7, 8, 13, 14, 16]);

const isOutOfReach = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  error instanceof NamespaceNotFoundError ||
  (isGrpcServiceError(error) && OUT_OF_REACH.has(error.code));

function causesOf(error: unknown): unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error];
}
