import type { Overview } from '../../src/gateway/overview-schemas';
import { quoted } from './table';

export interface Finding {
  state: 'ok' | 'warning' | 'failed';
  /** what is there */
  detail: string;
  /** what to do about it */
  remedy?: string;
}

export const ok = (detail: string): Finding => ({ state: 'ok', detail });
export const warning = (detail: string, remedy: string): Finding => ({ state: 'warning', detail, remedy });
export const failed = (detail: string, remedy: string): Finding => ({ state: 'failed', detail, remedy });

/** Seconds for which a task may wait where all is well. */
const LONG_S = 30;
/** Messages that may wait in a queue before somebody hears of it. */
const BACKLOG = 1000;

const counted = (n: number, one: string, several: string): string => `${n} ${n === 1 ? one : several}`;

/** What the overview tells, by what it is about. */
export const LOOKS: Record<string, (overview: Overview) => Finding> = {
  workers({ workers }) {
    const idle = workers.filter((one) => one.workers === 0).map(({ queue }) => queue);
    if (idle.length > 0)
      return failed(`nobody works on ${idle.join(', ')}`, 'start a worker; orders wait for it durably');
    if (workers.length === 0)
      return failed('nothing is known of them', 'see what `npx waybill doctor` tells of Temporal');
    const behind = workers.filter(({ waitingSeconds = 0 }) => waitingSeconds >= LONG_S);
    if (behind.length > 0)
      return warning(
        behind.map((one) => `tasks of ${one.queue} have waited for ${one.waitingSeconds} s`).join(', '),
        'start another worker, or restart one that hangs',
      );
    return ok(workers.map((one) => `${one.workers} on ${one.queue}`).join(', '));
  },

  'what can be read': ({ unavailable }) =>
    unavailable.length === 0
      ? ok('every part of the overview')
      : failed(`not ${unavailable.join(', ')}`, "look at the gateway's log"),

  'outside companies'({ breakers }) {
    const [first, ...others] = breakers.filter(({ state }) => state !== 'CLOSED').map(({ dependency }) => dependency);
    if (first === undefined) return ok('all are asked');
    return warning(
      `left alone: ${[first, ...others].join(', ')}`,
      `orders wait; once it is back: \`npx waybill breakers reset ${first} --reason …\``,
    );
  },

  'dead letters'({ deadLetters }) {
    const parked = deadLetters.filter((one) => one.parked > 0).map((one) => `${one.parked} ${one.class}`);
    return parked.length === 0
      ? ok('none waits for a person')
      : warning(`${parked.join(', ')} wait for a person`, '`npx waybill dead-letters list --state PARKED`');
  },

  queues({ queues }) {
    const late = queues
      .filter(({ waiting }) => waiting > BACKLOG)
      .map(({ queue, waiting }) => `${waiting} in ${queue}`);
    return late.length === 0
      ? ok('worked off')
      : warning(late.join(', '), 'start more consumers, or see why they do not get on');
  },

  orders({ attention, promise }) {
    const late = promise.atRisk + promise.breached;
    const asked = [
      ...(attention.orders > 0 ? [counted(attention.orders, 'needs a decision', 'need a decision')] : []),
      ...(attention.openCases > 0 ? [counted(attention.openCases, 'case is open', 'cases are open')] : []),
    ];
    const waiting = [
      ...asked,
      ...(late > 0 ? [counted(late, 'is late or about to be', 'are late or about to be')] : []),
    ];
    if (waiting.length === 0) return ok('none needs anybody');
    const oldest = promise.orders[0]?.orderId;
    const why = oldest === undefined ? 'npx waybill order list' : `npx waybill order story ${quoted(oldest)}`;
    return warning(waiting.join(', '), asked.length > 0 ? '`npx waybill cases list`' : `\`${why}\``);
  },
};
