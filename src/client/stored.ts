import type { AcceptAnswer } from '../workflows/messages';
import type { OrderId } from '../domain/ids';
import type { OrderStatus } from '../domain/states';
import type { ValidationError } from '../domain/order';
import { StepError } from '../domain/failures';
import { EngineUnavailableError, pause, QUESTION_MS } from './engine';

/** An order as it is stored for longer than the engine remembers its workflow. */
export interface StoredOrder {
  orderId: OrderId;
  fingerprint: string;
  requestId: string;
  status: OrderStatus;
  errors?: ValidationError[];
}

/** What is known of orders without the engine; throws `StepError` SERVICE_UNAVAILABLE. */
export interface StoredOrders {
  readOrder(orderId: OrderId): Promise<StoredOrder | undefined>;
  /** what is recorded of an effect, by its idempotency key */
  readLedger(key: string): Promise<Record<string, unknown> | undefined>;
}

/** `undefined` also when the table does not answer: orders are taken without it, and wait for it in their workflows. */
export async function findStored(stored: StoredOrders, orderId: OrderId): Promise<AcceptAnswer | undefined> {
  const order = await Promise.race([stored.readOrder(orderId).catch(ifUnavailable), pause(QUESTION_MS)]);
  if (!order) return undefined;
  const { fingerprint, requestId, status, errors } = order;
  return { orderId, fingerprint, requestId, status, ...(errors && { errors }) };
}

/** Asked where a wrong answer would lose something: @throws EngineUnavailableError while the tables cannot say */
export const isStored = async (stored: StoredOrders, orderId: OrderId): Promise<boolean> =>
  (await confirm(stored.readOrder(orderId), `order ${orderId}`)) !== undefined;

/** True when money was accounted for under a charge's key: @throws EngineUnavailableError while the tables cannot say */
export const isAccounted = async (stored: StoredOrders, chargeKey: string): Promise<boolean> =>
  (await confirm(stored.readLedger(chargeKey), chargeKey)) !== undefined;

async function confirm<T>(read: Promise<T>, what: string): Promise<T> {
  const unknown = (cause?: unknown) =>
    new EngineUnavailableError(`the tables do not say whether there is ${what}`, { cause });
  const answer = read.catch((error: unknown) => {
    ifUnavailable(error);
    throw unknown(error);
  });
  const late = pause(QUESTION_MS).then(() => {
    throw unknown();
  });
  return Promise.race([answer, late]);
}

function ifUnavailable(error: unknown): undefined {
  if (!(error instanceof StepError && error.type === 'SERVICE_UNAVAILABLE')) throw error;
  return undefined;
}
