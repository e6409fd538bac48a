import { setTimeout as delay } from 'node:timers/promises';
import { createQueueReader, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { type EventOrders, type Taken, takeEvent } from './take-event';
import { parseMessage } from './inbound-event';

export type EventReaderDeps = Omit<QueueReaderDeps, 'handle'> & { orders: EventOrders };

/** How long the engine may take to confirm an order before the next message's turn, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Pauses, in milliseconds, after which an event is tried again that has overtaken its order. */
const EARLY_PAUSES_MS = [250, 500, 1000];

/** A queue of events from outside: each starts or moves a workflow. */
export function createEventReader({ orders, ...reader }: EventReaderDeps): QueueReader {
  return createQueueReader({
    ...reader,
    async handle({ body }) {
      const event = parseMessage(body);
      const { eventId = '' } = event;
      const request = { event, orders, requestId: `event ${eventId}`, patienceMs: PATIENCE_MS };
      const taken = await takeInTime(() => takeEvent(request));
      if (taken.status === 'REJECTED') return { status: 'REJECTED', reason: taken.reason };
      // it comes again when its visibility ends, and at last goes to the dead letters
      if (taken.status === 'EARLY') throw new Error(taken.reason);
      return { status: 'DONE', log: { eventId, ...taken } };
    },
  });
}

/** Most of those that are early are so by a moment; a message that stays comes again only minutes later. */
async function takeInTime(take: () => Promise<Taken>): Promise<Taken> {
  for (const pause of EARLY_PAUSES_MS) {
    const taken = await take();
    if (taken.status !== 'EARLY') return taken;
    await delay(pause);
  }
  return take();
}
