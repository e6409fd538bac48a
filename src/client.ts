import {
  type Client,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
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
   * @throws Error when the engine cannot be reached, or does not confirm that the order is there
   */
  place(p: OrderInput & { patienceMs: number }): Promise<PlaceOutcome>;
  /** True when the engine knows a workflow of this order; asked only about orders that the read model does not know. */
  isKnown(orderId: OrderId): Promise<boolean>;
  /** @throws Error when the engine cannot be reached */
  ping(): Promise<void>;
}

interface Memo {
  fingerprint?: unknown;
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

  async function fingerprintOf(orderId: OrderId): Promise<unknown> {
    const { memo } = await client.workflow.getHandle(workflowIdOf(orderId)).describe();
    return memo?.['fingerprint'];
  }

  return {
    async place({ patienceMs, ...input }) {
      const { orderId } = input.submission;
      try {
        const answer = await client.withDeadline(Date.now() + patienceMs, () =>
          client.workflow.executeUpdateWithStart(acceptUpdate, {
            startWorkflowOperation: start(input),
            updateId: ACCEPT_UPDATE_ID,
          }),
        );
        if (answer.fingerprint !== input.fingerprint) return { kind: 'conflict' };
        return { kind: answer.requestId === input.requestId ? 'accepted' : 'replayed', answer };
      } catch (error) {
        if (!ranOutOfTime(error) && !(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        // no answer says nothing about the start: only the engine's word makes the order ours
        const known = await fingerprintOf(orderId);
        return { kind: known === input.fingerprint ? 'pending' : 'conflict' };
      }
    },

    async isKnown(orderId) {
      try {
        await fingerprintOf(orderId);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },

    async ping() {
      await client.connection.workflowService.getSystemInfo({});
    },
  };
}

function ranOutOfTime(error: unknown): boolean {
  const cause = isGrpcServiceError(error) ? error : (error as { cause?: unknown }).cause;
  return [error, cause].some((e) => isGrpcDeadlineError(e) || isGrpcCancelledError(e) || isUpdateTimeout(e));
}

const isUpdateTimeout = (error: unknown): boolean =>
  error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError';
