import type { PaymentProvider } from '../../activities/ports';
import type { Charged, KeyState, PaymentEntry, SandboxJournal } from './journal';
import type { ProviderSwitch } from '../../gateway/ports';
import { StepError } from '../../domain/failures';

interface RefundCall {
  request: Parameters<PaymentProvider['refund']>[0];
  entry: PaymentEntry;
  /** whether the company accepts refunds of those payments that refuse them */
  refunds: ProviderSwitch['refunds'];
}

/**
 * Gives back a part of a charge or all of it, once per key; a key that was refused may be tried again.
 *
 * @throws StepError REFUND_REFUSED
 */
export async function refund(journal: SandboxJournal, { request, entry, refunds }: RefundCall): Promise<void> {
  const { key, chargeKey, amount } = request;
  for (;;) {
    if (await journal.state(key)) return journal.append({ ...entry, outcome: 'replayed' });
    const from = refundable(await journal.state(chargeKey), { request, refunds });
    if (typeof from === 'string') {
      await journal.append({ ...entry, outcome: 'refused' });
      throw new StepError('REFUND_REFUSED', from);
    }
    const charge = { key: chargeKey, from, to: { ...from, refunded: from.refunded + amount } };
    const succeeded = { ...entry, outcome: 'succeeded' };
    // another refund in between: looked at again
    if (await journal.take({ key, state: { kind: 'REFUNDED' }, charge, entry: succeeded })) return undefined;
  }
}

/** The charge, or why nothing is given back of it. */
function refundable(charge: KeyState | undefined, { request, refunds }: Omit<RefundCall, 'entry'>): Charged | string {
  const { chargeKey, amount } = request;
  if (charge?.kind !== 'CHARGED') return `there is nothing to refund under ${chargeKey}`;
  if (charge.amount - charge.refunded < amount) return `less is left to refund under ${chargeKey}`;
  if (charge.refusesRefunds && refunds === 'refused') return `the bank refuses refunds of ${chargeKey}`;
  return charge;
}
