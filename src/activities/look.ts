import { Context } from '@temporalio/activity';
import type { Books } from './ports';
import type { OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { OrderView } from '../domain/projection';
import { canonicalJson } from '../domain/canonical-json';
import { differenceOf, type ViewDifference } from '../domain/view-difference';
import { StepError } from '../domain/failures';

export type OrderBooks = Pick<Books, 'readView' | 'readEvents'>;

/** An order as it is stored, all of one moment. */
export interface OrderLook {
  orderId: OrderId;
  view: OrderView | undefined;
  events: OrderEvent[];
  difference: ViewDifference | undefined;
}

/** each one lost means that the order moved on meanwhile */
const MAX_TRIES = 25;
/** of events, in a table that takes 38 digits */
const LAST = Number.MAX_SAFE_INTEGER;

/**
 * Reads an order's view and events as they were together. An append moves both at once: where they differ although the
 * view did not change while the events were read, they really differ.
 */
export async function lookAt(books: OrderBooks, orderId: OrderId): Promise<OrderLook> {
  let view = await books.readView(orderId);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const events = await books.readEvents({ orderId, from: 1, to: LAST });
    const difference = differenceOf({ orderId, view, events });
    if (!difference) return { orderId, view, events, difference };
    const again = await books.readView(orderId);
    if (canonicalJson([view]) === canonicalJson([again])) return { orderId, view, events, difference };
    view = again;
  }
  throw new StepError('SERVICE_UNAVAILABLE', `order ${orderId} changed ${MAX_TRIES} times while it was read`);
}

/** reads at a time: the tables have other readers */
const AT_ONCE = 8;

/** Does something for each order, some at a time, and says meanwhile that it goes on. */
export async function forEachOrder<T>(orderIds: readonly OrderId[], run: (orderId: OrderId) => Promise<T>) {
  const done: T[] = [];
  for (let i = 0; i < orderIds.length; i += AT_ONCE) {
    done.push(...(await Promise.all(orderIds.slice(i, i + AT_ONCE).map(run))));
    Context.current().heartbeat();
  }
  return done;
}
