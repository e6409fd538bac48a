import type { Arrival } from '../domain/dead-letter-desk';
import type { DeadLetter, WorkflowRun } from '../domain/dead-letters';

/** The records of dead letters, to those who find them. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface DeadLetterRegister {
  /** Writes a new record; one that is there already stays as it is, and is answered. */
  create(letter: DeadLetter): Promise<KnownLetter | undefined>;
}

/** What whoever finds it again has to know of a dead letter. */
export interface KnownLetter {
  /** deaths that are in its story */
  arrivals: number;
  /** of a workflow: the run that it died as */
  runId?: string;
}

/** The news that the workflow of a dead letter waits for, durably. Throws EngineUnavailableError. */
export interface DeadLetterNews {
  /** Starts the workflow where none runs. */
  arrived(id: string, arrival: Arrival): Promise<void>;
  /** Its n-th redrive was handled. */
  handled(id: string, n: number): Promise<void>;
}

/** A workflow that ended in error. */
export interface EndedRun extends WorkflowRun {
  /** the same of all runs that came from one start */
  firstRunId: string;
  workflowType: string;
  /** ISO 8601 */
  closedAt: string;
  /** the failure's type, or how it was ended */
  errorType: string;
  reason: string;
}

/** Throws EngineUnavailableError. */
export interface EndedRuns {
  /** Workflows that ended in error since a time (ISO 8601), except those whose failing is an answer. */
  endedSince(since: string, isNew: IsNew): AsyncIterable<EndedRun>;
  /** Workflows of dead letters that did, also those in whose place another run is, unless they were revived as that. */
  desksEndedSince(since: string, isNew: IsNew): AsyncIterable<EndedDesk>;
}

/** Asked of each run that is listed; nothing more is asked about one that is not new. */
export type IsNew = (runId: string) => boolean;

/** A workflow of a dead letter that ended in error. */
export interface EndedDesk extends WorkflowRun {
  /** absent when another run is in its place */
  death?: Pick<EndedRun, 'errorType' | 'reason'>;
}

/** Starts workflows of dead letters again. Throws EngineUnavailableError. */
export interface DeadLetterRevival {
  /**
   * Starts the workflow of a dead letter again whose run ended in error, with the news that this was told: some of them
   * it may not have taken. One that fails again and again is held back ever longer. Where another run is, its own
   * `handOn` is what happens.
   *
   * @returns false when there was nothing to do, or the engine has forgotten it
   */
  revive(run: WorkflowRun): Promise<boolean>;
  /**
   * Hands the news that a run was told on to the one in its place, once.
   *
   * @returns false when there were none, or it has them
   */
  handOn(run: WorkflowRun): Promise<boolean>;
}
