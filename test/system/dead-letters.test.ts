import { Client } from '@temporalio/client';
import { ListSubscriptionsByTopicCommand, SubscribeCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import pino from 'pino';
import type { DeadLetter, DeadLetterClass } from '../../src/domain/dead-letters';
import type { RedriveProgress } from '../../src/workflows/dead-letter-messages';
import type { Running } from '../../src/lifecycle';
import { type Config, loadConfig } from '../../src/config';
import { connectClient } from '../../src/client';
import { documentsAt } from '../../scripts/lib/aws-access';
import { environmentFromOutputs } from '../../infra/outputs';
import { eventually } from '../support/contracts/condition';
import { freePort } from '../../scripts/lib/ports';
import { inboundEventExample } from '../../src/gateway/examples';
import { letterOf } from '../../src/messaging/dead-letters';
import { receiveMessages } from '../support/contracts/queues';
import { runScript } from '../support/run-script';
import { sampleOrder, uniqueId } from '../support/orders';
import { seedInventory } from '../../scripts/lib/seed';
import { start as startConsumer } from '../../src/messaging/consumer';
import { start as startGateway } from '../../src/gateway/server';
import { start as startWorker } from '../../src/worker';
import { startDeployed, type Deployed } from '../support/deployed';
import { workflowIdOf } from '../../src/domain/ids';

/** The three processes as they are, on real servers: what dies in a queue, through the workbench to its end. */
const logger = pino({ level: 'silent' });
const running: Running[] = [];
let deployed: Deployed;
let config: Config<'gateway'> & Config<'worker'> & Config<'consumer'>;
let sqs: SQSClient;
let alerts: string;
let client: Client;

beforeAll(async () => {
  deployed = await startDeployed();
  process.env['AWS_ENDPOINT_URL'] = deployed.endpoint();
  const env = {
    ...process.env,
    ...environmentFromOutputs(deployed.outputs),
    PORT: `${await freePort()}`,
    TASK_QUEUE: uniqueId('dead-letters'),
    ORDER_INTAKE_VISIBILITY_S: '3',
    INBOX_PATIENCE_S: '3',
    DEAD_LETTER_RETRY_MS: '200',
    DEAD_LETTER_THROTTLED_RETRY_MS: '100',
    DEAD_LETTER_SWEEP_MS: '200',
  };
  config = { ...loadConfig('gateway', env), ...loadConfig('worker', env), ...loadConfig('consumer', env) };
  const documents = documentsAt(deployed.endpoint());
  const tables = { inventory: config.INVENTORY_TABLE, warehouseStock: config.WAREHOUSE_STOCK_TABLE };
  await seedInventory({ documents, tables });
  documents.destroy();
  sqs = deployed.connect(SQSClient);
  alerts = await hearOperations();
  client = connectClient(config.engine);
  running.push(
    await startGateway(config, logger),
    await startConsumer(config, logger),
    await startWorker(config, logger),
  );
});

afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await client.connection.close();
  await deployed.stop();
});

/** What operations are told, in a queue of the test. */
async function hearOperations(): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'operations-ear' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await deployed.connect(SNSClient).send(
    new SubscribeCommand({
      TopicArn: config.OPERATIONS_ALERT_TOPIC_ARN,
      Protocol: 'sqs',
      Endpoint: Attributes!['QueueArn']!,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return QueueUrl!;
}

const alertOf = async (id: string) => {
  const isOfIt = ({ Body = '' }) => Body.includes(id);
  const [message] = await receiveMessages(sqs, { queueUrl: alerts, wanted: isOfIt, count: 1 });
  return JSON.parse(message!.Body!) as object;
};

/** Puts a message into a queue; answers the id of the dead letter that it becomes. */
async function send(
  QueueUrl: string,
  body: unknown,
  p: { attributes?: Record<string, string>; for?: string } = {},
): Promise<string> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(p.attributes ?? {}).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
  const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
  return letterOf({ queueUrl: p.for ?? QueueUrl, messageId: MessageId, attributes: {} }).id;
}

const gateway = () => `http://127.0.0.1:${config.PORT}`;
const orderPlaced = (order = sampleOrder()) => ({ ...inboundEventExample, id: uniqueId('event'), detail: order });

async function show(id: string): Promise<DeadLetter | undefined> {
  const response = await fetch(`${gateway()}/dead-letters/${id}`);
  return response.ok ? ((await response.json()) as DeadLetter) : undefined;
}
const comesTo = async (id: string, state: DeadLetter['state']): Promise<DeadLetter> =>
  (await eventually(
    () => show(id),
    (letter) => letter?.state === state && letter.story.length > 0,
    { timeoutMs: 30_000 },
  ))!;
const storyOf = ({ story }: DeadLetter) => story.map(({ what }) => what);

async function post(path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${gateway()}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const orderIsThere = (orderId: string) =>
  eventually(
    async () => (await fetch(`${gateway()}/orders/${orderId}`)).status,
    (status) => status === 200,
  );

test('PERMANENT: what is no order is parked with why, alerted, and discarded', async () => {
  const id = await send(config.ORDER_INTAKE_QUEUE_URL, orderPlaced({ ...sampleOrder(), items: 1 as never }));
  const letter = await comesTo(id, 'PARKED');
  expect(letter).toMatchObject({ class: 'PERMANENT', queue: 'order-intake-queue', errorType: 'InvalidOrderData' });
  expect(await alertOf(id)).toMatchObject({ alert: 'dead-letter', class: 'PERMANENT', severity: 'WARNING' });
  expect(await post(`/dead-letters/${id}/discard`, { by: 'kim', reason: 'a test' })).toMatchObject({ status: 200 });
  expect(await show(id)).toMatchObject({ state: 'DISCARDED' });
});

test('RETRYABLE: tried again by itself, and the order is there', async () => {
  const order = sampleOrder();
  const attributes = { errorType: 'InventoryServiceDown', reason: 'no answer' };
  const to = { attributes, for: config.ORDER_INTAKE_QUEUE_URL };
  const id = await send(config.ORDER_INTAKE_DLQ_URL, orderPlaced(order), to);
  const letter = await comesTo(id, 'RESOLVED');
  expect(letter).toMatchObject({ class: 'RETRYABLE', tries: 1 });
  expect(storyOf(letter)).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
  await orderIsThere(order.orderId);
});

test('THROTTLED: an event that EventBridge could not hand to its queue comes to it after all', async () => {
  const order = sampleOrder();
  const attributes = {
    ERROR_CODE: 'THROTTLING',
    ERROR_MESSAGE: 'Rate exceeded',
    RULE_ARN: 'arn:aws:events:us-east-1:000000000000:rule/waybill/OrderValidationRule',
    TARGET_ARN: 'arn:aws:sqs:us-east-1:000000000000:order-intake-queue',
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    RETRY_ATTEMPTS: '30',
  };
  const to = { attributes, for: config.ORDER_INTAKE_QUEUE_URL };
  const id = await send(config.ORDER_INTAKE_DLQ_URL, orderPlaced(order), to);
  expect(await comesTo(id, 'RESOLVED')).toMatchObject({ class: 'THROTTLED', reason: 'THROTTLING: Rate exceeded' });
  await orderIsThere(order.orderId);
});

test('UNKNOWN: tried again; what it is then found to be keeps the whole story', async () => {
  const to = { attributes: { errorType: 'SomethingOdd' }, for: config.PAYMENT_PROCESSING_QUEUE_URL };
  const id = await send(config.PAYMENT_PROCESSING_DLQ_URL, 'no payment', to);
  const letter = await comesTo(id, 'PARKED');
  expect(letter).toMatchObject({ class: 'PERMANENT', errorType: 'InvalidOrderData', tries: 1, body: 'no payment' });
  expect(storyOf(letter)).toEqual(['DEAD', 'REDRIVEN', 'FAILED_AGAIN']);
  expect(await post(`/dead-letters/${id}/discard`, { by: 'kim', reason: 'nonsense' })).toMatchObject({ status: 200 });
});

test('POISON: parked as critical, and redriven by a person when its reader lives, twice at once only once', async () => {
  const alert = { alert: 'low-stock', items: [{ productId: 'PROD-12345' }] };
  const id = await send(config.REORDER_DLQ_URL, alert, { for: config.REORDER_QUEUE_URL });
  expect(await comesTo(id, 'PARKED')).toMatchObject({ class: 'POISON', severity: 'CRITICAL' });
  expect(await alertOf(id)).toMatchObject({ class: 'POISON', severity: 'CRITICAL' });
  const request = () => post(`/dead-letters/${id}/redrive`, { by: 'kim', reason: 'mended' });
  const answers = await Promise.all([request(), request(), request()]);
  expect(answers.filter(({ body }) => body['isNew'] === true)).toHaveLength(1);
  const letter = await comesTo(id, 'RESOLVED');
  expect(storyOf(letter)).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
  expect(letter.story[1]).toMatchObject({ by: 'kim', reason: 'mended', n: 1 });
  expect(await request()).toMatchObject({ status: 409, body: { code: 'dead_letter_refused' } });
});

test('redriven, an event that is early waits for its order, and comes back to its story when there never is one', async () => {
  const detail = { orderId: uniqueId('NONE'), trackingNumber: 'T-1', updateId: 'u-1', status: 'IN_TRANSIT' };
  const event = {
    ...inboundEventExample,
    id: uniqueId('event'),
    source: 'carrier.updates',
    'detail-type': 'Carrier Update',
    detail,
  };
  // as many attributes as a message has, and then it is to say which dead letter it is
  const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, `${i}`]));
  const id = await send(config.TRACKING_UPDATE_DLQ_URL, event, { attributes, for: config.TRACKING_UPDATE_QUEUE_URL });
  expect(await comesTo(id, 'PARKED')).toMatchObject({ class: 'POISON' });
  expect(await post(`/dead-letters/${id}/redrive`, { by: 'kim' })).toMatchObject({ status: 202 });
  await comesTo(id, 'RESOLVED');
  const letter = await comesTo(id, 'PARKED');
  expect(letter).toMatchObject({ class: 'PERMANENT', reason: `no order ${detail.orderId} came within 3 s` });
  expect(storyOf(letter)).toEqual(['DEAD', 'REDRIVEN', 'HANDLED', 'FAILED_AGAIN']);
  expect(await post(`/dead-letters/${id}/discard`, { by: 'kim', reason: 'no such order' })).toMatchObject({
    status: 200,
  });
});

test('redriven, an event that was taken meanwhile changes nothing, and is resolved', async () => {
  const order = sampleOrder();
  const event = orderPlaced(order);
  expect(await post('/events', event)).toMatchObject({ body: { results: [{ status: 'ACCEPTED' }] } });
  const id = await send(config.ORDER_INTAKE_DLQ_URL, event, { for: config.ORDER_INTAKE_QUEUE_URL });
  expect(await comesTo(id, 'PARKED')).toMatchObject({ class: 'POISON' });
  expect(await post(`/dead-letters/${id}/redrive`, { by: 'kim' })).toMatchObject({ status: 202 });
  expect(storyOf(await comesTo(id, 'RESOLVED'))).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
  const chargesOf = async () => {
    const journal = await fetch(`${gateway()}/sandbox/journal?orderId=${order.orderId}`);
    const { entries } = (await journal.json()) as { entries: { operation: string; outcome: string }[] };
    return entries.filter(({ operation, outcome }) => operation === 'charge' && outcome === 'succeeded');
  };
  await eventually(chargesOf, (charges) => charges.length > 0);
  expect(await chargesOf()).toHaveLength(1);
});

test('BUG: all of them go back together when it is mended', async () => {
  const orders = [sampleOrder(), sampleOrder(), sampleOrder()];
  const to = { attributes: { errorType: 'TypeError', reason: 'x' }, for: config.ORDER_INTAKE_QUEUE_URL };
  const ids: string[] = [];
  for (const order of orders) ids.push(await send(config.ORDER_INTAKE_DLQ_URL, orderPlaced(order), to));
  for (const id of ids) expect(await comesTo(id, 'PARKED')).toMatchObject({ class: 'BUG' });
  const { status, body } = await post('/dead-letters/redrive', { class: 'BUG', by: 'kim', reason: 'mended in 1.4.2' });
  expect(status).toBe(202);
  const progress = async () =>
    (await (await fetch(`${gateway()}/dead-letters/batches/${String(body['batchId'])}`)).json()) as RedriveProgress;
  expect(await eventually(progress, ({ state }) => state === 'DONE')).toMatchObject({ redriven: 3, refused: 0 });
  for (const id of ids) await comesTo(id, 'RESOLVED');
  for (const { orderId } of orders) await orderIsThere(orderId);
});

const arnOf = (resource: string) => `arn:aws:${resource}`;
const notificationsOf = async (orderId: string) => {
  const journal = await fetch(`${gateway()}/sandbox/journal?orderId=${orderId}`);
  const { entries } = (await journal.json()) as { entries: { operation: string; provider: string }[] };
  return entries.filter(({ provider }) => provider === 'notification');
};

test('an event that EventBridge could not hand to a topic tells the customer after all, once, though two ask at once', async () => {
  const orderId = uniqueId('TOLD');
  const detail = {
    origin: 'waybill',
    orderId,
    eventId: `${orderId}#9`,
    sequence: 9,
    at: new Date().toISOString(),
    customerId: 'CUST-1',
    channels: ['EMAIL'],
    shipmentId: `${orderId}-S1`,
  };
  const event = { ...inboundEventExample, source: 'shipping.service', 'detail-type': 'Shipment Delivered', detail };
  const attributes = {
    ERROR_CODE: 'NO_PERMISSIONS',
    ERROR_MESSAGE: 'User is not authorized to perform: SNS:Publish',
    RULE_ARN: arnOf('events:us-east-1:000000000000:rule/waybill/CustomerEventsRule'),
    TARGET_ARN: config.CUSTOMER_NOTIFICATION_TOPIC_ARN,
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    RETRY_ATTEMPTS: '0',
  };
  const id = await send(config.UNDELIVERED_DLQ_URL, event, { attributes });
  expect(await comesTo(id, 'PARKED')).toMatchObject({
    class: 'PERMANENT',
    queue: 'undelivered',
    target: config.CUSTOMER_NOTIFICATION_TOPIC_ARN,
  });
  const request = () => post(`/dead-letters/${id}/redrive`, { by: 'kim', reason: 'the right is back' });
  const answers = await Promise.all([request(), request(), request()]);
  expect(answers.filter(({ body }) => body['isNew'] === true)).toHaveLength(1);
  expect(storyOf(await comesTo(id, 'RESOLVED'))).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
  await eventually(
    () => notificationsOf(orderId),
    (told) => told.length > 0,
    { timeoutMs: 30_000 },
  );
  expect(await notificationsOf(orderId)).toHaveLength(1);
});

test('what a topic could not hand to a queue goes to that queue alone; what was for an address stays, with why', async () => {
  const sns = deployed.connect(SNSClient);
  const TopicArn = config.CUSTOMER_NOTIFICATION_TOPIC_ARN;
  const address = { TopicArn, Protocol: 'email', Endpoint: 'care@shop.example' };
  const { SubscriptionArn: toAddress } = await sns.send(
    new SubscribeCommand({ ...address, ReturnSubscriptionArn: true }),
  );
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  const toQueue = Subscriptions.find(({ Endpoint = '' }) => Endpoint.endsWith(':email-queue'))?.SubscriptionArn;
  const orderId = uniqueId('TOLD');
  const notification = { event: 'Shipment Created', orderId, customerId: 'C', notificationKey: `notify#${orderId}` };
  // as SNS puts it into the dead letters of a subscription
  const envelopeFor = (subscription = '') => ({
    Type: 'Notification',
    MessageId: uniqueId('message'),
    TopicArn,
    Message: JSON.stringify({ ...notification, message: 'It is on its way.', origin: 'waybill' }),
    Timestamp: new Date().toISOString(),
    UnsubscribeURL: `https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
  });
  const attributes = { RequestID: uniqueId('request'), ErrorCode: 'AccessDenied', ErrorMessage: 'not authorized' };
  const [forQueue, forAddress] = [
    await send(config.UNDELIVERED_DLQ_URL, envelopeFor(toQueue), { attributes }),
    await send(config.UNDELIVERED_DLQ_URL, envelopeFor(toAddress), { attributes }),
  ];
  for (const id of [forQueue, forAddress]) expect(await comesTo(id, 'PARKED')).toMatchObject({ class: 'PERMANENT' });
  const request = (id: string) => post(`/dead-letters/${id}/redrive`, { by: 'kim' });
  const answers = await Promise.all([request(forQueue), request(forQueue), request(forAddress)]);
  expect(answers.filter(({ body }) => body['isNew'] === true)).toHaveLength(2);
  expect(storyOf(await comesTo(forQueue, 'RESOLVED'))).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
  expect(await notificationsOf(orderId)).toHaveLength(1);
  const left = await eventually(
    () => show(forAddress),
    (letter) => letter?.story.at(-1)?.what === 'NOT_SENT',
    { timeoutMs: 30_000 },
  );
  expect(left).toMatchObject({
    state: 'PARKED',
    reason: expect.stringContaining('by email, to whom nothing can be sent alone') as string,
  });
  expect(await notificationsOf(orderId)).toHaveLength(1);
});

test('what does not say what it was for is shown and discarded', async () => {
  const attributes = { ERROR_CODE: 'INTERNAL_ERROR', RULE_ARN: 'arn:rule', TARGET_ARN: 'arn:topic' };
  const id = await send(config.UNDELIVERED_DLQ_URL, '{}', { attributes });
  expect(await comesTo(id, 'PARKED')).toMatchObject({ class: 'RETRYABLE', queue: 'undelivered' });
  expect(await post(`/dead-letters/${id}/redrive`, { by: 'kim' })).toMatchObject({ status: 409 });
  expect(await post(`/dead-letters/${id}/discard`, { by: 'kim', reason: 'replayed' })).toMatchObject({ status: 200 });
});

test('a workflow that ended in error becomes a dead letter, and runs again to its own end', async () => {
  // nobody delivers it: its workflow waits
  const order = sampleOrder();
  expect((await post('/orders', order)).status).toBe(202);
  const isShipped = async () =>
    ((await (await fetch(`${gateway()}/orders/${order.orderId}`)).json()) as { status?: string }).status;
  await eventually(isShipped, (status) => status === 'SHIPPED');
  const workflowId = workflowIdOf(order.orderId);
  await client.workflow.getHandle(workflowId).terminate('by mistake');
  const find = async () => {
    const page = (await (await fetch(`${gateway()}/dead-letters?queue=orderWorkflow&state=PARKED`)).json()) as {
      deadLetters: { id: string; class: DeadLetterClass }[];
    };
    return page.deadLetters[0];
  };
  const { id, class: kind } = (await eventually(find, (letter) => letter !== undefined, { timeoutMs: 30_000 }))!;
  expect(kind).toBe('PERMANENT');
  expect(await show(id)).toMatchObject({ workflow: { workflowId }, reason: 'somebody terminated it' });
  // all since a time are not all: somebody wanted this one ended
  const bulk = ['dead-letters', 'redrive', '--since', '2025-01-01', '--queue', 'orderWorkflow'];
  const env = { WAYBILL_URL: gateway(), NO_COLOR: '1' };
  const { code, stdout } = await runScript('scripts/waybill.cjs', { args: bulk, env });
  expect(code).toBe(0);
  expect(stdout).toContain('0 redriven, 0 under way already, 0 refused.\n1 left out: somebody terminated them.');
  expect(await show(id)).toMatchObject({ state: 'PARKED', redrives: 0 });

  expect(await post(`/dead-letters/${id}/redrive`, { by: 'kim' })).toMatchObject({ status: 202 });
  expect(storyOf(await comesTo(id, 'RESOLVED'))).toEqual(['DEAD', 'REDRIVEN', 'RUNS_AGAIN']);
  expect((await client.workflow.getHandle(workflowId).describe()).status.name).toBe('RUNNING');
  // it goes on where it was: a cancellation makes it come back
  expect((await post(`/orders/${order.orderId}/cancel`, {})).status).toBe(200);
  await client.workflow.getHandle(workflowId).terminate();
});

describe('npm run dead-letters', () => {
  const cli = (...args: string[]) =>
    runScript('scripts/waybill.cjs', {
      args: ['dead-letters', ...args],
      env: { WAYBILL_URL: gateway(), NO_COLOR: '1' },
    });

  test('lists, shows, redrives and discards, with who did it', async () => {
    const order = sampleOrder();
    const to = { attributes: { errorType: 'TypeError', reason: 'x' }, for: config.ORDER_INTAKE_QUEUE_URL };
    const id = await send(config.ORDER_INTAKE_DLQ_URL, orderPlaced(order), to);
    const wrong = await send(config.ORDER_INTAKE_QUEUE_URL, 'no order');
    await Promise.all([comesTo(id, 'PARKED'), comesTo(wrong, 'PARKED')]);

    const list = await cli('list', '--class', 'BUG', '--state', 'PARKED', '--json');
    expect(list.code).toBe(0);
    expect(JSON.parse(list.stdout)).toMatchObject({ deadLetters: [{ id, class: 'BUG', queue: 'order-intake-queue' }] });
    const shown = await cli('show', id);
    expect(shown.stdout).toContain(`${id}  BUG (CRITICAL)  PARKED`);
    expect(shown.stdout).toContain(order.orderId);

    expect(await cli('redrive', id, '--by', 'kim', '--reason', 'mended')).toMatchObject({
      code: 0,
      stdout: `${id} is REDRIVEN for the 1. time.\n`,
    });
    expect((await comesTo(id, 'RESOLVED')).story[1]).toMatchObject({ by: 'kim', reason: 'mended' });
    expect(await cli('redrive', id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it is RESOLVED: there is nothing to redrive') as string,
    });

    expect((await cli('discard', wrong, '--reason', 'a test', '--json')).code).toBe(0);
    expect(await show(wrong)).toMatchObject({
      state: 'DISCARDED',
      story: [{}, { what: 'DISCARDED', reason: 'a test' }],
    });
    expect((await cli('list', '--state', 'DISCARDED')).stdout).toMatch(new RegExp(`^${wrong} .* DISCARDED .*$`, 'm'));
  });

  test('redrives all of a queue and says what became of them', async () => {
    const to = { attributes: { errorType: 'TypeError' }, for: config.TRACKING_UPDATE_QUEUE_URL };
    const id = await send(config.TRACKING_UPDATE_DLQ_URL, 'no update', to);
    await comesTo(id, 'PARKED');
    const { code, stdout } = await cli('redrive', '--queue', 'tracking-update-queue', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { state: 'DONE', redriven: 1, refused: 0 }]);
    await eventually(
      () => show(id),
      (letter) => letter?.class === 'PERMANENT',
    );
  });

  test.each([
    [['redrive'], 2, 'expected an ID, or --class, --since or --queue'],
    [['discard', 'DL-1'], 2, "required option '--reason <text>'"],
    [['burn', 'DL-1'], 2, 'too many arguments'],
    [['show', 'DL-none'], 1, 'there is no dead letter DL-none'],
    [['list', '--state', 'DEAD'], 1, '/state'],
    [['redrive', '--since', 'yesterday'], 1, 'expected a time like'],
    [['list', '--url', 'nowhere'], 1, 'is not an address'],
  ])('%j is refused with %i and what was expected', async (args, exitCode, expected) => {
    const { code, stderr } = await cli(...args);
    expect([code, stderr]).toEqual([exitCode, expect.stringContaining(expected)]);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

test('every death is counted by class and queue', async () => {
  const text = await running[1]!.metrics!.text();
  expect(text).toContain('waybill_dead_letters_total{class="BUG",queue="order-intake-queue"} 4');
  expect(text).toContain('waybill_dead_letters_total{class="POISON",queue="reorder-queue"} 1');
});
