import { randomUUID } from 'node:crypto';
import type { Logger } from '../telemetry';
import type { OrderId } from '../domain/ids';
import { buildApp } from './app';
import { type Config, loadConfig, tableNames } from '../config';
import { createAwsClients } from '../adapters/aws/clients';
import { createLogger } from '../telemetry';
import { connectOrderClient } from '../client';
import { createOrderRecords } from '../adapters/aws/order-records';
import { createOrderReader } from '../adapters/aws/order-reader';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { runProcess, type Running } from '../lifecycle';

async function start(config: Config, logger: Logger): Promise<Running> {
  const aws = createAwsClients({ region: config.AWS_REGION });
  const orders = connectOrderClient({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TASK_QUEUE,
    stored: createOrderRecords({ db: aws.db, table: config.ORDERS_TABLE }),
  });
  const app = buildApp(
    {
      orders,
      reader: createOrderReader({ db: aws.db, tables: tableNames(config) }),
      sandbox: createSandboxJournal({ db: aws.db, table: config.SANDBOX_JOURNAL_TABLE }),
      newOrderId: () => `ORD-${randomUUID()}` as OrderId,
      newRequestId: randomUUID,
    },
    { logger },
  );
  await app.listen({ host: config.HOST, port: config.PORT });
  return {
    async stop() {
      await app.close();
      await orders.close();
      aws.destroy();
    },
  };
}

if (require.main === module) {
  const config = loadConfig();
  const logger = createLogger({ name: 'gateway', level: config.LOG_LEVEL });
  void runProcess(logger, () => start(config, logger));
}
