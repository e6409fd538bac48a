import type { Logger } from '../telemetry';
import type { Config } from '../config';
import { type CallObserver, createAwsClients } from '../adapters/aws/clients';
import { connectOrders, connectStock, openEventBus } from '../wiring';
import { createOrderIntake } from './order-intake';
import { createRelay } from './relay';
import { createReorderReader } from './reorder';
import { runProcess, type Running } from '../lifecycle';

/** @param observe sees every call to AWS */
export async function start(config: Config<'consumer'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe });
  const orders = connectOrders(config, aws);
  const stock = connectStock(config);
  const intake = createOrderIntake({
    sqs: aws.sqs,
    visibilityS: config.ORDER_INTAKE_VISIBILITY_S,
    queueUrl: config.ORDER_INTAKE_QUEUE_URL,
    deadLetterQueueUrl: config.ORDER_INTAKE_DLQ_URL,
    orders,
    logger,
  });
  const reorder = createReorderReader({
    sqs: aws.sqs,
    visibilityS: config.REORDER_VISIBILITY_S,
    queueUrl: config.REORDER_QUEUE_URL,
    deadLetterQueueUrl: config.REORDER_DLQ_URL,
    stock,
    quantity: config.REORDER_QUANTITY,
    overdueAfterS: config.REORDER_OVERDUE_S,
    logger,
  });
  const relay = createRelay({
    bus: openEventBus(config, { aws, logger }),
    graceMs: config.RELAY_GRACE_MS,
    intervalMs: config.RELAY_INTERVAL_MS,
    logger,
  });
  intake.start();
  reorder.start();
  relay.start();
  return {
    ping: () => orders.ping(),
    async stop() {
      await Promise.all([intake.stop(), reorder.stop(), relay.stop()]);
      await Promise.all([orders.close(), stock.close()]);
      aws.destroy();
    },
  };
}

if (require.main === module) void runProcess('consumer', start);
