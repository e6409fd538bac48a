import { ActivityFailure, ApplicationFailure, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';
import { isFailureType, type FailureType } from '../domain/failures';

/** Why a step failed for good. */
export interface StepFailure {
  /** absent when nobody gave a reason: the worker was lost, or time ran out before the first attempt */
  type?: FailureType;
  message: string;
  /** 0 when unknown */
  attempts: number;
}

/**
 * The one reading of a failed step: a regular activity's failure is wrapped, a local one's is bare, and a time-out
 * holds the last attempt's failure as its cause.
 *
 * @throws what it was given, when it is a defect and no step's failure: the workflow task then fails and is retried
 */
export function failureOf(error: unknown): StepFailure {
  if (!(error instanceof TemporalFailure)) throw error;
  const cause = rootOf(error);
  if (!(cause instanceof ApplicationFailure)) return { message: cause.message, attempts: 0 };
  const [details] = (cause.details ?? []) as [{ attempts?: number }?];
  const failure = { message: cause.message, attempts: details?.attempts ?? 0 };
  return isFailureType(cause.type) ? { type: cause.type, ...failure } : failure;
}

function rootOf(error: TemporalFailure): TemporalFailure {
  const wraps = error instanceof ActivityFailure || error instanceof TimeoutFailure;
  return wraps && error.cause instanceof TemporalFailure ? rootOf(error.cause) : error;
}

/** True for a failure that trying again does not change, and for a defect. */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof TemporalFailure)) return true;
  const cause = rootOf(error);
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}

/** True when somebody's word stands behind the failure; without it the step may simply never have been tried. */
export function hasReason(error: unknown): boolean {
  if (!(error instanceof TemporalFailure)) throw error;
  return rootOf(error) instanceof ApplicationFailure;
}

/** What was authorised is held no more. */
export const paymentLost = (reason: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`the payment was lost: ${reason}`, 'PAYMENT_LOST' satisfies FailureType);

/** Why, where nobody said. */
export const CANCELLED = 'somebody asked to cancel the order';

/** An order that is cancelled before the point of no return. */
export const orderCancelled = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable(CANCELLED, 'ORDER_CANCELLED' satisfies FailureType);
