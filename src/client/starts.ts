import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { orderWorkflow } from '../workflows';
import type { AcceptAnswer, FulfillmentInput, LatePaymentInput, OrderInput } from '../workflows/messages';
import { causedBy } from '../domain/cause';
import { latePaymentWorkflowId, workflowIdOf } from '../domain/ids';
import {
  ACCEPT_UPDATE_ID,
  acceptUpdate,
  FULFILLMENT_WORKFLOW,
  LATE_PAYMENT_WORKFLOW,
  ORDER_WORKFLOW,
} from '../workflows/messages';
import { answerWithin, type Engine, EngineUnavailableError, type Memo } from './engine';
import { findStored, isAccounted, isStored, type StoredOrders } from './stored';

/** What became of an order that was sent: every caller gets the first one's answer, and knows whether it was the first. */
export type PlaceOutcome =
  | { kind: 'accepted' | 'replayed'; answer: AcceptAnswer }
  /** the id belongs to an order with another body */
  | { kind: 'conflict' }
  /** the workflow is there, durable, but has not answered in time */
  | { kind: 'pending' };

/** What became of an order paid elsewhere: the engine has it, had it, or has another one under its id. */
export interface FulfillOutcome {
  /** `payment-used`: another order was paid with it, or it was given back */
  kind: 'accepted' | 'replayed' | 'conflict' | 'payment-used';
}

/** What becomes of a late success: it is given back, or was accounted for when it was still in time. */
export interface LateOutcome {
  kind: 'started' | 'known' | 'accounted';
}

export interface Starts {
  /**
   * Starts the order's workflow, or joins the one that has its id, and waits for the early answer.
   *
   * @param p.patienceMs how long to wait for the answer before the order is `pending`
   * @throws EngineUnavailableError when it cannot be reached, or does not confirm that the order is there
   */
  place(p: OrderInput & { patienceMs: number }): Promise<PlaceOutcome>;
  /**
   * Starts the workflow of an order that was paid elsewhere, under the id that it would have otherwise. A payment pays
   * for one order: two that come at the same moment with the same one are both taken.
   *
   * @throws EngineUnavailableError also when the ledger cannot be read
   */
  fulfill(input: FulfillmentInput): Promise<FulfillOutcome>;
  /**
   * Starts the refund of a success that found its order closed, unless the order accounted for it before.
   *
   * @throws EngineUnavailableError also when the ledger cannot be read
   */
  refundLate(input: LatePaymentInput): Promise<LateOutcome>;
}

interface StartDeps {
  engine: Engine;
  taskQueue: string;
  stored: StoredOrders;
}

export function createStarts({ engine, taskQueue, stored }: StartDeps): Starts {
  const { client, ask, memoOf } = engine;
  const options = ({ submission, fingerprint, requestId }: OrderInput) => ({
    workflowId: workflowIdOf(submission.orderId),
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    memo: { fingerprint, requestId } satisfies Memo,
  });

  /**
   * What becomes of an order without an answer, which says nothing about the start: the Orders table has the last word
   * on whose the id is, for the engine forgets, and may hold a later run of it; then only the engine's word makes it ours.
   */
  async function unanswered({ submission: { orderId }, fingerprint, requestId }: OrderInput): Promise<PlaceOutcome> {
    const [memo, order] = await Promise.all([memoOf(orderId), findStored(stored, orderId)]);
    if (order && order.requestId !== requestId) return outcomeOf(order, { fingerprint, requestId });
    const owner = order?.fingerprint ?? memo?.fingerprint;
    if (owner === undefined) throw new EngineUnavailableError(`the engine does not confirm order ${orderId}`);
    return { kind: owner === fingerprint ? 'pending' : 'conflict' };
  }

  return {
    async place({ patienceMs, ...input }) {
      const { submission, fingerprint, requestId, cause } = input;
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof orderWorkflow>(ORDER_WORKFLOW, {
        ...options(input),
        args: [{ submission, fingerprint, requestId, ...causedBy(cause) }],
      });
      const update = { startWorkflowOperation, updateId: ACCEPT_UPDATE_ID };
      const answer = await answerWithin(patienceMs, () =>
        client
          .withDeadline(Date.now() + patienceMs, () => client.workflow.executeUpdateWithStart(acceptUpdate, update))
          .catch(ifStarted),
      );
      return answer ? outcomeOf(answer, input) : unanswered(input);
    },

    async fulfill(input) {
      const { orderId } = input.submission;
      if ((await isAccounted(stored, input.paid.chargeKey)) && !(await isStored(stored, orderId)))
        return { kind: 'payment-used' };
      // a start says nothing of whose the running workflow is
      await ask(() => client.workflow.start(FULFILLMENT_WORKFLOW, { ...options(input), args: [input] })).catch(
        ifStarted,
      );
      const [memo, order] = await Promise.all([memoOf(orderId), findStored(stored, orderId)]);
      const owner = order ?? memo;
      if (!owner) throw new EngineUnavailableError(`the engine does not confirm order ${orderId}`);
      if (owner.fingerprint !== input.fingerprint) return { kind: 'conflict' };
      return { kind: owner.requestId === input.requestId ? 'accepted' : 'replayed' };
    },

    async refundLate(input) {
      if (await isAccounted(stored, input.chargeKey)) return { kind: 'accounted' };
      const workflowId = latePaymentWorkflowId(input.paymentId);
      const started = await ask(() =>
        client.workflow.start(LATE_PAYMENT_WORKFLOW, {
          workflowId,
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'FAIL',
          // one that could not give it back may be tried again
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        }),
      ).catch(ifStarted);
      return { kind: started ? 'started' : 'known' };
    },
  };
}

function outcomeOf(answer: AcceptAnswer, sent: Pick<OrderInput, 'fingerprint' | 'requestId'>): PlaceOutcome {
  if (answer.fingerprint !== sent.fingerprint) return { kind: 'conflict' };
  return { kind: answer.requestId === sent.requestId ? 'accepted' : 'replayed', answer };
}

/** the workflow is there already, and no longer answers */
function ifStarted(error: unknown): undefined {
  if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  return undefined;
}
