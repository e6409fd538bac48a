import { connectWebhookClient } from '../webhook-client';
import { createWebhookEventsReader } from '../messaging/webhook-events';
import { createWebhookListeners } from '../adapters/aws/webhook-book';
import type { Part, Shared } from './parts';

/** The queue that tells shops. */
export function openWebhooks({
  config,
  aws,
  letters,
  metrics,
  logger,
}: Pick<Shared, 'config' | 'aws' | 'letters' | 'logger'> & Partial<Pick<Shared, 'metrics'>>): Part {
  const deliveries = connectWebhookClient({ engine: config.engine, taskQueue: config.TASK_QUEUE });
  const reader = createWebhookEventsReader({
    sqs: aws.sqs,
    visibilityS: config.WEBHOOK_EVENTS_VISIBILITY_S,
    queueUrl: config.WEBHOOK_EVENTS_QUEUE_URL,
    deadLetterQueueUrl: config.WEBHOOK_EVENTS_DLQ_URL,
    listeners: createWebhookListeners({ db: aws.db, table: config.WEBHOOKS_TABLE }),
    deliveries,
    letters,
    metrics,
    logger,
  });
  return {
    start: () => reader.start(),
    async stop() {
      await reader.stop();
      await deliveries.close();
    },
  };
}
