import type { DeadLetter, DeadLetterClass, DeadLetterState } from '../domain/dead-letters';
import type { DeadLetterClient } from '../dead-letter-client';

/** A dead letter as lists show it. */
export type DeadLetterSummary = Pick<
  DeadLetter,
  | 'id'
  | 'class'
  | 'severity'
  | 'state'
  | 'queue'
  | 'errorType'
  | 'reason'
  | 'deadAt'
  | 'updatedAt'
  | 'tries'
  | 'redrives'
>;

/** The records of dead letters. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface DeadLetterBoard {
  read(id: string): Promise<DeadLetter | undefined>;
  /**
   * Newest first, by their first death.
   *
   * @throws InvalidCursorError when the cursor is not one that a page with the same filter came with
   */
  list(p: {
    class?: DeadLetterClass;
    state?: DeadLetterState;
    queue?: string;
    cursor?: string;
    limit: number;
  }): Promise<{ deadLetters: DeadLetterSummary[]; cursor?: string }>;
}

/** What operators see of dead letters, and do about them. */
export type DeadLetterWorkbench = DeadLetterBoard &
  Pick<DeadLetterClient, 'redrive' | 'discard' | 'redriveAll' | 'discardAll' | 'progressOf'>;
