import { FAILURES, isFailureType } from './failures';

/** Why something is dead, as far as it says what to do with it (requirements F2, and what came with them). */
export const DEAD_LETTER_CLASSES = ['RETRYABLE', 'THROTTLED', 'PERMANENT', 'POISON', 'BUG', 'UNKNOWN'] as const;
export type DeadLetterClass = (typeof DEAD_LETTER_CLASSES)[number];

/**
 * WAITING for its next automatic try, REDRIVEN: in flight, PARKED for a person; RESOLVED: it was handled after all, or
 * DISCARDED by somebody.
 */
export const DEAD_LETTER_STATES = ['WAITING', 'REDRIVEN', 'PARKED', 'RESOLVED', 'DISCARDED'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

export type Severity = 'INFO' | 'WARNING' | 'CRITICAL';

/** Where it died: in a queue, on EventBridge's way to a queue, on a topic's way to one, or as a workflow. */
export type DeadLetterOrigin = 'QUEUE' | 'TARGET' | 'TOPIC' | 'WORKFLOW';

/** What is known of a death. */
export interface Symptoms {
  origin: DeadLetterOrigin;
  /** a name of requirements F2, the type of a `StepError`, or the name of what was thrown */
  errorType?: string;
  reason?: string;
  /** as EventBridge or SNS say it */
  errorCode?: string;
}

/** Entries of a story: `DEAD` the first time, then what was done about it and what became of that. */
export type StoryWhat =
  'DEAD' | 'REDRIVEN' | 'FAILED_AGAIN' | 'HANDLED' | 'RUNS_AGAIN' | 'LOST' | 'NOT_SENT' | 'DISCARDED';

export interface StoryEntry {
  /** ISO 8601 */
  at: string;
  what: StoryWhat;
  /** who did it; absent when nobody did */
  by?: string;
  reason?: string;
  /** number of the redrive, from 1; absent where there is none */
  n?: number;
  requestId?: string;
}

/** Milliseconds that a dead letter's workflow waits. */
export interface DeadLetterTimes {
  /** before the first automatic try; doubled for each further one */
  retryMs: number;
  /** the same of what was throttled */
  throttledRetryMs: number;
  /** no pause is longer */
  longestRetryMs: number;
  /** after which a redriven message that nobody heard of is lost */
  lostAfterMs: number;
}

/** A dead letter as its workflow works with it. */
export interface DeadLetterStanding {
  id: string;
  /** of the record: raised with every change */
  version: number;
  state: DeadLetterState;
  class: DeadLetterClass;
  severity: Severity;
  origin: DeadLetterOrigin;
  /** the queue it was for, or the type of a workflow */
  queue: string;
  /** of what could not be handed over: the ARN of the queue, topic or subscription it was for, where it says so */
  target?: string;
  errorType?: string;
  reason?: string;
  /** ISO 8601, of its first death */
  deadAt: string;
  /** ISO 8601; when it is tried again or given up as lost */
  dueAt?: string;
  /** automatic redrives */
  tries: number;
  /** all redrives */
  redrives: number;
  /** deaths that are in the story: one more than the number of the last redrive that failed */
  arrivals: number;
  /** of a workflow: the run that ended in error */
  run?: WorkflowRun;
  times: DeadLetterTimes;
}

export interface WorkflowRun {
  workflowId: string;
  runId: string;
}

/** A dead letter with all that is kept of it. */
export interface DeadLetter extends DeadLetterStanding {
  body: string;
  /** text attributes that the message came with */
  attributes: Record<string, string>;
  /** ISO 8601 */
  updatedAt: string;
  story: StoryEntry[];
}

/** Type of the error of a workflow that somebody ended. */
export const TERMINATED = 'Terminated';

const NAMED: Record<string, DeadLetterClass> = {
  PaymentTimeout: 'RETRYABLE',
  InventoryServiceDown: 'RETRYABLE',
  InvalidOrderData: 'PERMANENT',
  CustomerNotFound: 'PERMANENT',
  EngineUnavailableError: 'RETRYABLE',
  CircuitOpenError: 'RETRYABLE',
  TimeoutError: 'RETRYABLE',
  // of a workflow; somebody wanted the second
  TimedOut: 'RETRYABLE',
  [TERMINATED]: 'PERMANENT',
};

/** as AWS names it in errors of any service, and as EventBridge and SNS abbreviate it */
const THROTTLING =
  /Throttl|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|LimitExceeded|SlowDown|BandwidthLimit/i;

/** EventBridge and SNS: nobody may, or there is nothing there, until somebody mends it */
const REFUSING = /NO_PERMISSIONS|NO_RESOURCE|AccessDenied|KMS|NonExistentQueue|Invalid|MessageTooLong|ClientError/i;
const FAILING = /INTERNAL|TIMEOUT|Unavailable|ServiceFailure|CONNECTION|ServerError/i;

/** The class of a death; a verdict counts before where it happened. */
export function classify({ origin, errorType, errorCode, reason = '' }: Symptoms): DeadLetterClass {
  if (THROTTLING.test(errorType ?? '') || THROTTLING.test(errorCode ?? '')) return 'THROTTLED';
  if (errorType !== undefined) return classOfType(errorType, reason);
  if (errorCode !== undefined) {
    if (REFUSING.test(errorCode)) return 'PERMANENT';
    return FAILING.test(errorCode) ? 'RETRYABLE' : 'UNKNOWN';
  }
  // received to the end, and nobody lived or had the time to say why not
  return origin === 'QUEUE' ? 'POISON' : 'UNKNOWN';
}

function classOfType(errorType: string, reason: string): DeadLetterClass {
  if (Object.hasOwn(NAMED, errorType)) return NAMED[errorType]!;
  if (isFailureType(errorType)) {
    if (errorType === 'SERVICE_UNAVAILABLE' && THROTTLING.test(reason)) return 'THROTTLED';
    return FAILURES[errorType].retryable ? 'RETRYABLE' : 'PERMANENT';
  }
  return /(Error|Exception)$/.test(errorType) ? 'BUG' : 'UNKNOWN';
}

export const SEVERITIES = {
  RETRYABLE: 'INFO',
  THROTTLED: 'INFO',
  PERMANENT: 'WARNING',
  UNKNOWN: 'WARNING',
  POISON: 'CRITICAL',
  BUG: 'CRITICAL',
} as const satisfies Record<DeadLetterClass, Severity>;

/** How often each class is tried again by itself; what is not goes to a person at once. */
export const TRIES = {
  RETRYABLE: 8,
  THROTTLED: 8,
  UNKNOWN: 2,
  PERMANENT: 0,
  POISON: 0,
  BUG: 0,
} as const satisfies Record<DeadLetterClass, number>;

/** Milliseconds until the next automatic try; `undefined` when it is a person's turn. */
export function nextTryIn({
  class: kind,
  tries,
  times,
}: Pick<DeadLetterStanding, 'class' | 'tries' | 'times'>): number | undefined {
  if (tries >= TRIES[kind]) return undefined;
  const first = kind === 'THROTTLED' ? times.throttledRetryMs : times.retryMs;
  return Math.min(first * 2 ** tries, times.longestRetryMs);
}

/** Instead of a queue: what could not be handed to a topic, or by it to a person, has none of its own. */
export const NOWHERE = 'undelivered';

/** Why a dead letter cannot be redriven, whatever its state. */
export const whyNotRedrivable = ({
  queue,
  target,
}: Pick<DeadLetterStanding, 'queue' | 'target'>): string | undefined =>
  queue === NOWHERE && target === undefined
    ? 'it does not say which topic or queue it was for: replay its event from the archive, or discard it'
    : undefined;

export const isClosed = ({ state }: Pick<DeadLetterStanding, 'state'>): boolean =>
  state === 'RESOLVED' || state === 'DISCARDED';

/** Entries of a story that are kept beside its first one. */
const KEPT = 50;

/** A story that does not grow without end: its beginning, and what happened last. */
export function capped(story: readonly StoryEntry[]): StoryEntry[] {
  return story.length <= KEPT + 1 ? [...story] : [...story.slice(0, 1), ...story.slice(-KEPT)];
}

/** Characters of a reason that are kept. */
export const MAX_REASON = 1000;

/** What is done with many at once. */
export type BulkAction = 'REDRIVE' | 'DISCARD';
