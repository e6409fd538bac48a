import { randomUUID } from 'node:crypto';
import type { Logger } from '../telemetry';
import type { OrderId } from '../domain/ids';
import { buildApp } from './app';
import { type Config, readTables } from '../config';
import { type CallObserver, createAwsClients } from '../adapters/aws/clients';
import { connectOrders } from '../wiring';
import { createContacts } from '../adapters/aws/contacts';
import { createOrderReader } from '../adapters/aws/order-reader';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { runProcess, type Running } from '../lifecycle';

/** @param observe sees every call to AWS */
export async function start(config: Config<'gateway'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe });
  const orders = connectOrders(config, aws);
  const app = buildApp(
    {
      orders,
      reader: createOrderReader({ db: aws.db, tables: readTables(config) }),
      contacts: createContacts({ db: aws.db, table: config.CUSTOMER_CONTACTS_TABLE }),
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
