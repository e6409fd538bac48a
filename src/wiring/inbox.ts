import type { Shared } from './parts';
import type { GivenUp, ParkedEvents } from '../messaging/parked-events';
import type { Inbox } from '../messaging/inbox';
import { bury } from '../messaging/dead-letters';
import { createEventInbox } from '../adapters/aws/inbox';
import { createInbox } from '../messaging/inbox';
import { createParkedEvents } from '../messaging/parked-events';

/** What takes events from outside once, and what waits for its order; its state is in the table, so there may be many. */
export function openInbox({ config, aws, orders, logger }: Pick<Shared, 'config' | 'aws' | 'orders' | 'logger'>): {
  inbox: Inbox;
  parked: ParkedEvents;
} {
  const rows = createEventInbox({ db: aws.db, table: config.INBOX_TABLE });

  /** Where the queue would have put it that brings such events. */
  const deadLettersOf = (kind: GivenUp['kind']): string => {
    if (kind === 'carrier-news') return config.TRACKING_UPDATE_DLQ_URL;
    return kind === 'payment-news' ? config.PAYMENT_PROCESSING_DLQ_URL : config.ORDER_INTAKE_DLQ_URL;
  };

  const parked = createParkedEvents({
    rows,
    orders,
    patienceS: config.INBOX_PATIENCE_S,
    intervalMs: config.INBOX_SWEEP_MS,
    bury: ({ kind, ...letter }) =>
      bury(aws.sqs, { ...letter, deadLetterQueueUrl: deadLettersOf(kind), errorType: 'InvalidOrderData' }),
    logger,
  });
  return { inbox: createInbox({ rows, orders }), parked };
}
