import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import pino from 'pino';
import type { AuditEntry } from '../../src/domain/audit';
import type { OrderEvent } from '../../src/domain/events';
import type { Running } from '../../src/lifecycle';
import type { ShownOrder } from '../support/system';
import type { TappedEvent } from '../support/bus-tap';
import { type AwsClients, createAwsClients } from '../../src/adapters/aws/clients';
import { becomes } from '../../scripts/lib/wait';
import { type Config, loadConfig } from '../../src/config';
import { type Deployed, startDeployed } from '../support/deployed';
import { documentsAt } from '../../scripts/lib/aws-access';
import { environmentFromOutputs } from '../../infra/outputs';
import { freePort } from '../../scripts/lib/ports';
import { letterOf } from '../../src/messaging/dead-letters';
import { putQueueOnBus, type QueueOnBus } from '../support/bus-tap';
import { receiveAll } from '../support/contracts/queues';
import { sampleOrder, uniqueId } from '../support/orders';
import { seedInventory } from '../../scripts/lib/seed';
import { start as startConsumer } from '../../src/messaging/consumer';
import { start as startGateway } from '../../src/gateway/server';
import { start as startWorker } from '../../src/worker';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver';

jest.setTimeout(180_000);

/** The three processes as they are, on real servers: what operators do by hand, from the request to the audit trail. */
const logger = pino({ level: 'silent' });
let deployed: Deployed;
let config: Config<'gateway'> & Config<'worker'> & Config<'consumer'>;
let aws: AwsClients;
let gateway: Running;
let worker: Running;
let consumer: Running;
let onBus: QueueOnBus;
let shop: WebhookReceiver;

beforeAll(async () => {
  deployed = await startDeployed();
  process.env['AWS_ENDPOINT_URL'] = deployed.endpoint();
  const env = {
    ...process.env,
    ...environmentFromOutputs(deployed.outputs),
    PORT: `${await freePort()}`,
    TASK_QUEUE: uniqueId('audit'),
    ORDER_INTAKE_VISIBILITY_S: '3',
    ANALYTICS_VISIBILITY_S: '3',
    WEBHOOK_ALLOW_PRIVATE: 'true',
    WEBHOOK_EVENTS_VISIBILITY_S: '3',
  };
  config = { ...loadConfig('gateway', env), ...loadConfig('worker', env), ...loadConfig('consumer', env) };
  const documents = documentsAt(deployed.endpoint());
  const tables = { inventory: config.INVENTORY_TABLE, warehouseStock: config.WAREHOUSE_STOCK_TABLE };
  await seedInventory({ documents, tables });
  documents.destroy();
  aws = createAwsClients({ region: config.AWS_REGION });
  shop = await startReceiver();
  onBus = await putQueueOnBus(aws, { busName: config.EVENT_BUS_NAME, pattern: { detail: { origin: ['waybill'] } } });
  gateway = await startGateway(config, logger);
  worker = await startWorker(config, logger);
  consumer = await startConsumer(config, logger);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop(), consumer.stop()]);
  await onBus.remove();
  await shop.close();
  aws.destroy();
  await deployed.stop();
});

const at = (path: string) => `http://127.0.0.1:${config.PORT}${path}`;
const get = async <T>(path: string) => (await (await fetch(at(path))).json()) as T;
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(at(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
  if (!(await becomes(is, { timeoutMs: 60_000 }))) throw new Error(`not in time: ${what}`);
}

async function shipped(): Promise<string> {
  const order = sampleOrder();
  expect((await post('/orders', order)).ok).toBe(true);
  await until(`${order.orderId} has shipped`, async () => {
    const { status, states = [] } = await get<Partial<ShownOrder>>(`/orders/${order.orderId}`);
    return status === 'SHIPPED' && states.at(-1)?.name === 'AwaitDelivery';
  });
  return order.orderId;
}

const linesBy = async (by: string) => (await get<{ entries: AuditEntry[] }>(`/audit?by=${by}`)).entries;

async function eventsOf(orderId: string): Promise<OrderEvent[]> {
  const query = new QueryCommand({
    TableName: config.ORDER_EVENTS_TABLE,
    KeyConditionExpression: 'orderId = :order',
    ExpressionAttributeValues: { ':order': orderId },
  });
  return (await aws.db.send(query)).Items as OrderEvent[];
}

test('an order is cancelled by an operator: the store and the trail have the name, and nobody outside', async () => {
  const [kim, lee] = [uniqueId('kim'), uniqueId('lee')];
  const reason = uniqueId('looks like a fraud');
  expect((await post('/webhooks', { url: shop.url, owner: 'shop' })).status).toBe(201);
  // until the consumer sees it
  await new Promise((resolve) => setTimeout(resolve, 3100));
  const orderId = await shipped();
  for (const by of [kim, lee, kim]) expect((await post(`/orders/${orderId}/cancel`, { by, reason })).status).toBe(200);
  await until('the trail has it', async () => (await linesBy(kim)).length > 0);

  const stored = (await eventsOf(orderId)).filter(({ operator }) => operator !== undefined);
  expect(stored).toMatchObject([{ type: 'Cancellation Requested', operator: { by: kim, reason }, data: {} }]);
  const [asked] = stored;
  expect(await linesBy(kim)).toEqual([
    {
      id: `${orderId}#${asked!.sequence}`,
      at: asked!.at,
      by: kim,
      reason,
      action: 'CANCEL',
      subject: { kind: 'order', id: orderId },
    },
  ]);
  expect(await linesBy(lee)).toEqual([]);

  // on the wire: the bus, the shop, and the public list, which all have the cancellation
  const isOurs = (body: unknown) => (body as TappedEvent).detail.orderId === orderId;
  const told = (await receiveAll(aws.sqs, onBus.queueUrl, isOurs, asked!.sequence)) as TappedEvent[];
  expect(told.map((event) => event['detail-type'])).toContain('Cancellation Requested');
  const bodies = () => shop.received.map(({ body }) => body).filter((body) => body.includes(orderId));
  await until('the shop is told', async () => bodies().some((body) => body.includes('Cancellation Requested')));
  const listed = JSON.stringify(await get(`/orders/${orderId}/events`));
  expect(listed).toContain('Cancellation Requested');
  const shown = JSON.stringify(await get(`/orders/${orderId}`));
  const journal = JSON.stringify(await get(`/sandbox/journal?orderId=${orderId}`));
  for (const text of [JSON.stringify(told), ...bodies(), listed, shown, journal])
    for (const secret of [kim, reason, 'operator']) expect(text).not.toContain(secret);
});

test('what is done to breakers and dead letters is there at once, each once, newest first', async () => {
  const by = uniqueId('kim');
  const { MessageId = '' } = await aws.sqs.send(
    new SendMessageCommand({ QueueUrl: config.ORDER_INTAKE_QUEUE_URL, MessageBody: 'nothing' }),
  );
  const { id } = letterOf({ queueUrl: config.ORDER_INTAKE_QUEUE_URL, messageId: MessageId, attributes: {} });
  const isParked = async () => (await get<{ state?: string }>(`/dead-letters/${id}`)).state === 'PARKED';
  await until('the letter waits for a person', isParked);

  expect((await post('/breakers/carrier/reset', { by, reason: 'it is back' })).status).toBe(202);
  // nobody in particular: as it always was
  expect((await fetch(at('/breakers/carrier/reset'), { method: 'POST' })).status).toBe(202);
  expect((await post('/breakers/carrier/reset', { by })).status).toBe(422);
  const bulk = await post('/dead-letters/redrive', { class: 'PERMANENT', by });
  const { batchId } = (await bulk.json()) as { batchId: string };
  await until('the batch is through', async () => {
    const { state } = await get<{ state: string }>(`/dead-letters/batches/${batchId}`);
    return state === 'DONE';
  });
  await until('it died again', isParked);
  const headers = { 'idempotency-key': uniqueId('key') };
  for (let n = 0; n < 2; n++)
    expect((await post(`/dead-letters/${id}/discard`, { by, reason: 'a test' }, headers)).status).toBe(200);
  // it is given up: refused, and so no line
  expect((await post(`/dead-letters/${id}/redrive`, { by })).status).toBe(409);

  expect((await linesBy(by)).map(({ action, subject, reason, detail }) => [action, subject, reason, detail])).toEqual([
    ['DISCARD', { kind: 'dead-letter', id }, 'a test', 'of order-intake-queue'],
    ['REDRIVE', { kind: 'dead-letter', id }, undefined, 'redrive 1, to order-intake-queue'],
    ['BULK_REDRIVE', { kind: 'dead-letters', id: batchId }, undefined, 'class PERMANENT'],
    ['RESET_BREAKER', { kind: 'breaker', id: 'carrier' }, 'it is back', undefined],
  ]);
});

test('what was done while no consumer ran is in the trail when one does, once', async () => {
  const by = uniqueId('kim');
  const orderId = await shipped();
  await consumer.stop();
  expect((await post(`/orders/${orderId}/cancel`, { by, reason: 'it was lost' })).status).toBe(200);
  expect(await linesBy(by)).toEqual([]);
  consumer = await startConsumer(config, logger);
  await until('the trail has it', async () => (await linesBy(by)).length > 0);
  await consumer.stop();
  consumer = await startConsumer(config, logger);
  const after = await shipped();
  expect((await post(`/orders/${after}/cancel`, { by, reason: 'this one too' })).status).toBe(200);
  await until('the trail has both', async () => (await linesBy(by)).length > 1);
  expect((await linesBy(by)).map(({ subject }) => subject.id)).toEqual([after, orderId]);
});
