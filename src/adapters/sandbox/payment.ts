import type { PaymentProvider } from '../../activities/ports';
import type { Entry, PaymentEntry, SandboxJournal } from './journal';
import type { ProviderSwitch } from '../../gateway/ports';
import { answerWithin, unlessSwitchedOff } from './answer';
import { captureMoney } from './capture';
import { charge } from './charge';
import { lookup, voidCharge } from './charge-key';
import { refund } from './refund';
import { toDecimal } from '../../domain/money';

const COMPANY = 'the payment sandbox';

type Operation = Entry['operation'];

/**
 * A payment company in a box: it behaves by the payment method, and remembers every key for ever. An authorisation holds
 * the money until it is captured or voided; an asynchronous payment (`pm_pending`) cannot be held, and takes the money
 * when it is settled.
 */
export function createSandboxPayments(p: { journal: SandboxJournal; timeoutMs: number }): PaymentProvider {
  const { journal, timeoutMs } = p;
  const ask = <T>(call: Call, perform: (entry: PaymentEntry, how: ProviderSwitch) => Promise<T>) => {
    const entry = entryOf(call);
    return answerWithin(
      timeoutMs,
      COMPANY,
      unlessSwitchedOff(journal, entry, (how) => perform(entry, how)),
    );
  };
  return {
    charge: (request) =>
      ask({ operation: 'charge', ...request }, (entry) => charge(journal, { request, entry, lateMs: timeoutMs / 2 })),
    capture: (request) =>
      ask({ operation: 'capture', ...request }, (entry) => captureMoney(journal, { request, entry })),
    lookup: (reference) => ask({ operation: 'lookup', ...reference }, (entry) => lookup(journal, entry)),
    void: (reference) => ask({ operation: 'void', ...reference }, (entry) => voidCharge(journal, entry)),
    refund: (request) =>
      ask({ operation: 'refund', ...request }, (entry, { refunds }) => refund(journal, { request, entry, refunds })),
  };
}

interface Call {
  operation: Operation;
  key: string;
  orderId: string;
  amount?: number;
  currency?: string;
}

function entryOf({ operation, key, orderId, amount, currency }: Call): PaymentEntry {
  const entry = { provider: 'payment', operation, orderId, key } as const;
  if (amount === undefined || currency === undefined) return entry;
  return { ...entry, amount: toDecimal(amount, currency), currency };
}
