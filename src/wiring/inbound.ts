import { createEventReader } from '../messaging/event-reader';
import { type Part, type Shared, together } from './parts';

/** The queues that bring events from outside. */
export function openInbound({ config, aws, orders, letters, logger }: Shared): Part {
  const shared = { sqs: aws.sqs, orders, letters, logger };
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
  return together(queues.map((queue) => createEventReader({ ...queue, ...shared })));
}
