import type { DeadLetter, DeadLetterClass, DeadLetterStanding, StoryEntry, WorkflowRun } from '../domain/dead-letters';
import type { AuditEntry } from '../domain/audit';
import type { DeskAnswer, DeskRequest, Sent } from '../domain/dead-letter-desk';

/** A change of a dead letter: how it stands then, and what is to be in its story. */
export interface DeadLetterChange {
  /** its version is one more than that of the record before */
  letter: DeadLetterStanding;
  entry: StoryEntry;
}

/** Which dead letters are redriven together; every member narrows. */
export interface DeadLetterFilter {
  class?: DeadLetterClass;
  queue?: string;
  /** ISO 8601, of the first death; included */
  since?: string;
  /** ISO 8601; included */
  until?: string;
  /** with workflows that somebody terminated: otherwise a redrive takes them only where a class is asked for */
  terminated?: boolean;
}

/** The records of dead letters. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface DeadLetterBook {
  read(id: string): Promise<DeadLetter | undefined>;
  /**
   * Writes a change once, together with its line of the audit trail where somebody asked for it: one that is
   * written already, by an attempt whose answer was lost, stays as it is.
   */
  save(change: DeadLetterChange): Promise<void>;
  /** Those that can be redriven, a page at a time. */
  listRedrivable(p: {
    filter: DeadLetterFilter;
    cursor?: string;
    limit: number;
  }): Promise<{ letters: Pick<DeadLetterStanding, 'id' | 'errorType'>[]; cursor?: string }>;
}

/** Sends messages back to the queues that they were for. */
export interface SourceQueues {
  /**
   * @param queue by its name
   * @param attributes of more than a message can have, the first go with it
   * @throws StepError REQUEST_REFUSED when the queue never takes it
   */
  send(p: { queue: string; body: string; attributes: Record<string, string> }): Promise<void>;
  has(queue: string): boolean;
}

/** What is behind the ARN of what something could not be handed to. */
export type Target =
  | { kind: 'QUEUE'; queue: string }
  | { kind: 'TOPIC' }
  /** none of ours, or nobody that only this can be sent to */
  | { kind: 'NONE'; reason: string };

/** Where things were to go that could not be handed over. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface Targets {
  /** @param arn of a queue, a topic, or a subscription */
  find(arn: string): Promise<Target>;
  /** @throws StepError REQUEST_REFUSED when the topic never takes it */
  publish(p: { topicArn: string; message: string }): Promise<void>;
}

/** Workflows that ended in error. Throws `StepError` SERVICE_UNAVAILABLE when the engine cannot be reached. */
export interface EndedWorkflows {
  /**
   * Lets a workflow run again from its last good task; does so once for each `requestId`.
   *
   * @returns that it runs again, or why it cannot
   */
  reset(
    p: WorkflowRun & { reason: string; requestId: string },
  ): Promise<Extract<Sent, { outcome: 'RUNS_AGAIN' | 'NOT_SENT' }>>;
}

/** Asks a dead letter's workflow. Throws `StepError` SERVICE_UNAVAILABLE when nobody confirms it. */
export interface RedriveDesk {
  redrive(id: string, request: DeskRequest): Promise<DeskAnswer>;
  discard(id: string, request: DeskRequest): Promise<DeskAnswer>;
}

/** What operators did by hand. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface AuditLog {
  /** Writes a line; the same again changes nothing. */
  write(entry: AuditEntry): Promise<void>;
}
