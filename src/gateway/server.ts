import { randomUUID } from 'node:crypto';
import type { Logger } from '../telemetry';
import type { OrderId } from '../domain/ids';
import { buildApp } from './app';
import { type Config, readTables } from '../config';
import { createAwsClients } from '../adapters/aws/clients';
import { connectOrderClient } from '../client';
import { createOrderReader } from '../adapters/aws/order-reader';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { refuse } from '../config/problems';
import { runProcess, type Running } from '../lifecycle';

async function start(config: Config<'gateway'>, logger: Logger): Promise<Running> {
  const aws = createAwsClients({ region: config.AWS_REGION });
  refuse(await aws.missing());
  const orders = connectOrderClient({ engine: config.engine, taskQueue: config.TASK_QUEUE });
  const app = buildApp(
    {
      orders,
      reader: createOrderReader({ db: aws.db, tables: readTables(config) }),
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

if (require.main === module) void runProcess('gateway', start);
