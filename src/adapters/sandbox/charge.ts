import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChargeOutcome, ChargeRequest } from '../../activities/ports';
import type { Authorized, Charged, KeyState, PaymentEntry, Pending, SandboxJournal } from './journal';
import { never } from './answer';
import { outcomeOf } from './charge-key';
import { StepError } from '../../domain/failures';

interface ChargeCall {
  request: ChargeRequest;
  entry: PaymentEntry;
  /** milliseconds that a late answer takes */
  lateMs: number;
}

/** Charges, authorises or leaves open, as the payment method says. */
export async function charge(journal: SandboxJournal, { request, entry, lateMs }: ChargeCall): Promise<ChargeOutcome> {
  const { key, paymentMethod } = request;
  const settle = (outcome: Outcome) => settleKey(journal, { key, entry, outcome });
  switch (paymentMethod) {
    case 'pm_down':
      await journal.append({ ...entry, outcome: 'error' });
      throw new StepError('ISSUER_UNAVAILABLE', "the payment sandbox cannot reach the bank of the customer's card");
    case 'pm_timeout_not_charged':
      if (await isFirstCall(journal, { key, entry })) return never();
      return settle(taken(request));
    case 'pm_timeout_charged':
      await settle(taken(request));
      return never();
    case 'pm_late': {
      const outcome = await settle(taken(request));
      await delay(lateMs);
      return outcome;
    }
    case 'pm_declined':
      return settle({ kind: 'DECLINED', reason: 'insufficient funds' });
    case 'pm_declined_once':
      return settle((await isFirstKey(journal, request)) ? { kind: 'DECLINED', reason: 'try again' } : taken(request));
    case 'pm_pending':
      return settle(pending(request));
    case 'pm_refund_refused':
      return settle({ ...taken(request), refusesRefunds: true });
    case 'pm_ok':
      return settle(taken(request));
    default:
      return settle({ kind: 'DECLINED', reason: `no payment method ${paymentMethod}` });
  }
}

type Outcome = Extract<KeyState, { kind: ChargeOutcome['kind'] }>;

const OUTCOMES = {
  CHARGED: 'succeeded',
  AUTHORIZED: 'authorized',
  PENDING: 'pending',
  DECLINED: 'declined',
} as const satisfies Record<Outcome['kind'], string>;

/** Gives a key its outcome, once; a repeated key gets the outcome it had. */
async function settleKey(
  journal: SandboxJournal,
  { key, entry, outcome }: { key: string; entry: PaymentEntry; outcome: Outcome },
): Promise<ChargeOutcome> {
  const before = await journal.claim({ key, state: outcome, entry: { ...entry, outcome: OUTCOMES[outcome.kind] } });
  if (!before) return outcomeOf(outcome);
  await journal.append({ ...entry, outcome: before.kind === 'VOIDED' ? 'refused' : 'replayed' });
  return outcomeOf(before);
}

const taken = ({ key, amount, mode = 'CHARGE' }: ChargeRequest): Charged | Authorized =>
  mode === 'AUTHORIZE'
    ? { kind: 'AUTHORIZED', paymentId: paymentIdOf(key), amount }
    : { kind: 'CHARGED', paymentId: paymentIdOf(key), amount, refunded: 0 };

const pending = ({ key, orderId, amount, currency }: ChargeRequest): Pending => ({
  kind: 'PENDING',
  paymentId: paymentIdOf(key),
  orderId,
  amount,
  currency,
});

const paymentIdOf = (key: string) => `pay_${createHash('sha256').update(key).digest('hex').slice(0, 20)}`;

/** True the first time a key is seen; then the call is written down as unanswered. */
async function isFirstCall(journal: SandboxJournal, p: { key: string; entry: PaymentEntry }): Promise<boolean> {
  const state: KeyState = { kind: 'SEEN', by: p.key };
  const entry = { ...p.entry, outcome: 'unanswered' };
  return (await journal.claim({ key: `first ${p.key}`, state, entry })) === undefined;
}

/** True for the order's key that asked first, however often it asks. */
async function isFirstKey(journal: SandboxJournal, { orderId, key }: ChargeRequest): Promise<boolean> {
  const before = await journal.claim({ key: `first order ${orderId}`, state: { kind: 'SEEN', by: key } });
  return before === undefined || (before.kind === 'SEEN' && before.by === key);
}
