import { StepError } from '../../domain/failures';

/** Runs an AWS call; what is left after the SDK's own retries becomes one failure of ours. */
export async function reach<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof StepError) throw error;
    throw failedCall(what, error);
  }
}

/**
 * An AWS call that did not go through. Usually AWS could not be reached, and whether the call had its effect is not
 * known: SERVICE_UNAVAILABLE, tried again. A request that AWS will never take is REQUEST_REFUSED.
 */
export function failedCall(what: string, cause: unknown): StepError {
  if (isRefusal(cause)) return refusedRequest(what, cause);
  return new StepError('SERVICE_UNAVAILABLE', describe(what, cause), { cause });
}

/** A request that AWS will never take. */
export function refusedRequest(what: string, cause: unknown): StepError {
  return new StepError('REQUEST_REFUSED', describe(what, cause), { cause });
}

const describe = (what: string, cause: unknown): string =>
  `${what}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`;

// what else AWS answers with 4xx (rights, missing tables, expired credentials) is mended by an operator
const REFUSALS = new Set([
  'ValidationException',
  'InvalidMessageContents',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'ParameterValueInvalid',
]);

export const isRefusal = (error: unknown): boolean => error instanceof Error && REFUSALS.has(error.name);
