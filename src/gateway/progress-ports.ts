import type { OrderId } from '../domain/ids';

/** Work that the engine has given out, or is about to. */
export interface PendingActivity {
  /** its name in the code, such as `processPayment` */
  name: string;
  /** from 1 */
  attempt: number;
  /** a worker has it */
  isRunning: boolean;
  /** of the attempt before */
  lastError?: string;
  /** its type, where it says one: a name of `domain/failures.ts` */
  errorType?: string;
  /** ISO 8601; while it waits for its next attempt */
  nextTryAt?: string;
  /** when its attempt began, or was given out; absent while it waits for its next one; ISO 8601 */
  since?: string;
}

/** The next task of the workflow itself. */
export interface PendingTask {
  /** above 1: workers took it, and could not do it */
  attempt: number;
  isTaken: boolean;
  /** ISO 8601 */
  since?: string;
}

/** How the engine leads an order on. */
export interface Progress {
  /** ENDED: well, FAILED: in error, or somebody stopped it */
  state: 'RUNNING' | 'ENDED' | 'FAILED';
  /** ISO 8601 */
  startedAt: string;
  activities: PendingActivity[];
  task?: PendingTask;
  /** something waits to be taken, and no worker has asked for work since; the queue that it waits in */
  unattendedQueue?: string;
  /** the run that a dead letter is made of, once it ended in error */
  firstRunId?: string;
}

/** What the engine says of orders; asked only of those that make no progress. */
export interface OrderProgress {
  /**
   * @returns `undefined` when the engine has no workflow of this order
   * @throws EngineUnavailableError
   */
  describe(orderId: OrderId): Promise<Progress | undefined>;
}
