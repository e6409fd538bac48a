import { Client, Connection } from '@temporalio/client';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Replay } from '../../src/domain/replay';
import { countArchived, countDeadLetters, type Everything, readAtRest, readEverything } from '../support/everything';
import { drain } from '../support/deployed';
import { isFailedOrder } from '../../src/domain/replay';
import { netCharged } from '../support/books-balance';
import { runScript } from '../support/run-script';
import { sampleOrder, uniqueId } from '../support/orders';
import { SCENARIOS } from '../../scripts/lib/scenarios';
import { System } from '../support/system';

jest.setTimeout(300_000);

/** some events of a replay are with the consumer at any time */
const PER_S = 80;

const ONE = { items: [{ productId: 'PROD-20002', quantity: 1, price: 29.99 }], totalAmount: 29.99 };

let system: System;
let engine: Connection;
let sqs: SQSClient;
let events: EventBridgeClient;
const beganAt = new Date().toISOString();

beforeAll(async () => {
  // a message that a killed consumer had comes back soon
  const env = { REPLAY_VISIBILITY_S: '5', REPLAY_EVENTS_PER_S: `${PER_S}`, REPLAY_QUIET_S: '6' };
  system = await System.create({ env });
  await system.start();
  engine = await Connection.connect({ address: system.engine.address });
  sqs = new SQSClient({ endpoint: system.aws });
  events = new EventBridgeClient({ endpoint: system.aws });
});

afterAll(async () => {
  await system.stop();
  await engine.close();
  for (const client of [sqs, events]) client.destroy();
});

/** Workflows that ever ran, but for the replays themselves. */
async function countWorkflows(): Promise<number> {
  const { namespace } = system.engine;
  const { count } = await new Client({ connection: engine, namespace }).workflow.count(
    "WorkflowType != 'replayWorkflow'",
  );
  return count;
}

const sinceTheBeginning = ['--from', beganAt, '--by', 'test'];
const runReplay = (...args: string[]) =>
  runScript('scripts/replay.cjs', { args: ['--url', system.gateway, '--json', ...args] });

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

test('an order of every scenario, replayed into the live system: nothing at all is different', async () => {
  const demo = await runScript('scripts/demo.cjs', {
    args: ['--url', system.gateway],
    env: { AWS_ENDPOINT_URL: system.aws, NO_COLOR: '1' },
  });
  expect(demo.stdout).toContain(`${SCENARIOS.length} of ${SCENARIOS.length} ended as expected.`);
  before = await store(await readAtRest(system.aws));
  expect(before.archived).toBeGreaterThan(SCENARIOS.length * 5);

  const { code, stdout } = await runReplay(...sinceTheBeginning);
  const { counts, state } = JSON.parse(stdout) as Replay;
  expect({ code, state }).toEqual({ code: 0, state: 'COMPLETED' });
  const all = before.archived;
  expect(counts).toEqual({ seen: all, selected: all, forwarded: all, skipped: 0, refused: 0 });

  const after = await store(await readAtRest(system.aws));
  for (const table of Object.keys(before.everything) as (keyof Everything)[])
    expect({ table, rows: after.everything[table] }).toEqual({ table, rows: before.everything[table] });
  expect(after).toEqual(before);
});

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
  const entry = { EventBusName: 'waybill', Source: 'ecommerce.orders', DetailType: 'Order Placed' };
  await events.send(new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(onBus) }] }));
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
  expect(await countWorkflows()).toBe(before.workflows + 2);
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
