import type { KeyState, Pending, SandboxJournal } from './journal';
import type { SandboxDesk, Settlement, SettlementOutcome } from '../../gateway/ports';
import { toDecimal } from '../../domain/money';

type Settle = SandboxDesk['settle'];

/**
 * Lets the payment sandbox decide on a charge that it left open. One that was voided meanwhile can still succeed: money
 * that arrives nevertheless.
 *
 * @param p.tell puts the company's word on the bus
 */
export function createSettlement(p: { journal: SandboxJournal; tell: (news: Settlement) => Promise<void> }): Settle {
  const { journal, tell } = p;
  return async ({ chargeKey, outcome }) => {
    for (;;) {
      const key = `settle#${chargeKey}`;
      const done = await journal.state(key);
      if (done?.kind === 'SETTLED') {
        // the first time it may have been kept from telling
        await tell(done.told);
        return done.told;
      }
      const from = await journal.state(chargeKey);
      if (!from) return 'unknown';
      const pending = pendingOf(from);
      if (!pending) return 'not-pending';
      const told = settlementOf(pending, { chargeKey, outcome });
      const charge = { key: chargeKey, from, to: stateAfter(from, pending, outcome) };
      // voided or settled in between: looked at again
      if (!(await journal.take({ key, state: { kind: 'SETTLED', told }, charge, entry: entryOf(told) }))) continue;
      await tell(told);
      return told;
    }
  };
}

function pendingOf(state: KeyState): Pending | undefined {
  if (state.kind === 'PENDING') return state;
  return state.kind === 'VOIDED' ? state.pending : undefined;
}

const REASON = "the customer's bank refused the payment";

function stateAfter(from: KeyState, pending: Pending, outcome: SettlementOutcome): KeyState {
  const { paymentId, amount } = pending;
  if (outcome === 'succeeded') return { kind: 'CHARGED', paymentId, amount, refunded: 0 };
  return from.kind === 'PENDING' ? { kind: 'DECLINED', reason: REASON } : from;
}

function settlementOf(
  { orderId, paymentId, amount, currency }: Pending,
  { chargeKey, outcome }: Parameters<Settle>[0],
): Settlement {
  const told = { orderId, chargeKey, paymentId, outcome, amount: toDecimal(amount, currency), currency };
  return outcome === 'succeeded' ? told : { ...told, reason: REASON };
}

const entryOf = ({ orderId, chargeKey: key, outcome, amount, currency }: Settlement) =>
  ({ provider: 'payment', operation: 'settle', orderId, key, outcome, amount, currency }) as const;
