import type { ChargeOutcome, PaymentProvider, Taken } from '../../activities/ports';
import type { Authorized, Charged, KeyState, PaymentEntry, Pending, SandboxJournal } from './journal';

/** What a key's state says to whoever charges under it, or looks it up. */
export function outcomeOf(state: KeyState): ChargeOutcome {
  switch (state.kind) {
    case 'CHARGED':
    case 'AUTHORIZED':
    case 'PENDING':
      return moneyOf(state);
    case 'DECLINED':
      return state;
    default:
      return { kind: 'DECLINED', reason: 'the charge was voided' };
  }
}

/** The money of a state, as our side is told of it. */
export function moneyOf<S extends Charged | Authorized | Pending>(state: S): Taken<S['kind']> {
  const { kind, paymentId, amount } = state;
  return { kind, paymentId, amount };
}

/** What is known under a key; the call takes nothing. */
export async function lookup(journal: SandboxJournal, entry: PaymentEntry): Promise<ChargeOutcome | undefined> {
  const state = await journal.state(entry.key);
  await journal.append({ ...entry, outcome: state ? `found ${state.kind.toLowerCase()}` : 'not-found' });
  return state && outcomeOf(state);
}

/** Lets held money go, gives up what is pending, and keeps a key that is free from ever being charged. */
export async function voidCharge(journal: SandboxJournal, entry: PaymentEntry): ReturnType<PaymentProvider['void']> {
  const { key } = entry;
  const succeeded = { ...entry, outcome: 'succeeded' };
  for (;;) {
    const before = await journal.claim({ key, state: { kind: 'VOIDED' }, entry: succeeded });
    if (!before) return { kind: 'VOIDED' };
    if (before.kind !== 'AUTHORIZED' && before.kind !== 'PENDING') return await voidedBefore(journal, before, entry);
    const to: KeyState = { kind: 'VOIDED', ...(before.kind === 'PENDING' && { pending: before }) };
    // captured or settled in between: looked at again
    if (await journal.change({ key, from: before.kind, to, entry: succeeded })) return { kind: 'VOIDED' };
  }
}

async function voidedBefore(journal: SandboxJournal, before: KeyState, entry: PaymentEntry) {
  const isCharged = before.kind === 'CHARGED';
  await journal.append({ ...entry, outcome: isCharged ? 'refused' : 'replayed' });
  return isCharged ? moneyOf(before) : ({ kind: 'VOIDED' } as const);
}
