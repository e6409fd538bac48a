import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import pino from 'pino';
import type { OrderView } from '../../../src/domain/projection';
import type { Running } from '../../../src/lifecycle';
import { type Config, loadConfig } from '../../../src/config';
import { createAwsClients } from '../../../src/adapters/aws/clients';
import { createNamespace } from '../../../scripts/lib/namespaces';
import { environmentFromOutputs } from '../../../infra/outputs';
import { freePort } from '../../../scripts/lib/ports';
import { seedInventory } from '../../../scripts/lib/seed';
import { start as startConsumer } from '../../../src/messaging/consumer';
import { start as startGateway } from '../../../src/gateway/server';
import { start as startWorker } from '../../../src/worker';
import { drain, startDeployed } from '../deployed';
import { uniqueId } from '../orders';

/** An event in its envelope. */
export interface Sent {
  id: string;
  source: string;
  'detail-type': string;
  detail: Record<string, unknown>;
}

/** The real thing, on an emulator and in a namespace of its own, so that orders of the same ids may live again. */
export interface Stack {
  /** @returns the status of the answer, once it has one that need not be sent again */
  post(event: Sent): Promise<string>;
  /** into the queue that a rule would put it into */
  enqueue(event: Sent): Promise<void>;
  /** every order's */
  views(): Promise<Map<string, OrderView>>;
  rows(table: TableVariable): Promise<Row[]>;
  /** bodies */
  deadLetters(): Promise<string[]>;
  stop(): Promise<void>;
}

type TableVariable =
  'INVENTORY_TABLE' | 'WAREHOUSE_STOCK_TABLE' | 'SANDBOX_JOURNAL_TABLE' | 'INBOX_TABLE' | 'ORDER_STATUS_VIEW_TABLE';

export type Row = Record<string, unknown>;

const logger = pino({ level: 'silent' });

export async function startStack(): Promise<Stack> {
  const deployed = await startDeployed();
  const engine = { address: process.env['TEMPORAL_ADDRESS']!, namespace: uniqueId('shuffle') };
  await createNamespace(engine);
  const before = process.env['AWS_ENDPOINT_URL'];
  process.env['AWS_ENDPOINT_URL'] = deployed.endpoint();
  const env = {
    ...process.env,
    ...environmentFromOutputs(deployed.outputs),
    PORT: `${await freePort()}`,
    TEMPORAL_NAMESPACE: engine.namespace,
    INBOX_SWEEP_MS: '100',
  };
  const config = {
    ...loadConfig('gateway', env),
    ...loadConfig('worker', env),
    ...loadConfig('consumer', env),
  };
  const aws = createAwsClients({ region: config.AWS_REGION });
  await seedInventory({
    documents: aws.db,
    tables: { inventory: config.INVENTORY_TABLE, warehouseStock: config.WAREHOUSE_STOCK_TABLE },
  });
  const running: Running[] = [
    await startWorker(config, logger),
    await startConsumer(config, logger),
    await startGateway(config, logger),
  ];
  const rows = async (name: TableVariable): Promise<Row[]> => {
    const found: Row[] = [];
    for await (const { Items = [] } of paginateScan({ client: aws.db }, { TableName: config[name] }))
      found.push(...(Items as Row[]));
    return found;
  };

  return {
    post: (event) => post(`http://127.0.0.1:${config.PORT}`, event),
    async enqueue(event) {
      const message = { QueueUrl: queueOf(event, config), MessageBody: JSON.stringify(event) };
      await aws.sqs.send(new SendMessageCommand(message));
    },
    async views() {
      const views = (await rows('ORDER_STATUS_VIEW_TABLE')) as unknown as OrderView[];
      return new Map(views.map((view) => [view.orderId, view]));
    },
    rows,
    async deadLetters() {
      const queues = [config.ORDER_INTAKE_DLQ_URL, config.PAYMENT_PROCESSING_DLQ_URL, config.TRACKING_UPDATE_DLQ_URL];
      const found = await Promise.all(queues.map((QueueUrl) => drain(aws.sqs, QueueUrl)));
      return found.flat();
    },
    async stop() {
      for (const one of running.toReversed()) await one.stop();
      aws.destroy();
      await deployed.stop();
      process.env['AWS_ENDPOINT_URL'] = before;
    },
  };
}

/** As an API destination does: again while the answer says so. */
async function post(gateway: string, event: Sent): Promise<string> {
  for (;;) {
    const response = await fetch(`${gateway}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    const { results } = (await response.json()) as { results?: { status: string }[] };
    const status = results?.[0]?.status ?? 'UNAVAILABLE';
    if (status !== 'UNAVAILABLE') return status;
  }
}

const QUEUES = {
  'ecommerce.orders': 'ORDER_INTAKE_QUEUE_URL',
  'payment.service': 'PAYMENT_PROCESSING_QUEUE_URL',
  'carrier.updates': 'TRACKING_UPDATE_QUEUE_URL',
} as const;

const queueOf = ({ source }: Sent, config: Config<'consumer'>): string => config[QUEUES[source as keyof typeof QUEUES]];
