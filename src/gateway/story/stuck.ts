import type { Look } from '../progress-desk';
import type { PendingActivity, Progress } from '../progress-ports';
import { type Case, rests, type Stuck, waitOf } from './waits';
import { capital, companyName, counted, plain } from './words';
import { doing, stepOf } from './steps';
import { isDependency } from '../../domain/breaker';
import { shownMoment, shownTime } from '../../domain/shown-time';

/** Milliseconds without an event after which it is asked why. */
const IDLE_MS = 5_000;
/** Milliseconds without an event after which it is no pause between two attempts any more. */
const LONG_MS = 60_000;

/** An order that makes no progress, and whose events do not say why: the engine has to be asked. */
export const isUnexplained = (given: Case): boolean =>
  !rests(given) && waitOf(given) === undefined && given.now - Date.parse(given.view.updatedAt) > IDLE_MS;

/**
 * Why an order does not go on, in a sentence that says what to do; `undefined` when it goes on, or has ended.
 *
 * @param p.look what the engine says of it, where it was asked
 */
export function stuckOf(given: Case, look?: Look): Stuck | undefined {
  const wait = waitOf(given);
  if (wait || rests(given)) return wait;
  const found = look && engineSays(look, { since: given.view.updatedAt, now: given.now });
  return found ?? promise(given) ?? delayed(given) ?? (look?.kind === 'described' ? silence(given) : undefined);
}

/** The same of an order without any event. */
export function stuckBefore(look: Look, now: number): Stuck | undefined {
  const since = look.kind === 'described' ? look.progress.startedAt : look.at;
  return now - Date.parse(since) > IDLE_MS ? engineSays(look, { since, now }) : undefined;
}

interface Standstill {
  /** of the last event, ISO 8601 */
  since: string;
  now: number;
}

function engineSays(look: Look, still: Standstill): Stuck | undefined {
  const { since } = still;
  if (look.kind === 'unavailable') {
    const sentence =
      'The engine does not answer: nobody can say what the order waits for, and it may not go on until the engine is there.';
    return { sentence, kind: 'trouble', since };
  }
  if (look.kind === 'unknown') return goneFrom(since);
  return unattended(look.progress, since) ?? ended(look.progress, since) ?? working(look.progress, still);
}

const goneFrom = (since: string): Stuck => ({
  sentence:
    'The engine has no workflow of the order, which has not ended: nothing leads it on. The reconciliation opens a case.',
  kind: 'trouble',
  since,
});

function ended({ state }: Progress, since: string): Stuck | undefined {
  if (state === 'RUNNING') return undefined;
  if (state === 'ENDED') return goneFrom(since);
  const sentence = 'Its workflow ended in error, and nothing leads the order on: redrive its dead letter.';
  return { sentence, kind: 'trouble', since, remedy: 'redrive' };
}

function unattended({ unattendedQueue }: Progress, since: string): Stuck | undefined {
  if (unattendedQueue === undefined) return undefined;
  const sentence = `No worker takes work from the queue ${unattendedQueue}: start one, or more where those that run are busy; the order goes on by itself.`;
  return { sentence, kind: 'trouble', since, remedy: 'start-worker' };
}

function working({ activities, task }: Progress, { since, now }: Standstill): Stuck | undefined {
  const troubled = activities.find(({ lastError }) => lastError !== undefined);
  if (troubled) return failing(troubled, since);
  if (task && task.attempt > 1) {
    const sentence = `Workers cannot go on with its workflow (${counted(task.attempt, 'attempt')} so far): their log says why; a release that mends it lets the order go on by itself.`;
    return { sentence, kind: 'trouble', since };
  }
  const [first] = activities;
  if (first?.isRunning) return silentStep(first, { since, now });
  if (first) return untaken(`${doing(stepOf(first.name))} waits for a worker`, { since: first.since ?? since, now });
  return task && !task.isTaken
    ? untaken('its next step waits for a worker', { since: task.since ?? since, now })
    : undefined;
}

function failing(
  { name, attempt, lastError = '', errorType, nextTryAt, isRunning }: PendingActivity,
  since: string,
): Stuck {
  const company = errorType === 'CIRCUIT_OPEN' ? lastError.split(' ', 1)[0]! : '';
  const next = nextTryAt === undefined ? '' : ` at ${shownMoment(nextTryAt)}`;
  const until = nextTryAt === undefined ? {} : { until: nextTryAt };
  if (isDependency(company)) {
    const sentence = `${capital(companyName(company))} is out of order, and is asked again${next}; the order goes on by itself. If the company works again, reset its breaker.`;
    return { sentence, kind: 'trouble', since, ...until, remedy: 'reset-breaker', dependency: company };
  }
  const now = isRunning ? 'it is tried again just now' : `it is tried again${next}`;
  const sentence = `${capital(doing(stepOf(name)))} fails again and again (attempt ${attempt}; ${plain(lastError)}): ${now}, and the order goes on when it works.`;
  return { sentence, kind: 'trouble', since, ...until };
}

function silentStep({ name, attempt, since: began }: PendingActivity, { since, now }: Standstill): Stuck | undefined {
  const waitedMs = now - Date.parse(began ?? since);
  if (waitedMs <= IDLE_MS) return undefined;
  const seconds = counted(Math.round(waitedMs / 1000), 'second');
  const sentence = `${capital(doing(stepOf(name)))} has had no answer for ${seconds} (attempt ${attempt}): without one it is tried again by itself.`;
  return { sentence, kind: 'waiting', since: began ?? since };
}

function untaken(what: string, { since, now }: Standstill): Stuck | undefined {
  if (now - Date.parse(since) <= IDLE_MS) return undefined;
  const sentence = `${capital(what)} since ${shownMoment(since)}; workers are there, and are busy or were just started: start more if it stays so.`;
  return { sentence, kind: 'trouble', since, remedy: 'start-worker' };
}

/** Nothing has shipped for long, and nobody says why. */
function promise({ view, events, now }: Case): Stuck | undefined {
  if (!view.promise || view.shipments.length > 0 || now - Date.parse(view.updatedAt) <= IDLE_MS) return undefined;
  const at =
    events.findLast(({ type }) => type === 'Order At Risk' || type === 'Promise Breached')?.at ?? view.updatedAt;
  const what =
    view.promise === 'AT_RISK' ? 'the promise of 30 minutes is at risk' : 'the promise of 30 minutes is broken';
  const sentence = `Nothing has shipped, and ${what}: the last thing that happened was at ${shownMoment(view.updatedAt)}. Look at the workflow, or cancel.`;
  return { sentence, kind: 'trouble', since: at };
}

/** Between two rounds of asking a company the engine has nothing to show. */
function delayed({ view }: Case): Stuck | undefined {
  if (!view.delayed) return undefined;
  const { dependency, since } = view.delayed;
  const sentence = `${capital(companyName(dependency))} has been out of order since ${shownTime(since)}; it is asked again from time to time, and the order goes on by itself.`;
  return { sentence, kind: 'trouble', since, ...(isDependency(dependency) && { dependency }) };
}

/** The engine has nothing that it tries: a step of our own is tried again by the worker itself. */
function silence({ view, now }: Case): Stuck | undefined {
  if (now - Date.parse(view.updatedAt) <= LONG_MS) return undefined;
  const sentence = `Nothing has happened since ${shownMoment(view.updatedAt)}, and the engine shows nothing that is tried: a table or queue of ours may not answer. The log of the workers says which; the order goes on by itself.`;
  return { sentence, kind: 'trouble', since: view.updatedAt };
}
