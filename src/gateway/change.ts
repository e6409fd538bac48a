import type { Operator } from '../domain/operator';
import { Type } from '@sinclair/typebox';
import type { Cause } from '../domain/cause';
import type { Change, ChangeOutcome } from '../client';
import type { OrderId } from '../domain/ids';
import { causedBy } from '../domain/cause';
import { causeOfRequest, type SentRequest } from './cause';
import { idempotencyKey, problems } from './contract';
import { isUnavailable } from './unavailable';
import { linksOf } from './present';
import { orderNotFound } from './order-id';
import { ProblemError, type ProblemCode } from './problem';

/** Of a change that an order may see several times. */
export const KeyHeaders = Type.Object({
  'idempotency-key': idempotencyKey(
    'The same body sent again with the same key is the same change: made once, and answered as the first time.',
  ),
});

/** Of the answer that such a change is under way. */
export const keyAnswer = {
  'Idempotency-Key': Type.String({ description: 'with it the same body is this change; of the request, or a new one' }),
};

/** What every change of an order can be refused with. */
export const changeProblems = (...codes: ProblemCode[]) =>
  problems(
    'invalid_json',
    'body_too_large',
    'invalid_body',
    ...codes,
    'order_not_found',
    'change_refused',
    'unsupported_media_type',
    'change_invalid',
  );

/** Which sending of a change it is, and what says so when it is sent again. */
export interface Sending {
  requestId: string;
  again: Record<string, string>;
  /** the request that sends it now */
  cause?: Cause;
}

/** Of a change that an order sees once: the same sent again is the same. */
export const once = (request: SentRequest, operator?: Operator): Sending => ({
  requestId: 'once',
  again: {},
  ...causeOfRequest(request, operator),
});

/** @param key the caller's, or a new one */
export const sendingOf = (request: SentRequest, key: string, operator?: Operator): Sending => ({
  requestId: key,
  again: { 'idempotency-key': key },
  ...causeOfRequest(request, operator),
});

/** `answer` is absent while the order is not through with the change. */
export interface Made<T> {
  answer?: T;
  headers: Record<string, string>;
}

/**
 * Makes a change of an order.
 *
 * @throws ProblemError when it was refused, and when it has to be sent again
 */
export async function makeChange<T>(
  orderId: OrderId,
  { requestId, again, cause }: Sending,
  make: (change: Change) => Promise<ChangeOutcome<T>>,
): Promise<Made<T>> {
  const outcome = await make({ orderId, requestId, ...causedBy(cause) }).catch((error: unknown) => {
    throw isUnavailable(error) ? unconfirmed(again, error) : error;
  });
  switch (outcome.kind) {
    case 'done':
      return { answer: outcome.answer, headers: {} };
    case 'pending':
      return { headers: again };
    case 'refused':
      throw changeRefused(orderId, outcome.reason);
    case 'closed':
      throw changeRefused(orderId, 'the order is closed: nothing about it changes any more');
    case 'unknown':
      throw orderNotFound(orderId);
    default:
      return outcome satisfies never;
  }
}

const changeRefused = (orderId: OrderId, reason: string) =>
  new ProblemError('change_refused', { detail: reason, instance: linksOf(orderId).self });

/** The change may be under way: what makes sending it again safe is its key, which the caller may not know yet. */
function unconfirmed(again: Record<string, string>, cause: unknown): ProblemError {
  const key = again['idempotency-key'];
  const how = key === undefined ? 'send the same again' : `send the same again with Idempotency-Key ${key}`;
  const detail = `${how}: then it is made once, whatever became of this request`;
  const problem = new ProblemError('service_unavailable', { detail, headers: again });
  problem.cause = cause;
  return problem;
}
