import { eventIdOf } from '../../src/domain/ids';
import { noLetters } from '../support/letters';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Webhook } from 'standardwebhooks';
import type { AwsClients } from '../../src/adapters/aws/clients';
import type { OrderEvent } from '../../src/domain/events';
import type { Part } from '../../src/wiring/parts';
import { type Config, loadConfig, webhookTables } from '../../src/config';
import { createAwsClients } from '../../src/adapters/aws/clients';
import { createLogger } from '../../src/telemetry';
import { createMetrics } from '../../src/metrics';
import { createPorts } from '../../src/worker';
import { createWebhookBook } from '../../src/adapters/aws/webhook-book';
import { createWebhookWorker } from '../../src/wiring/webhook-deliveries';
import { type Deployed, drain, startDeployed } from '../support/deployed';
import { environmentFromOutputs } from '../../infra/outputs';
import { eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { eventually } from '../support/contracts/condition';
import { newSecret, newWebhookId } from '../support/webhook-bench';
import { openWebhooks } from '../../src/wiring/webhooks';
import { signedHeaders, startReceiver, type WebhookReceiver } from '../support/webhook-receiver';
import { toBusEvent } from '../../src/domain/events';
import { uniqueId } from '../support/orders';

/** From the bus to a shop's own server: rule, queue, consumer, engine and worker as they are. */
let deployed: Deployed;
let config: Config<'consumer'> & Config<'worker'>;
let aws: AwsClients;
let bus: EventBridgeClient;
let part: Part;
let connection: NativeConnection;
let workers: Worker[];
let running: Promise<void>[];
let shop: WebhookReceiver;
const metrics = createMetrics();

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  deployed = await startDeployed();
  process.env['AWS_ENDPOINT_URL'] = deployed.endpoint();
  const own = { TASK_QUEUE: uniqueId('queue'), WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_EVENTS_VISIBILITY_S: '3' };
  const env = { ...process.env, ...environmentFromOutputs(deployed.outputs), ...own };
  config = { ...loadConfig('worker', env), ...loadConfig('consumer', env) };
  aws = createAwsClients({ region: config.AWS_REGION });
  bus = deployed.connect(EventBridgeClient);
  const logger = createLogger({ name: 'test', level: 'silent' });
  connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
  const workflowBundle = { codePath: process.env['WORKFLOW_BUNDLE']! };
  const ports = createPorts({ config, aws, logger, metrics });
  workers = [
    await Worker.create({ connection, taskQueue: config.TASK_QUEUE, workflowBundle }),
    await createWebhookWorker({ config, aws, ports, metrics, connection }),
  ];
  running = workers.map((worker) => worker.run());
  part = openWebhooks({ config, aws, letters: noLetters, logger });
  part.start();
});
afterAll(async () => {
  await part.stop();
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await connection.close();
  aws.destroy();
  await deployed.stop();
});
beforeEach(async () => void (shop = await startReceiver()));
afterEach(() => shop.close());

/** The events of an order: in the store, and on the bus as often as is said. */
async function happen(events: readonly OrderEvent[], { times = 1, detail = {} } = {}): Promise<void> {
  for (const Item of events) await aws.db.send(new PutCommand({ TableName: config.ORDER_EVENTS_TABLE, Item }));
  const entries = events.map((event) => {
    const { source, detailType, detail: told } = toBusEvent(event);
    const Detail = JSON.stringify({ ...told, ...detail });
    return { EventBusName: config.EVENT_BUS_NAME, Source: source, DetailType: detailType, Detail };
  });
  for (let n = 0; n < times; n++) await bus.send(new PutEventsCommand({ Entries: entries }));
}

function lifeOf(customerId: string): OrderEvent[] {
  const order = sampleValidOrder({ customerId });
  const all = eventOfEachType(order);
  const life = [all['Order Created'], all['Attention Needed'], all['Shipment Created'], all['Order Closed']];
  return numbered(order.orderId, life).map((event) => ({ ...event, customerId }));
}

async function subscribe(changes: object = {}) {
  const at = new Date().toISOString();
  const webhook = {
    webhookId: newWebhookId(),
    owner: 'shop',
    url: shop.url,
    enabled: true,
    createdAt: at,
    updatedAt: at,
  };
  const secret = newSecret();
  const book = createWebhookBook({ db: aws.db, tables: webhookTables(config) });
  await book.create({ ...webhook, ...changes, secret });
  // until the consumer sees it
  await new Promise((resolve) => setTimeout(resolve, 3100));
  return { ...webhook, secret, book };
}

const typesOf = () => shop.received.map(({ body }) => (JSON.parse(body) as { type: string }).type).toSorted();

test('what happens to an order reaches the shop once, signed, as it is in the event store', async () => {
  const { secret, webhookId, book } = await subscribe();
  const operator = { by: 'kim', reason: 'nobody outside is told' };
  const events = lifeOf(uniqueId('CUST')).map((event) => ({ ...event, operator }));
  await happen(events, { times: 3 });
  await eventually(typesOf, (types) => types.length >= 3);
  // told behind the others, it shows that nothing more comes of those
  const [marker] = lifeOf(uniqueId('CUST'));
  await happen([marker!]);
  await eventually(typesOf, (types) => types.length >= 4);
  expect(typesOf()).toEqual(['Order Closed', 'Order Created', 'Order Created', 'Shipment Created']);
  for (const message of shop.received) {
    const verified = new Webhook(secret).verify(message.body, signedHeaders(message)) as {
      type: string;
      data: { eventId: string };
    };
    const event = [...events, marker!].find(
      ({ orderId, sequence }) => eventIdOf(orderId, sequence) === verified.data.eventId,
    );
    expect(verified).toMatchObject({ type: event!.type, data: toBusEvent(event!).detail });
    expect(message.body).not.toMatch(/operator|nobody outside/);
  }
  const { deliveries } = await eventually(
    () => book.deliveries({ webhookId, limit: 10 }),
    (page) => page.deliveries.length === 4,
  );
  expect(deliveries.map(({ state, made }) => [state, made])).toEqual(Array.from({ length: 4 }, () => ['DELIVERED', 1]));
  expect(await metrics.text()).toContain('waybill_webhook_deliveries_total{outcome="delivered"} 4');
});

test('a shop is told of its own customer and of what it asked for, and nothing out of the archive', async () => {
  const customerId = uniqueId('CUST');
  await subscribe({ customerId, events: ['Order Closed'] });
  const own = lifeOf(customerId);
  await happen(lifeOf(uniqueId('CUST')));
  await happen(own.slice(0, 3));
  await happen(lifeOf(customerId).slice(3), { detail: { replay: { name: 'failed-orders-replay', eventId: 'e' } } });
  await happen(own.slice(3));
  await eventually(typesOf, (types) => types.length > 0);
  expect(shop.received.map(({ body }) => (JSON.parse(body) as { data: { eventId: string } }).data.eventId)).toEqual([
    `${own[3]!.orderId}#${own[3]!.sequence}`,
  ]);
});

test('what says that it is ours, and is no event, is in the dead letters with the reason', async () => {
  const entry = { EventBusName: config.EVENT_BUS_NAME, Source: 'ecommerce.orders', DetailType: 'Order Closed' };
  const sqs = deployed.connect(SQSClient);
  await bus.send(new PutEventsCommand({ Entries: [{ ...entry, Detail: '{"origin":"waybill","orderId":7}' }] }));
  const [dead] = await eventually(
    () => drain(sqs, config.WEBHOOK_EVENTS_DLQ_URL),
    (bodies) => bodies.length > 0,
  );
  expect(JSON.parse(dead!)).toMatchObject({ detail: { orderId: 7 } });
});
