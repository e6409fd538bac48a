import { createReorderReader } from '../messaging/reorder';
import type { Part, Shared } from './parts';

/** The queues that ask for stock. */
export function openStock({ config, aws, stock, letters, logger }: Shared): Part {
  return createReorderReader({
    sqs: aws.sqs,
    visibilityS: config.REORDER_VISIBILITY_S,
    queueUrl: config.REORDER_QUEUE_URL,
    deadLetterQueueUrl: config.REORDER_DLQ_URL,
    stock,
    letters,
    quantity: config.REORDER_QUANTITY,
    overdueAfterS: config.REORDER_OVERDUE_S,
    logger,
  });
}
