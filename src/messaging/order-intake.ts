import type { OrderClient } from '../client';
import { createQueueReader, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { parseMessage } from './inbound-event';
import { takeEvent } from './take-event';

export type OrderIntakeDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & { orders: Pick<OrderClient, 'place'> };

/** How long the engine may take to confirm an order before the next message's turn, in milliseconds. */
const PATIENCE_MS = 10_000;

/** OrderIntakeQueue: starts a workflow for each `Order Placed`. */
export function createOrderIntake({ orders, ...reader }: OrderIntakeDeps): QueueReader {
  return createQueueReader({
    ...reader,
    name: 'order intake queue',
    async handle(body) {
      const event = parseMessage(body);
      const { eventId = '' } = event;
      const taken = await takeEvent({ event, orders, requestId: `event ${eventId}`, patienceMs: PATIENCE_MS });
      if (taken.status === 'REJECTED') return { status: 'REJECTED', reason: taken.reason };
      return { status: 'DONE', log: { eventId, ...taken } };
    },
  });
}
