import { CircuitOpenError, type Dependency } from '../domain/breaker';

/**
 * A company is out of order and was not asked. An earlier attempt may have been let through, its answer lost: the outcome
 * of the step's key is as open as it was.
 */
export interface Delayed<D extends Dependency> {
  kind: 'DELAYED';
  dependency: D;
  /** ISO 8601; asking before is in vain */
  until: string;
}

/** Asked by the workflow that wants to tell of a delay; otherwise the step fails, and is tried again when it is over. */
export interface MayBeDelayed {
  tellWhenDown?: boolean | undefined;
}

/** Runs a step; that its company is out of order is an answer for those who want to be told, a failure for others. */
export async function orDelayed<D extends Dependency, T>(
  { dependency, tellWhenDown }: MayBeDelayed & { dependency: D },
  run: () => Promise<T>,
): Promise<T | Delayed<D>> {
  try {
    return await run();
  } catch (error) {
    if (!tellWhenDown || !(error instanceof CircuitOpenError)) throw error;
    return { kind: 'DELAYED', dependency, until: error.until };
  }
}
