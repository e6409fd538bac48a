import type { Logger } from '../telemetry';
import type { Config } from '../config';
import { type CallObserver, createAwsClients } from '../adapters/aws/clients';
import { connectOrders, connectStock, openEventBus } from '../wiring';
import { createEventReader } from './event-reader';
import { createMetrics } from '../metrics';
import { createRelay } from './relay';
import { createReorderReader } from './reorder';
import { openNotifications } from '../notification-wiring';
import { runProcess, type Running } from '../lifecycle';

/** @param observe sees every call to AWS */
export async function start(config: Config<'consumer'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe });
  const orders = connectOrders(config, aws);
  const stock = connectStock(config);
  const metrics = createMetrics();
  const readers = [
    ...eventQueuesOf(config).map((queue) => createEventReader({ ...queue, sqs: aws.sqs, orders, logger })),
    createReorderReader({
      sqs: aws.sqs,
      visibilityS: config.REORDER_VISIBILITY_S,
      queueUrl: config.REORDER_QUEUE_URL,
      deadLetterQueueUrl: config.REORDER_DLQ_URL,
      stock,
      quantity: config.REORDER_QUANTITY,
      overdueAfterS: config.REORDER_OVERDUE_S,
      logger,
    }),
  ];
  const notifications = openNotifications(config, { aws, logger, metrics, observe });
  const relay = createRelay({
    bus: openEventBus(config, { aws, logger }),
    graceMs: config.RELAY_GRACE_MS,
    intervalMs: config.RELAY_INTERVAL_MS,
    logger,
  });
  for (const reader of [...readers, notifications]) reader.start();
  relay.start();
  return {
    ping: () => orders.ping(),
    metrics,
    async stop() {
      await Promise.all([...readers, notifications, relay].map((reader) => reader.stop()));
      await Promise.all([orders.close(), stock.close()]);
      aws.destroy();
    },
  };
}

/** The queues that bring events from outside. */
const eventQueuesOf = (config: Config<'consumer'>) => [
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

if (require.main === module) void runProcess('consumer', start);
