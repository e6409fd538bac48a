import { Client, Connection } from '@temporalio/client';
import { DeleteCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Replay } from '../../src/domain/replay';
import { countArchived, countDeadLetters, type Everything, readAtRest, readEverything } from '../support/everything';
import { documentsAt } from '../../scripts/lib/aws-access';
import { drain } from '../support/deployed';
import { isFailedOrder } from '../../src/domain/replay';
import { netCharged } from '../support/books-balance';
import { runScript } from '../support/run-script';
import { sampleOrder, uniqueId } from '../support/orders';
import { SCENARIOS } from '../../scripts/lib/scenarios';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver';
import { System } from '../support/system';

jest.setTimeout(300_000);

/** some events of a replay are with the consumer at any time */
const PER_S = 80;

const ONE = { items: [{ productId: 'PROD-20002', quantity: 1, price: 29.99 }], totalAmount: 29.99 };

let system: System;
let engine: Connection;
let sqs: SQSClient;
let events: EventBridgeClient;
let shop: WebhookReceiver;
const beganAt = new Date().toISOString();

beforeAll(async () => {
  // a message that a killed consumer had comes back soon
  const env = {
    REPLAY_VISIBILITY_S: '5',
    REPLAY_EVENTS_PER_S: `${PER_S}`,
    REPLAY_QUIET_S: '6',
    // asked for by hand: one by the clock is a workflow that nobody expects
    WEBHOOK_ALLOW_PRIVATE: 'true',
    RECONCILE_EVERY_S: '0',
    RECONCILE_SETTLED_AFTER_S: '0',
    RECONCILE_PAUSE_S: '1',
    RECONCILE_STUCK_AFTER_S: '5',
  };
  shop = await startReceiver();
  system = await System.create({ env });
  await system.start();
  engine = await Connection.connect({ address: system.engine.address });
  sqs = new SQSClient({ endpoint: system.aws });
  events = new EventBridgeClient({ endpoint: system.aws });
});

afterAll(async () => {
  await system.stop();
  await engine.close();
  await shop.close();
  for (const client of [sqs, events]) client.destroy();
});

/** Workflows that ever ran, but for the replays themselves. */
async function countWorkflows(query = "WorkflowType != 'replayWorkflow'"): Promise<number> {
  const { namespace } = system.engine;
  return (await new Client({ connection: engine, namespace }).workflow.count(query)).count;
}

const countOrderWorkflows = () => countWorkflows("WorkflowType = 'orderWorkflow'");

const sinceTheBeginning = ['--from', beganAt, '--by', 'test'];
const runReplay = (...args: string[]) =>
  runScript('scripts/waybill.cjs', { args: ['replay', '--url', system.gateway, '--json', ...args] });

interface Stored {
  everything: Everything;
  workflows: number;
  archived: number;
  deadLetters: Record<string, number>;
}

const store = async (everything: Everything): Promise<Stored> => ({
  everything,
  workflows: await countWorkflows(),
  archived: await countArchived(system.aws),
  deadLetters: await countDeadLetters(system.aws),
});

let before: Stored;

const publish = (source: string, detailType: string, detail: object) =>
  events.send(
    new PutEventsCommand({
      Entries: [{ EventBusName: 'waybill', Source: source, DetailType: detailType, Detail: JSON.stringify(detail) }],
    }),
  );

/** A shop that is told everything, an event that waits for its order, and a message that can never be taken. */
async function useAllParts(): Promise<void> {
  expect((await system.post({ url: shop.url, owner: 'shop' }, {}, '/webhooks')).status).toBe(201);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'order-intake-queue' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'no event at all' }));
  const early = sampleOrder(ONE);
  const { orderId } = early;
  const update = { orderId, updateId: uniqueId(), trackingNumber: 'OF-NO-PARCEL', status: 'IN_TRANSIT' };
  await publish('carrier.updates', 'Carrier Update', update);
  const parked = async () =>
    Object.values((await readEverything(system.aws)).Inbox).some((row) => row.includes('PARKED'));
  await system.until(parked, () => 'the event is not parked');
  await publish('ecommerce.orders', 'Order Placed', early);
  expect((await system.ended(orderId)).status).toBe('SHIPPED');
}

test('an order of every scenario, replayed into the live system: nothing at all is different', async () => {
  await useAllParts();
  const demo = await runScript('scripts/demo.cjs', {
    args: ['--url', system.gateway],
    env: { AWS_ENDPOINT_URL: system.aws, NO_COLOR: '1' },
  });
  expect(demo.stdout).toContain(`${SCENARIOS.length} of ${SCENARIOS.length} ended as expected.`);
  before = await store(await readAtRest(system.aws));
  expect(before.archived).toBeGreaterThan(SCENARIOS.length * 5);
  const told = shop.received.length;
  expect(told).toBeGreaterThan(SCENARIOS.length * 5);

  const { code, stdout } = await runReplay(...sinceTheBeginning);
  const { counts, state } = JSON.parse(stdout) as Replay;
  expect({ code, state }).toEqual({ code: 0, state: 'COMPLETED' });
  const all = before.archived;
  expect(counts).toEqual({ seen: all, selected: all, forwarded: all, skipped: 0, refused: 0 });

  const after = await store(await readAtRest(system.aws));
  for (const table of Object.keys(before.everything) as (keyof Everything)[])
    expect({ table, rows: after.everything[table] }).toEqual({ table, rows: before.everything[table] });
  expect(after).toEqual(before);
  for (const table of ['DeadLetters', 'Projections', 'WebhookDeliveries', 'Inbox'] as const)
    expect({ table, rows: Object.keys(after.everything[table]).length }).not.toEqual({ table, rows: 0 });
  expect(shop.received).toHaveLength(told);
});

test('after it the read model is as the events say, and everything adds up', async () => {
  const env = { WAYBILL_URL: system.gateway };
  const rebuilt = await runScript('scripts/waybill.cjs', { args: ['rebuild-view', '--json'], env });
  const orders = Object.keys(before.everything.OrderStatusView).length;
  expect([rebuilt.code, JSON.parse(rebuilt.stdout)]).toMatchObject([0, { orders, differences: 0, mended: 0 }]);
  const reconciled = await runScript('scripts/waybill.cjs', { args: ['reconcile', '--json'], env });
  expect([reconciled.code, JSON.parse(reconciled.stdout)]).toMatchObject([0, { orders, findings: {}, undecided: [] }]);
  expect(await readEverything(system.aws)).toEqual(before.everything);
});

/**
 * Without how far each order was counted: who counts from the beginning counts to the end; and without what was counted and
 * taken back, which is 0 or was never written.
 */
const countersOf = ({ Projections }: Everything) =>
  Object.entries(Projections)
    .filter(([key]) => !key.endsWith(' cursor'))
    .map(([key, row]) => [key, Object.entries(JSON.parse(row) as object).filter(([, value]) => value !== 0)] as const)
    // of what is left of a row its key is no count
    .filter(([, left]) => left.some(([name]) => name !== 'id' && name !== 'entry'));

test('projections that were lost are made again by a replay', async () => {
  await empty('Projections', ['id', 'entry']);
  expect((await readEverything(system.aws)).Projections).toEqual({});
  expect((await runReplay(...sinceTheBeginning)).code).toBe(0);
  const after = await readAtRest(system.aws);
  expect(countersOf(after)).toEqual(countersOf(before.everything));
  const cursorsOf = ({ Projections }: Everything) => Object.keys(Projections).filter((key) => key.endsWith(' cursor'));
  expect(cursorsOf(after).toSorted()).toEqual(cursorsOf(before.everything).toSorted());
  before = await store(after);
});

async function empty(TableName: string, keys: string[]): Promise<void> {
  const db = documentsAt(system.aws);
  for await (const { Items = [] } of paginateScan({ client: db }, { TableName, ConsistentRead: true }))
    for (const item of Items) {
      const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
      await db.send(new DeleteCommand({ TableName, Key }));
    }
  db.destroy();
}

interface ArchivedEvent {
  /** EventBridge's */
  id: string;
  detail: { origin?: string; eventId?: string; orderId: string };
}

/** Ids of our own events, and orders of the others, by what is in the sandbox queue. */
async function readSandbox() {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'replay-sandbox-queue' }));
  const bodies = (await drain(sqs, QueueUrl)).map((body) => JSON.parse(body) as ArchivedEvent);
  const own = bodies.filter(({ detail: { origin } }) => origin === 'waybill');
  return {
    ids: bodies.map(({ id }) => id),
    own: own.map(({ detail: { eventId = '' } }) => eventId),
    orders: bodies.map(({ detail }) => detail.orderId),
  };
}

test('--failed-only --to-queue sandbox: the events of the orders that failed, each once, and nobody else hears of them', async () => {
  const { code, stdout } = await runReplay(...sinceTheBeginning, '--failed-only', '--to-queue', 'sandbox');
  const { counts } = JSON.parse(stdout) as Replay;
  expect(code).toBe(0);

  const rows = <T>(table: keyof Everything) =>
    Object.values(before.everything[table]).map((text) => JSON.parse(text) as T);
  const views = rows<{ orderId: string; status: Parameters<typeof isFailedOrder>[0] }>('OrderStatusView');
  const failed = new Set(views.filter(({ status }) => isFailedOrder(status)).map(({ orderId }) => orderId));
  expect(failed.size).toBeGreaterThan(5);
  const wanted = rows<{ orderId: string; sequence: number }>('OrderEvents').filter(({ orderId }) =>
    failed.has(orderId),
  );
  const sandbox = await readSandbox();
  const ids = wanted.map(({ orderId, sequence }) => `${orderId}#${sequence}`);
  expect([...new Set(sandbox.own)].toSorted()).toEqual(ids.toSorted());
  // what was on the bus twice is in the archive twice
  expect(new Set(sandbox.ids).size).toBe(sandbox.ids.length);
  expect(sandbox.orders.filter((orderId) => !failed.has(orderId))).toEqual([]);
  expect(counts).toMatchObject({ seen: before.archived, forwarded: sandbox.ids.length, refused: 0 });
  expect(counts.skipped).toBe(before.archived - sandbox.ids.length);
  expect(await store(await readEverything(system.aws))).toEqual(before);
});

test('a consumer that is killed in the middle leaves nothing out and does nothing twice; the orders of now go on', async () => {
  const orderWorkflows = await countOrderWorkflows();
  const started = await system.post({ from: beganAt, by: 'test' }, {}, '/replays');
  const { name } = (await started.json()) as Replay;
  const now = () => system.get<Replay>(`/replays/${name}`);
  await system.until(
    async () => (await now()).counts.forwarded > 20,
    () => `${name} does not begin`,
  );
  const { consumer } = system.pids();
  process.kill(consumer!, 'SIGKILL');
  const [posted, onBus] = [sampleOrder(ONE), sampleOrder(ONE)];
  expect((await system.post(posted)).status).toBe(202);
  await publish('ecommerce.orders', 'Order Placed', onBus);
  expect((await now()).counts.seen).toBeLessThan(before.archived);
  for (const { orderId } of [posted, onBus]) {
    expect((await system.ended(orderId)).status).toBe('SHIPPED');
    expect(netCharged(await system.journal(orderId))).toBe(29.99);
  }
  await system.until(
    async () => (await now()).state === 'COMPLETED',
    () => `${name} does not end`,
    120_000,
  );
  const { counts } = await now();
  expect({ seen: counts.seen, forwarded: counts.forwarded }).toEqual({
    seen: before.archived,
    forwarded: before.archived,
  });

  const after = await readAtRest(system.aws);
  for (const table of ['Orders', 'OrderEvents', 'OrderStatusView', 'Ledger', 'SandboxJournal', 'Inbox'] as const)
    expect({ table, rows: after[table] }).toMatchObject({ table, rows: before.everything[table] });
  const changed = Object.keys(after.Inventory).filter((id) => after.Inventory[id] !== before.everything.Inventory[id]);
  expect(changed).toEqual([ONE.items[0]!.productId]);
  // the two of now
  expect(await countOrderWorkflows()).toBe(orderWorkflows + 2);
  expect(await countDeadLetters(system.aws)).toEqual(before.deadLetters);
});

test('a replay that somebody cancels leaves out what still comes', async () => {
  const name = `failed-orders-replay-${uniqueId()}`;
  const begun = runReplay(...sinceTheBeginning, '--name', name);
  await system.until(
    async () => (await fetch(`${system.gateway}/replays/${name}`)).ok,
    () => `${name} does not begin`,
  );
  const cancelled = await runReplay('--cancel', name, '--by', 'day shift');
  const { state, cancelledBy, counts } = JSON.parse(cancelled.stdout) as Replay;
  expect([cancelled.code, state, cancelledBy]).toEqual([0, 'CANCELLED', 'day shift']);
  expect(counts.seen).toBe(counts.forwarded + counts.skipped);
  expect(counts.skipped).toBeGreaterThan(0);
  expect((await begun).code).toBe(1);
});
