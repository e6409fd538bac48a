import { type Finding, found } from './finding';
import type { Run } from './run';
import { givenByHand, keptByOrder, keptByProvider, keptValue } from './verdict';

const dollars = (cents: number) => (cents / 100).toFixed(2);
const total = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

/** Adds up what the orders and the payment company say of the money. */
export function closeBooks(runs: readonly Run[]): Finding[] {
  const orders = runs.flatMap(({ order }) => order ?? []);
  const charged = total(orders.map(({ payment }) => Math.round(payment.charged * 100)));
  const refunded = total(orders.map(({ payment }) => Math.round(payment.refunded * 100)));
  const value = total(runs.map(keptValue));
  const kept = total(orders.map(keptByOrder));
  const provider = total(runs.map(({ journal = [] }) => keptByProvider(journal)));
  const byHand = total(runs.map(({ events }) => givenByHand(events)));
  const sums = `charged ${dollars(charged)} − refunded ${dollars(refunded)} = ${dollars(kept)}`;
  const beside = byHand === 0 ? '' : `, ${dollars(byHand)} of it given back by hand`;
  return [
    found(kept === value, `${sums}; what customers keep is worth ${dollars(value)}`),
    found(provider - byHand === kept, `the payment company says ${dollars(provider)}${beside}`),
  ];
}

/** What customers were told, by the journal of who delivers it: no message twice on a channel. */
export function countMessages(runs: readonly Run[]): Finding {
  const messages = runs.flatMap(({ journal = [] }) =>
    journal
      .filter(({ provider, outcome }) => provider === 'notification' && outcome === 'succeeded')
      .map(({ operation, key }) => `${operation} ${key}`),
  );
  const twice = [...new Set(messages.filter((message, i) => messages.indexOf(message) !== i))];
  const rest = twice.length === 0 ? 'none twice' : `twice: ${twice.join(', ')}`;
  return found(messages.length > 0 && twice.length === 0, `${messages.length} messages on their channels, ${rest}`);
}
