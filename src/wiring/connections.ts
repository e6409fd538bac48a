import type { AwsClients } from '../adapters/aws/clients';
import type { Config } from '../config';
import type { Logger } from '../telemetry';
import type { Dependency } from '../domain/breaker';
import type { Metrics } from '../metrics';
import { type BreakerMirror, mirrorBreaker } from '../adapters/breaker/breaker-mirror';
import { connectClient, connectOrderClient, type ConnectedOrderClient } from '../client';
import { breakerLimits, breakerTables } from '../config';
import { type Breaker, createBreaker } from '../adapters/breaker/breaker';
import { createBreakerTable } from '../adapters/aws/breaker-table';
import { connectStockClient, type ConnectedStockClient } from '../stock-client';
import { createDeadLetterClient, type DeadLetterClient } from '../dead-letter-client';
import { createEventBus } from '../adapters/aws/event-bus';
import { connectReplayClient } from '../replay-client';
import type { EventBus } from '../messaging/ports';
import { measureCalls } from '../metrics/measure';
import { createReplayLog } from '../adapters/aws/replay-log';
import { createOrderRecords } from '../adapters/aws/order-records';
import { fieldsOfOrder } from '../log-context';
import { INSTANCE } from '../instance';

/** The way to the orders of a process that takes some. */
export function connectOrders(
  config: Pick<Config<'gateway'>, 'engine' | 'TASK_QUEUE' | 'ORDERS_TABLE' | 'LEDGER_TABLE'>,
  { db }: Pick<AwsClients, 'db'>,
): ConnectedOrderClient {
  return connectOrderClient({
    engine: config.engine,
    taskQueue: config.TASK_QUEUE,
    stored: createOrderRecords({ db, tables: { orders: config.ORDERS_TABLE, ledger: config.LEDGER_TABLE } }),
  });
}

/** The way to the deliveries and reorders of a process that takes some. */
export const connectStock = (config: Pick<Config<'gateway'>, 'engine' | 'TASK_QUEUE'>): ConnectedStockClient =>
  connectStockClient({ engine: config.engine, taskQueue: config.TASK_QUEUE });

/** The way to the replays of the archive. */
export function connectReplays(
  config: Pick<Config<'gateway'>, 'engine' | 'TASK_QUEUE' | 'INBOX_TABLE' | 'REPLAY_SANDBOX_QUEUE_URL'>,
  { db }: Pick<AwsClients, 'db'>,
) {
  const { read } = createReplayLog({ db, table: config.INBOX_TABLE });
  const sandboxQueue = config.REPLAY_SANDBOX_QUEUE_URL.split('/').at(-1)!;
  return { ...connectReplayClient({ engine: config.engine, taskQueue: config.TASK_QUEUE }), read, sandboxQueue };
}

/** The way to the workflows of dead letters. */
export function connectDeadLetters(
  config: Pick<Config<'gateway'>, 'engine' | 'TASK_QUEUE'>,
): DeadLetterClient & { close(): Promise<void> } {
  const client = connectClient(config.engine);
  return {
    ...createDeadLetterClient({ client, taskQueue: config.TASK_QUEUE }),
    close: () => client.connection.close(),
  };
}

/** The bus of a process that publishes: what becomes of events is counted, what it refuses for good is logged. */
export function openEventBus(
  config: Pick<Config<'worker'>, 'EVENT_BUS_NAME' | 'ORDER_EVENTS_TABLE'>,
  { aws, logger, metrics }: { aws: Pick<AwsClients, 'db' | 'events'>; logger: Logger; metrics?: Metrics },
): EventBus {
  return createEventBus({
    db: aws.db,
    events: aws.events,
    busName: config.EVENT_BUS_NAME,
    eventsTable: config.ORDER_EVENTS_TABLE,
    onHanded: (outcome, count) => metrics?.record('waybill_bus_events_total', { outcome }, count),
    onRefused({ orderId, sequence, traceparent }, reason) {
      metrics?.record('waybill_bus_events_total', { outcome: 'refused' });
      logger.error({ ...fieldsOfOrder(orderId, traceparent), sequence, reason }, 'the bus refuses an event for good');
    },
  });
}

/** Milliseconds between two looks for a reset: it is obeyed within 5 s. */
const RESET_POLL_MS = 2000;

/** The circuit breakers of a process, one for each outside company that it speaks to. */
export interface Breakers {
  /** the same one each time */
  of(dependency: Dependency): Breaker;
  stop(): Promise<void>;
}

/** Breakers whose state is seen in the table and in the metrics, and that obey the resets in the table. */
export function openBreakers(
  config: Parameters<typeof breakerLimits>[0] & Parameters<typeof breakerTables>[0],
  { aws, logger, metrics }: { aws: Pick<AwsClients, 'db'>; logger: Logger; metrics: Metrics },
): Breakers {
  const table = createBreakerTable({ db: aws.db, tables: breakerTables(config) });
  const open = new Map<Dependency, { breaker: Breaker; mirror: BreakerMirror }>();

  function openOne(dependency: Dependency) {
    const breaker = measureCalls(createBreaker({ dependency, ...breakerLimits(config, dependency) }), metrics);
    const onError = (error: unknown) => logger.warn({ err: error, dependency }, 'a breaker is not seen in its table');
    const mirror = mirrorBreaker({ breaker, table, worker: INSTANCE, pollMs: RESET_POLL_MS, onError });
    const tell = () => metrics.breakerState(dependency, breaker.report().state);
    breaker.onChange(() => {
      tell();
      logger.warn({ dependency, ...breaker.report() }, 'a breaker changed');
    });
    tell();
    open.set(dependency, { breaker, mirror });
    return breaker;
  }

  return {
    of: (dependency) => open.get(dependency)?.breaker ?? openOne(dependency),
    stop: async () => void (await Promise.all([...open.values()].map(({ mirror }) => mirror.stop()))),
  };
}
