import { createQueueReader, type QueueReader, type QueueReaderDeps } from './queue-reader';
import type { Inbox } from './inbox';
import { parseMessage } from './inbound-event';

export type EventReaderDeps = Omit<QueueReaderDeps, 'handle'> & { inbox: Inbox };

/** How long the engine may take to confirm an order before the next message's turn, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * A queue of events from outside: each starts or moves a workflow, once. One that comes before its order is parked, at
 * once: to try again here would hold up those that came with it.
 */
export function createEventReader({ inbox, ...reader }: EventReaderDeps): QueueReader {
  return createQueueReader({
    ...reader,
    async handle({ body, attributes }) {
      const event = parseMessage(body);
      const { eventId = '' } = event;
      const taken = await inbox.take({
        event,
        body,
        attributes,
        requestId: `event ${eventId}`,
        patienceMs: PATIENCE_MS,
      });
      if (taken.status === 'REJECTED') return { status: 'REJECTED', reason: taken.reason };
      return { status: 'DONE', log: { eventId, ...taken } };
    },
  });
}
