import type { JournalEntry } from '../../src/gateway/ports';
import type { Money, Scenario } from '../lib/scenarios';
import type { Run } from './run';
import type { ShownOrder } from './shop';

/** Amounts in minor units of dollars, which all scenarios are in. */
const cents = (amount: number) => Math.round(amount * 100);

/** The value of what was shipped, in cents. */
export function shippedValue({ items = [], shipments }: Pick<ShownOrder, 'items' | 'shipments'>): number {
  const prices = new Map(items.map(({ productId, price }) => [productId, price]));
  const lines = shipments.flatMap((shipment) => shipment.items);
  return lines.reduce((sum, { productId, quantity }) => sum + quantity * cents(prices.get(productId) ?? 0), 0);
}

/** What the order's own books say was kept, in cents. */
export const keptByOrder = ({ payment }: Pick<ShownOrder, 'payment'>): number =>
  cents(payment.charged) - cents(payment.refunded);

/** What the payment company's journal says was kept, in cents. */
export const keptByProvider = (journal: readonly JournalEntry[]): number =>
  sum(journal, 'charge') - sum(journal, 'refund');

const sum = (journal: readonly JournalEntry[], operation: JournalEntry['operation']) =>
  succeeded(journal, operation).reduce((total, { amount = 0 }) => total + cents(amount), 0);

const succeeded = (journal: readonly JournalEntry[], operation: JournalEntry['operation']) =>
  journal.filter((entry) => entry.operation === operation && entry.outcome === 'succeeded');

/** What is not as the scenario says; empty when all is. */
export function surprises({ scenario, order, journal = [], answers, trouble }: Run): string[] {
  if (trouble !== undefined || !order) return [trouble ?? 'it was not followed to its end'];
  const found: string[] = [];
  if (order.status !== scenario.end) found.push(`ended as ${order.status}, expected ${scenario.end}`);
  const money = moneyOf(journal);
  if (money !== scenario.money) found.push(`the payment company: ${money}, expected ${scenario.money}`);
  const value = shippedValue(order);
  if (keptByOrder(order) !== value || keptByProvider(journal) !== value)
    found.push('what was kept is not the value of what was shipped');
  return [...found, ...wrongAnswers(scenario, answers)];
}

function moneyOf(journal: readonly JournalEntry[]): Money | 'charged more than once' | 'refunded in part' {
  const charges = succeeded(journal, 'charge').length;
  if (charges === 0) return 'nothing';
  if (charges > 1) return 'charged more than once';
  if (succeeded(journal, 'refund').length === 0) return 'charged once';
  return keptByProvider(journal) === 0 ? 'refunded in full' : 'refunded in part';
}

function wrongAnswers({ via, end }: Scenario, answers: readonly number[]): string[] {
  if (via === 'EventBridge') return [];
  const expected = via ? '200, 200, 202' : end === 'VALIDATION_FAILED' ? '422' : '202';
  const came = [...answers].sort((a, b) => a - b).join(', ');
  return came === expected ? [] : [`answered with ${came}, expected ${expected}`];
}
