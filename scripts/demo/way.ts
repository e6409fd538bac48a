import type { EventType, Resolution } from '../../src/domain/events';
import type { ShortageChoice } from '../../src/domain/order';
import type { Run } from './run';
import { CHOICES } from './words';
import { missing } from '../../src/gateway/story/words';

/** what people and carriers did, in a word or two */
const DEEDS: Partial<Record<EventType, string>> = {
  'Decision Requested': 'customer asked',
  'Order Backordered': 'waits for stock',
  'Backorder Filled': 'stock arrived',
  'Backorder Ended': 'waits no longer',
  'Order Delayed': 'waits for the company',
  'Cancellation Requested': 'cancelled',
  'Address Changed': 'address changed',
  'Attention Needed': 'needs attention',
  'Shipment Delivered': 'delivered',
  'Shipment Lost': 'parcel lost',
  'Shipment Returned': 'parcel sent back',
  'Return Requested': 'return announced',
  'Return Received': 'return arrived',
  'Return Inspected': 'return inspected',
  'Inventory Restocked': 'back in stock',
};

interface Moment {
  at: string;
  what: string;
}

/** What happened on the way of an order, in short: what people did, and the calls of money and labels; those alike together. */
export function wayOf(run: Run): string {
  const counts: { what: string; times: number }[] = [];
  for (const { what } of [...deeds(run), ...calls(run)].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const last = counts.at(-1);
    if (last?.what === what) last.times++;
    else counts.push({ what, times: 1 });
  }
  const moments = counts.map(({ what, times }) => (times === 1 ? what : `${what} ×${times}`));
  const { order } = run;
  const shortage = order?.unavailableItems ? [`missing ${missing(order.unavailableItems)}`] : [];
  return [...placing(run), ...shortage, ...moments].join(', ');
}

function calls({ journal = [] }: Run): Moment[] {
  // messages and packing instructions come by queues, each at its own time
  const companies = journal.filter(({ provider }) => provider !== 'notification' && provider !== 'warehouse');
  return companies.map(({ at, operation, outcome }) => ({ at, what: `${operation} ${outcome}`.replaceAll('-', ' ') }));
}

function deeds({ events = [] }: Run): Moment[] {
  return events.flatMap(({ at, type, data }) => {
    const what = DEEDS[type] ?? decided(type, data);
    return what === undefined ? [] : [{ at, what }];
  });
}

function decided(type: EventType, data: Record<string, unknown>): string | undefined {
  if (type === 'Decision Made') {
    const { choice, by } = data as { choice: ShortageChoice; by: string };
    return `${by}: ${CHOICES[choice]}`;
  }
  if (type !== 'Attention Resolved') return undefined;
  const { action, by } = data as unknown as Resolution;
  return `${by}: ${action}`;
}

function placing({ scenario: { via }, answers, order }: Run): string[] {
  if (via === 'EventBridge') return ['Order Placed on the bus'];
  if (via) return [`answers ${answers.join(' ')}`];
  const { errors = [] } = order ?? {};
  return errors.length > 0
    ? [`answer ${answers.join(' ')}: ${errors.map(({ pointer }) => pointer).join(' and ')}`]
    : [];
}
