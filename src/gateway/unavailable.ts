import { EngineUnavailableError } from '../client';
import { StepError } from '../domain/failures';

/** True when an error says that the engine or the tables cannot be reached just now: the same request may succeed later. */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof EngineUnavailableError || (error instanceof StepError && error.type === 'SERVICE_UNAVAILABLE')
  );
}
