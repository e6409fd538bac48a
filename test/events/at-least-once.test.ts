import { noLetters } from '../support/letters';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { EventBus } from '../../src/messaging/ports';
import type { OrderId } from '../../src/domain/ids';
import { type AwsProxy, createAwsProxy, throttled, type WireCall } from '../support/aws-proxy';
import { booksOn, connectToEmulator, dynamoBooksWorld, eventBusOn } from '../support/contracts/emulator';
import { createContacts } from '../../src/adapters/aws/contacts';
import { createCuttableProxy } from '../support/cuttable-proxy';
import { createEventPublisher } from '../../src/adapters/event-publisher';
import { createLogger } from '../../src/telemetry';
import { createNotificationInbox } from '../../src/adapters/aws/notification-inbox';
import { createNotifications } from '../../src/messaging/notifications';
import { createRelay, type Relay } from '../../src/messaging/relay';
import { createSandboxJournal } from '../../src/adapters/aws/sandbox-journal';
import { createSandboxNotifications } from '../../src/adapters/sandbox/notification';
import { eventIdOf } from '../../src/domain/ids';
import { eventually } from '../support/contracts/condition';
import { failureTypeOf } from '../support/contracts/books';
import { MAX_ENTRIES } from '../../src/adapters/aws/event-bus';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { putQueueOnBus, type QueueOnBus } from '../support/bus-tap';
import { receiveAll } from '../support/contracts/queues';
import { someEvents } from '../support/contracts/events';
import { uniqueId } from '../support/orders';

/** Every event that is stored reaches the bus at least once, whatever dies in between: on the real servers. */
const emulator = connectToEmulator();
const { config, sqs } = emulator;
const books = booksOn(emulator);
const world = dynamoBooksWorld(emulator);
const logger = createLogger({ name: 'test', level: 'silent' });
const endpoint = process.env['AWS_ENDPOINT_URL']!;
const HOUR_MS = 3_600_000;

/** everything but the date */
const TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

let proxy: AwsProxy;
let queue: QueueOnBus;
let orderId: OrderId;
const opened: { destroy(): void }[] = [];

beforeAll(async () => {
  queue = await putQueueOnBus(emulator, {
    busName: config.EVENT_BUS_NAME,
    pattern: { 'detail-type': ['Order Validated', 'Return Received'] },
  });
});
beforeEach(async () => {
  orderId = uniqueId();
  proxy = await createAwsProxy(endpoint);
});
afterEach(async () => {
  // whatever happened: no call is larger than the bus takes
  for (const { Entries } of proxy.callsOf('PutEvents') as { Entries: object[] }[]) {
    expect(Entries.length).toBeLessThanOrEqual(MAX_ENTRIES);
    expect(Buffer.byteLength(JSON.stringify(Entries))).toBeLessThanOrEqual(256 * 1024);
  }
  for (const client of opened.splice(0)) client.destroy();
  await proxy.close();
});
afterAll(async () => {
  await queue.remove();
  emulator.destroy();
});

type Body = { detail: { eventId: string; orderId: string; sequence: number }; 'detail-type': string };

const isOurs = (body: unknown) => (body as Body).detail.orderId === orderId;

/** Takes so many events of the order off the bus: their sequences. */
async function onTheBus(count: number): Promise<number[]> {
  const bodies = (await receiveAll(sqs, queue.queueUrl, isOurs, count)) as Body[];
  for (const { detail } of bodies) expect(detail.eventId).toBe(eventIdOf(orderId, detail.sequence));
  return bodies.map(({ detail }) => detail.sequence).toSorted((a, b) => a - b);
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

const marked = async () =>
  (await world.events(orderId)).filter((event) => 'unpublished' in event).map(({ sequence }) => sequence);

async function append(n: number): Promise<void> {
  const before = (await world.events(orderId)).length;
  const events = someEvents(before + n, { orderId, at: new Date().toISOString() }).slice(before);
  await books.post({ orderId, events });
}

/** The bus, with only this test's events left behind. */
const ours = (bus: EventBus): EventBus => ({
  ...bus,
  async *unpublished(p) {
    for await (const page of bus.unpublished(p)) {
      const events = page.filter((event) => event.orderId === orderId);
      if (events.length > 0) yield events;
    }
  },
});

/** The bus over the proxy, as the processes speak to it. */
function busOver(url: string): EventBus {
  const events = new EventBridgeClient({ endpoint: url, maxAttempts: 2 });
  const dynamo = new DynamoDBClient({ endpoint: url, maxAttempts: 2 });
  opened.push(events, dynamo);
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  return ours(eventBusOn({ ...emulator, events, db }));
}

const relayOn = (bus: EventBus, intervalMs = HOUR_MS): Relay => createRelay({ bus, graceMs: 0, intervalMs, logger });

/** A worker's process that appends and is killed, no handler asked, at a call that the proxy sees. */
async function killedAt(
  operation: string,
  p: { service: string; count: number; answer: (call: WireCall) => Promise<void> },
) {
  const reached = new Promise<void>((resolve) => {
    proxy.on(operation, async (call) => {
      await p.answer(call);
      resolve();
      return undefined;
    });
  });
  const args = ['--import', 'tsx', 'test/events/fixtures/append-until-killed.ts', orderId, `${p.count}`];
  const env = { ...process.env, [`AWS_ENDPOINT_URL_${p.service}`]: proxy.url };
  const child = spawn(process.execPath, args, { cwd: PROJECT_ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.all([reached, once(child.stdout, 'data')]);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
}

describe('a process that is killed', () => {
  test('after it appended and before the bus has it: the relay publishes all of it', async () => {
    await killedAt('PutEvents', { service: 'EVENTBRIDGE', count: 12, answer: async () => undefined });
    expect(await marked()).toEqual(upTo(12));
    expect(await relayOn(ours(eventBusOn(emulator))).run()).toBe(12);
    expect(await onTheBus(12)).toEqual(upTo(12));
    expect(await marked()).toEqual([]);
  });

  test('after the bus has it and before the mark is off: twice on the bus under one id, and told once', async () => {
    await killedAt('BatchWriteItem', { service: 'DYNAMODB', count: 1, answer: async () => undefined });
    const first = (await receiveAll(sqs, queue.queueUrl, isOurs, 1)) as Body[];
    expect(await marked()).toEqual([1]);
    expect(await relayOn(ours(eventBusOn(emulator))).run()).toBe(1);
    const again = (await receiveAll(sqs, queue.queueUrl, isOurs, 1)) as Body[];
    expect(again[0]!.detail).toEqual(first[0]!.detail);
    expect(await marked()).toEqual([]);
    expect(await toldOf([...first, ...again])).toEqual(['succeeded']);
  });

  /** Hands the events to a channel's reader as the rule does; what the company for messages was asked for. */
  async function toldOf(bodies: Body[]): Promise<string[]> {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: uniqueId('told') }));
    for (const { detail, ...event } of bodies) {
      const told = { orderId, event: event['detail-type'], channels: ['EMAIL'], detail };
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(told) }));
    }
    const journal = createSandboxJournal({ db: emulator.db, table: config.SANDBOX_JOURNAL_TABLE });
    const handled: unknown[] = [];
    const reader = createNotifications({
      sqs,
      queueUrl: QueueUrl,
      deadLetterQueueUrl: QueueUrl,
      visibilityS: 30,
      channel: 'EMAIL',
      deliveries: createNotificationInbox({ db: emulator.db, table: config.INBOX_TABLE }),
      contacts: createContacts({ db: emulator.db, table: config.CUSTOMER_CONTACTS_TABLE }),
      provider: createSandboxNotifications({ journal, timeoutMs: 1000 }),
      leaseMs: 5000,
      letters: noLetters,
      logger: Object.assign(Object.create(logger) as typeof logger, { info: (log: unknown) => void handled.push(log) }),
    });
    reader.start();
    await eventually(
      () => handled.length,
      (n) => n === bodies.length,
    );
    await reader.stop();
    const entries = await journal.entries(orderId);
    return entries.filter(({ operation }) => operation === 'email').map(({ outcome }) => outcome);
  }
});

test('a bus that is throttled: the step leaves it, and the relay publishes all of it later', async () => {
  let calls = 0;
  proxy.on('PutEvents', async (call) => (++calls <= 6 ? throttled : call.forward()));
  await append(25);
  const bus = busOver(proxy.url);
  const errors: unknown[] = [];
  const publisher = createEventPublisher({ bus, lingerMs: 1, onError: (error) => errors.push(error) });
  publisher.publish(await world.events(orderId));
  await publisher.flush();
  expect(errors).toMatchObject([{ type: 'SERVICE_UNAVAILABLE' }]);
  expect(await marked()).toEqual(upTo(25));

  const relay = relayOn(bus, 5);
  relay.start();
  await eventually(marked, (left) => left.length === 0);
  await relay.stop();
  expect(calls).toBeGreaterThan(6);
  expect(await onTheBus(25)).toEqual(upTo(25));
});

test.each(['InternalFailure', 'ThrottlingException'])(
  'single entries of a batch that fail with %s: only these keep their mark, and only these are sent again',
  async (ErrorCode) => {
    const failing = new Set([3, 7]);
    proxy.on('PutEvents', async (call) => {
      const entries = call.body['Entries'] as { Detail: string }[];
      const fails = entries.map(({ Detail }) => failing.has((JSON.parse(Detail) as Body['detail']).sequence));
      const answer = await call.forward({ ...call.body, Entries: entries.filter((_, i) => !fails[i]) });
      const taken = answer.body['Entries'] as object[];
      const Entries = fails.map((isFailing) => (isFailing ? { ErrorCode, ErrorMessage: 'later' } : taken.shift()));
      return { ...answer, body: { FailedEntryCount: failing.size, Entries } };
    });
    await append(10);
    const relay = relayOn(busOver(proxy.url));
    // the index is shared: a page of it may end between two events of ours
    const handed = () => proxy.callsOf('PutEvents').reduce((n, { Entries }) => n + (Entries as object[]).length, 0);
    expect(await relay.run()).toBe(8);
    expect(handed()).toBe(10);
    expect(await marked()).toEqual([3, 7]);
    expect(await onTheBus(8)).toEqual([1, 2, 4, 5, 6, 8, 9, 10]);

    failing.clear();
    expect(await relay.run()).toBe(2);
    expect(await marked()).toEqual([]);
    expect(await onTheBus(2)).toEqual([3, 7]);
    expect(handed()).toBe(12);
  },
);

describe('a table that leaves out a part of what takes the marks off', () => {
  /** Takes only the first of the items, as a throttled table may. */
  const takesOne = async ({ body, forward }: WireCall) => {
    const [[table, requests]] = Object.entries(body['RequestItems'] as Record<string, object[]>) as [
      [string, object[]],
    ];
    const answer = await forward({ ...body, RequestItems: { [table]: requests.slice(0, 1) } });
    const left = requests.slice(1);
    return { ...answer, body: { UnprocessedItems: left.length > 0 ? { [table]: left } : {} } };
  };

  test('is asked again for the rest', async () => {
    proxy.on('BatchWriteItem', takesOne);
    await append(3);
    expect(await relayOn(busOver(proxy.url)).run()).toBe(3);
    expect(await marked()).toEqual([]);
    expect(proxy.callsOf('BatchWriteItem')).toHaveLength(3);
    expect(proxy.callsOf('PutEvents')).toHaveLength(1);
  });

  test('again and again: what kept its mark is published again, and nothing is lost', async () => {
    proxy.on('BatchWriteItem', takesOne);
    await append(5);
    const relay = relayOn(busOver(proxy.url));
    expect(await failureTypeOf(relay.run())).toBe('SERVICE_UNAVAILABLE');
    expect(await marked()).toEqual([4, 5]);
    proxy.off('BatchWriteItem');
    expect(await relay.run()).toBe(2);
    expect(await marked()).toEqual([]);
    expect(await onTheBus(7)).toEqual([1, 2, 3, 4, 4, 5, 5]);
  });
});

/*
 * The clock says that an hour passes; the relay's rounds are 20 ms apart instead of 5 s, so there are fewer of them than
 * an hour has. Everything else is as it is: processes, connections that are refused, tables, bus.
 */
test('the bus away for an hour: nothing is lost, and the first round after it publishes what came meanwhile', async () => {
  const away = await createCuttableProxy({ port: Number(new URL(endpoint).port) });
  const events = new EventBridgeClient({ endpoint: `http://127.0.0.1:${away.port}`, maxAttempts: 2 });
  const bus = ours(eventBusOn({ ...emulator, events }));
  let rounds = 0;
  // once a round, however many pages it has
  const counted: EventBus = { ...bus, unpublished: (p) => (rounds++, bus.unpublished(p)) };
  const relay = relayOn(counted, 20);
  const errors: unknown[] = [];
  const publisher = createEventPublisher({ bus, lingerMs: 1, onError: (error) => errors.push(error) });
  jest.useFakeTimers({ doNotFake: [...TIMERS] });
  try {
    const start = Date.now();
    away.cut();
    relay.start();
    for (let minute = 0; minute < 60; minute += 5) {
      jest.setSystemTime(start + minute * 60_000);
      await append(10);
      jest.setSystemTime(start + minute * 60_000 + 1000);
      publisher.publish(await world.events(orderId));
      await publisher.flush();
      const before = rounds;
      await eventually(
        () => rounds,
        (n) => n > before,
        { timeoutMs: HOUR_MS },
      );
    }
    jest.setSystemTime(start + HOUR_MS);
    expect(errors).toHaveLength(12);
    expect(await marked()).toEqual(upTo(120));
    away.mend();
    const mended = rounds;
    // the round that was under way, and the one after it, which is through when the next one begins
    while ((await marked()).length > 0 && rounds < mended + 2) await delay(20);
    expect(await marked()).toEqual([]);
    expect(new Set(await onTheBus(120))).toEqual(new Set(upTo(120)));
  } finally {
    jest.useRealTimers();
    await relay.stop();
    events.destroy();
    away.close();
  }
});
