import type { Logger } from '../telemetry';
import type { Config } from '../config';
import { type CallObserver, createAwsClients } from '../adapters/aws/clients';
import { connectDeadLetters, connectOrders, connectStock, openBreakers } from '../wiring/connections';
import { createMetrics } from '../metrics';
import { openDeadLetters } from '../wiring/dead-letters';
import { openInbound } from '../wiring/inbound';
import { openNotifications } from '../wiring/notifications';
import { openOutbound } from '../wiring/outbound';
import { openProjections } from '../wiring/projections';
import { openQueueDepths } from '../wiring/queue-depths';
import { openReplay } from '../wiring/replay';
import { openStock } from '../wiring/stock';
import { openWarehouse } from '../wiring/warehouse';
import { openWebhooks } from '../wiring/webhooks';
import { reachBus, reachQueue, reachTable } from '../adapters/aws/reachable';
import { runProcess, type Running } from '../lifecycle';
import { startTracing } from '../tracing/start';
import { type Shared, together } from '../wiring/parts';

/** What the consumer does, each by itself. */
const PARTS = [
  openInbound,
  openStock,
  openWarehouse,
  openNotifications,
  openOutbound,
  openProjections,
  openReplay,
  openWebhooks,
  openDeadLetters,
  openQueueDepths,
];

/** @param observe sees every call to AWS */
export async function start(config: Config<'consumer'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const tracing = startTracing('consumer', config, logger);
  const metrics = createMetrics({ process: 'consumer', endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, logger });
  const aws = createAwsClients({ region: config.AWS_REGION, observe, metrics });
  const orders = connectOrders(config, aws);
  const stock = connectStock(config);
  const letters = connectDeadLetters(config);
  const breakers = openBreakers(config, { aws, logger, metrics });
  const shared: Shared = { config, aws, orders, stock, letters, logger, metrics, breakers, observe };
  const parts = together(PARTS.map((open) => open(shared)));
  parts.start();
  return {
    checks: {
      engine: () => orders.ping(),
      tables: () => reachTable({ db: aws.db, table: config.ORDER_STATUS_VIEW_TABLE }),
      queues: () => reachQueue({ sqs: aws.sqs, queueUrl: config.ORDER_INTAKE_QUEUE_URL }),
      bus: () => reachBus({ events: aws.events, busName: config.EVENT_BUS_NAME }),
    },
    metrics,
    async stop() {
      await parts.stop();
      await Promise.all([breakers.stop(), orders.close(), stock.close(), letters.close()]);
      aws.destroy();
      await metrics.stop();
      await tracing.stop();
    },
  };
}

if (require.main === module) void runProcess('consumer', start);
