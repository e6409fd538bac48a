import {
  type DeadLetterClass,
  type DeadLetterStanding,
  isClosed,
  nextTryIn,
  SEVERITIES,
  type StoryEntry,
  whyNotRedrivable,
} from './dead-letters';

/** It died: the first time, or again after its n-th redrive. */
export interface Arrival {
  /** 0, or the number of the redrive that failed; what is known already is dropped by it */
  n: number;
  class: DeadLetterClass;
  errorType?: string;
  reason?: string;
  /** of a workflow: the run that ended */
  runId?: string;
}

/** What somebody wants done with a dead letter. */
export interface DeskRequest {
  /** who, as the story is to say */
  by: string;
  reason?: string;
  /** the same one is carried out once */
  requestId: string;
}

/** What is said of a letter while it is somewhere else. */
export type Heard = ({ kind: 'ARRIVED' } & Arrival) | { kind: 'HANDLED'; n: number };

export type News =
  | Heard
  /** its time is up */
  | { kind: 'DUE' }
  | ({ kind: 'REDRIVE' } & DeskRequest)
  | ({ kind: 'DISCARD' } & DeskRequest)
  | ({ kind: 'SENT' } & Sent);

/** What became of a redrive's sending. */
export type Sent =
  | { outcome: 'SENT' }
  /** a topic has it: there it ends, whoever it is for */
  | { outcome: 'TAKEN'; reason: string }
  /** a workflow that was reset, or in whose place another run is */
  | { outcome: 'RUNS_AGAIN'; reason: string }
  | { outcome: 'NOT_SENT'; reason: string };

export type DeskAnswer =
  | { kind: 'done'; state: DeadLetterStanding['state']; redrives: number; isNew: boolean }
  | { kind: 'refused'; reason: string };

export interface Step {
  letter: DeadLetterStanding;
  /** absent when nothing changed */
  entry?: StoryEntry;
  /** to a request */
  answer?: DeskAnswer;
  /** what is to be done once the step is written */
  effect?: 'SEND' | 'ALERT';
}

/** In whose name it is tried again by itself. */
const BY_ITSELF = 'waybill';

/**
 * The one state machine of a dead letter: what some news makes of it. Everything may come twice, or late.
 *
 * @param p.now ISO 8601
 * @param p.requests ids of the requests that are in the story
 */
export function takeNews(
  letter: DeadLetterStanding,
  news: News,
  { now, requests }: { now: string; requests: ReadonlySet<string> },
): Step {
  switch (news.kind) {
    case 'ARRIVED':
      return arrive(letter, news, now);
    case 'HANDLED':
      return resolve(letter, news.n, now);
    case 'DUE':
      return comeDue(letter, now);
    case 'REDRIVE':
    case 'DISCARD':
      if (requests.has(news.requestId)) return { letter, answer: done(letter, false) };
      return news.kind === 'REDRIVE' ? redriveFor(letter, news, now) : discardFor(letter, news, now);
    case 'SENT':
      return leave(letter, news, now);
    default:
      return news satisfies never;
  }
}

/**
 * Whether news may not be in the story yet. That a redrive was handled is never taken up again when it is known to have
 * failed since: the letter would be closed, and nobody would look at it.
 */
export const mayBeNew = ({ arrivals }: Pick<DeadLetterStanding, 'arrivals'>, { n }: Heard): boolean => n >= arrivals;

function arrive(letter: DeadLetterStanding, arrival: Arrival, at: string): Step {
  const { n, errorType, reason, runId } = arrival;
  if (n < letter.arrivals) return { letter };
  const { errorType: _type, reason: _reason, ...before } = letter;
  const died: DeadLetterStanding = {
    ...before,
    arrivals: n + 1,
    class: arrival.class,
    severity: SEVERITIES[arrival.class],
    ...(errorType !== undefined && { errorType }),
    ...(reason !== undefined && { reason }),
    ...(before.run && runId !== undefined && { run: { ...before.run, runId } }),
  };
  const why = [errorType, reason].filter((part) => part !== undefined).join(': ');
  const entry: StoryEntry = {
    at,
    what: letter.arrivals === 0 ? 'DEAD' : 'FAILED_AGAIN',
    ...(why !== '' && { reason: why }),
    ...(n > 0 && { n }),
  };
  // a later one is on its way; and what somebody gave up stays so
  const isSettled = letter.state === 'DISCARDED' || (letter.state === 'REDRIVEN' && n < letter.redrives);
  if (isSettled) return { letter: died, entry };
  const wait = nextTryIn(died);
  if (wait !== undefined && whyNotRedrivable(died) === undefined)
    return { letter: { ...died, state: 'WAITING', dueAt: later(at, wait) }, entry };
  return { letter: parked(died), entry, effect: 'ALERT' };
}

function resolve(letter: DeadLetterStanding, n: number, at: string): Step {
  if (isClosed(letter) || n < 1 || n > letter.redrives) return { letter };
  return { letter: withState(letter, 'RESOLVED'), entry: { at, what: 'HANDLED', n } };
}

function comeDue(letter: DeadLetterStanding, at: string): Step {
  const isDue = letter.dueAt !== undefined && letter.dueAt <= at;
  if (isDue && letter.state === 'WAITING') {
    const tried = { ...letter, tries: letter.tries + 1 };
    return redriven(tried, { at, by: BY_ITSELF });
  }
  if (isDue && letter.state === 'REDRIVEN') {
    const n = letter.redrives;
    const reason = 'nobody heard of it: it may still come, or a person finds out where it is';
    return { letter: parked({ ...letter, reason }), entry: { at, what: 'LOST', reason, n }, effect: 'ALERT' };
  }
  return { letter };
}

function redriveFor(letter: DeadLetterStanding, { by, reason, requestId }: DeskRequest, at: string): Step {
  if (letter.state === 'REDRIVEN') return { letter, answer: done(letter, false) };
  const refusal = whyNotRedriven(letter);
  if (refusal !== undefined) return { letter, answer: { kind: 'refused', reason: refusal } };
  const step = redriven(letter, { at, by, requestId, ...(reason !== undefined && { reason }) });
  return { ...step, answer: done(step.letter, true) };
}

/** Why nobody can redrive it as it stands. */
export function whyNotRedriven(letter: Pick<DeadLetterStanding, 'state' | 'queue' | 'target'>): string | undefined {
  if (isClosed(letter)) return `it is ${letter.state}: there is nothing to redrive`;
  return whyNotRedrivable(letter);
}

function discardFor(letter: DeadLetterStanding, { by, reason, requestId }: DeskRequest, at: string): Step {
  if (letter.state === 'DISCARDED') return { letter, answer: done(letter, false) };
  const refusal = whyNotDiscarded(letter);
  if (refusal !== undefined) return { letter, answer: { kind: 'refused', reason: refusal } };
  const discarded = withState(letter, 'DISCARDED');
  const entry: StoryEntry = { at, what: 'DISCARDED', by, requestId, ...(reason !== undefined && { reason }) };
  return { letter: discarded, entry, answer: done(discarded, true) };
}

/** Why nobody can discard it as it stands. */
export function whyNotDiscarded({ state }: Pick<DeadLetterStanding, 'state'>): string | undefined {
  if (state === 'RESOLVED') return 'it is RESOLVED: there is nothing to discard';
  return state === 'REDRIVEN' ? 'it is in flight: wait until it was handled or failed again' : undefined;
}

function leave(letter: DeadLetterStanding, sent: Sent, at: string): Step {
  const n = letter.redrives;
  switch (sent.outcome) {
    case 'SENT':
      return { letter: { ...letter, dueAt: later(at, letter.times.lostAfterMs) } };
    case 'TAKEN':
      return { letter: withState(letter, 'RESOLVED'), entry: { at, what: 'HANDLED', reason: sent.reason, n } };
    case 'RUNS_AGAIN':
      return { letter: withState(letter, 'RESOLVED'), entry: { at, what: 'RUNS_AGAIN', reason: sent.reason, n } };
    case 'NOT_SENT': {
      const { reason } = sent;
      return { letter: parked({ ...letter, reason }), entry: { at, what: 'NOT_SENT', reason, n }, effect: 'ALERT' };
    }
    default:
      return sent satisfies never;
  }
}

function redriven(letter: DeadLetterStanding, entry: Omit<StoryEntry, 'what' | 'n'>): Step {
  const n = letter.redrives + 1;
  const dueAt = later(entry.at, letter.times.lostAfterMs);
  return {
    letter: { ...letter, state: 'REDRIVEN', redrives: n, dueAt },
    entry: { ...entry, what: 'REDRIVEN', n },
    effect: 'SEND',
  };
}

const done = ({ state, redrives }: DeadLetterStanding, isNew: boolean): DeskAnswer => ({
  kind: 'done',
  state,
  redrives,
  isNew,
});

const parked = (letter: DeadLetterStanding) => withState(letter, 'PARKED');

function withState({ dueAt: _due, ...letter }: DeadLetterStanding, state: DeadLetterStanding['state']) {
  return { ...letter, state };
}

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
