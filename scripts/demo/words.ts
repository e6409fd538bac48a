import type { JournalEntry } from '../../src/gateway/ports';
import type { ShortageChoice } from '../../src/domain/order';

const money = ({ amount, currency }: { amount: number; currency: string }) => `${amount.toFixed(2)} ${currency}`;

/** short enough for a cell of a table */
export const CHOICES: Record<ShortageChoice, string> = {
  SHIP_AVAILABLE: 'ship what is there',
  WAIT: 'wait for the rest',
  CANCEL: 'cancel',
};

/** What a provider saw and did, in plain words. */
export function wordsOfCall({ provider, operation, outcome, key, amount, currency, carrier }: JournalEntry): string {
  const sum = amount !== undefined && currency !== undefined ? ` ${money({ amount, currency })}` : '';
  return `${carrier ?? COMPANIES[provider]}: ${callWords({ operation, outcome, key, sum })}`;
}

const COMPANIES: Record<JournalEntry['provider'], string> = {
  payment: 'payment company',
  carrier: 'carrier',
  supplier: 'supplier',
  notification: 'messenger',
  warehouse: 'warehouse',
};

function callWords(p: Pick<JournalEntry, 'operation' | 'outcome' | 'key'> & { sum: string }): string {
  switch (`${p.operation} ${p.outcome}`) {
    case 'charge succeeded':
      return `card charged${p.sum}${isFirst(p.key) ? '' : ', under a second key'}`;
    case 'charge declined':
      return isFirst(p.key) ? 'card declined; once more in 1 s' : 'card declined again';
    case 'charge error':
      return 'answers with an error; tried again';
    case 'charge authorized':
      return `money held on the card:${p.sum}`;
    case 'charge pending':
      return 'decides later';
    case 'capture succeeded':
      return `took what it held:${p.sum}`;
    case 'settle succeeded':
      return `has the money now:${p.sum}`;
    case 'settle failed':
      return 'does not get the money';
    case 'refund refused':
      return `refuses to refund${p.sum}`;
    case 'charge unanswered':
      return 'does not answer, and charges nothing';
    case 'charge replayed':
      return 'knows this key: the outcome it had before';
    case 'email succeeded':
      return `e-mail delivered: ${kindOf(p.key)}`;
    case 'sms succeeded':
      return `SMS delivered: ${kindOf(p.key)}`;
    case 'push succeeded':
      return `push delivered: ${kindOf(p.key)}`;
    case 'pack succeeded':
      return isFirstVersion(p.key) ? 'told to pack' : 'told to pack it for the new address';
    case 'label succeeded':
      return 'label booked';
    case 'label refused':
      return 'label refused';
    case 'label replayed':
      return 'knows this key: the label that it booked before';
    case 'cancel-label succeeded':
      return 'label cancelled';
    case 'cancel-label nothing-to-cancel':
      return 'has no label to cancel';
    case 'refund succeeded':
      return `refunded${p.sum}`;
    case 'void succeeded':
      return 'key voided';
    default:
      return p.operation === 'lookup' ? `looked up: ${p.outcome.replace('-', ' ')}` : `${p.operation} ${p.outcome}`;
  }
}

/** `packing#<shipmentId>`; later ones end with their version */
const isFirstVersion = (key: string) => !/#\d+$/.test(key);

/** `notify-<kind>#…`, of NotifyCustomer `notify#…` */
const kindOf = (key: string) => /^notify-([a-z-]+)#/.exec(key)?.[1]?.replaceAll('-', ' ') ?? 'shipped';

/** `charge#<orderId>#<n>`: n is raised after a known decline only */
const isFirst = (key: string) => key.endsWith('#1');
