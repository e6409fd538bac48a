import type { OrderStatus } from '../../src/domain/states';
import { partsOf, type TimeTold } from '../../src/domain/shown-time';

/** How something stands: each has a sign of its own, so that colour is never alone. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'over';

export const SIGNS: Record<Tone, string> = { good: '✓', busy: '▸', wait: '◷', bad: '▲', over: '–' };

export const STATUS_WORDS: Record<OrderStatus, readonly [words: string, tone: Tone]> = {
  RECEIVED: ['Received', 'busy'],
  VALIDATED: ['Validated', 'busy'],
  VALIDATION_FAILED: ['Not valid', 'over'],
  RESERVED: ['Reserved', 'busy'],
  INVENTORY_UNAVAILABLE: ['Sold out', 'over'],
  PAID: ['Paid', 'busy'],
  PAYMENT_FAILED: ['Payment failed', 'over'],
  FULFILLMENT_FAILED: ['Not fulfilled', 'over'],
  SHIPPED: ['Shipped', 'good'],
  PENDING_DECISION: ['Waits for a decision', 'wait'],
  BACKORDERED: ['Waits for stock', 'wait'],
  DELIVERED: ['Delivered', 'good'],
  CANCELLED: ['Cancelled', 'over'],
  RETURNED: ['Returned', 'over'],
  NEEDS_ATTENTION: ['Needs attention', 'bad'],
};

export const BREAKER_WORDS = { CLOSED: 'works', HALF_OPEN: 'is being tried', OPEN: 'out of order' } as const;

/** `PARTIAL_INVENTORY`, `partial-inventory` or `PartialInventory` in words. */
export function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase();
  if (words === 'sms') return 'SMS';
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `1 order`, `2 orders`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${whole(n)} ${n === 1 ? one : many}`;

export const whole = (n: number): string => n.toLocaleString();

export const percent = (share: number): string =>
  new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }).format(share);

/** @param amount in decimal major units */
export function money(amount: number, currency: string | undefined): string {
  if (currency === undefined) return amount.toLocaleString(undefined, { minimumFractionDigits: 2 });
  try {
    return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(amount);
  } catch {
    // what is no currency can still be an order's
    return `${amount} ${currency}`;
  }
}

/** The same, for where there is little room: `$1.2K`. */
export const shortMoney = (amount: number, currency: string): string =>
  new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(amount);

/** Milliseconds in words: `340 ms`, `12 s`, `4 min`, `3 h`, `2 d`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const [unit, of] = UNITS.find(([, length]) => ms >= length) ?? ['s', 1000];
  const n = ms / of;
  return `${n < 10 && n % 1 >= 0.05 ? n.toFixed(1) : Math.round(n)} ${unit}`;
}

const UNITS: readonly [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** From now: `in 5 min`, `3 h ago`, `now`. */
export function relative(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  if (Math.abs(ms) < 1000) return 'now';
  const words = duration(Math.floor(Math.abs(ms) / 1000) * 1000);
  return ms > 0 ? `in ${words}` : `${words} ago`;
}

/** A time in a sentence: in the reader's zone, and how far that is. */
export function told({ at, isMoment }: TimeTold, now: number): string {
  const [date, today] = [new Date(at), new Date(now)];
  const isToday = date.toDateString() === today.toDateString();
  const isThisYear = date.getFullYear() === today.getFullYear();
  const options: Intl.DateTimeFormatOptions = {
    ...(!isToday && { day: 'numeric', month: 'short' }),
    ...(!isThisYear && { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    ...(isMoment && { second: '2-digit' }),
  };
  return `${date.toLocaleString(undefined, options)} (${relative(at, now)})`;
}

/** The same for those who hear it once: without what changes as time goes by. */
export const toldOnce = (sentence: string, now: number): string =>
  partsOf(sentence)
    .map((part) => (typeof part === 'string' ? part : exact(part.at, now)))
    .join('');

/** In the reader's zone; the date only when it is another day. */
export function exact(at: string, now: number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return date.toLocaleString(
    undefined,
    isToday ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'medium' },
  );
}
