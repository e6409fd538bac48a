import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
  isGrpcServiceError,
  NamespaceNotFoundError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { workflowIdOf, type OrderId } from '../domain/ids';

/** The engine cannot be reached, or nobody confirms what was asked: the same call may succeed later. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}

/** How long the engine has for a question that needs no worker, in milliseconds. */
export const QUESTION_MS = 2000;

const usual = defaultGrpcRetryOptions();

/** milliseconds; the SDK pauses for seconds, and notices only then that the call's time is up */
export const LONGEST_PAUSE_MS = 250;

/** How a call is repeated within its time. */
export const RETRY: GrpcRetryOptions = {
  ...usual,
  delayFunction: (attempt, status) => Math.min(LONGEST_PAUSE_MS, usual.delayFunction(attempt, status)),
  // repeated until its time is up, a call says only that; a certificate that is refused should be said, and stays refused
  retryableDecider: (attempt, status) =>
    !/certificate/i.test(status.details) && usual.retryableDecider(attempt, status),
};

/** What an order's workflow was started with, for those who cannot ask it. */
export interface Memo {
  fingerprint?: unknown;
  requestId?: unknown;
}

/** The engine as orders are asked about: every call has its time, and an engine out of reach is one kind of error. */
export interface Engine {
  client: Client;
  /**
   * A call that needs no worker.
   *
   * @throws EngineUnavailableError
   */
  ask<T>(question: () => Promise<T>): Promise<T>;
  /** `undefined` when there is no workflow of this order */
  memoOf(orderId: OrderId): Promise<Memo | undefined>;
}

export function createEngine(client: Client): Engine {
  const ask: Engine['ask'] = (question) => reachEngine(() => client.withDeadline(Date.now() + QUESTION_MS, question));
  return {
    client,
    ask,
    async memoOf(orderId) {
      try {
        const { memo } = await ask(() => client.workflow.getHandle(workflowIdOf(orderId)).describe());
        return memo ?? {};
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
  };
}

/** @throws EngineUnavailableError instead of what says nothing against what was asked */
export async function reachEngine<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!causesOf(error).some(isOutOfReach)) throw error;
    throw new EngineUnavailableError('the engine cannot be reached', { cause: error });
  }
}

/** What a call gives, or `undefined` when its time was up before the engine gave it. */
export async function answerWithin<T>(patienceMs: number, call: () => Promise<T>): Promise<T | undefined> {
  const startedAt = Date.now();
  try {
    return await reachEngine(call);
  } catch (error) {
    const wasLate = error instanceof EngineUnavailableError && Date.now() - startedAt >= patienceMs;
    if (wasLate) return undefined;
    throw error;
  }
}

/** Resolves, without holding up the end of the process. */
export const pause = (ms: number): Promise<undefined> => delay(ms, undefined, { ref: false });

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
