import { createAnswers } from '../adapters/aws/answers';
import { createEventInbox } from '../adapters/aws/inbox';
import { createEventReader } from '../messaging/event-reader';
import { createInventoryCheck } from '../messaging/inventory-check';
import { createStockTotals } from '../adapters/aws/stock-totals';
import { openInbox } from './inbox';
import { type Part, type Shared, together } from './parts';

/** What brings events from outside, what tries again those that came too early, and who answers what there is. */
export function openInbound({ config, aws, orders, letters, metrics, logger }: Shared): Part {
  const { inbox, parked } = openInbox({ config, aws, orders, logger });
  const shared = { sqs: aws.sqs, letters, metrics, logger };
  const queues = [
    {
      name: 'order intake queue',
      queueUrl: config.ORDER_INTAKE_QUEUE_URL,
      deadLetterQueueUrl: config.ORDER_INTAKE_DLQ_URL,
      visibilityS: config.ORDER_INTAKE_VISIBILITY_S,
    },
    {
      name: 'payment processing queue',
      queueUrl: config.PAYMENT_PROCESSING_QUEUE_URL,
      deadLetterQueueUrl: config.PAYMENT_PROCESSING_DLQ_URL,
      visibilityS: config.PAYMENT_PROCESSING_VISIBILITY_S,
    },
    {
      name: 'tracking update queue',
      queueUrl: config.TRACKING_UPDATE_QUEUE_URL,
      deadLetterQueueUrl: config.TRACKING_UPDATE_DLQ_URL,
      visibilityS: config.TRACKING_UPDATE_VISIBILITY_S,
    },
  ];
  const inventoryCheck = createInventoryCheck({
    ...shared,
    queueUrl: config.INVENTORY_CHECK_QUEUE_URL,
    deadLetterQueueUrl: config.INVENTORY_CHECK_DLQ_URL,
    visibilityS: config.INVENTORY_CHECK_VISIBILITY_S,
    stock: createStockTotals({ db: aws.db, table: config.INVENTORY_TABLE }),
    rows: createEventInbox({ db: aws.db, table: config.INBOX_TABLE }),
    answers: createAnswers({ events: aws.events, busName: config.EVENT_BUS_NAME }),
  });
  const readers = queues.map((queue) => createEventReader({ ...queue, ...shared, inbox }));
  return together([...readers, inventoryCheck, parked]);
}
