import type { JournalEntry } from '../../src/gateway/ports';
import type { InspectedItem } from '../../src/domain/events';
import type { ShipmentLine } from '../../src/domain/order';
import type { Money, Scenario } from '../lib/scenario';
import type { Run } from './run';
import type { ShownEvent, ShownOrder } from './shop';

/** Amounts in minor units of dollars, which all scenarios are in. */
const cents = (amount: number) => Math.round(amount * 100);

/** The value of what the customer keeps, in cents: what was shipped, without what was lost or came back. */
export function keptValue({ order, events = [] }: Pick<Run, 'order' | 'events'>): number {
  const { items = [], shipments = [] } = order ?? {};
  const prices = new Map(items.map(({ productId, price }) => [productId, price]));
  const valueOf = (lines: readonly ShipmentLine[]) =>
    lines.reduce((sum, { productId, quantity }) => sum + quantity * cents(prices.get(productId) ?? 0), 0);
  const arrived = shipments.filter(({ status }) => status !== 'LOST' && status !== 'RETURNED');
  return valueOf(arrived.flatMap((shipment) => shipment.items)) - valueOf(takenBack(events));
}

const takenBack = (events: readonly ShownEvent[]) =>
  events
    .filter(({ type }) => type === 'Return Inspected')
    .flatMap(({ data }) => data['items'] as InspectedItem[])
    .filter(({ outcome }) => outcome !== 'REJECT');

/** What the order's own books say was kept, in cents. */
export const keptByOrder = ({ payment }: Pick<ShownOrder, 'payment'>): number =>
  cents(payment.charged) - cents(payment.refunded);

/** What the payment company's journal says was kept, in cents: taken at once, later or when it shipped. */
export const keptByProvider = (journal: readonly JournalEntry[]): number =>
  sumOf(succeeded(journal, 'charge', 'settle', 'capture')) - sumOf(succeeded(journal, 'refund'));

/** What somebody gave back past the payment company, in cents: the order's events name a reference. */
export const givenByHand = (events: readonly ShownEvent[] = []): number =>
  sumOf(
    events
      .filter(({ type, data }) => type === 'Payment Refunded' && 'reference' in data)
      .map(({ data }) => data as { amount: number }),
  );

const sumOf = (entries: readonly { amount?: number }[]) =>
  entries.reduce((total, { amount = 0 }) => total + cents(amount), 0);

const succeeded = (journal: readonly JournalEntry[], ...operations: JournalEntry['operation'][]) =>
  journal.filter((entry) => operations.includes(entry.operation) && entry.outcome === 'succeeded');

/** What is not as the scenario says; empty when all is. */
export function surprises(run: Run): string[] {
  const { scenario, order, journal = [], events, answers, trouble } = run;
  if (trouble !== undefined || !order) return [trouble ?? 'it was not followed to its end'];
  const found: string[] = [];
  if (order.status !== scenario.end) found.push(`ended as ${order.status}, expected ${scenario.end}`);
  const money = moneyOf(run);
  if (money !== scenario.money) found.push(`the payment company: ${money}, expected ${scenario.money}`);
  const value = keptValue(run);
  if (keptByOrder(order) !== value || keptByProvider(journal) - givenByHand(events) !== value)
    found.push('what was kept is not the value of what the customer keeps');
  return [...found, ...wrongAnswers(scenario, answers)];
}

function moneyOf({ order, journal = [], events }: Run): Money | 'charged more than once' {
  const isHeld = journal.some(({ outcome }) => outcome === 'authorized');
  const taken = succeeded(journal, 'charge', 'settle', 'capture').length;
  if (taken === 0) return isHeld ? 'held, then let go' : 'nothing';
  if (givenByHand(events) > 0) return 'given back by hand';
  if (succeeded(journal, 'refund').length > 0)
    return keptByProvider(journal) === 0 ? 'refunded in full' : 'refunded in part';
  if (taken > 1) return taken === order?.shipments.length ? 'charged for each shipment' : 'charged more than once';
  return isHeld ? 'held, then taken' : 'charged once';
}

function wrongAnswers({ via, end }: Scenario, answers: readonly number[]): string[] {
  if (via === 'EventBridge') return [];
  const expected = via ? '200, 200, 202' : end === 'VALIDATION_FAILED' ? '422' : '202';
  const came = [...answers].sort((a, b) => a - b).join(', ');
  // what takes long to be found wrong is answered before: a slow machine is no surprise
  if (expected === '422' && came === '202') return [];
  return came === expected ? [] : [`answered with ${came}, expected ${expected}`];
}
