import type { EventBridgeClient, PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import type { EventBus } from '../../src/messaging/ports';
import type { OrderEvent } from '../../src/domain/events';
import { booksOn, connectToEmulator, dynamoBooksWorld, eventBusOn } from '../support/contracts/emulator';
import { createLogger } from '../../src/telemetry';
import { createEventBus } from '../../src/adapters/aws/event-bus';
import { createRelay } from '../../src/messaging/relay';
import { eventually, gate } from '../support/contracts/condition';
import { putQueueOnBus, type QueueOnBus } from '../support/bus-tap';
import { receiveAll } from '../support/contracts/queues';
import { numbered, someEvents } from '../support/contracts/events';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const books = booksOn(emulator);
const world = dynamoBooksWorld(emulator);
const logger = createLogger({ name: 'test', level: 'silent' });
afterAll(() => emulator.destroy());

const HOUR_MS = 3_600_000;

async function append(n: number, orderId = uniqueId()): Promise<OrderEvent[]> {
  const events = someEvents(n, { orderId });
  await books.post({ orderId, events });
  return events;
}

const markedOf = async ({ orderId }: OrderEvent) =>
  (await world.events(orderId)).filter((event) => 'unpublished' in event).map(({ sequence }) => sequence);

/** A bus over a list of events that are left; what it is asked to publish is written down. */
function busOf(left: OrderEvent[], refuses: (event: OrderEvent) => boolean = () => false) {
  const calls: OrderEvent[][] = [];
  const bus: EventBus = {
    async publish(events) {
      calls.push([...events]);
      const taken = events.filter((event) => !refuses(event));
      for (const event of taken) left.splice(left.indexOf(event), 1);
      return taken.length;
    },
    async *unpublished({ limit }) {
      const all = [...left];
      while (all.length > 0) yield all.splice(0, limit);
    },
  };
  return { bus, calls };
}

/** The real bus, for one order only: other tests leave events behind, too. */
const busForOrder = (orderId: string, bus = eventBusOn(emulator)): EventBus => ({
  ...bus,
  async *unpublished(p) {
    for await (const page of bus.unpublished(p)) {
      const events = page.filter((event) => event.orderId === orderId);
      if (events.length > 0) yield events;
    }
  },
});

/** A bus with nothing left that counts how often it is asked. */
function countingBus() {
  const counted = { reads: 0 };
  const bus: EventBus = {
    ...busOf([]).bus,
    async *unpublished() {
      counted.reads++;
      yield* [];
    },
  };
  return { bus, counted };
}

const relayOf = (bus: EventBus, { graceMs = 0, intervalMs = HOUR_MS } = {}) =>
  createRelay({ bus, graceMs, intervalMs, logger });

describe('on the emulator', () => {
  const { sqs, config } = emulator;
  let queue: QueueOnBus;
  let queueUrl: string;

  beforeAll(async () => {
    const pattern = { 'detail-type': ['Order Validated'] };
    queue = await putQueueOnBus(emulator, { busName: config.EVENT_BUS_NAME, pattern });
    ({ queueUrl } = queue);
  });
  afterAll(() => queue.remove());

  test('what was left behind is published once, and has no mark any more', async () => {
    const events = await append(12);
    const { orderId } = events[0]!;
    const relay = relayOf(busForOrder(orderId));
    expect(await relay.run()).toBe(12);
    expect(await markedOf(events[0]!)).toEqual([]);
    expect(await relay.run()).toBe(0);
    const ours = (body: unknown) => JSON.stringify(body).includes(orderId);
    const bodies = (await receiveAll(sqs, queueUrl, ours, 12)) as { detail: { eventId: string } }[];
    expect(new Set(bodies.map(({ detail }) => detail.eventId)).size).toBe(12);
  });

  test('what is younger than the grace is left to its own step', async () => {
    const orderId = uniqueId();
    const events = someEvents(1, { orderId, at: new Date().toISOString() });
    await books.post({ orderId, events });
    expect(await relayOf(busForOrder(orderId), { graceMs: HOUR_MS }).run()).toBe(0);
    expect(await markedOf(events[0]!)).toEqual([1]);
  });

  test('started, it finds what comes later, and stops', async () => {
    const orderId = uniqueId();
    const relay = relayOf(busForOrder(orderId), { intervalMs: 20 });
    relay.start();
    const [first] = await append(2, orderId);
    await eventually(
      () => markedOf(first!),
      (marked) => marked.length === 0,
    );
    await relay.stop();
    expect(await markedOf(first!)).toEqual([]);
  });
});

test('a round goes on until nothing is left', async () => {
  const left = someEvents(120);
  const { bus } = busOf(left);
  expect(await relayOf(bus).run()).toBe(120);
  expect(left).toEqual([]);
});

test('what the bus does not take in one round the next one tries again, and just that', async () => {
  const left = someEvents(3);
  const [, second] = left;
  let refusing = true;
  const { bus, calls } = busOf(left, (event) => refusing && event === second);
  const relay = relayOf(bus);
  expect(await relay.run()).toBe(2);
  expect(left).toEqual([second]);
  refusing = false;
  expect(await relay.run()).toBe(1);
  expect(calls.map((call) => call.length)).toEqual([3, 1]);
});

test('a batch with an entry that the bus will never take publishes the others, and does not block the next round', async () => {
  const orderId = uniqueId();
  const [fine, poison] = [
    { type: 'Order Validated', data: {} },
    { type: 'Payment Failed', data: { reason: 'never taken' } },
  ] as const;
  const events = numbered(orderId, [fine, fine, poison, fine, fine]);
  await books.post({ orderId, events });
  const published: string[] = [];
  const refused: OrderEvent[] = [];
  const send = async ({ input: { Entries = [] } }: { input: PutEventsCommandInput }) => {
    if (Entries.some(({ Detail = '' }) => Detail.includes('never taken')))
      throw Object.assign(new Error('size'), { name: 'ValidationException' });
    published.push(...Entries.map(({ Detail = '{}' }) => (JSON.parse(Detail) as { eventId: string }).eventId));
    return { Entries: Entries.map(() => ({ EventId: 'id' })) };
  };
  const { db, config } = emulator;
  const bus = createEventBus({
    db,
    events: { send } as unknown as EventBridgeClient,
    busName: 'bus',
    eventsTable: config.ORDER_EVENTS_TABLE,
    onRefused: (event) => void refused.push(event),
  });
  const relay = relayOf(busForOrder(orderId, bus));
  expect(await relay.run()).toBe(4);
  expect(published.toSorted()).toEqual([1, 2, 4, 5].map((n) => `${orderId}#${n}`));
  expect(refused).toMatchObject([{ sequence: 3 }]);
  expect(await markedOf(events[0]!)).toEqual([]);

  const later = numbered(orderId, [fine, fine], { firstSequence: 6 });
  await books.post({ orderId, events: later });
  expect(await relay.run()).toBe(2);
  expect(published.slice(4).toSorted()).toEqual([`${orderId}#6`, `${orderId}#7`]);
  expect(refused).toHaveLength(1);
});

test('what is not taken for long holds up nothing that was written after it', async () => {
  const orderId = uniqueId();
  // more than is read of a shard at one time, before everything else that waits in it
  const stuck = someEvents(130, { orderId, at: '1999-01-01T00:00:00.000Z' });
  const later = numbered(orderId, [{ type: 'Order Validated', data: {} }], { firstSequence: 131 });
  await books.post({ orderId, events: stuck.slice(0, 65) });
  await books.post({ orderId, events: stuck.slice(65) });
  await books.post({ orderId, events: later });
  const real = eventBusOn(emulator);
  let isStuck = true;
  const bus = busForOrder(orderId, {
    ...real,
    publish: (events) => real.publish(isStuck ? events.filter(({ sequence }) => sequence > 130) : events),
  });
  const relay = relayOf(bus);
  expect(await relay.run()).toBe(1);
  expect(await markedOf(later[0]!)).toHaveLength(130);
  isStuck = false;
  expect(await relay.run()).toBe(130);
  expect(await markedOf(later[0]!)).toEqual([]);
});

test('a bus that is down ends no relay: it tries again after the pause', async () => {
  const left = someEvents(2);
  const { bus } = busOf(left);
  let tries = 0;
  const flaky: EventBus = {
    ...bus,
    publish: (events) => (++tries <= 2 ? Promise.reject(new Error('the bus is down')) : bus.publish(events)),
  };
  const relay = relayOf(flaky, { intervalMs: 1 });
  relay.start();
  await eventually(
    () => left.length,
    (n) => n === 0,
  );
  await relay.stop();
  expect(tries).toBe(3);
});

describe('stop()', () => {
  test('cuts the pause short', async () => {
    const { bus, counted } = countingBus();
    const relay = relayOf(bus);
    relay.start();
    await eventually(
      () => counted.reads,
      (n) => n === 1,
    );
    await relay.stop();
    expect(counted.reads).toBe(1);
  });

  test('finishes the round that it is in, and does not pause after it', async () => {
    const left = someEvents(2);
    const { bus } = busOf(left);
    const { opened, open } = gate();
    const slow: EventBus = { ...bus, publish: (events) => opened.then(() => bus.publish(events)) };
    // the pause is longer than the test waits, and short enough not to hold Jest
    const relay = relayOf(slow, { intervalMs: 5000 });
    relay.start();
    let stopped = false;
    const stopping = relay.stop().then(() => (stopped = true));
    open();
    await eventually(() => stopped, Boolean, { timeoutMs: 2000 });
    await stopping;
    expect(left).toEqual([]);
  });

  test('resolves when nothing was started', async () => {
    await expect(relayOf(busOf([]).bus).stop()).resolves.toBeUndefined();
  });

  test('starting twice is starting once', async () => {
    const { bus, counted } = countingBus();
    const relay = relayOf(bus);
    relay.start();
    relay.start();
    await eventually(
      () => counted.reads,
      (n) => n > 0,
    );
    await relay.stop();
    expect(counted.reads).toBe(1);
  });
});
