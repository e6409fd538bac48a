import type { OrderId } from '../domain/ids';
import type { OrderStatuses } from './projection-ports';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { noSuchEvent } from './projector';
import { oneAtATime } from './one-at-a-time';
import { parseOrderNews } from './order-news';

export type StatusUpdaterDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & {
  statuses: OrderStatuses;
  /** Told of an order's first event, at least once, when the order is there; where it fails, the message comes again. */
  onCreated?: ((orderId: OrderId) => Promise<void>) | undefined;
};

/**
 * OrderStatusQueue: keeps the status of the order as accepted (requirements D2) at what the read model says. The message
 * only says that there is news, so it may come late, twice, and in any order.
 */
export function createStatusUpdater({ statuses, onCreated, ...reader }: StatusUpdaterDeps): QueueReader {
  const inTurn = oneAtATime();
  return createQueueReader({
    ...reader,
    name: 'order status queue',
    async handle({ body }): Promise<Handled> {
      const news = parseOrderNews(body);
      if (news.kind === 'refused') return { status: 'REJECTED', reason: news.reason };
      const { orderId, sequence } = news;
      const known = await inTurn(orderId, () => statuses.bringUpToDate(orderId));
      if (known === undefined || known < sequence) return { status: 'REJECTED', reason: noSuchEvent(news) };
      // refused at once, an order has no `Order Created`, and is there as well
      if (sequence === 1) await onCreated?.(orderId);
      return { status: 'DONE' };
    },
  });
}
