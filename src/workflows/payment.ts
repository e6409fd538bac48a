import { condition, sleep } from '@temporalio/workflow';
import type { Cause } from '../domain/cause';
import type { Charge } from './life';
import type { OrderId } from '../domain/ids';
import type { OrderRun } from './order-run';
import type { PaymentNews } from './messages';
import type { Saga } from './saga';
import type { Undo } from './attention';
import { capturingFor, paymentFor, undoing } from './activities';
import { causedBy } from '../domain/cause';
import { flush, record } from './record';
import { failureOf, paymentLost } from './failure';
import { keys } from '../domain/ids';
import { persist, type Round } from './delay';
import { policyOf } from '../domain/order';
import { undoSurely } from './attention';

export type PaymentResult =
  | { status: 'SUCCESS' }
  /** `isExpired`: it stayed pending for longer than it may */
  | { status: 'FAILED'; reason: string; isExpired?: boolean; cause?: Cause };

/** PaymentDeclined: one retry after 1 s. */
const DECLINE_RETRIES = 1;
/** What is held already is worth some patience. */
const CAPTURE_WITHIN_S = 900;

const EXPIRED = 'the payment did not arrive in time';

/**
 * ProcessPayment: charges, or authorises, what a part costs. A new key is taken only after a known decline.
 *
 * @param amount minor units
 */
export async function processPayment(run: OrderRun, saga: Saga, amount: number): Promise<PaymentResult> {
  const leave = run.log.enter('ProcessPayment');
  const tried = { attempts: 0 };
  try {
    // goods that cost nothing after the tolerated cent are not charged: providers refuse a charge of nothing
    return amount === 0 ? { status: 'SUCCESS' } : await chargeOrDecline(run, { saga, amount, tried });
  } finally {
    leave(tried.attempts);
  }
}

async function chargeOrDecline(
  run: OrderRun,
  { saga, amount, tried }: { saga: Saga; amount: number; tried: { attempts: number } },
): Promise<PaymentResult> {
  const { orderId, currency } = run.life.order!;
  for (let tries = 0; ; tries++) {
    const key = keys.charge(orderId, run.life.charges.length + 1);
    const charge = openCharge(run, saga, { key, amount, currency });
    tried.attempts += await tryCharge(run, charge);
    if (charge.kind === 'PENDING') return await awaitDecision(run, charge);
    if (isSuccess(charge)) return { status: 'SUCCESS' };
    const mayRetry = charge.kind === 'DECLINED' && tries < DECLINE_RETRIES;
    if (!mayRetry) return { status: 'FAILED', reason: reasonOf(charge) };
    await sleep('1s');
  }
}

const isSuccess = ({ kind }: Charge): boolean => kind === 'CHARGED' || kind === 'AUTHORIZED';

const reasonOf = ({ reason }: Charge): string => reason ?? 'the payment provider did not answer';

function openCharge(run: OrderRun, saga: Saga, p: Pick<Charge, 'key' | 'amount' | 'currency'>): Charge {
  const charge: Charge = { ...p, kind: 'OPEN', taken: 0, refunded: 0 };
  run.life.charges.push(charge);
  saga.undoWith(undoOf(run, charge));
  return charge;
}

/** True for an order that was paid elsewhere, or of which a charge was tried. */
export const isPaid = ({ life }: OrderRun): boolean => life.charges.length > 0;

/** A charge that was made elsewhere: kept, or given back, like one of ours. */
export function takePaid(run: OrderRun, saga: Saga, paid: Paid): void {
  const { chargeKey: key, paymentId, amount, currency } = paid;
  take(run, openCharge(run, saga, { key, amount, currency }), { kind: 'CHARGED', paymentId, amount });
}

type Paid = Omit<PaymentNews, 'kind'>;

/** Money for an order that cannot be taken: it comes too late, and goes back when the order ends. */
export function refusePaid({ life }: OrderRun, paid: Paid): void {
  const { chargeKey: key, paymentId, amount, currency } = paid;
  life.charges.push({ key, paymentId, amount, currency, kind: 'DECLINED', taken: 0, refunded: 0 });
  life.paymentNews.push({ kind: 'COMPLETED', ...paid });
}

/** Tries one charge until its outcome is known or its time is up. */
async function tryCharge(run: OrderRun, charge: Charge): Promise<number> {
  const { orderId, currency, paymentMethod } = run.life.order!;
  const { payment: mode, paymentWithinS } = policyOf(run.life.order!);
  const { key, amount } = charge;
  const request = { key, orderId, amount, currency, paymentMethod, ...(mode === 'AUTHORIZE' && { mode }) };
  try {
    const { attempts, ...outcome } = await persist(run, {
      withinS: paymentWithinS,
      call: ({ withinS, isRepeated }) =>
        // after an outage: a provider that forgets keys, often within a day, would charge again
        paymentFor(withinS).processPayment({
          ...request,
          tellWhenDown: true,
          ...(isRepeated && { lookUpFirst: true }),
        }),
    });
    take(run, charge, outcome);
    return attempts;
  } catch (error) {
    const failure = failureOf(error);
    // a cancel is no word on the charge
    if (failure.type === 'ORDER_CANCELLED') throw error;
    charge.reason = failure.message;
    // what the company told while it was asked counts as its answer
    takeNews(run, charge);
    return failure.attempts;
  }
}

type Outcome = { cause?: Cause } & (
  | { kind: 'CHARGED' | 'AUTHORIZED' | 'PENDING'; paymentId: string; amount: number }
  | { kind: 'DECLINED'; reason: string }
);

/** Takes what the company says of a charge, once. */
function take(run: OrderRun, charge: Charge, outcome: Outcome, late: { late?: true } = {}): void {
  const caused = causedBy(outcome.cause);
  if (outcome.kind === 'DECLINED') {
    Object.assign(charge, { kind: 'DECLINED', reason: outcome.reason, ...caused });
    return;
  }
  const { kind, paymentId, amount } = outcome;
  Object.assign(charge, { kind, paymentId });
  const data = { chargeKey: charge.key, paymentId, amount, currency: charge.currency };
  if (kind === 'AUTHORIZED') run.log.note({ type: 'Payment Authorized', data });
  if (kind !== 'CHARGED') return;
  charge.taken = amount;
  run.log.note({ type: 'Payment Completed', data: { ...data, ...late }, ...caused });
}

/** A pending payment: the company decides later, and tells by an event, perhaps before it answered. */
async function awaitDecision(run: OrderRun, charge: Charge): Promise<PaymentResult> {
  const { life } = run;
  const { orderId, currency } = life.order!;
  const withinMs = policyOf(life.order!).pendingPaymentWithinS * 1000;
  const { key: chargeKey, amount, paymentId = '' } = charge;
  if (!takeNews(run, charge)) {
    const until = new Date(Date.now() + withinMs).toISOString();
    const data = { chargeKey, paymentId, amount, currency, until };
    await record(run, `pending#${chargeKey}`, { type: 'Payment Pending', data });
    run.waive();
    await condition(() => takeNews(run, charge) || run.isCancelled(), withinMs);
    run.turnBackIfCancelled();
  }
  if (isSuccess(charge)) return { status: 'SUCCESS' };
  if (charge.kind === 'DECLINED') return { status: 'FAILED', reason: reasonOf(charge), ...causedBy(charge.cause) };
  // too late: after this nothing is taken under the key, unless it was a moment ago
  await undoSurely(run, voidOf(run, { orderId, charge }), EXPIRED);
  if (isSuccess(charge)) return { status: 'SUCCESS' };
  return { status: 'FAILED', reason: EXPIRED, isExpired: true };
}

/** By its key, or by the company's own id, also where that is all it knows. */
const isOf =
  ({ key, paymentId }: Charge) =>
  (news: PaymentNews): boolean =>
    news.chargeKey === key || (paymentId !== undefined && [news.paymentId, news.chargeKey].includes(paymentId));

const isWhole = (charge: Charge, { amount, currency }: PaymentNews): boolean =>
  amount === charge.amount && currency === charge.currency;

/** Takes the news of a charge that is not decided; a success counts, whatever else was told. */
function takeNews(run: OrderRun, charge: Charge): boolean {
  const { life } = run;
  const told = life.paymentNews.filter(isOf(charge));
  life.paymentNews = life.paymentNews.filter((news) => !isOf(charge)(news));
  // a success of another amount is none of this charge: it waits on, and what was taken after all comes out when it is voided
  const ours = told.filter((news) => news.kind === 'FAILED' || isWhole(charge, news));
  if (ours.length === 0) return false;
  const success = ours.find(({ kind }) => kind === 'COMPLETED');
  const caused = causedBy((success ?? ours[0]!).cause);
  if (success) take(run, charge, { kind: 'CHARGED', paymentId: success.paymentId, amount: success.amount, ...caused });
  else take(run, charge, { kind: 'DECLINED', reason: ours[0]!.reason ?? 'the payment failed', ...caused });
  return true;
}

/** Captures what is authorised, when the part ships. @throws PAYMENT_LOST when nothing is held any more */
export async function capturePayment(run: OrderRun): Promise<void> {
  const { orderId, currency } = run.life.order!;
  for (const charge of run.life.charges.filter(({ kind }) => kind === 'AUTHORIZED')) {
    const { key: chargeKey, amount } = charge;
    const leave = run.log.enter('CapturePayment');
    const request = { key: keys.capture(chargeKey), chargeKey, orderId, amount, currency };
    const capture = ({ withinS, isRepeated }: Round) =>
      capturingFor(withinS).capturePayment({ ...request, ...(isRepeated && { lookUpFirst: true }) });
    const answer = await persist(run, { withinS: CAPTURE_WITHIN_S, call: capture }).catch((error: unknown) => {
      leave(failureOf(error).attempts);
      throw error;
    });
    const { attempts, ...outcome } = answer;
    leave(attempts);
    // nothing is held any more: there is nothing to void either
    if (outcome.kind === 'DECLINED') throw paymentLost(outcome.reason);
    take(run, charge, outcome);
  }
}

/** Gives back what was charged; an unknown outcome is settled by voiding the key before anything else is given back. */
function undoOf(run: OrderRun, charge: Charge): Undo {
  const { orderId } = run.acceptance.submission;
  const open = () => !['CHARGED', 'DECLINED', 'VOIDED'].includes(charge.kind);
  const voiding = voidOf(run, { orderId, charge });
  const refunding = refundOf(run, { charge, amount: () => charge.taken - charge.refunded });
  return {
    about: () => (open() ? voiding.about() : refunding.about()),
    async run() {
      if (open()) await voiding.run();
      if (charge.taken > charge.refunded) await refunding.run();
    },
    settled: (resolution) => (open() ? voiding : refunding).settled?.(resolution),
  };
}

function voidOf(run: OrderRun, { orderId, charge }: { orderId: OrderId; charge: Charge }): Undo {
  const { key: chargeKey, amount, currency } = charge;
  const voided = () => {
    charge.kind = 'VOIDED';
    run.log.note({ type: 'Payment Voided', data: { chargeKey } });
  };
  return {
    about: () => ({ step: 'VoidPayment', key: keys.void(chargeKey), amount, currency }),
    async run() {
      const outcome = await undoing.voidPayment({ key: chargeKey, orderId });
      if (outcome.kind === 'CHARGED') take(run, charge, outcome);
      else voided();
    },
    settled: voided,
  };
}

interface RefundOf {
  charge: Charge;
  /** minor units, when it is done */
  amount(): number;
  /** of a refund of a part */
  cause?: string;
}

function refundOf(run: OrderRun, { charge, amount: amountNow, cause }: RefundOf): Undo {
  const { key: chargeKey, currency } = charge;
  const { orderId } = run.acceptance.submission;
  const key = keys.refund(chargeKey, cause);
  const partly = cause === undefined ? {} : { refundKey: key, cause };
  const refunded = (amount: number, more: { reference?: string } = {}) => {
    charge.refunded += amount;
    run.log.note({ type: 'Payment Refunded', data: { chargeKey, amount, currency, ...partly, ...more } });
  };
  return {
    about: () => ({ step: 'RefundPayment', key, amount: amountNow(), currency }),
    async run() {
      const amount = amountNow();
      await undoing.refundPayment({ key, chargeKey, orderId, amount, currency });
      refunded(amount);
    },
    settled: ({ reference }) => refunded(amountNow(), reference === undefined ? {} : { reference }),
  };
}

/**
 * Gives back a part of what was charged: from the newest charge first.
 *
 * @param amount    minor units, at most what was charged and not given back
 * @param p.cause   of the refund: names its keys
 * @param p.because the same, in words
 */
export async function refund(run: OrderRun, amount: number, p: { cause: string; because: string }): Promise<void> {
  const { cause, because } = p;
  let left = amount;
  for (const charge of run.life.charges.toReversed()) {
    const share = Math.min(left, charge.taken - charge.refunded);
    if (share <= 0) continue;
    left -= share;
    await undoSurely(run, refundOf(run, { charge, amount: () => share, cause }), because);
  }
}

/** Money that comes for a charge that was given up goes back; what else is told of settled charges is dropped. */
export async function refundLateSuccesses(run: OrderRun): Promise<void> {
  const { life } = run;
  while (life.paymentNews.length > 0) {
    const [news] = life.paymentNews.splice(0, 1);
    const charge = news && life.charges.find((one) => isOf(one)(news));
    // one that could not even be voided is as late
    if (news?.kind !== 'COMPLETED' || !charge || isSuccess(charge)) continue;
    const { paymentId, amount, cause } = news;
    take(run, charge, { kind: 'CHARGED', paymentId, amount, ...causedBy(cause) }, { late: true });
    const refunding = refundOf(run, { charge, amount: () => charge.taken - charge.refunded });
    await undoSurely(run, refunding, 'the payment came after it had been given up');
    await flush(run, `late#${charge.key}`);
  }
}
