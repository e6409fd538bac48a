import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Arrival, DeskAnswer, DeskRequest, Heard } from '../domain/dead-letter-desk';
import type { BulkAction } from '../domain/dead-letters';
import type { DeadLetterFilter } from '../activities/dead-letter-ports';

export const DEAD_LETTER_WORKFLOW = 'deadLetterWorkflow';
export const REDRIVE_WORKFLOW = 'redriveWorkflow';

/** What a run that ended in error leaves to the one in its place. */
export interface LeftBehind {
  /** what it was told, and may not have taken, oldest first; absent: there was none */
  heard?: Heard[];
  /** it may have ended before operations were told that the letter is parked */
  isUntold?: boolean;
}

/** All that the workflow is told: everything else is in the record. */
export interface DeadLetterInput extends LeftBehind {
  id: string;
  /** runs before this one, in a row, that failed: how long it was held back; absent: none */
  failures?: number;
}

/** What is left to a run that somebody else started meanwhile. */
export interface HandedOn extends LeftBehind {
  /** the run that ended */
  runId: string;
}

/** The letter is dead, or dead again. */
export const arrivedSignal = defineSignal<[Arrival]>('arrived');
/** Its n-th redrive was handled. */
export const handledSignal = defineSignal<[{ n: number }]>('handled');
/** The run before it was told this, and may not have taken it. */
export const handedOnSignal = defineSignal<[HandedOn]>('handedOn');

/** What does not fit the letter's state is answered as refused; the record says why it is as it is. */
export const redriveUpdate = defineUpdate<DeskAnswer, [DeskRequest]>('redrive');
export const discardUpdate = defineUpdate<DeskAnswer, [DeskRequest]>('discard');

/** The type of an update's failure that the letter's state, or a wrong request, refuses. */
export const DESK_REFUSED = 'DESK_REFUSED';

export interface RedriveBatchInput {
  batchId: string;
  /** absent: REDRIVE */
  action?: BulkAction;
  filter: DeadLetterFilter;
  by: string;
  reason?: string;
  /** of the batch before it went on in a new run */
  before?: RedriveProgress;
}

/** How far a batch is. */
export interface RedriveProgress {
  /** FAILED: it ended in error, or somebody ended it in the engine */
  state: 'RUNNING' | 'DONE' | 'FAILED';
  redriven: number;
  /** absent in those of earlier releases */
  discarded?: number;
  underWay: number;
  refused: number;
  /** workflows that somebody terminated, and nobody asked for; absent in those of earlier releases, like the next two */
  leftOut?: number;
  /** whose workflows did not answer in time: what was asked of them may still be done */
  unanswered?: number;
  /** the first of them */
  unansweredIds?: string[];
  /** ISO 8601 */
  startedAt: string;
  /** of the next page */
  cursor?: string;
}

export const redriveProgressQuery = defineQuery<RedriveProgress>('progress');
