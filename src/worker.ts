import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { ActivityDeps } from './activities';
import type { AwsClients, CallObserver } from './adapters/aws/clients';
import type { EngineAccess } from './config/engine-access';
import type { Logger } from './telemetry';
import { type Breakers, openBreakers, openEventBus } from './wiring/connections';
import { type Config, installationPolicy, tableNames, warehousesOf } from './config';
import type { EventPublisher } from './activities/ports';
import { createActivities } from './activities';
import { createAwsClients } from './adapters/aws/clients';
import { createDynamoBooks } from './adapters/aws/books';
import { createEventPublisher } from './adapters/event-publisher';
import { createMaintenanceActivities } from './activities/maintenance';
import { createMetrics, type Metrics } from './metrics';
import { createEngineMetrics } from './metrics/engine';
import { measureActivities } from './metrics/measure';
import { createEventArchive } from './adapters/aws/event-archive';
import { createMessenger } from './adapters/aws/messenger';
import { createReplayLog } from './adapters/aws/replay-log';
import { createSandboxCarriers } from './adapters/sandbox/carrier';
import { createSandboxJournal } from './adapters/aws/sandbox-journal';
import { createSandboxPayments } from './adapters/sandbox/payment';
import { createSandboxSupplier } from './adapters/sandbox/supplier';
import { createWebhookWorker } from './wiring/webhook-deliveries';
import { openDeadLetterDesk } from './wiring/dead-letters';
import { fieldsOfOrder } from './log-context';
import { type Maintenance, openMaintenance } from './wiring/maintenance';
import { reachBus, reachTable } from './adapters/aws/reachable';
import { orderIdOfWorkflow } from './domain/ids';
import { runProcess, type Running } from './lifecycle';
import { startTracing } from './tracing/start';
import { type Traced, tracedWork } from './tracing/worker';
import { withBreaker, withPaymentBreaker } from './adapters/breaker/with-breaker';

/** How long events wait for company before they are published together, in milliseconds. */
const PUBLISH_LINGER_MS = 25;
/** How long the engine has to answer when somebody asks for the worker's health, in milliseconds. */
const ENGINE_PING_MS = 2000;

/** Joins the activities' ports with what they are made of. */
export function createPorts({
  config,
  aws,
  logger,
  metrics = createMetrics(),
}: {
  config: Config<'worker'>;
  aws: AwsClients;
  logger: Logger;
  metrics?: Metrics;
}): ActivityDeps & { breakers: Breakers; closeDesk(): Promise<void> } {
  const journal = createSandboxJournal({ db: aws.db, table: config.SANDBOX_JOURNAL_TABLE });
  const sandbox = { journal, timeoutMs: config.PROVIDER_TIMEOUT_MS };
  const warehouses = warehousesOf(config);
  const breakers = openBreakers(config, { aws, logger, metrics });
  const { ports: deadLetters, close: closeDesk } = openDeadLetterDesk(config, aws);
  return {
    books: createDynamoBooks({ db: aws.db, tables: tableNames(config), warehouses }),
    publisher: counted(
      metrics,
      createEventPublisher({
        bus: openEventBus(config, { aws, logger, metrics }),
        lingerMs: PUBLISH_LINGER_MS,
        onError: (error) => logger.warn({ err: error }, 'events left to the relay'),
      }),
    ),
    payments: withPaymentBreaker(createSandboxPayments(sandbox), breakers.of('payment')),
    carriers: withBreaker(createSandboxCarriers({ ...sandbox, warehouses }), breakers.of('carrier')),
    supplier: withBreaker(createSandboxSupplier(sandbox), breakers.of('supplier')),
    messenger: createMessenger({
      sns: aws.sns,
      sqs: aws.sqs,
      customerNotificationTopicArn: config.CUSTOMER_NOTIFICATION_TOPIC_ARN,
      inventoryAlertTopicArn: config.INVENTORY_ALERT_TOPIC_ARN,
      operationsAlertTopicArn: config.OPERATIONS_ALERT_TOPIC_ARN,
      partialInventoryQueueUrl: config.PARTIAL_INVENTORY_QUEUE_URL,
      shippingQueueUrl: config.SHIPPING_QUEUE_URL,
    }),
    archive: createEventArchive({
      events: aws.events,
      sqs: aws.sqs,
      archiveArn: config.EVENT_ARCHIVE_ARN,
      ruleArn: config.REPLAY_RULE_ARN,
      busName: config.EVENT_BUS_NAME,
      queueUrl: config.REPLAY_QUEUE_URL,
    }),
    replayLog: createReplayLog({ db: aws.db, table: config.INBOX_TABLE }),
    replayQuietMs: config.REPLAY_QUIET_S * 1000,
    warehouses,
    policy: installationPolicy(config),
    lowStockThreshold: config.LOW_STOCK_THRESHOLD,
    now: () => new Date().toISOString(),
    deadLetters,
    breakers,
    closeDesk,
  };
}

/** What is appended is given to the publisher once: there it is counted. */
const counted = (metrics: Metrics, publisher: EventPublisher): EventPublisher => ({
  ...publisher,
  publish(events) {
    for (const { type } of events) metrics.orderEvent(type);
    publisher.publish(events);
  },
});

/** Where the workflows come from: a bundle built before, or their source; the same in both. */
const workflowsOf = (
  { WORKFLOW_BUNDLE }: Config<'worker'>,
  traced: Traced,
): Traced & Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> => {
  if (WORKFLOW_BUNDLE) return { ...traced, workflowBundle: { codePath: WORKFLOW_BUNDLE } };
  const workflowModules = [require.resolve('./workflows/trace')];
  const interceptors = { ...traced.interceptors, workflowModules };
  return { ...traced, interceptors, workflowsPath: require.resolve('./workflows') };
};

/** @param observe sees every call to AWS */
export async function start(config: Config<'worker'>, logger: Logger, observe?: CallObserver): Promise<Running> {
  const metrics = createMetrics({ process: 'worker', endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, logger });
  const ofEngine = createEngineMetrics(metrics);
  const telemetryOptions = { metrics: { buffer: ofEngine.buffer } };
  Runtime.install({ shutdownSignals: [], logger: forTemporal(logger), telemetryOptions });
  const aws = createAwsClients({ region: config.AWS_REGION, observe, metrics });
  const tracing = startTracing('worker', config, logger);
  const traced = tracedWork(tracing);
  const ports = createPorts({ config, aws, logger, metrics });
  const connection = await connectEngine(config.engine);
  const maintenance = openMaintenance(config, { aws, logger, metrics });
  const worker = await Worker.create({
    connection,
    namespace: config.engine.namespace,
    taskQueue: config.TASK_QUEUE,
    activities: measureActivities(
      { ...createActivities(ports), ...createMaintenanceActivities(maintenance.deps) },
      metrics,
    ),
    ...workflowsOf(config, traced),
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    shutdownGraceTime: '10s',
  });
  const webhooks = await createWebhookWorker({ config, aws, ports, metrics, connection, traced });
  const workers = [worker, webhooks];
  const run = Promise.all(workers.map((one) => one.run())).then(() => undefined);
  maintenance.schedule();
  return {
    failed: run,
    checks: {
      engine: async () => void (await Promise.all(workers.map((one) => pingEngine(one, connection)))),
      tables: () => reachTable({ db: aws.db, table: config.ORDER_STATUS_VIEW_TABLE }),
      bus: () => reachBus({ events: aws.events, busName: config.EVENT_BUS_NAME }),
    },
    metrics,
    async stop() {
      await drain({ workers, run, ports, maintenance, connection, aws });
      ofEngine.stop();
      await metrics.stop();
      await tracing.stop();
    },
  };
}

/** @throws Error that names the server, and says what it or the way to it refuses */
export async function connectEngine({ connection }: EngineAccess): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(connection);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the Temporal server at ${connection.address} cannot be used: ${reason}`, { cause: error });
  }
}

/** @throws Error when the worker takes no tasks, or the engine does not answer on its connection */
async function pingEngine(worker: Worker, connection: NativeConnection): Promise<void> {
  if (worker.getState() !== 'RUNNING') throw new Error(`the worker is ${worker.getState()}`);
  await connection.withDeadline(Date.now() + ENGINE_PING_MS, () =>
    connection.workflowService.describeNamespace({ namespace: worker.options.namespace }),
  );
}

async function drain(p: {
  workers: readonly Worker[];
  run: Promise<void>;
  ports: ReturnType<typeof createPorts>;
  maintenance: Maintenance;
  connection: NativeConnection;
  aws: AwsClients;
}): Promise<void> {
  for (const worker of p.workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await p.run;
  const { publisher, breakers, closeDesk } = p.ports;
  await Promise.all([publisher.flush(), breakers.stop(), closeDesk(), p.maintenance.stop()]);
  await p.connection.close();
  p.aws.destroy();
}

function forTemporal(logger: Logger): NonNullable<Parameters<typeof Runtime.install>[0]['logger']> {
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) =>
    logger[level](asLogged(meta ?? {}), message);
  return {
    log: (level, message, meta) => write(level.toLowerCase() as 'info')(message, meta),
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

/** Temporal's own lines name the workflow; of an order's, the order as well. Tasks as they came hold the customer. */
function asLogged(meta: { workflowId?: unknown }): object {
  const { workflowId } = meta;
  const named = Object.entries(meta).filter(([, value]) => typeof value !== 'object' || value instanceof Error);
  return {
    ...Object.fromEntries(named),
    ...(typeof workflowId === 'string' && fieldsOfOrder(orderIdOfWorkflow(workflowId))),
  };
}

if (require.main === module) void runProcess('worker', start);
