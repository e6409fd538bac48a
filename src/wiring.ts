import type { AwsClients } from './adapters/aws/clients';
import type { Config } from './config';
import type { Logger } from './telemetry';
import { connectOrderClient, type ConnectedOrderClient } from './client';
import { createEventBus } from './adapters/aws/event-bus';
import { createOrderRecords } from './adapters/aws/order-records';

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

/** The bus of a process that publishes; what it refuses for good is logged. */
export function openEventBus(
  config: Pick<Config<'worker'>, 'EVENT_BUS_NAME' | 'ORDER_EVENTS_TABLE'>,
  { aws, logger }: { aws: Pick<AwsClients, 'db' | 'events'>; logger: Logger },
) {
  return createEventBus({
    db: aws.db,
    events: aws.events,
    busName: config.EVENT_BUS_NAME,
    eventsTable: config.ORDER_EVENTS_TABLE,
    onRefused: ({ orderId, sequence }, reason) =>
      logger.error({ orderId, sequence, reason }, 'the bus refuses an event for good'),
  });
}
