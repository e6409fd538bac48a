import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from '../telemetry';
import type { OrderId } from '../domain/ids';
import { buildApp } from './app';
import { type Config, loadConfig, tableNames } from '../config';
import { createAwsClients } from '../adapters/aws/clients';
import { createLogger } from '../telemetry';
import { createOrderClient } from '../client';
import { createOrderReader } from '../adapters/aws/order-reader';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { runProcess, type Running } from '../lifecycle';

async function start(config: Config, logger: Logger): Promise<Running> {
  const aws = createAwsClients({ region: config.AWS_REGION });
  const connection = Connection.lazy({ address: config.TEMPORAL_ADDRESS, connectTimeout: '2s' });
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const app = buildApp(
    {
      orders: createOrderClient({ client, taskQueue: config.TASK_QUEUE }),
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
      await connection.close();
      aws.destroy();
    },
  };
}

if (require.main === module) {
  const config = loadConfig();
  const logger = createLogger({ name: 'gateway', level: config.LOG_LEVEL });
  void runProcess(logger, () => start(config, logger));
}
