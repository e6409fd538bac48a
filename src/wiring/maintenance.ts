import { setTimeout as delay } from 'node:timers/promises';
import type { AwsClients } from '../adapters/aws/clients';
import type { Config } from '../config';
import type { Logger } from '../telemetry';
import type { MaintenanceDeps } from '../activities/maintenance';
import type { Metrics } from '../metrics';
import { connectClient } from '../client';
import {
  connectMaintenanceClient,
  type ConnectedMaintenanceClient,
  scheduleReconciliation,
} from '../maintenance-client';
import { createCaseAlerts } from '../adapters/aws/case-alerts';
import { createRounds } from '../messaging/rounds';
import { createCaseBook } from '../adapters/aws/case-book';
import { createDeadLetterRecount } from '../adapters/aws/dead-letter-recount';
import { createDynamoBooks } from '../adapters/aws/books';
import { createOrderArchive } from '../adapters/aws/order-archive';
import { createOrderRuns } from '../client/order-runs';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { createSandboxMoneyCalls } from '../adapters/aws/sandbox-money';
import { createSandboxStatements } from '../adapters/sandbox/statements';
import { createSnapshotArchive } from '../adapters/aws/snapshot-archive';
import { createStockTaking } from '../adapters/aws/stock-taking';
import { caseTables, reconciliationLimits, tableNames, warehousesOf } from '../config';

/** The way to rebuilds and reconciliations of a process that asks for some. */
export const connectMaintenance = (
  config: Pick<Config<'gateway'>, 'engine' | 'TASK_QUEUE'>,
): ConnectedMaintenanceClient => connectMaintenanceClient({ engine: config.engine, taskQueue: config.TASK_QUEUE });

/** Milliseconds between two looks at the last report: whichever worker wrote it, all of them tell of it. */
const REPORT_EVERY_MS = 60_000;

/** Milliseconds after which the engine is asked again for a schedule. */
const ASK_AGAIN_MS = 30_000;

export interface Maintenance {
  deps: MaintenanceDeps;
  /** Has the engine start reconciliations by its clock; goes on asking until it does. */
  schedule(): void;
  stop(): Promise<void>;
}

/** What a worker looks after the books with. */
export function openMaintenance(
  config: Config<'worker'>,
  p: { aws: Pick<AwsClients, 'db' | 'sns'>; logger: Logger; metrics: Metrics },
): Maintenance {
  const { db, sns } = p.aws;
  const tables = tableNames(config);
  const client = connectClient(config.engine);
  const journalTable = config.SANDBOX_JOURNAL_TABLE;
  const journal = createSandboxJournal({ db, table: journalTable });
  const cases = createCaseBook({ db, tables: caseTables(config) });
  const reports = createRounds({
    async round() {
      const report = await cases.readReport();
      if (report) p.metrics.reconciliationFindings(report.findings);
    },
    intervalMs: REPORT_EVERY_MS,
    onError: (err) => p.logger.warn({ err }, 'the last reconciliation cannot be read'),
  });
  const stopping = new AbortController();
  let scheduling: Promise<void> = Promise.resolve();

  async function schedule(): Promise<void> {
    const { TASK_QUEUE: taskQueue, RECONCILE_EVERY_S: everyS } = config;
    while (!stopping.signal.aborted) {
      try {
        return await scheduleReconciliation({ client, taskQueue, everyS });
      } catch (error) {
        if (stopping.signal.aborted) return;
        p.logger.error({ err: error }, 'reconciliations are not scheduled yet');
        await delay(ASK_AGAIN_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  return {
    deps: {
      books: createDynamoBooks({ db, tables, warehouses: warehousesOf(config) }),
      archive: createOrderArchive({ db, tables }),
      snapshots: createSnapshotArchive({ db, table: config.ORDER_SNAPSHOTS_TABLE }),
      stock: createStockTaking({ db, tables }),
      runs: createOrderRuns(client),
      statements: createSandboxStatements({ journal, calls: createSandboxMoneyCalls({ db, table: journalTable }) }),
      cases,
      letters: createDeadLetterRecount({ db, table: config.DEAD_LETTERS_TABLE }),
      alerts: createCaseAlerts({ sns, topicArn: config.OPERATIONS_ALERT_TOPIC_ARN }),
      limits: reconciliationLimits(config),
      tellFindings: (counts) => p.metrics.reconciliationFindings(counts),
      now: () => new Date().toISOString(),
    },
    schedule() {
      scheduling = schedule();
      reports.start();
    },
    async stop() {
      stopping.abort();
      await Promise.all([scheduling, reports.stop()]);
      await client.connection.close();
    },
  };
}
