import { EngineUnavailableError } from '../client';
import { StepError } from '../domain/failures';

/** The engine or our own tables cannot be reached: it says nothing against what was to be done. */
export const isOutOfReach = (error: unknown): boolean =>
  error instanceof EngineUnavailableError || (error instanceof StepError && error.type === 'SERVICE_UNAVAILABLE');
