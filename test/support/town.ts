import { Client, Connection } from '@temporalio/client';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pino from 'pino';
import type { Running } from '../../src/lifecycle';
import { type Config, loadConfig } from '../../src/config';
import { createNamespace } from '../../scripts/lib/namespaces';
import { environmentFromOutputs } from '../../infra/outputs';
import { freePort } from '../../scripts/lib/ports';
import { seedInventory } from '../../scripts/lib/seed';
import { start as startConsumer } from '../../src/messaging/consumer';
import { start as startGateway } from '../../src/gateway/server';
import { start as startWorker } from '../../src/worker';
import { startDeployed, type Deployed } from './deployed';
import { uniqueId } from './orders';

type AllConfig = Config<'gateway'> & Config<'worker'> & Config<'consumer'>;

/** All processes in this one, on an emulator and in a namespace of their own: nobody else's orders are in the books. */
export interface Town {
  url: string;
  config: AllConfig;
  deployed: Deployed;
  documents: DynamoDBDocumentClient;
  engine: Client;
  startWorker(changes?: Partial<AllConfig>): Promise<Running>;
  get<T>(path: string): Promise<T>;
  post(path: string, body: object): Promise<{ status: number; body: unknown }>;
  stop(): Promise<void>;
}

export async function startTown(settings: Record<string, string> = {}): Promise<Town> {
  const logger = pino({ level: 'silent' });
  const deployed = await startDeployed();
  process.env['AWS_ENDPOINT_URL'] = deployed.endpoint();
  const address = process.env['TEMPORAL_ADDRESS']!;
  const namespace = uniqueId('town').toLowerCase();
  await createNamespace({ address, namespace });
  const port = await freePort();
  const env = {
    ...process.env,
    ...environmentFromOutputs(deployed.outputs),
    TEMPORAL_NAMESPACE: namespace,
    PORT: `${port}`,
    ...settings,
  };
  const config: AllConfig = {
    ...loadConfig('gateway', env),
    ...loadConfig('worker', env),
    ...loadConfig('consumer', env),
  };
  const documents = DynamoDBDocumentClient.from(deployed.connect(DynamoDBClient), {
    marshallOptions: { removeUndefinedValues: true },
  });
  await seedInventory({
    documents,
    tables: { inventory: config.INVENTORY_TABLE, warehouseStock: config.WAREHOUSE_STOCK_TABLE },
  });
  const connection = await Connection.connect({ address });
  const running: Running[] = [];
  const url = `http://127.0.0.1:${port}`;
  const town: Town = {
    url,
    config,
    deployed,
    documents,
    engine: new Client({ connection, namespace }),
    async startWorker(changes = {}) {
      const worker = await startWorker({ ...config, ...changes }, logger);
      let stopped: Promise<void> | undefined;
      const once = { ...worker, stop: () => (stopped ??= worker.stop()) };
      running.push(once);
      return once;
    },
    async get(path) {
      const response = await fetch(`${url}${path}`);
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as never;
    },
    async post(path, body) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    },
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
      await connection.close();
      await deployed.stop();
    },
  };
  running.push(await startGateway(config, logger), await startConsumer(config, logger));
  return town;
}
