import type { CaptureRequest, PaymentProvider } from '../../activities/ports';
import type { Authorized, Charged, KeyState, PaymentEntry, SandboxJournal } from './journal';
import { moneyOf } from './charge-key';

type Captured = Awaited<ReturnType<PaymentProvider['capture']>>;

/** Takes held money, once per key; what is held beyond it is let go. */
export async function captureMoney(
  journal: SandboxJournal,
  { request, entry }: { request: CaptureRequest; entry: PaymentEntry },
): Promise<Captured> {
  const { key, chargeKey, amount } = request;
  for (;;) {
    const isCaptured = (await journal.state(key)) !== undefined;
    const held = await journal.state(chargeKey);
    if (isCaptured && held?.kind === 'CHARGED') {
      await journal.append({ ...entry, outcome: 'replayed' });
      return moneyOf(held);
    }
    const from = capturable(held, request);
    if (typeof from === 'string') {
      await journal.append({ ...entry, outcome: 'refused' });
      return { kind: 'DECLINED', reason: from };
    }
    const to: Charged = { ...from, kind: 'CHARGED', amount, refunded: 0 };
    const succeeded = { ...entry, outcome: 'succeeded' };
    const charge = { key: chargeKey, from, to };
    // voided or captured in between: looked at again
    if (await journal.take({ key, state: { kind: 'CAPTURED' }, charge, entry: succeeded })) return moneyOf(to);
  }
}

/** What is held, or why nothing is taken of it. */
function capturable(held: KeyState | undefined, { chargeKey, amount }: CaptureRequest): Authorized | string {
  if (held?.kind !== 'AUTHORIZED') return `nothing is held under ${chargeKey}`;
  return amount > held.amount ? `less is held under ${chargeKey}` : held;
}
