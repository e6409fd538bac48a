import { randomUUID } from 'node:crypto';
import type { Logger } from '../telemetry';
import type { OrderId } from '../domain/ids';
import { buildApp } from './app';
import { createAuditTrail } from '../adapters/aws/audit-trail';
import {
  breakerTables,
  caseTables,
  type Config,
  elsewhereOf,
  historyTables,
  letterTables,
  readTables,
  webhookTables,
} from '../config';
import { type CallObserver, createAwsClients } from '../adapters/aws/clients';
import { connectWebhookClient } from '../webhook-client';
import { connectMaintenance } from '../wiring/maintenance';
import { connectProgress } from '../wiring/progress';
import { createBreakerTable } from '../adapters/aws/breaker-table';
import { connectDeadLetters, connectOrders, connectReplays, connectStock } from '../wiring/connections';
import { createMetrics } from '../metrics';
import { createCaseBook } from '../adapters/aws/case-book';
import { createContacts } from '../adapters/aws/contacts';
import { createOrderHistory } from '../adapters/aws/order-history';
import { createDeadLetterTable } from '../adapters/aws/dead-letter-table';
import { createEventInbox } from '../adapters/aws/inbox';
import { createOrderReader } from '../adapters/aws/order-reader';
import { createPaymentNews } from '../adapters/aws/payment-news';
import { createReplaySandbox } from '../adapters/aws/replay-sandbox';
import { createReports } from '../adapters/aws/reports';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { createSettlement } from '../adapters/sandbox/settlement';
import { createWebhookBook } from '../adapters/aws/webhook-book';
import { isLoopback } from './sandbox/loopback';
import { openOverview } from '../wiring/overview';
import { runProcess, type Running } from '../lifecycle';
import { startTracing } from '../tracing/start';

/** @param observe sees every call to AWS */
export async function start(config: Config<'gateway'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const tracing = startTracing('gateway', config, logger);
  const metrics = createMetrics({ process: 'gateway', endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, logger });
  const aws = createAwsClients({ region: config.AWS_REGION, observe, metrics });
  const orders = connectOrders(config, aws);
  const journal = createSandboxJournal({ db: aws.db, table: config.SANDBOX_JOURNAL_TABLE });
  const tell = createPaymentNews({ events: aws.events, busName: config.EVENT_BUS_NAME });
  const stock = connectStock(config);
  const replays = connectReplays(config, aws);
  const deliveries = connectWebhookClient({ engine: config.engine, taskQueue: config.TASK_QUEUE });
  const letters = connectDeadLetters(config);
  const maintenance = connectMaintenance(config);
  const progress = connectProgress(config);
  const reader = createOrderReader({ db: aws.db, tables: readTables(config) });
  const reports = createReports({ db: aws.db, table: config.PROJECTIONS_TABLE });
  const breakers = createBreakerTable({ db: aws.db, tables: breakerTables(config) });
  const app = buildApp(
    {
      maxStreams: config.MAX_STREAMS,
      orders,
      stock,
      replays,
      replaySandbox: createReplaySandbox({ sqs: aws.sqs, queueUrl: config.REPLAY_SANDBOX_QUEUE_URL }),
      maintenance,
      progress,
      elsewhere: elsewhereOf(config),
      metrics,
      audit: createAuditTrail({ db: aws.db, table: config.AUDIT_TRAIL_TABLE }),
      cases: createCaseBook({ db: aws.db, tables: caseTables(config) }),
      reader,
      history: createOrderHistory({ db: aws.db, tables: historyTables(config) }),
      reports,
      breakers,
      overview: openOverview({ config, aws, reader, reports, breakers, progress, logger }),
      sandbox: { ...journal, settle: createSettlement({ journal, tell }) },
      isOnLoopback: isLoopback(config.HOST),
      allowedHosts: config.ALLOWED_HOSTS?.split(',') ?? [],
      contacts: createContacts({ db: aws.db, table: config.CUSTOMER_CONTACTS_TABLE }),
      webhooks: createWebhookBook({ db: aws.db, tables: webhookTables(config) }),
      deliveries,
      allowPrivateWebhooks: config.WEBHOOK_ALLOW_PRIVATE === 'true',
      deadLetters: { ...letters, ...createDeadLetterTable({ db: aws.db, tables: letterTables(config) }) },
      inbox: createEventInbox({ db: aws.db, table: config.INBOX_TABLE }),
      ...(config.PAGE_DIR !== undefined && { page: config.PAGE_DIR }),
      newOrderId: () => `ORD-${randomUUID()}` as OrderId,
      newRequestId: randomUUID,
    },
    { logger },
  );
  await app.listen({ host: config.HOST, port: config.PORT });
  return {
    async stop() {
      await app.close();
      const clients = [orders, stock, replays, deliveries, letters, maintenance, progress];
      await Promise.all(clients.map((client) => client.close()));
      aws.destroy();
      await metrics.stop();
      await tracing.stop();
    },
  };
}

if (require.main === module) void runProcess('gateway', start);
