import { createReorderReader, parseAlert, parseShortfall } from '../messaging/reorder';
import { type Part, type Shared, together } from './parts';

/** The queues that ask for stock. */
export function openStock({ config, aws, stock, letters, metrics, logger }: Shared): Part {
  const shared = {
    sqs: aws.sqs,
    stock,
    letters,
    metrics,
    quantity: config.REORDER_QUANTITY,
    overdueAfterS: config.REORDER_OVERDUE_S,
    logger,
  };
  const queues = [
    {
      name: 'reorder queue',
      queueUrl: config.REORDER_QUEUE_URL,
      deadLetterQueueUrl: config.REORDER_DLQ_URL,
      visibilityS: config.REORDER_VISIBILITY_S,
      parse: parseAlert,
    },
    {
      name: 'partial inventory queue',
      queueUrl: config.PARTIAL_INVENTORY_QUEUE_URL,
      deadLetterQueueUrl: config.PARTIAL_INVENTORY_DLQ_URL,
      visibilityS: config.PARTIAL_INVENTORY_VISIBILITY_S,
      parse: parseShortfall,
    },
  ];
  return together(queues.map((queue) => createReorderReader({ ...queue, ...shared })));
}
