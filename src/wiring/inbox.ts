import type { Shared } from './parts';
import type { ParkedEvents } from '../messaging/parked-events';
import type { Inbox } from '../messaging/inbox';
import { bury, lettered } from '../messaging/dead-letters';
import { createEventInbox } from '../adapters/aws/inbox';
import { createInbox } from '../messaging/inbox';
import { createParkedEvents } from '../messaging/parked-events';

/** What takes events from outside once, and what waits for its order; its state is in the table, so there may be many. */
export function openInbox({ config, aws, orders, logger }: Pick<Shared, 'config' | 'aws' | 'orders' | 'logger'>): {
  inbox: Inbox;
  parked: ParkedEvents;
} {
  const rows = createEventInbox({ db: aws.db, table: config.INBOX_TABLE });

  /** Those of the queue that such events come by. */
  const deadLettersOf = (source: string): string =>
    source === 'carrier.updates' ? config.TRACKING_UPDATE_DLQ_URL : config.PAYMENT_PROCESSING_DLQ_URL;

  const parked = createParkedEvents({
    rows,
    orders,
    patienceS: config.INBOX_PATIENCE_S,
    intervalMs: config.INBOX_SWEEP_MS,
    bury({ id: messageId, source, attributes = {}, ...letter }) {
      const queueUrl = deadLettersOf(source);
      const marked = { ...letter, attributes: lettered({ queueUrl, messageId, attributes }) };
      return bury(aws.sqs, { ...marked, deadLetterQueueUrl: queueUrl, errorType: 'InvalidOrderData' });
    },
    logger,
  });
  return { inbox: createInbox({ rows, orders }), parked };
}
