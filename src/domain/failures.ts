/**
 * Why a step failed: the `type` of every failure that an activity throws. Whether it may be retried is decided where
 * the cause is known, in the adapter or activity; workflows only look at the type.
 */
export const FAILURES = {
  /** AWS could not be reached, throttled, or took too long: tried again */
  SERVICE_UNAVAILABLE: { retryable: true },
  /** AWS will never take what we sent: a defect of ours, or of what the order's checks let through */
  REQUEST_REFUSED: { retryable: false },
  /** the view of the order is not where its events are: tried again until it has been rebuilt */
  VIEW_OUT_OF_STEP: { retryable: true },
  /** the stock does not hold what the ledger says is reserved: tried again until somebody mended it */
  STOCK_INCONSISTENT: { retryable: true },
  /** a provider could not be reached or answered with an error: tried again under the same key */
  PROVIDER_UNAVAILABLE: { retryable: true },
  /** a provider did not answer and does not know the key yet: the call may be in flight, tried again under the same key */
  OUTCOME_UNKNOWN: { retryable: true },
  /** the bank behind one payment method is out of order, the payment company is not: tried again under the same key */
  ISSUER_UNAVAILABLE: { retryable: true },
  /** a provider was out of order lately, and is not asked for a while: tried again when that is over */
  CIRCUIT_OPEN: { retryable: true },
  /** as many messages are under way to a shop's endpoint as may be at a time: tried again in a moment */
  ENDPOINT_BUSY: { retryable: true },
  /** the payment company will not give this money back */
  REFUND_REFUSED: { retryable: false },
  /** no carrier goes there */
  NO_CARRIER: { retryable: false },
  /** the carrier refused the label for good */
  LABEL_REFUSED: { retryable: false },
  /** somebody asked to cancel the workflow before the point of no return */
  ORDER_CANCELLED: { retryable: false },
  /** an authorisation could not be captured: nothing is held under it any more */
  PAYMENT_LOST: { retryable: false },
  /** a commit found that everything had been given back already */
  GIVEN_BACK: { retryable: false },
  /** the order belongs to another run: two would be writing one order */
  SEQUENCE_TAKEN: { retryable: false },
} as const;

export type FailureType = keyof typeof FAILURES;

/** True for the names in {@link FAILURES}. */
export function isFailureType(type: unknown): type is FailureType {
  return typeof type === 'string' && Object.hasOwn(FAILURES, type);
}

/** A failure by its type, thrown by adapters and activities alike. */
export class StepError extends Error {
  override readonly name = 'StepError';
  constructor(
    readonly type: FailureType,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
