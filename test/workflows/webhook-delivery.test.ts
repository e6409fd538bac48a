import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { Webhook } from 'standardwebhooks';
import type { DisabledWebhook } from '../../src/activities/webhook-ports';
import type { WebhookActivityDeps } from '../../src/activities/webhooks';
import type { WebhookDelivery } from '../../src/domain/webhooks';
import type { WebhookDeliveryEnd } from '../../src/workflows/webhook-messages';
import { booksOn, connectToEmulator } from '../support/contracts/emulator';
import { createOrderBench, type OrderBench, replayWorkflow } from '../support/order-bench';
import { createEndpointPlaces } from '../../src/adapters/webhooks/endpoint-places';
import { createWebhookActivities } from '../../src/activities/webhooks';
import { createWebhookClient, deliveryIdOf, type WebhookClient, type WebhookEvent } from '../../src/webhook-client';
import { createWebhookSender } from '../../src/adapters/webhooks/sender';
import { createWebhookTools, eventFor } from '../support/webhook-bench';
import { eventually } from '../support/contracts/condition';
import { type Received, startReceiver, type WebhookReceiver } from '../support/webhook-receiver';
import { toBusEvent } from '../../src/domain/events';
import { WEBHOOK_DELIVERY_WORKFLOW } from '../../src/workflows/webhook-messages';
import { WAITS, webhookQueueOf } from '../../src/domain/webhooks';
import { webhookMisfitOf } from '../support/contracts/schemas';
import { webhookWorkflowId } from '../../src/domain/ids';

/** Days pass in moments: on the time-skipping engine, over the real tables, to a real server. */
jest.setTimeout(180_000);

const DAY_S = 86_400;
const emulator = connectToEmulator();
const { book, desk, subscribe, happen } = createWebhookTools(emulator);

let bench: OrderBench;
let worker: Worker;
let running: Promise<void>;
let deliveries: WebhookClient;
let shop: WebhookReceiver;
let alerts: DisabledWebhook[];
let counted: string[];
/** how the activities are, where a test has them otherwise */
let changes: Partial<WebhookActivityDeps>;
/** what happens to an attempt that was made, before its worker can tell */
let afterAttempt: () => void;

const usual: WebhookActivityDeps = {
  books: booksOn(emulator),
  desk,
  sender: createWebhookSender({ allowPrivate: true, timeoutMs: 1000 }),
  places: createEndpointPlaces({ perHost: 10 }),
  messenger: { reportDisabledWebhook: async (webhook) => void alerts.push(webhook) },
  counts: {
    webhookDelivery: (outcome) => void counted.push(outcome),
    webhookDisabled: () => void counted.push('disabled'),
  },
  disableAfterS: 5 * DAY_S,
  // that of the engine, which skips
  now: () => new Date(Context.current().info.currentAttemptScheduledTimestampMs).toISOString(),
};

beforeAll(async () => {
  bench = await createOrderBench();
  deliveries = createWebhookClient({ client: bench.patient, taskQueue: bench.taskQueue });
  const activities = () => createWebhookActivities({ ...usual, ...changes });
  worker = await Worker.create({
    connection: bench.env.nativeConnection,
    taskQueue: webhookQueueOf(bench.taskQueue),
    activities: {
      deliverWebhook: async (request: never) => {
        const outcome = await activities().deliverWebhook(request);
        afterAttempt();
        return outcome;
      },
      disableWebhook: (request: never) => activities().disableWebhook(request),
    },
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await bench.teardown();
  emulator.destroy();
});
beforeEach(async () => {
  shop = await startReceiver();
  [alerts, counted, changes, afterAttempt] = [[], [], {}, () => undefined];
});
afterEach(() => shop.close());

const answers = (...statuses: number[]) =>
  shop.answer((response) => void response.writeHead(statuses[shop.received.length - 1] ?? statuses.at(-1)!).end());

const idOf = ({ webhookId, eventId }: WebhookEvent) => webhookWorkflowId(webhookId, eventId);

/** Waits for the end of a delivery, whatever time that takes, and replays its history. */
async function end(event: WebhookEvent): Promise<WebhookDeliveryEnd> {
  const result = (await bench.env.client.workflow.getHandle(idOf(event)).result()) as WebhookDeliveryEnd;
  await replayWorkflow(bench.env, idOf(event));
  return result;
}

const logOf = async (event: WebhookEvent): Promise<WebhookDelivery> =>
  (await book.readDelivery({ webhookId: event.webhookId, deliveryId: deliveryIdOf(event) }))!;

async function deliver(changesOfWebhook: Parameters<typeof subscribe>[0] = { url: shop.url }) {
  const webhook = await subscribe(changesOfWebhook);
  const stored = await happen();
  const event = eventFor(webhook.webhookId, stored);
  expect(await deliveries.deliver(event)).toBe(true);
  return { webhook, stored, event };
}

/** milliseconds between the attempts */
const gaps = ({ attempts }: WebhookDelivery) =>
  attempts.slice(1).map(({ at }, i) => Date.parse(at) - Date.parse(attempts[i]!.at));

const idsAndBodies = (received: Received[]) => [
  ...new Set(received.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`)),
];

test('an event is delivered signed, once however often it is told, and its history has no secret', async () => {
  const { webhook, stored, event } = await deliver();
  expect(await deliveries.deliver(event)).toBe(false);
  expect(await end(event)).toEqual({ end: 'DELIVERED', attempts: 1 });
  expect(await deliveries.deliver(event)).toBe(false);
  expect(shop.received).toHaveLength(1);
  const [{ headers, body }] = shop.received as [Received];
  const { detail, time } = toBusEvent(stored);
  expect(JSON.parse(body)).toEqual({ type: 'Order Cancelled', timestamp: time, data: detail });
  expect(webhookMisfitOf(JSON.parse(body) as Parameters<typeof webhookMisfitOf>[0])).toBeUndefined();
  expect(detail).toMatchObject({ correlationId: stored.orderId, causationId: stored.orderId });
  const signedAt = new Date(Number(headers['webhook-timestamp']) * 1000);
  const id = deliveryIdOf(event);
  expect(headers).toMatchObject({
    'webhook-id': id,
    'webhook-signature': new Webhook(webhook.secret).sign(id, signedAt, body),
  });
  expect(await logOf(event)).toMatchObject({ state: 'DELIVERED', made: 1, attempts: [{ n: 1, status: 204 }] });
  const history = await bench.env.client.workflow.getHandle(idOf(event)).fetchHistory();
  const payloads = [...JSON.stringify(history).matchAll(/"data":"([^"]*)"/g)]
    .map(([, data = '']) => Buffer.from(data, 'base64').toString())
    .join();
  expect(payloads).toContain(event.eventId);
  expect(payloads).not.toContain(webhook.secret.slice('whsec_'.length));
  expect(payloads).not.toContain('changed my mind');
  expect(counted).toEqual(['delivered']);
});

describe('an endpoint that does not take it', () => {
  test('is tried ten times over three days with the same message, and then given up', async () => {
    answers(500);
    const { webhook, event } = await deliver();
    expect(await end(event)).toEqual({ end: 'FAILED', attempts: 10 });
    expect(shop.received).toHaveLength(10);
    expect(idsAndBodies(shop.received)).toHaveLength(1);
    const log = await logOf(event);
    expect(log).toMatchObject({ state: 'FAILED', made: 10 });
    expect(log.nextAttemptAt).toBeUndefined();
    expect(log.attempts.every(({ status, error }) => status === 500 && error === 'answered 500')).toBe(true);
    for (const [i, gap] of gaps(log).entries()) {
      expect(gap).toBeGreaterThanOrEqual(WAITS[i + 1]!);
      expect(gap).toBeLessThan(WAITS[i + 1]! * 1.2 + 60_000);
    }
    expect(await book.read(webhook.webhookId)).toMatchObject({ enabled: true, failedAttempts: 10 });
    expect(counted).toEqual([...Array.from({ length: 9 }, () => 'failed'), 'given_up']);
    expect(alerts).toEqual([]);
  });

  test('until it does: then nothing is held against it', async () => {
    answers(500, 429, 200);
    const { webhook, event } = await deliver();
    expect(await end(event)).toEqual({ end: 'DELIVERED', attempts: 3 });
    expect(await logOf(event)).toMatchObject({ state: 'DELIVERED', made: 3 });
    const after = await book.read(webhook.webhookId);
    expect([after?.failingSince, after?.failedAttempts]).toEqual([undefined, undefined]);
  });

  test('is asked again when it wants to be', async () => {
    shop.answer((response) =>
      shop.received.length === 1
        ? void response.writeHead(503, { 'retry-after': '7200' }).end()
        : void response.writeHead(200).end(),
    );
    const { event } = await deliver();
    expect(await end(event)).toEqual({ end: 'DELIVERED', attempts: 2 });
    const [gap = 0] = gaps(await logOf(event));
    expect(gap).toBeGreaterThanOrEqual(7_200_000);
    expect(gap).toBeLessThan(7_300_000);
  });

  test('with 410 Gone is disabled at once, and operations are told', async () => {
    answers(410);
    const { webhook, event } = await deliver();
    expect(await end(event)).toEqual({ end: 'FAILED', attempts: 1 });
    expect(await book.read(webhook.webhookId)).toMatchObject({
      enabled: false,
      disabledReason: 'the endpoint answered 410 Gone',
    });
    expect(alerts).toMatchObject([{ webhookId: webhook.webhookId, owner: webhook.owner }]);
    expect(counted).toEqual(['given_up', 'disabled']);
  });

  test('for long is disabled, told once, and told nothing more', async () => {
    answers(500);
    changes = { disableAfterS: 2 * DAY_S };
    const webhook = await subscribe({ url: shop.url });
    const events = await Promise.all([1, 2, 3].map(async () => eventFor(webhook.webhookId, await happen())));
    for (const event of events) await deliveries.deliver(event);
    for (const event of events) await end(event);
    const { webhookId, owner } = webhook;
    const disabled = await book.read(webhookId);
    expect(disabled).toMatchObject({
      enabled: false,
      disabledReason: expect.stringMatching(/^nothing was taken since .*, in \d+ attempts$/) as string,
    });
    expect(alerts).toMatchObject([{ webhookId, owner, reason: disabled!.disabledReason }]);
    expect(counted.filter((outcome) => outcome === 'disabled')).toHaveLength(1);
    const logs = await Promise.all(events.map(logOf));
    for (const log of logs) expect(log).toMatchObject({ state: 'STOPPED', reason: 'the webhook is disabled' });
    // two days at least, and not all three
    expect(Date.parse(disabled!.disabledAt!) - Date.parse(logs[0]!.attempts[0]!.at)).toBeGreaterThan(2 * DAY_S * 1000);
    expect(shop.received.length).toBeLessThan(30);
  });

  test('is told to operations although the worker dies between disabling and telling, and once only', async () => {
    answers(410);
    let deaths = 2;
    changes = {
      messenger: {
        reportDisabledWebhook: async (webhook) => {
          if (deaths-- > 0) throw new Error('killed');
          alerts.push(webhook);
        },
      },
    };
    const { event } = await deliver();
    await end(event);
    expect(alerts).toHaveLength(1);
  });
});

describe('a worker that dies', () => {
  test('between POST and log: the same message comes again, and is logged', async () => {
    let deaths = 1;
    changes = {
      desk: {
        ...desk,
        logAttempt: async (entry) => {
          if (deaths-- > 0) throw new Error('killed');
          return desk.logAttempt(entry);
        },
      },
    };
    const { event } = await deliver();
    expect(await end(event)).toEqual({ end: 'DELIVERED', attempts: 1 });
    expect(shop.received).toHaveLength(2);
    expect(idsAndBodies(shop.received)).toHaveLength(1);
    expect(await logOf(event)).toMatchObject({ state: 'DELIVERED', made: 1 });
  });

  test('between log and answer: nothing is sent twice, and a failure is counted once', async () => {
    answers(500, 200);
    let deaths = 2;
    afterAttempt = () => {
      if (deaths-- > 0) throw new Error('killed');
    };
    const { webhook, event } = await deliver();
    expect(await end(event)).toEqual({ end: 'DELIVERED', attempts: 2 });
    expect(shop.received).toHaveLength(2);
    expect((await logOf(event)).attempts.map(({ status }) => status)).toEqual([500, 200]);
    expect(await book.read(webhook.webhookId)).not.toHaveProperty('failedAttempts');
  });

  test('tables that are away for a while cost no attempt', async () => {
    let failures = 3;
    changes = {
      desk: {
        ...desk,
        readWebhook: (id) => (failures-- > 0 ? Promise.reject(new Error('throttled')) : desk.readWebhook(id)),
      },
    };
    const { event } = await deliver();
    expect(await end(event)).toEqual({ end: 'DELIVERED', attempts: 1 });
    expect(shop.received).toHaveLength(1);
  });
});

describe('who is not to be told', () => {
  const never = async () =>
    shop.answer(() => {
      throw new Error('was told');
    });

  test.each([
    ['deleted', async (webhookId: string) => void (await book.remove(webhookId)), 'the webhook was deleted'],
    [
      'disabled',
      async (webhookId: string) => void (await book.change({ webhookId, enabled: false, now: 'now' })),
      'the webhook is disabled',
    ],
  ])('a webhook that is %s while it is tried again', async (_, happens, reason) => {
    answers(500);
    const { webhook, event } = await deliver();
    await eventually(
      () => logOf(event),
      (log) => log?.state === 'PENDING',
    );
    await happens(webhook.webhookId);
    expect(await end(event)).toEqual({ end: 'STOPPED', attempts: 2 });
    expect(shop.received).toHaveLength(1);
    expect(await logOf(event)).toMatchObject({ state: 'STOPPED', made: 1, reason });
  });

  test('a webhook that is disabled before', async () => {
    const webhook = await subscribe({ url: shop.url });
    await book.change({ webhookId: webhook.webhookId, enabled: false, now: 'now' });
    const event = eventFor(webhook.webhookId, await happen());
    await deliveries.deliver(event);
    expect(await end(event)).toEqual({ end: 'STOPPED', attempts: 1 });
    expect(shop.received).toEqual([]);
  });

  test.each([
    ['of an order of another customer, whatever the bus says', { customerId: 'CUST-1' }, {}],
    ['that there is not', {}, { sequence: 2 }],
    ['of another type than it was', {}, { type: 'Order Returned' }],
  ])('an event %s', async (_, filter, told) => {
    await never();
    const webhook = await subscribe({ url: shop.url, ...filter });
    const event = { ...eventFor(webhook.webhookId, await happen()), ...told };
    await deliveries.deliver(event);
    expect(await end(event)).toEqual({ end: 'STOPPED', attempts: 1 });
    expect(shop.received).toEqual([]);
  });

  test('an address of our own network, where those are not allowed', async () => {
    changes = { sender: createWebhookSender({ allowPrivate: false }) };
    const { webhook, event } = await deliver();
    await eventually(
      () => logOf(event),
      (log) => log?.made === 1,
    );
    expect((await logOf(event)).attempts).toMatchObject([{ error: 'expected an https URL, got http:' }]);
    expect(shop.received).toEqual([]);
    // not terminated: for the time-skipping engine time would stand still from then on
    await book.remove(webhook.webhookId);
    await end(event);
  });
});

describe('by hand', () => {
  /** As a resend does; without its signal, for which the time-skipping engine lets time stand still for a minute. */
  async function again(event: WebhookEvent): Promise<void> {
    const { made } = await logOf(event);
    await bench.patient.workflow.start(WEBHOOK_DELIVERY_WORKFLOW, {
      workflowId: idOf(event),
      taskQueue: bench.taskQueue,
      args: [{ ...event, deliveryId: deliveryIdOf(event), made }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    });
  }

  test('what was given up has all its attempts again', async () => {
    answers(...Array.from({ length: 11 }, () => 500), 200);
    // years pass between one row and the other: nothing is under way
    changes = { disableAfterS: 100 * 365 * DAY_S };
    const { event } = await deliver();
    await end(event);
    await again(event);
    expect(await end(event)).toEqual({ end: 'DELIVERED', attempts: 12 });
    expect(await logOf(event)).toMatchObject({ state: 'DELIVERED', made: 12 });
  });

  test('a webhook that is disabled is sent it, once', async () => {
    const { webhook, event } = await deliver();
    await end(event);
    await book.change({ webhookId: webhook.webhookId, enabled: false, now: 'now' });
    answers(500);
    await again(event);
    expect(await end(event)).toMatchObject({ end: 'STOPPED' });
    expect(shop.received).toHaveLength(2);
  });

  test('a test tells nothing and is tried once', async () => {
    answers(500);
    const webhook = await subscribe({ url: shop.url });
    const at = new Date().toISOString();
    const test = { webhookId: webhook.webhookId, eventId: `test-${webhook.webhookId}`, at };
    const deliveryId = await deliveries.test(test);
    const workflowId = webhookWorkflowId(test.webhookId, test.eventId);
    expect(await bench.env.client.workflow.getHandle(workflowId).result()).toEqual({ end: 'FAILED', attempts: 1 });
    const { webhookId, eventId } = test;
    expect(JSON.parse(shop.received[0]!.body)).toEqual({
      type: 'waybill.test',
      timestamp: at,
      data: { webhookId, eventId },
    });
    const log = await book.readDelivery({ webhookId, deliveryId });
    expect(log).toMatchObject({ state: 'FAILED', type: 'waybill.test', made: 1 });
    await replayWorkflow(bench.env, workflowId);
  });
});
