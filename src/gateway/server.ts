import { randomUUID } from 'node:crypto';
import type { Logger } from '../telemetry';
import type { OrderId } from '../domain/ids';
import { buildApp } from './app';
import { type Config, readTables } from '../config';
import { type CallObserver, createAwsClients } from '../adapters/aws/clients';
import { connectMaintenance } from '../wiring/maintenance';
import { createBreakerTable } from '../adapters/aws/breaker-table';
import { connectOrders, connectStock } from '../wiring/connections';
import { createCaseBook } from '../adapters/aws/case-book';
import { createContacts } from '../adapters/aws/contacts';
import { createOrderReader } from '../adapters/aws/order-reader';
import { createPaymentNews } from '../adapters/aws/payment-news';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { createSettlement } from '../adapters/sandbox/settlement';
import { runProcess, type Running } from '../lifecycle';

/** @param observe sees every call to AWS */
export async function start(config: Config<'gateway'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const aws = createAwsClients({ region: config.AWS_REGION, observe });
  const orders = connectOrders(config, aws);
  const journal = createSandboxJournal({ db: aws.db, table: config.SANDBOX_JOURNAL_TABLE });
  const tell = createPaymentNews({ events: aws.events, busName: config.EVENT_BUS_NAME });
  const stock = connectStock(config);
  const maintenance = connectMaintenance(config);
  const app = buildApp(
    {
      orders,
      stock,
      maintenance,
      cases: createCaseBook({ db: aws.db, table: config.CASES_TABLE }),
      reader: createOrderReader({ db: aws.db, tables: readTables(config) }),
      breakers: createBreakerTable({ db: aws.db, table: config.BREAKERS_TABLE }),
      sandbox: { ...journal, settle: createSettlement({ journal, tell }) },
      contacts: createContacts({ db: aws.db, table: config.CUSTOMER_CONTACTS_TABLE }),
      newOrderId: () => `ORD-${randomUUID()}` as OrderId,
      newRequestId: randomUUID,
    },
    { logger },
  );
  await app.listen({ host: config.HOST, port: config.PORT });
  return {
    async stop() {
      await app.close();
      await Promise.all([orders.close(), stock.close(), maintenance.close()]);
      aws.destroy();
    },
  };
}

if (require.main === module) void runProcess('gateway', start);
