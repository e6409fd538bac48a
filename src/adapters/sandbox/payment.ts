import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChargeOutcome, ChargeReference, ChargeRequest, PaymentProvider } from '../../activities/ports';
import type { Charged, Entry, KeyState, SandboxJournal } from './journal';
import { answerWithin, never, unavailable } from './answer';
import { toDecimal } from '../../domain/money';

const COMPANY = 'the payment sandbox';

/** A payment company in a box: it behaves by the payment method, and remembers every key for ever. */
export function createSandboxPayments(p: { journal: SandboxJournal; timeoutMs: number }): PaymentProvider {
  const { journal, timeoutMs } = p;
  const ask = <T>(call: Promise<T>) => answerWithin(timeoutMs, COMPANY, call);
  return {
    charge: (request) => ask(charge(journal, request, timeoutMs / 2)),
    lookup: (reference) => ask(lookup(journal, reference)),
    void: (reference) => ask(voidCharge(journal, reference)),
    refund: (request) => ask(refund(journal, request)),
  };
}

async function charge(journal: SandboxJournal, request: ChargeRequest, lateMs: number): Promise<ChargeOutcome> {
  const { key, paymentMethod } = request;
  const entry = chargeEntry(request);
  switch (paymentMethod) {
    case 'pm_down':
      await journal.append({ ...entry, outcome: 'error' });
      throw unavailable(COMPANY);
    case 'pm_timeout_not_charged':
      if (await claimFirst(journal, key, { by: key, entry: { ...entry, outcome: 'unanswered' } })) return never();
      return settle(journal, request, entry, charged(request));
    case 'pm_timeout_charged':
      await settle(journal, request, entry, charged(request));
      return never();
    case 'pm_late': {
      const outcome = await settle(journal, request, entry, charged(request));
      await delay(lateMs);
      return outcome;
    }
    case 'pm_declined':
      return settle(journal, request, entry, { kind: 'DECLINED', reason: 'insufficient funds' });
    case 'pm_declined_once': {
      const first = await isFirst(journal, `order ${request.orderId}`, { by: key });
      return settle(journal, request, entry, first ? { kind: 'DECLINED', reason: 'try again' } : charged(request));
    }
    case 'pm_ok':
      return settle(journal, request, entry, charged(request));
    default:
      return settle(journal, request, entry, { kind: 'DECLINED', reason: `no payment method ${paymentMethod}` });
  }
}

/** Gives a key its outcome, once; a repeated key gets the outcome it had. */
async function settle(
  journal: SandboxJournal,
  { key }: ChargeRequest,
  entry: Entry,
  outcome: Extract<KeyState, { kind: ChargeOutcome['kind'] }>,
): Promise<ChargeOutcome> {
  const succeeded = outcome.kind === 'CHARGED' ? 'succeeded' : 'declined';
  const before = await journal.claim({ key, state: outcome, entry: { ...entry, outcome: succeeded } });
  if (!before) return outcomeOf(outcome);
  await journal.append({ ...entry, outcome: before.kind === 'VOIDED' ? 'refused' : 'replayed' });
  return outcomeOf(before);
}

const charged = ({ key, amount }: ChargeRequest): Charged => ({
  kind: 'CHARGED',
  paymentId: `pay_${createHash('sha256').update(key).digest('hex').slice(0, 20)}`,
  amount,
  refunded: 0,
});

function outcomeOf(state: KeyState): ChargeOutcome {
  if (state.kind === 'CHARGED') return chargeOf(state);
  if (state.kind === 'DECLINED') return state;
  return { kind: 'DECLINED', reason: 'the charge was voided' };
}

const chargeOf = ({ kind, paymentId, amount }: Charged) => ({ kind, paymentId, amount });

async function lookup(journal: SandboxJournal, { key, orderId }: ChargeReference): Promise<ChargeOutcome | undefined> {
  const state = await journal.state(key);
  const outcome = state ? `found ${state.kind.toLowerCase()}` : 'not-found';
  await journal.append({ provider: 'payment', operation: 'lookup', orderId, key, outcome });
  return state && outcomeOf(state);
}

async function voidCharge(
  journal: SandboxJournal,
  { key, orderId }: ChargeReference,
): ReturnType<PaymentProvider['void']> {
  const entry = { provider: 'payment', operation: 'void', orderId, key } as const;
  const before = await journal.claim({ key, state: { kind: 'VOIDED' }, entry: { ...entry, outcome: 'succeeded' } });
  if (!before) return { kind: 'VOIDED' };
  await journal.append({ ...entry, outcome: before.kind === 'CHARGED' ? 'refused' : 'replayed' });
  return before.kind === 'CHARGED' ? chargeOf(before) : { kind: 'VOIDED' };
}

async function refund(journal: SandboxJournal, request: Parameters<PaymentProvider['refund']>[0]): Promise<void> {
  const { key, chargeKey, orderId, amount, currency } = request;
  const money = { amount: toDecimal(amount, currency), currency };
  const entry = { provider: 'payment', operation: 'refund', orderId, key, ...money } as const;
  for (;;) {
    if (await journal.state(key)) return journal.append({ ...entry, outcome: 'replayed' });
    const before = await journal.state(chargeKey);
    if (before?.kind !== 'CHARGED' || before.amount - before.refunded < amount) {
      await journal.append({ ...entry, outcome: 'refused' });
      throw new Error(`nothing to refund under ${chargeKey}`);
    }
    const succeeded = { ...entry, outcome: 'succeeded' };
    // another refund in between: looked at again
    if (await journal.refund({ key, chargeKey, from: before, amount, entry: succeeded })) return undefined;
  }
}

function chargeEntry({ key, orderId, amount, currency }: ChargeRequest): Entry {
  const money = { amount: toDecimal(amount, currency), currency };
  return { provider: 'payment', operation: 'charge', orderId, key, outcome: '', ...money };
}

/** True the first time it is asked, by anybody. */
async function claimFirst(journal: SandboxJournal, what: string, p: { by: string; entry: Entry }): Promise<boolean> {
  const before = await journal.claim({ key: `first ${what}`, state: { kind: 'SEEN', by: p.by }, entry: p.entry });
  return before === undefined;
}

/** True for the key that asked first, however often it asks. */
async function isFirst(journal: SandboxJournal, what: string, { by }: { by: string }): Promise<boolean> {
  const before = await journal.claim({ key: `first ${what}`, state: { kind: 'SEEN', by } });
  return before === undefined || (before.kind === 'SEEN' && before.by === by);
}
