import { type Finding, found } from './finding';
import type { Run } from './run';
import { keptByOrder, keptByProvider, shippedValue } from './verdict';

const dollars = (cents: number) => (cents / 100).toFixed(2);

/** Adds up what the orders and the payment company say of the money. */
export function closeBooks(runs: readonly Run[]): Finding[] {
  const orders = runs.flatMap(({ order }) => order ?? []);
  const total = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
  const charged = total(orders.map(({ payment }) => Math.round(payment.charged * 100)));
  const refunded = total(orders.map(({ payment }) => Math.round(payment.refunded * 100)));
  const shipped = total(orders.map(shippedValue));
  const kept = total(orders.map(keptByOrder));
  const provider = total(runs.map(({ journal = [] }) => keptByProvider(journal)));
  const sums = `charged ${dollars(charged)} − refunded ${dollars(refunded)} = ${dollars(kept)}`;
  return [
    found(kept === shipped, `${sums}; shipped goods are worth ${dollars(shipped)}`),
    found(provider === kept, `the payment company says ${dollars(provider)}`),
  ];
}
