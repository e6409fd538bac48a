import type { JournalEntry } from '../../gateway/ports';
import type { OrderId } from '../../domain/ids';
import type { PaymentStatements } from '../../activities/maintenance-ports';
import type { SandboxJournal } from './journal';
import type { StatedCharge } from '../../domain/reconciliation';

/** A call that moved money, with whom it was for. */
export type MoneyCall = JournalEntry & { orderId: OrderId };

/** The sandbox payment company's calls that moved money since a time (ISO 8601), a page at a time, in no order. */
export interface MoneyCalls {
  list(p: { since: string; token?: string }): Promise<{ calls: MoneyCall[]; token?: string }>;
}

const MONEY_OPERATIONS = [
  'charge',
  'settle',
  'capture',
  'refund',
] as const satisfies readonly JournalEntry['operation'][];

/** What the sandbox payment company would put into its statement: each charge as its key has it now. */
export function createSandboxStatements(p: {
  journal: Pick<SandboxJournal, 'state' | 'entries'>;
  calls: MoneyCalls;
}): PaymentStatements {
  const { journal } = p;

  /** the key of the charge that a call was about: of a refund, the one that its own key is made of */
  async function chargeKeyOf({ operation, key }: JournalEntry): Promise<string | undefined> {
    const named = operation === 'capture' || operation === 'refund' ? key.slice(operation.length + 1) : key;
    // a refund of a part has its cause behind
    const candidates = operation === 'refund' ? [named, named.slice(0, Math.max(0, named.lastIndexOf('#')))] : [named];
    for (const candidate of candidates) if ((await journal.state(candidate))?.kind === 'CHARGED') return candidate;
    return undefined;
  }

  async function stated(chargeKey: string, call: MoneyCall): Promise<StatedCharge | undefined> {
    const state = await journal.state(chargeKey);
    if (state?.kind !== 'CHARGED') return undefined;
    const { amount: taken, refunded } = state;
    return { chargeKey, orderId: call.orderId, taken, refunded, currency: call.currency ?? '', at: call.at };
  }

  return {
    async listCharges(page) {
      const { calls, token } = await p.calls.list(page);
      const latest = new Map<string, MoneyCall>();
      for (const call of calls) {
        const key = await chargeKeyOf(call);
        const known = key === undefined ? undefined : latest.get(key);
        if (key !== undefined && (!known || known.at < call.at)) latest.set(key, call);
      }
      const charges = await Promise.all([...latest].map(([key, call]) => stated(key, call)));
      return { charges: charges.filter((charge) => charge !== undefined), ...(token !== undefined && { token }) };
    },

    async readCharge({ chargeKey, orderId }) {
      const calls = (await journal.entries(orderId)).filter(movedMoney);
      const keys = await Promise.all(calls.map(chargeKeyOf));
      const last = calls.findLast((_, i) => keys[i] === chargeKey);
      return last && stated(chargeKey, { ...last, orderId });
    },
  };
}

/** True of a call that took money, or gave some back. */
export const movedMoney = ({ provider, operation, outcome }: JournalEntry): boolean =>
  provider === 'payment' && outcome === 'succeeded' && MONEY_OPERATIONS.some((name) => name === operation);
