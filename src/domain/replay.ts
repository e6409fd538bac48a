import type { Fail } from './order';
import type { OrderStatus } from './states';
import { checkTimestamp, requireText } from './validation';

/** Days for which the archive keeps an event. */
export const ARCHIVE_DAYS = 365;

/** What the name of every replay begins with. */
export const REPLAY_PREFIX = 'failed-orders-replay-';

/** EventBridge takes names of up to 64 characters. */
const namePattern = new RegExp(`^${REPLAY_PREFIX}[A-Za-z0-9._-]{1,43}$`);

/** True for what a replay may be called. */
export const isReplayName = (text: unknown): text is string => typeof text === 'string' && namePattern.test(text);

/** Where the events of a replay go: to the live consumers, or into a queue where they can be looked at. */
export const REPLAY_DESTINATIONS = ['LIVE', 'SANDBOX'] as const;
export type ReplayDestination = (typeof REPLAY_DESTINATIONS)[number];

/** What to replay, and where to. */
export interface ReplayRequest {
  /** also the workflow's id, and the replay's name on EventBridge */
  name: string;
  /** ISO 8601; events of this time and later */
  from: string;
  /** ISO 8601; events of this time and earlier */
  to: string;
  /** only events of orders that failed */
  failedOnly: boolean;
  destination: ReplayDestination;
  /** who asked for it */
  by: string;
}

export const REPLAY_STATES = ['STARTING', 'RUNNING', 'CATCHING_UP', 'COMPLETED', 'CANCELLED', 'FAILED'] as const;
/** CATCHING_UP: the archive has given everything, and not all of it is forwarded yet. The last three are ends. */
export type ReplayState = (typeof REPLAY_STATES)[number];

const ENDS: ReadonlySet<ReplayState> = new Set(['COMPLETED', 'CANCELLED', 'FAILED']);

export const isReplayOver = (state: ReplayState): boolean => ENDS.has(state);

/** What became of an event of a replay. */
export type ReplayFate = 'FORWARDED' | 'SKIPPED' | 'REFUSED';

/** Events of a replay, each counted once, however often it came. */
export interface ReplayCounts {
  /** that came out of the archive */
  seen: number;
  /** that were to be forwarded */
  selected: number;
  forwarded: number;
  /** that the replay does not want, or that came after it was cancelled */
  skipped: number;
  /** that were to be forwarded and can never be; they are in the dead letters of the replay's queue */
  refused: number;
}

/** A replay as it stands. */
export interface Replay extends ReplayRequest {
  state: ReplayState;
  /** ISO 8601 */
  startedAt: string;
  /** ISO 8601; absent while it goes on */
  endedAt?: string;
  /** ISO 8601: time of the event that the archive has come to */
  lastReplayedAt?: string;
  /** who cancelled it */
  cancelledBy?: string;
  /** why it failed */
  reason?: string;
  counts: ReplayCounts;
}

/** @param fates how many events had which */
export function countsOf(fates: Partial<Record<ReplayFate, number>>): ReplayCounts {
  const { FORWARDED: forwarded = 0, SKIPPED: skipped = 0, REFUSED: refused = 0 } = fates;
  const selected = forwarded + refused;
  return { seen: selected + skipped, selected, forwarded, skipped, refused };
}

/** Where orders come to that did not get what they wanted, or that wait for somebody who sees to them. */
const FAILED: ReadonlySet<OrderStatus> = new Set([
  'PAYMENT_FAILED',
  'FULFILLMENT_FAILED',
  'INVENTORY_UNAVAILABLE',
  'VALIDATION_FAILED',
  'NEEDS_ATTENTION',
]);

/** @param status undefined: nobody knows the order, so it got lost, which is worse than any failure */
export const isFailedOrder = (status: OrderStatus | undefined): boolean => status === undefined || FAILED.has(status);

/** A request as it is sent: the types are checked, the values are not. */
export interface SentReplay {
  from?: string;
  to?: string;
  failedOnly?: boolean;
  toQueue?: string;
  name?: string;
  by?: string;
}

export interface ReplayLimits {
  /** the time, ISO 8601: also where a replay ends that does not say */
  now: string;
  /** the name of one that does not say */
  newName: string;
  /** the name of the queue where events can be looked at */
  sandboxQueue: string;
}

const DAY_MS = 86_400_000;

/** Checks what is to be replayed; tells everything that is wrong to `fail`, by its pointer. */
export function checkReplay(sent: SentReplay, limits: ReplayLimits, fail: Fail): ReplayRequest | undefined {
  const { now, newName } = limits;
  const by = requireText(sent.by, '/by', fail);
  if (sent.from === undefined) fail('/from', 'required', 'expected the time of the first event, ISO 8601');
  const from = checkTimestamp(sent.from, fail, '/from');
  const to = checkTimestamp(sent.to ?? now, fail, '/to');
  if (from && to) checkPeriod({ from, to, now }, fail);
  const destination = destinationOf(sent.toQueue, limits, fail);
  const name = sent.name ?? newName;
  if (!isReplayName(name))
    fail('/name', 'invalid', `expected ${REPLAY_PREFIX} and up to 43 letters, digits, ".", "_" or "-"`);
  if (!by || !from || !to || !destination) return undefined;
  return { name, from: iso(from), to: iso(to), failedOnly: sent.failedOnly ?? false, destination, by };
}

function checkPeriod({ from, to, now }: { from: string; to: string; now: string }, fail: Fail): void {
  const [first, last, today] = [Date.parse(from), Date.parse(to), Date.parse(now)];
  if (first >= last) fail('/from', 'invalid', `expected a time before ${to}, got ${from}`);
  if (last > today) fail('/to', 'invalid', `expected a time that has come, it is ${now}, got ${to}`);
  if (first < today - ARCHIVE_DAYS * DAY_MS)
    fail('/from', 'invalid', `expected a time within the ${ARCHIVE_DAYS} days that the archive keeps, got ${from}`);
}

function destinationOf(
  toQueue: string | undefined,
  { sandboxQueue }: ReplayLimits,
  fail: Fail,
): ReplayDestination | undefined {
  if (toQueue === undefined) return 'LIVE';
  if (toQueue === 'sandbox' || toQueue === sandboxQueue) return 'SANDBOX';
  const expected = `expected "sandbox", which is ${sandboxQueue}: every other queue is a live one, or none of ours`;
  return void fail('/toQueue', 'invalid', expected);
}

const iso = (time: string) => new Date(time).toISOString();
