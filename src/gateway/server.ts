import { randomUUID } from 'node:crypto';
import type { Logger } from '../telemetry';
import type { OrderId } from '../domain/ids';
import { buildApp } from './app';
import { type Config, historyTables, readTables, webhookTables } from '../config';
import { type CallObserver, createAwsClients } from '../adapters/aws/clients';
import { connectWebhookClient } from '../webhook-client';
import { connectMaintenance } from '../wiring/maintenance';
import { createBreakerTable } from '../adapters/aws/breaker-table';
import { connectDeadLetters, connectOrders, connectReplays, connectStock } from '../wiring/connections';
import { createCaseBook } from '../adapters/aws/case-book';
import { createContacts } from '../adapters/aws/contacts';
import { createOrderHistory } from '../adapters/aws/order-history';
import { createDeadLetterTable } from '../adapters/aws/dead-letter-table';
import { createEventInbox } from '../adapters/aws/inbox';
import { createOrderReader } from '../adapters/aws/order-reader';
import { createPaymentNews } from '../adapters/aws/payment-news';
import { createReports } from '../adapters/aws/reports';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { createSettlement } from '../adapters/sandbox/settlement';
import { createWebhookBook } from '../adapters/aws/webhook-book';
import { runProcess, type Running } from '../lifecycle';
import { startTracing } from '../tracing/start';

/** @param observe sees every call to AWS */
export async function start(config: Config<'gateway'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const tracing = startTracing('gateway', config, logger);
  const aws = createAwsClients({ region: config.AWS_REGION, observe });
  const orders = connectOrders(config, aws);
  const journal = createSandboxJournal({ db: aws.db, table: config.SANDBOX_JOURNAL_TABLE });
  const tell = createPaymentNews({ events: aws.events, busName: config.EVENT_BUS_NAME });
  const stock = connectStock(config);
  const replays = connectReplays(config, aws);
  const deliveries = connectWebhookClient({ engine: config.engine, taskQueue: config.TASK_QUEUE });
  const letters = connectDeadLetters(config);
  const maintenance = connectMaintenance(config);
  const app = buildApp(
    {
      orders,
      stock,
      replays,
      maintenance,
      cases: createCaseBook({ db: aws.db, table: config.CASES_TABLE }),
      reader: createOrderReader({ db: aws.db, tables: readTables(config) }),
      history: createOrderHistory({ db: aws.db, tables: historyTables(config) }),
      reports: createReports({ db: aws.db, table: config.PROJECTIONS_TABLE }),
      breakers: createBreakerTable({ db: aws.db, table: config.BREAKERS_TABLE }),
      sandbox: { ...journal, settle: createSettlement({ journal, tell }) },
      contacts: createContacts({ db: aws.db, table: config.CUSTOMER_CONTACTS_TABLE }),
      webhooks: createWebhookBook({ db: aws.db, tables: webhookTables(config) }),
      deliveries,
      allowPrivateWebhooks: config.WEBHOOK_ALLOW_PRIVATE === 'true',
      deadLetters: { ...letters, ...createDeadLetterTable({ db: aws.db, table: config.DEAD_LETTERS_TABLE }) },
      inbox: createEventInbox({ db: aws.db, table: config.INBOX_TABLE }),
      newOrderId: () => `ORD-${randomUUID()}` as OrderId,
      newRequestId: randomUUID,
    },
    { logger },
  );
  await app.listen({ host: config.HOST, port: config.PORT });
  return {
    async stop() {
      await app.close();
      const clients = [orders, stock, replays, deliveries, letters, maintenance];
      await Promise.all(clients.map((client) => client.close()));
      aws.destroy();
      await tracing.stop();
    },
  };
}

if (require.main === module) void runProcess('gateway', start);
