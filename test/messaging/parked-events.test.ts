import { setTimeout as sleep } from 'node:timers/promises';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import type { ConnectedOrderClient } from '../../src/client';
import type { EventInbox } from '../../src/messaging/ports';
import type { OrderId } from '../../src/domain/ids';
import { becomes } from '../../scripts/lib/wait';
import { connectToEmulator } from '../support/contracts/emulator';
import { createEventInbox } from '../../src/adapters/aws/inbox';
import { createInbox } from '../../src/messaging/inbox';
import { createLogger } from '../../src/telemetry';
import { createMemoryInbox } from '../support/memory/inbox';
import { createParkedEvents, type GivenUp, type ParkedEventsDeps } from '../../src/messaging/parked-events';
import { createTestOrders, dyingAt } from '../support/event-orders';
import { envelopeOf, sampleUpdate } from '../support/refused-events';
import { letterIdOf } from '../support/letters';
import { EngineUnavailableError } from '../../src/client';
import { openInbox } from '../../src/wiring/inbox';
import { parseMessage } from '../../src/messaging/inbound-event';
import { receiveMessages } from '../support/contracts/queues';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { db, config } = emulator;
const logger = createLogger({ name: 'test', level: 'silent' });
afterAll(() => emulator.destroy());

let rows: EventInbox;
let orders: ReturnType<typeof createTestOrders>;
let buried: GivenUp[];
let orderId: OrderId;
afterEach(() => void jest.useRealTimers());
beforeEach(() => {
  rows = ownOf(createEventInbox({ db, table: config.INBOX_TABLE }));
  orders = createTestOrders();
  buried = [];
  orderId = uniqueId();
});

/** The table is everybody's: a test sweeps what it parked itself. */
function ownOf(inbox: EventInbox): EventInbox {
  const own = new Set<OrderId>();
  return {
    ...inbox,
    park: (event, p) => (own.add(p.orderId), inbox.park(event, p)),
    ordersDue: async (p) => (await inbox.ordersDue(p)).filter((id) => own.has(id)),
  };
}

const parkedEvents = (changes: Partial<ParkedEventsDeps> = {}) =>
  createParkedEvents({
    rows,
    orders,
    patienceS: 3600,
    intervalMs: 20,
    bury: async (letter) => void buried.push(letter),
    logger,
    ...changes,
  });

const bodyOf = (updateId: string, id: string = uniqueId('event')) => {
  const detail = { ...sampleUpdate(), orderId, updateId };
  return JSON.stringify(envelopeOf({ id, source: 'carrier.updates', 'detail-type': 'Carrier Update', detail }));
};

/** Parks an update, as if so many seconds ago. */
async function park(updateId: string, agoS = 0, p: { inbox?: EventInbox; attributes?: Record<string, string> } = {}) {
  const body = bodyOf(updateId);
  const { identity } = parseMessage(body);
  const at = (ms: number) => new Date(Date.now() - agoS * 1000 + ms).toISOString();
  const { inbox = rows, attributes = {} } = p;
  await inbox.park(identity!, { orderId, body, attributes, parkedAt: at(0), tryAgainAt: at(500) });
  return { body, identity: identity! };
}

const waiting = async () => (await rows.parkedFor(orderId)).length;

test('when the order appears it is told all that waits, longest parked first', async () => {
  await park('second', 20);
  const { identity } = await park('first', 30);
  await park('third', 10);
  const parked = parkedEvents();
  await parked.releaseFor(orderId);
  expect(orders.told).toEqual([]);
  expect(await waiting()).toBe(3);

  orders.known.add(orderId);
  await parked.releaseFor(orderId);
  expect(orders.told).toEqual(['first', 'second', 'third']);
  expect(await waiting()).toBe(0);
  expect(await rows.claim(identity)).toEqual({ kind: 'TAKEN' });
  await parked.releaseFor(orderId);
  await parked.releaseFor(uniqueId());
  expect(orders.told).toHaveLength(3);
});

test('nobody has to say that it appeared: a sweep finds it, at the latest a minute later', async () => {
  await park('first', 30);
  await park('not due', 0);
  const parked = parkedEvents();
  await parked.sweep();
  const [first, other] = await rows.parkedFor(orderId);
  expect(first).toMatchObject({ tries: 1 });
  expect(other).toMatchObject({ tries: 0 });
  expect(Date.parse(first!.tryAgainAt) - Date.now()).toBeLessThanOrEqual(1000);
  orders.known.add(orderId);
  expect(await becomes(async () => (await parked.sweep(), orders.told.length > 0), { timeoutMs: 5000 })).toBe(true);
  // what is told first is what came first
  expect(orders.told).toEqual(['first', 'not due']);
});

test('turns are put off for longer each time, up to a minute', async () => {
  rows = createMemoryInbox();
  await park('first', 0);
  const parked = parkedEvents();
  const pauses: number[] = [];
  jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    for (let i = 0; i < 8; i++) {
      const [before] = await rows.parkedFor(orderId);
      jest.setSystemTime(Date.parse(before!.tryAgainAt));
      await parked.sweep();
      pauses.push(Date.parse((await rows.parkedFor(orderId))[0]!.tryAgainAt) - Date.now());
    }
  } finally {
    jest.useRealTimers();
  }
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
});

test('an order that does not come in time: the event goes to the dead letters as it came, and its id is free', async () => {
  const patience = { patienceS: 60 };
  const { body, identity } = await park('late', 61, { attributes: { deadLetterId: 'D1' } });
  await park('in time', 30);
  await parkedEvents(patience).sweep();
  const reason = `no order ${orderId} came within 60 s`;
  const attributes = { deadLetterId: 'D1' };
  expect(buried).toMatchObject([{ source: 'carrier.updates', body, attributes, reason }]);
  expect(await waiting()).toBe(1);
  // from there it may be sent again, and waits as long again
  expect(await rows.claim(identity)).toEqual({ kind: 'OPEN' });
});

test('an order that comes in the last moment has its event', async () => {
  await park('late', 61);
  orders.known.add(orderId);
  await parkedEvents({ patienceS: 60 }).sweep();
  expect([orders.told, buried]).toEqual([['late'], []]);
});

test('dead letters that cannot be reached leave it where it is', async () => {
  await park('late', 61);
  const bury = () => Promise.reject(new Error('no such queue'));
  await parkedEvents({ patienceS: 60, bury })
    .sweep()
    .catch(() => undefined);
  expect(await waiting()).toBe(1);
});

test('an engine that is down is nothing against an event, however long it waits', async () => {
  await park('late', 61);
  const parked = parkedEvents({
    patienceS: 60,
    orders: { ...orders, tellCarrier: () => Promise.reject(new EngineUnavailableError('down')) },
  });
  await expect(parked.sweep()).rejects.toThrow(EngineUnavailableError);
  expect([await waiting(), buried]).toEqual([1, []]);
});

test('a defect that one event meets holds up no other, and keeps it no longer than an order would', async () => {
  await park('defect', 30);
  const [meets, other] = [orderId, (orderId = uniqueId())];
  await park('good', 30);
  orders.known.add(other);
  const { tellCarrier } = orders;
  orders.tellCarrier = (of, news) => (of === meets ? Promise.reject(new TypeError('x')) : tellCarrier(of, news));
  await parkedEvents().sweep();
  expect([orders.told, buried]).toEqual([['good'], []]);
  orderId = meets;
  await becomes(async () => (await parkedEvents({ patienceS: 1 }).sweep(), buried.length > 0), { timeoutMs: 5000 });
  expect(buried).toMatchObject([{ reason: 'it could not be taken within 1 s' }]);
  expect(await waiting()).toBe(0);
});

test('consumers that sweep at once share the work: each event is told, and not by each of them', async () => {
  for (let i = 0; i < 30; i++) await park(`u-${i}`, 60 - i);
  orders.known.add(orderId);
  const consumers = Array.from({ length: 4 }, () => parkedEvents());
  // a turn is for a second, and a busy machine takes longer for one
  jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
  await Promise.all(consumers.flatMap((one) => [one.sweep(), one.releaseFor(orderId)]));
  expect(new Set(orders.told)).toEqual(new Set(Array.from({ length: 30 }, (_, i) => `u-${i}`)));
  // eight look at once; one that looks while another tells may tell it too, which changes nothing
  expect(orders.told.length).toBeLessThan(60);
  expect(await waiting()).toBe(0);
});

test('consumers that give up at once bury each event once', async () => {
  for (let i = 0; i < 10; i++) await park(`u-${i}`, 60);
  await Promise.all(Array.from({ length: 4 }, () => parkedEvents({ patienceS: 60 - 1 }).sweep()));
  expect(buried).toHaveLength(10);
  expect(await waiting()).toBe(0);
});

test('the loop takes what comes while it runs, and stops', async () => {
  const parked = parkedEvents();
  parked.start();
  await park('first', 30);
  orders.known.add(orderId);
  expect(await becomes(() => orders.told.length > 0, { timeoutMs: 5000 })).toBe(true);
  await parked.stop();
  await park('after', 30);
  await sleep(100);
  expect(orders.told).toEqual(['first']);
});

describe('a process that dies anywhere in its turn', () => {
  test.each([
    ['the order is there', true, 60],
    ['the order is late', false, 3600],
    ['the order will not come', false, 1],
  ])('leaves the event to the next: %s', async (_, isThere, patienceS) => {
    for (let n = 1; ; n++) {
      rows = createMemoryInbox();
      orders = createTestOrders();
      buried = [];
      if (isThere) orders.known.add(orderId);
      const { body } = await park('u-1', 30);
      const death = dyingAt(n);
      const letters = { bury: async (letter: GivenUp) => void buried.push(letter) };
      const { bury } = death.guard(letters);
      const dying = parkedEvents({ rows: death.guard(rows), orders: death.guard(orders), bury, patienceS });
      await dying.sweep().catch(() => undefined);
      const moments = death.count();

      // the next consumer, when its turn has come
      jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
      jest.setSystemTime(Date.now() + 5000);
      await parkedEvents({ patienceS }).sweep();
      jest.useRealTimers();
      if (isThere) expect([n, await waiting(), [...new Set(orders.told)]]).toEqual([n, 0, ['u-1']]);
      else if (patienceS === 1) {
        expect([n, await waiting()]).toEqual([n, 0]);
        // it may be there twice: better than nowhere, and one dead letter
        expect([n, new Set(buried.map((letter) => letter.id)).size]).toEqual([n, 1]);
        expect([n, [...new Set(buried.map((letter) => letter.body))]]).toEqual([n, [body]]);
      } else expect([n, await waiting(), buried]).toEqual([n, 1, []]);
      if (n > moments) {
        expect(moments).toBeGreaterThan(6);
        return;
      }
    }
  });
});

test('what came by a queue and waits is taken under its id when it comes again', async () => {
  const inbox = createInbox({ rows, orders });
  const body = bodyOf('u-1');
  const arrival = { event: parseMessage(body), body, requestId: 'r', patienceMs: 100 };
  expect(await inbox.take(arrival)).toMatchObject({ status: 'PARKED' });
  orders.known.add(orderId);
  await parkedEvents().releaseFor(orderId);
  expect(await inbox.take(arrival)).toMatchObject({ status: 'DUPLICATE', orderId });
  expect(orders.told).toEqual(['u-1']);
});

test.each([
  ['carrier.updates', 'TRACKING_UPDATE_DLQ_URL'],
  ['payment.service', 'PAYMENT_PROCESSING_DLQ_URL'],
] as const)('what %s told in vain is in the dead letters of its queue, with its class', async (source, variable) => {
  const QueueUrl = (await emulator.sqs.send(new CreateQueueCommand({ QueueName: uniqueId('dead') }))).QueueUrl!;
  const { parked } = openInbox({
    config: { ...config, [variable]: QueueUrl, INBOX_PATIENCE_S: 60 },
    aws: emulator,
    orders: orders as unknown as ConnectedOrderClient,
    logger,
  });
  const body = JSON.stringify({ source, about: orderId });
  const at = new Date(Date.now() - 61_000).toISOString();
  const identity = { source, eventId: uniqueId('event'), fingerprint: 'f' };
  // one that nobody reads any more, after a later version
  const rest = { orderId, body, parkedAt: at, tryAgainAt: at };
  const redriven = { deadLetterId: letterIdOf(1), redrive: '2' };
  // the second time by one that comes after one that died before it forgot it
  for (const attributes of [{ traceId: 't' }, { traceId: 't' }, redriven]) {
    await rows.park(identity, { ...rest, attributes });
    await parked.releaseFor(orderId);
    expect(await waiting()).toBe(0);
  }
  const letters = await receiveMessages(emulator.sqs, { queueUrl: QueueUrl, wanted: () => true, count: 3 });
  expect(letters.map(({ Body }) => Body)).toEqual([body, body, body]);
  const attributes = letters.map(({ MessageAttributes = {} }) => MessageAttributes);
  for (const each of attributes)
    expect(each).toMatchObject({
      errorType: { StringValue: 'InvalidOrderData' },
      reason: { StringValue: expect.stringContaining('expected detail-type') as string },
    });
  const ids = attributes.map((each) => each['deadLetterId']?.StringValue);
  const redrives = attributes.map((each) => each['redrive']?.StringValue ?? 'none');
  expect(redrives.toSorted()).toEqual(['2', 'none', 'none']);
  expect(ids.filter((id) => id !== redriven.deadLetterId)).toHaveLength(2);
  expect(new Set(ids).size).toBe(2);
  await emulator.sqs.send(new DeleteQueueCommand({ QueueUrl }));
});
