import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { FailureType } from '../domain/failures';
import type { OrderRun } from './order-run';
import { failureOf, hasReason, isFinal } from './failure';
import { keys } from '../domain/ids';
import { record } from './record';

/** An outside company that is left alone for a while, because it was out of order. */
interface Delayed {
  kind: 'DELAYED';
  dependency: string;
  /** ISO 8601: before that it is not even tried */
  until: string;
}

export interface Round {
  /** how long the attempts of this round may go on */
  withinS: number;
  /** it was asked before, and what became of that is not known */
  isRepeated: boolean;
}

const FIRST_ROUND_S = 60;
const LONGEST_ROUND_S = 1_800;

/**
 * Asks an outside company until it answers, refuses for good, or the time is up, which counts only with somebody's word:
 * a call that nobody ever tried is no answer. It asks in rounds, so that a cancel is heard between two of them, and
 * waits durably while the company is left alone.
 *
 * @param p.withinS seconds
 * @throws what the company answered last, or ORDER_CANCELLED
 */
export async function persist<T extends { attempts: number }>(
  run: OrderRun,
  p: { withinS: number; call(round: Round): Promise<T> },
): Promise<Exclude<T, Delayed>> {
  const until = Date.now() + p.withinS * 1000;
  let isTold = false;
  let attempts = 0;
  for (let roundS = FIRST_ROUND_S, isRepeated = false; ; isRepeated = true) {
    const leftS = Math.ceil((until - Date.now()) / 1000);
    try {
      const answer = await p.call({ withinS: Math.max(1, Math.min(roundS, leftS)), isRepeated });
      attempts += answer.attempts;
      if (!isDelayed(answer)) return { ...answer, attempts } as Exclude<T, Delayed>;
      if (!isTold) await noteDelay(run, answer);
      isTold = true;
      const pauseMs = Math.max(Date.parse(answer.until) - Date.now(), isRepeated ? (roundS * 1000) / 2 : 0);
      await condition(() => run.isCancelled(), Math.max(1, Math.min(pauseMs, until - Date.now())));
      if (Date.now() >= until) throw outOfOrder(answer);
    } catch (error) {
      // without anybody's word it was never tried
      if (hasReason(error) && (isFinal(error) || Date.now() >= until)) throw error;
      attempts += failureOf(error).attempts;
    }
    run.turnBackIfCancelled();
    roundS = Math.min(roundS * 2, LONGEST_ROUND_S);
  }
}

const isDelayed = (answer: object): answer is Delayed => 'kind' in answer && answer.kind === 'DELAYED';

const outOfOrder = ({ dependency }: Delayed): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`${dependency}: out of order`, 'PROVIDER_UNAVAILABLE' satisfies FailureType);

/** The order's timeline says that it waits, and for whom. */
async function noteDelay(run: OrderRun, { dependency, until }: Delayed): Promise<void> {
  const key = keys.nth('delay', run.acceptance.submission.orderId, ++run.life.delays);
  await record(run, key, { type: 'Order Delayed', data: { dependency, until } });
}
