import type { EventKey, OrderMark } from './ports';
import type { OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';

/** Orders, or events, in one reading. */
const BATCH = 100;
/** Readings at once. */
const WAVE = 4;

/** An order with those who watch it. */
interface Followed {
  orderId: OrderId;
  progress: OrderMark;
  watchers: Iterable<{ isReady: boolean; after: number }>;
}

/** What the watchers of an order need next. */
export interface Need<T extends Followed> {
  order: T;
  keys: EventKey[];
}

/** What those of its watchers who can take more do not have of an order, a page at most. */
export function needOf<T extends Followed>(order: T): Need<T> {
  const { orderId, watchers, progress } = order;
  let first = Number.POSITIVE_INFINITY;
  for (const { isReady, after } of watchers) if (isReady) first = Math.min(first, after + 1);
  const last = Math.min(progress.sequence, first + BATCH - 1);
  const keys: EventKey[] = [];
  for (let sequence = first; sequence <= last; sequence++) keys.push({ orderId, sequence });
  return { order, keys };
}

/** What is needed in as few readings as there can be without parting what one order needs. */
export function inLoads<T extends Followed>(needs: Need<T>[]): Need<T>[][] {
  const loads: Need<T>[][] = [];
  let room = 0;
  for (const need of needs) {
    if (need.keys.length > room) {
      loads.push([]);
      room = BATCH;
    }
    loads.at(-1)!.push(need);
    room -= need.keys.length;
  }
  return loads;
}

/** Those of an order, by their numbers. */
export const eventsOf = ({ orderId }: Followed, events: OrderEvent[]): OrderEvent[] =>
  events.filter((event) => event.orderId === orderId).toSorted((a, b) => a.sequence - b.sequence);

/** The events that follow a number, up to the first that is missing. */
export function following(after: number, inOrder: OrderEvent[]): OrderEvent[] {
  const from = inOrder.filter(({ sequence }) => sequence > after);
  const gap = from.findIndex(({ sequence }, i) => sequence !== after + 1 + i);
  return gap === -1 ? from : from.slice(0, gap);
}

export const inBatches = <T>(all: T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH));

export async function inWaves<T>(all: T[], run: (one: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += WAVE) await Promise.all(all.slice(i, i + WAVE).map(run));
}
