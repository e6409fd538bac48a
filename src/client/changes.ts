import { createHash } from 'node:crypto';
import {
  ApplicationFailure,
  type UpdateDefinition,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { Cause } from '../domain/cause';
import type { InspectedItem, Resolution } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { ShipmentLine, ShippingAddress, ShortageChoice } from '../domain/order';
import type { CancelAnswer, Caused, ChangeAnswer, InspectionAnswer, ReturnAnswer } from '../workflows/messages';
import { causedBy } from '../domain/cause';
import { canonicalJson } from '../domain/canonical-json';
import { workflowIdOf } from '../domain/ids';
import {
  cancelUpdate,
  CHANGE_REFUSED,
  changeAddressUpdate,
  decideUpdate,
  inspectReturnUpdate,
  receiveReturnUpdate,
  requestReturnUpdate,
  resolveUpdate,
} from '../workflows/messages';
import { answerWithin, type Engine, EngineUnavailableError } from './engine';
import { isStored, type StoredOrders } from './stored';

/** What became of a change of an order. */
export type ChangeOutcome<T> =
  | { kind: 'done'; answer: T }
  /** it is too late, or not its time */
  | { kind: 'refused'; reason: string }
  /** the order has taken it, durably, and is not through with it */
  | { kind: 'pending' }
  /** the order's workflow has ended: nothing about it changes any more */
  | { kind: 'closed' }
  /** there is no such order */
  | { kind: 'unknown' };

/** A change of an order; the same one under the same `requestId` is made once and answered as the first time. */
export type Change<Args = object> = Args & {
  orderId: OrderId;
  requestId: string;
  /** what asks for it: no part of the change, which is the same whoever sends it again */
  cause?: Cause;
  /** how long to wait until it is made, in milliseconds; {@link CHANGE_PATIENCE_MS} by default */
  patienceMs?: number;
};

/**
 * Changes of orders. Each of them throws EngineUnavailableError when nobody confirms in time that the order has the
 * change, or whether there is such an order: then the same may be sent again.
 */
export interface Changes {
  decide(p: Change<{ choice: ShortageChoice }>): Promise<ChangeOutcome<ChangeAnswer>>;
  cancel(p: Change<{ reason?: string }>): Promise<ChangeOutcome<CancelAnswer>>;
  changeAddress(p: Change<{ address: ShippingAddress }>): Promise<ChangeOutcome<ChangeAnswer>>;
  requestReturn(p: Change<{ items: ShipmentLine[]; reason?: string }>): Promise<ChangeOutcome<ReturnAnswer>>;
  receiveReturn(p: Change<{ returnId: string }>): Promise<ChangeOutcome<ReturnAnswer>>;
  inspectReturn(p: Change<{ returnId: string; items: InspectedItem[] }>): Promise<ChangeOutcome<InspectionAnswer>>;
  resolve(p: Change<Resolution>): Promise<ChangeOutcome<ChangeAnswer>>;
}

/** How long a caller waits for a change that needs a provider, in milliseconds. */
const CHANGE_PATIENCE_MS = 3000;

/** how Temporal calls the failure of an update whose workflow ended before it was through with it */
const ENDED_BEFORE = 'AcceptedUpdateCompletedWorkflow';

export function createChanges({ engine, stored }: { engine: Engine; stored: StoredOrders }): Changes {
  const { client } = engine;

  const changeBy =
    <T, A extends object>(update: UpdateDefinition<T, [Caused<A>]>) =>
    async (p: Change<A>): Promise<ChangeOutcome<T>> => {
      const { orderId, requestId, cause, patienceMs = CHANGE_PATIENCE_MS, ...rest } = p;
      const args = rest as unknown as A;
      const updateId = updateIdOf(update.name, { requestId, args });
      const deadline = Date.now() + patienceMs;
      const inTime = <R>(call: () => Promise<R>) =>
        answerWithin(deadline - Date.now(), () => client.withDeadline(deadline, call));
      const start = () =>
        client.workflow
          .getHandle(workflowIdOf(orderId))
          .startUpdate(update, { args: [{ ...args, ...causedBy(cause) }], updateId, waitForStage: 'ACCEPTED' });
      try {
        const handle = await inTime(start);
        // an update that no worker has taken is kept by nobody
        if (!handle) throw new EngineUnavailableError(`the engine does not confirm the change of order ${orderId}`);
        const answer = await inTime(() => handle.result()).catch(ifUnavailable);
        return answer === undefined ? { kind: 'pending' } : { kind: 'done', answer };
      } catch (error) {
        return notMade(orderId, error);
      }
    };

  async function notMade(orderId: OrderId, error: unknown): Promise<ChangeOutcome<never>> {
    const failure = failureOf(error);
    if (failure?.type === CHANGE_REFUSED) return { kind: 'refused', reason: failure.message };
    if (!(error instanceof WorkflowNotFoundError) && failure?.type !== ENDED_BEFORE) throw error;
    return { kind: (await isStored(stored, orderId)) ? 'closed' : 'unknown' };
  }

  return {
    decide: changeBy(decideUpdate),
    cancel: changeBy(cancelUpdate),
    changeAddress: changeBy(changeAddressUpdate),
    requestReturn: changeBy(requestReturnUpdate),
    receiveReturn: changeBy(receiveReturnUpdate),
    inspectReturn: changeBy(inspectReturnUpdate),
    resolve: changeBy(resolveUpdate),
  };
}

/** The same for the same change of the same request; one id for two changes would give the second the first one's answer. */
function updateIdOf(name: string, p: { requestId: string; args: object }): string {
  return `${name}-${createHash('sha256').update(canonicalJson(p)).digest('base64url')}`;
}

/** The order has the change already, whoever cannot be reached now. */
function ifUnavailable(error: unknown): undefined {
  if (!(error instanceof EngineUnavailableError)) throw error;
  return undefined;
}

const failureOf = (error: unknown): ApplicationFailure | undefined =>
  error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure ? error.cause : undefined;
