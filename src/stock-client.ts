import {
  ApplicationFailure,
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
} from '@temporalio/client';
import type { Delivery } from './activities/receiving';
import type { DeliveryRefusal, ReplenishmentInput, StockReceived } from './workflows/stock-messages';
import type { EngineAccess } from './config/engine-access';
import type { receiveStockWorkflow, replenishmentWorkflow } from './workflows';
import { canonicalJson } from './domain/canonical-json';
import { connectClient } from './client';
import { EngineUnavailableError, QUESTION_MS, reachEngine } from './client/engine';
import { DELIVERY_REFUSALS, RECEIVE_STOCK_WORKFLOW, REPLENISHMENT_WORKFLOW } from './workflows/stock-messages';
import { receiveWorkflowId, replenishmentWorkflowId } from './domain/ids';

/** What became of a delivery that was sent. */
export type ReceiveOutcome =
  /** `replayed`: it was sent before */
  | { kind: 'received' | 'replayed'; received: StockReceived }
  /** the workflow is there, durable, but has not answered in time */
  | { kind: 'pending' }
  /** the reference belongs to another delivery */
  | { kind: 'conflict' }
  | { kind: 'refused'; refusal: Exclude<DeliveryRefusal, 'REFERENCE_USED'>; reason: string };

export interface StockClient {
  /**
   * Takes a delivery into stock, once for each reference, and waits for what became of it.
   *
   * @param p.patienceMs how long to wait before the delivery is `pending`
   * @throws EngineUnavailableError when the engine does not confirm that it has the delivery
   */
  receive(p: Delivery & { patienceMs: number }): Promise<ReceiveOutcome>;
  /**
   * Starts the replenishment of a product, unless there is one.
   *
   * @throws EngineUnavailableError when the engine does not confirm that there is one
   */
  replenish(p: ReplenishmentInput): Promise<void>;
}

export interface ConnectedStockClient extends StockClient {
  close(): Promise<void>;
}

/** The stock client of a process; connects when it is first used. */
export function connectStockClient(p: { engine: EngineAccess; taskQueue: string }): ConnectedStockClient {
  const client = connectClient(p.engine);
  return {
    ...createStockClient({ client, taskQueue: p.taskQueue }),
    close: () => client.connection.close(),
  };
}

interface Memo {
  delivery?: unknown;
}

/** Deliveries and reorders, over Temporal's client. */
export function createStockClient({ client, taskQueue }: { client: Client; taskQueue: string }): StockClient {
  const within = <T>(ms: number, call: () => Promise<T>) =>
    reachEngine(() => client.withDeadline(Date.now() + ms, call));

  /** False when the reference has a workflow already, which did not fail. */
  async function start({ delivery, memo }: { delivery: Delivery; memo: Memo }): Promise<boolean> {
    try {
      await within(QUESTION_MS, () =>
        client.workflow.start<typeof receiveStockWorkflow>(RECEIVE_STOCK_WORKFLOW, {
          workflowId: receiveWorkflowId(delivery.reference),
          taskQueue,
          args: [delivery],
          // one that was refused may be sent again; the ledger knows every one that was taken
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          memo: { ...memo },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  async function isKnown(reference: string, memo: Memo): Promise<boolean> {
    const handle = client.workflow.getHandle(receiveWorkflowId(reference));
    const known: Memo = (await within(QUESTION_MS, () => handle.describe())).memo ?? {};
    return known.delivery === memo.delivery;
  }

  return {
    async receive({ patienceMs, ...delivery }) {
      const { reference } = delivery;
      const memo = { delivery: canonicalJson(delivery) };
      const isFirst = await start({ delivery, memo });
      if (!isFirst && !(await isKnown(reference, memo))) return { kind: 'conflict' };
      const handle = client.workflow.getHandle<typeof receiveStockWorkflow>(receiveWorkflowId(reference));
      return within(patienceMs, () => handle.result()).then(
        (received) => ({ kind: isFirst ? 'received' : 'replayed', received }),
        unreceived,
      );
    },

    async replenish(input) {
      await within(QUESTION_MS, () =>
        client.workflow.start<typeof replenishmentWorkflow>(REPLENISHMENT_WORKFLOW, {
          workflowId: replenishmentWorkflowId(input.productId),
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        }),
      );
    },
  };
}

/** Why a delivery has no receipt: it was refused, or there was none in time. */
function unreceived(error: unknown): ReceiveOutcome {
  // the engine has it, whatever became of the question
  if (error instanceof EngineUnavailableError) return { kind: 'pending' };
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw error;
  const refusal = DELIVERY_REFUSALS.find((type) => type === cause.type);
  if (!refusal) throw error;
  return refusal === 'REFERENCE_USED' ? { kind: 'conflict' } : { kind: 'refused', refusal, reason: cause.message };
}
