import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { BooksWorld } from './books';
import type { OrderEvent } from '../../../src/domain/events';
import type { Quantities } from '../memory/books';
import { type CallObserver, createAwsClients } from '../../../src/adapters/aws/clients';
import { createDynamoBooks } from '../../../src/adapters/aws/books';
import { createEventBus } from '../../../src/adapters/aws/event-bus';
import { loadConfig, tableNames } from '../../../src/config';
import { WAREHOUSES } from '../orders';

/** Clients of the emulator that the tests share, with the names of what is deployed there. Destroy them at the end. */
export function connectToEmulator({ observe }: { observe?: CallObserver } = {}) {
  const config = { ...loadConfig('worker'), ...loadConfig('consumer') };
  const aws = createAwsClients({ region: config.AWS_REGION, ...(observe ? { observe } : {}) });
  return { config, tables: { ...tableNames(config), lookups: config.ORDER_LOOKUPS_TABLE }, ...aws };
}

export type Emulator = ReturnType<typeof connectToEmulator>;

/** Runs something with the clients of an AWS that hangs up on everybody. */
export async function withUnreachableAws<T>(run: (aws: Emulator, endpoint: string) => Promise<T>): Promise<T> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const before = process.env['AWS_ENDPOINT_URL'];
  process.env['AWS_ENDPOINT_URL'] = endpoint;
  const aws = connectToEmulator();
  try {
    return await run(aws, endpoint);
  } finally {
    aws.destroy();
    server.close();
    process.env['AWS_ENDPOINT_URL'] = before;
  }
}

export const eventBusOn = ({ db, events, config }: Emulator) =>
  createEventBus({ db, events, busName: config.EVENT_BUS_NAME, eventsTable: config.ORDER_EVENTS_TABLE });

export const booksOn = ({ db, tables }: Emulator) => createDynamoBooks({ db, tables, warehouses: WAREHOUSES });

export function dynamoBooksWorld(emulator: Emulator): BooksWorld {
  const { db, tables } = emulator;
  const get = async (TableName: string, Key: Record<string, string>) =>
    (await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item as Quantities | undefined;
  return {
    books: booksOn(emulator),
    async setStock(stock) {
      const totals = new Map<string, number>();
      for (const { productId, availableQuantity } of stock)
        totals.set(productId, (totals.get(productId) ?? 0) + availableQuantity);
      const rows = [
        ...stock.map((row) => ({ TableName: tables.warehouseStock, Item: { ...row, reservedQuantity: 0 } })),
        ...[...totals].map(([productId, availableQuantity]) => ({
          TableName: tables.inventory,
          Item: { productId, availableQuantity, reservedQuantity: 0 },
        })),
      ];
      for (const row of rows) await db.send(new PutCommand(row));
    },
    total: (productId) => get(tables.inventory, { productId }),
    warehouse: (productId, warehouseId) => get(tables.warehouseStock, { productId, warehouseId }),
    async events(orderId) {
      const query = new QueryCommand({
        TableName: tables.events,
        KeyConditionExpression: 'orderId = :order',
        ExpressionAttributeValues: { ':order': orderId },
        ConsistentRead: true,
      });
      return ((await db.send(query)).Items ?? []) as OrderEvent[];
    },
  };
}
