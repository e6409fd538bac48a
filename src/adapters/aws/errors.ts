import { StepError } from '../../domain/failures';

/** Runs an AWS call; what is left after the SDK's own retries becomes one failure of ours, tried again by Temporal. */
export async function reach<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof StepError) throw error;
    throw unavailable(what, error);
  }
}

/** An AWS call that did not go through: whether it had its effect is not known. */
export function unavailable(what: string, cause: unknown): StepError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new StepError('SERVICE_UNAVAILABLE', `${what}: ${reason}`, { cause });
}
