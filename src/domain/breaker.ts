import { StepError } from './failures';
import { shownMoment } from './shown-time';

/** The outside companies that can be out of order; a circuit breaker each. */
export const DEPENDENCIES = ['payment', 'carrier', 'supplier', 'notification', 'warehouse'] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

/** CLOSED lets calls through, OPEN none; HALF_OPEN one, whose answer decides. */
export const BREAKER_STATES = ['CLOSED', 'HALF_OPEN', 'OPEN'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** How a breaker stands. */
export interface BreakerReport {
  state: BreakerState;
  /** in a row, at the last count */
  failures: number;
  /** ISO 8601; from then on one call is let through to try. Absent when CLOSED */
  openUntil?: string;
}

/** True for the names in {@link DEPENDENCIES}. */
export const isDependency = (name: string): name is Dependency => (DEPENDENCIES as readonly string[]).includes(name);

/** A company that is not asked, because it is out of order. */
export class CircuitOpenError extends StepError {
  /** @param until ISO 8601 */
  constructor(
    readonly dependency: Dependency,
    readonly until: string,
  ) {
    super('CIRCUIT_OPEN', `${dependency} is out of order, and is not asked until ${shownMoment(until)}`);
  }
}

/** What a company's outage looks like from here; whatever else it answers, also a no, shows that it works. */
export const isOutage = (error: unknown): boolean =>
  error instanceof StepError && (error.type === 'PROVIDER_UNAVAILABLE' || error.type === 'OUTCOME_UNKNOWN');
