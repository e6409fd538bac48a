import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { DeadLetterInput, LeftBehind } from './dead-letter-messages';
import type { DeadLetterStanding, DeadLetterState } from '../domain/dead-letters';
import {
  arrivedSignal,
  DESK_REFUSED,
  discardUpdate,
  handedOnSignal,
  handledSignal,
  redriveUpdate,
} from './dead-letter-messages';
import {
  type DeskAnswer,
  type DeskRequest,
  mayBeNew,
  type News,
  takeNews,
  whyNotDiscarded,
  whyNotRedriven,
} from '../domain/dead-letter-desk';
import { failureOf } from './failure';
import { isClosed } from '../domain/dead-letters';
import { letters, redriving } from './activities';

/** How a dead letter ended; UNKNOWN: there is no such record. */
export interface DeadLetterEnd {
  state: DeadLetterState | 'UNKNOWN';
}

interface Waiting {
  news: News;
  answer?: (answer: DeskAnswer) => void;
}

interface Left {
  left: LeftBehind;
}

/**
 * A dead letter until it was handled after all, or given up: tried again by its class's policy, or by a person. News are
 * taken one after the other, each written to its record before anything follows from it; a run that ends early is
 * followed by another that reads the record.
 */
export async function deadLetterWorkflow({ id, ...left }: DeadLetterInput): Promise<DeadLetterEnd> {
  const waiting: (Waiting | Left)[] = [];
  let letter: DeadLetterStanding | undefined;
  let isGone = false;
  /** some news is being taken: how the letter stands is not decided yet */
  let isTaking = true;
  const requests = new Set<string>();

  const ask = async (news: News): Promise<DeskAnswer> => {
    let answer: DeskAnswer | undefined;
    waiting.push({ news, answer: (given) => void (answer = given) });
    await condition(() => answer !== undefined || isGone);
    if (answer === undefined) throw refusal(`there is no dead letter ${id}`);
    if (answer.kind === 'refused') throw refusal(answer.reason);
    return answer;
  };
  const allows = (why: (standing: DeadLetterStanding) => string | undefined) => (request: DeskRequest) => {
    if (request.by.trim() === '') throw refusal('by: expected who asks for it');
    // a request that is repeated is answered, whatever became of the letter since
    const isOpen = isTaking || waiting.length > 0 || requests.has(request.requestId);
    const reason = letter && !isOpen ? why(letter) : undefined;
    if (reason !== undefined) throw refusal(reason);
  };
  setHandler(arrivedSignal, (arrival) => void waiting.push({ news: { kind: 'ARRIVED', ...arrival } }));
  setHandler(handledSignal, ({ n }) => void waiting.push({ news: { kind: 'HANDLED', n } }));
  setHandler(handedOnSignal, (handedOn) => void waiting.push({ left: handedOn }));
  setHandler(redriveUpdate, (request) => ask({ kind: 'REDRIVE', ...request }), { validator: allows(whyNotRedriven) });
  setHandler(discardUpdate, (request) => ask({ kind: 'DISCARD', ...request }), {
    // one that is discarded already is so for everybody
    validator: allows((standing) => (standing.state === 'DISCARDED' ? undefined : whyNotDiscarded(standing))),
  });

  const opened = await letters.openDeadLetter({ id });
  if (!opened) {
    isGone = true;
    await condition(allHandlersFinished);
    return { state: 'UNKNOWN' };
  }
  ({ letter } = opened);
  for (const requestId of opened.requests) requests.add(requestId);
  await takeOver(letter, { left, waiting });
  isTaking = false;

  for (;;) {
    if (waiting.length === 0 && isClosed(letter)) {
      await condition(() => waiting.length > 0 || allHandlersFinished());
      if (waiting.length === 0) return { state: letter.state };
    }
    const next = waiting.shift() ?? (await nextOf(waiting, letter));
    isTaking = true;
    if ('left' in next) await takeOver(letter, { left: next.left, waiting });
    else letter = await take(letter, { ...next, requests });
    isTaking = false;
    const mayGoOn = waiting.length === 0 && !isClosed(letter) && allHandlersFinished();
    // the record has everything
    if (mayGoOn && workflowInfo().continueAsNewSuggested) await continueAsNew<typeof deadLetterWorkflow>({ id });
  }
}

/** Takes what another run left. Of what that heard, only what may be new: the record may have the rest. */
async function takeOver(
  letter: DeadLetterStanding,
  { left: { heard = [], isUntold }, waiting }: Left & { waiting: (Waiting | Left)[] },
): Promise<void> {
  waiting.unshift(...heard.filter((news) => mayBeNew(letter, news)).map((news) => ({ news })));
  if (isUntold && letter.state === 'PARKED') await letters.alertDeadLetter(letter);
}

/** The next news, or that the letter's time is up. */
async function nextOf<T>(waiting: T[], { dueAt }: DeadLetterStanding): Promise<T | Waiting> {
  const due: Waiting = { news: { kind: 'DUE' } };
  const waitMs = dueAt === undefined ? undefined : Date.parse(dueAt) - Date.now();
  if (waitMs === undefined) await condition(() => waiting.length > 0);
  else if (waitMs > 0) await condition(() => waiting.length > 0, waitMs);
  return waiting.shift() ?? due;
}

/** Takes some news, and what follows from it. */
async function take(
  before: DeadLetterStanding,
  { news, answer, requests }: { news: News; answer?: Waiting['answer']; requests: Set<string> },
): Promise<DeadLetterStanding> {
  const step = takeNews(before, news, { now: new Date().toISOString(), requests });
  let { letter } = step;
  if (step.entry) {
    letter = { ...letter, version: letter.version + 1 };
    await letters.saveDeadLetter({ letter, entry: step.entry });
    if (step.entry.requestId !== undefined) requests.add(step.entry.requestId);
  }
  if (step.answer) answer?.(step.answer);
  switch (step.effect) {
    case 'SEND':
      return take(letter, { news: { kind: 'SENT', ...(await send(letter)) }, requests });
    case 'ALERT':
      await letters.alertDeadLetter(letter);
      return letter;
    case undefined:
      return letter;
    default:
      return step.effect satisfies never;
  }
}

async function send({ id, redrives: n }: DeadLetterStanding) {
  try {
    return await redriving.redriveDeadLetter({ id, n });
  } catch (error) {
    return { outcome: 'NOT_SENT' as const, reason: failureOf(error).message };
  }
}

const refusal = (reason: string) => ApplicationFailure.nonRetryable(reason, DESK_REFUSED);
