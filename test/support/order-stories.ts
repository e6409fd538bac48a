import type { Books } from '../../src/activities/ports';
import type { NewEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { numbered } from './contracts/events';
import { uniqueId } from './orders';

/** Whole numbers, from `first` on. */
export const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Orders that go on as a test wants, through the books as they are. */
export function createStories(books: Pick<Books, 'post'>) {
  const lengths = new Map<OrderId, number>();

  async function post(orderId: OrderId, events: NewEvent[]): Promise<void> {
    const firstSequence = (lengths.get(orderId) ?? 0) + 1;
    const outcome = await books.post({ orderId, events: numbered(orderId, events, { firstSequence }) });
    if (outcome.kind !== 'posted') throw new Error(`order ${orderId} is ${JSON.stringify(outcome)}`);
    lengths.set(orderId, firstSequence + events.length - 1);
  }

  const news = (n: number) => upTo(n).map((): NewEvent => ({ type: 'Order Validated', data: {} }));

  return {
    /** A new order with so many events. */
    async begin(events: number): Promise<OrderId> {
      const orderId = uniqueId();
      await post(orderId, news(events));
      return orderId;
    },
    lengthOf: (orderId: OrderId): number => lengths.get(orderId) ?? 0,
    append: (orderId: OrderId, events: number) => post(orderId, news(events)),
    /** The event that is the last of an order. */
    close: (orderId: OrderId) => post(orderId, [{ type: 'Order Closed', data: {} }]),
  };
}
