import type { Logger } from '../telemetry';
import type { Config } from '../config';
import { type CallObserver, createAwsClients } from '../adapters/aws/clients';
import { connectOrders, openEventBus } from '../wiring';
import { createOrderIntake } from './order-intake';
import { createRelay } from './relay';
import { openNotifications } from '../notification-wiring';
import { runProcess, type Running } from '../lifecycle';

/** @param observe sees every call to AWS */
export async function start(config: Config<'consumer'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe });
  const orders = connectOrders(config, aws);
  const intake = createOrderIntake({
    sqs: aws.sqs,
    visibilityS: config.ORDER_INTAKE_VISIBILITY_S,
    queueUrl: config.ORDER_INTAKE_QUEUE_URL,
    deadLetterQueueUrl: config.ORDER_INTAKE_DLQ_URL,
    orders,
    logger,
  });
  const relay = createRelay({
    bus: openEventBus(config, { aws, logger }),
    graceMs: config.RELAY_GRACE_MS,
    intervalMs: config.RELAY_INTERVAL_MS,
    logger,
  });
  const notifications = openNotifications(config, { aws, logger, observe });
  intake.start();
  notifications.start();
  relay.start();
  return {
    ping: () => orders.ping(),
    async stop() {
      await Promise.all([intake.stop(), notifications.stop(), relay.stop()]);
      await orders.close();
      aws.destroy();
    },
  };
}

if (require.main === module) void runProcess('consumer', start);
