import type { EventBus } from '../../src/messaging/ports';
import type { EventBatch, NewEvent, OrderEvent } from '../../src/domain/events';
import type { PutEventsCommandInput, PutEventsResponse } from '@aws-sdk/client-eventbridge';
import {
  booksOn,
  connectToEmulator,
  dynamoBooksWorld,
  eventBusOn,
  withUnreachableAws,
} from '../support/contracts/emulator';
import { createEventBus, MAX_ENTRIES } from '../../src/adapters/aws/event-bus';
import { eventOfEachType, numbered, sampleValidOrder, someEvents } from '../support/contracts/events';
import { batchOf, runActivity } from '../support/contracts/activities';
import { createEventPublisher } from '../../src/adapters/event-publisher';
import { INDEX_SHARDS, keys } from '../../src/domain/ids';
import { fold } from '../../src/domain/projection';
import { post } from '../../src/activities/step';
import { failureTypeOf } from '../support/contracts/books';
import { putQueueOnBus, type QueueOnBus } from '../support/bus-tap';
import { receiveAll } from '../support/contracts/queues';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { sqs, config } = emulator;
const books = booksOn(emulator);
const world = dynamoBooksWorld(emulator);
let queueUrl: string;
let bus: EventBus;
let queue: QueueOnBus;

beforeAll(async () => {
  const pattern = { detail: { origin: ['waybill'] } };
  queue = await putQueueOnBus(emulator, { busName: config.EVENT_BUS_NAME, pattern });
  ({ queueUrl } = queue);
});

afterAll(async () => {
  await queue.remove();
  emulator.destroy();
});

beforeEach(() => {
  bus = eventBusOn(emulator);
});

type Entries = NonNullable<PutEventsCommandInput['Entries']>;

/** A bus over the real table whose answers are chosen; what it will never take is written down. */
function refusingBus(answer: (entries: Entries) => PutEventsResponse) {
  const calls: number[][] = [];
  const refused: [sequence: number, reason: string][] = [];
  const handed: Record<string, number> = {};
  const sequenceOf = ({ Detail = '{}' }: Entries[number]) => (JSON.parse(Detail) as { sequence: number }).sequence;
  const events = {
    send: async ({ input: { Entries = [] } }: { input: PutEventsCommandInput }) => {
      calls.push(Entries.map(sequenceOf));
      return answer(Entries);
    },
  } as unknown as Parameters<typeof createEventBus>[0]['events'];
  const refusing = createEventBus({
    db: emulator.db,
    events,
    busName: 'bus',
    eventsTable: config.ORDER_EVENTS_TABLE,
    onRefused: ({ sequence }, reason) => void refused.push([sequence, reason]),
    onHanded: (outcome, count) => void (handed[outcome] = (handed[outcome] ?? 0) + count),
  });
  return { bus: refusing, calls, refused, handed };
}

const POISON = 'never taken';
const isPoison = ({ Detail = '' }: Entries[number]) => Detail.includes(POISON);
const taken = () => ({ EventId: 'id' });

/** The whole call is refused, as AWS does for entries that are too large. */
const refusesTheCall = (entries: Entries): PutEventsResponse => {
  if (entries.some(isPoison)) throw Object.assign(new Error(POISON), { name: 'ValidationException' });
  return { Entries: entries.map(taken) };
};
/** Only the entry is refused. */
const refusesTheEntry = (entries: Entries): PutEventsResponse => ({
  Entries: entries.map((entry) => (isPoison(entry) ? { ErrorCode: 'MalformedDetail', ErrorMessage: POISON } : taken())),
});

/** Five events, the third of which is never taken. */
async function withPoison(): Promise<OrderEvent[]> {
  const fine: NewEvent = { type: 'Order Validated', data: {} };
  const poison: NewEvent = { type: 'Payment Failed', data: { reason: POISON } };
  return append(numbered(uniqueId(), [fine, fine, poison, fine, fine], { at: '2000-01-01T00:00:00.000Z' }));
}

/** A bus that only writes down what it is sent; entries it answers for are chosen. */
function recordingBus(accepts: (n: number) => boolean = () => true) {
  const calls: NonNullable<PutEventsCommandInput['Entries']>[] = [];
  let count = 0;
  const events = {
    send: async ({ input }: { input: PutEventsCommandInput }) => {
      const entries = input.Entries ?? [];
      calls.push(entries);
      return {
        Entries: entries.map(() => (accepts(++count) ? { EventId: `${count}` } : { ErrorCode: 'InternalFailure' })),
      };
    },
  } as unknown as Parameters<typeof createEventBus>[0]['events'];
  const recording = createEventBus({ db: emulator.db, events, busName: 'bus', eventsTable: config.ORDER_EVENTS_TABLE });
  return { bus: recording, calls };
}

async function append(events: OrderEvent[]): Promise<OrderEvent[]> {
  await books.post({ orderId: events[0]!.orderId, events });
  return events;
}

const markedOf = async (orderId: OrderEvent['orderId']) =>
  (await world.events(orderId)).filter((event) => 'unpublished' in event).map(({ sequence }) => sequence);

const readFirst = (of: EventBus) => of.unpublished({ before: '9999', limit: 1 })[Symbol.asyncIterator]().next();

async function unpublishedOf(orderId: OrderEvent['orderId'], p = { before: '9999', limit: 1000 }) {
  const found: OrderEvent[] = [];
  for await (const page of bus.unpublished(p)) found.push(...page.filter((event) => event.orderId === orderId));
  return found;
}

describe('publish', () => {
  test('puts events on the bus, where a rule finds them with money in decimals', async () => {
    const order = sampleValidOrder();
    const { 'Order Created': created, 'Payment Completed': paid } = eventOfEachType(order);
    const events = await append(numbered(order.orderId, [created, paid]));
    expect(await bus.publish(events)).toBe(2);
    const bodies = await receiveAll(sqs, queueUrl, (body) => JSON.stringify(body).includes(order.orderId), 2);
    expect(bodies).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          source: 'ecommerce.orders',
          'detail-type': 'Order Created',
          detail: expect.objectContaining({
            eventId: `${order.orderId}#1`,
            totalAmount: 59.98,
            origin: 'waybill',
          }) as object,
        }),
        expect.objectContaining({
          source: 'payment.service',
          'detail-type': 'Payment Completed',
          detail: expect.objectContaining({ eventId: `${order.orderId}#2`, amount: 59.98 }) as object,
        }),
      ]),
    );
  });

  test('takes the mark off what was published, and changes nothing else of it', async () => {
    const events = await append(someEvents(3));
    const { orderId } = events[0]!;
    expect(await markedOf(orderId)).toEqual([1, 2, 3]);
    await bus.publish(events.slice(0, 2));
    expect(await markedOf(orderId)).toEqual([3]);
    expect(await world.events(orderId)).toMatchObject(events);
  });

  test('leaves the mark on what the bus refused, and says how many it took', async () => {
    const events = await append(someEvents(3));
    const { bus: picky } = recordingBus((n) => n !== 2);
    expect(await picky.publish(events)).toBe(2);
    expect(await markedOf(events[0]!.orderId)).toEqual([2]);
  });

  test('never changes an event that is stored, though its step was tried again at another time', async () => {
    const orderId = uniqueId();
    const errors: unknown[] = [];
    const publisher = createEventPublisher({ bus, lingerMs: 1, onError: (error) => errors.push(error) });
    const state = { name: 'CheckInventory', ordinal: 1, enteredAt: '2025-07-09T10:29:00.000Z' } as const;
    const batch = { ...batchOf(orderId, [{ type: 'Order Validated', data: {} }]), state };
    const key = keys.allocate(orderId);
    for (const attempt of [1, 2]) {
      const now = () => `2025-07-09T10:30:0${attempt}.000Z`;
      await runActivity((input: EventBatch) => post({ books, publisher, now }, input, { key }), batch, { attempt });
      await publisher.flush();
    }
    expect(errors).toEqual([]);
    expect(await world.events(orderId)).toMatchObject([{ sequence: 1, at: '2025-07-09T10:30:01.000Z' }]);
    expect(fold(await world.events(orderId))).toEqual(await books.readView(orderId));
  });

  test('does nothing for no events', async () => {
    const { bus: recording, calls } = recordingBus();
    expect(await recording.publish([])).toBe(0);
    expect(calls).toEqual([]);
  });

  test.each([
    [1, [1]],
    [MAX_ENTRIES, [10]],
    [MAX_ENTRIES + 1, [10, 1]],
    [25, [10, 10, 5]],
  ])('%i events go in calls of %j', async (n, sizes) => {
    const { bus: recording, calls } = recordingBus();
    const events = await append(someEvents(n));
    expect(await recording.publish(events)).toBe(n);
    expect(calls.map((call) => call.length)).toEqual(sizes);
    const sent = calls.flat().map(({ Detail = '{}' }) => (JSON.parse(Detail) as { sequence: number }).sequence);
    expect(sent).toEqual(events.map(({ sequence }) => sequence));
  });

  test('no call is larger than the bus takes, however large the events are', async () => {
    const { bus: recording, calls } = recordingBus();
    const orderId = uniqueId();
    // several bytes a character, so that characters and bytes differ
    const large: NewEvent = { type: 'Payment Failed', data: { reason: '주'.repeat(20_000) } };
    for (let sequence = 1; sequence <= 8; sequence++)
      await append(numbered(orderId, [large], { firstSequence: sequence }));
    expect(await recording.publish(await world.events(orderId))).toBe(8);
    for (const call of calls) {
      const bytes = call.reduce((all, { Detail = '', Source = '', DetailType = '' }) => {
        return all + 14 + Buffer.byteLength(Detail) + Source.length + DetailType.length;
      }, 0);
      expect(bytes).toBeLessThanOrEqual(200_000);
    }
    expect(calls.length).toBeLessThan(8);
  });

  test('fails as SERVICE_UNAVAILABLE when the bus cannot be reached, and the marks stay', async () => {
    const events = await append(someEvents(2));
    expect(await withUnreachableAws((aws) => failureTypeOf(eventBusOn(aws).publish(events)))).toBe(
      'SERVICE_UNAVAILABLE',
    );
    expect(await markedOf(events[0]!.orderId)).toEqual([1, 2]);
  });
});

describe('an entry that the bus will never take', () => {
  test.each([
    ['refused with its call', refusesTheCall, [[1, 2, 3, 4, 5], [1], [2], [3], [4], [5]]],
    ['refused by itself', refusesTheEntry, [[1, 2, 3, 4, 5]]],
  ])('%s: the others are published, and it is parked with the reason', async (_, answer, expected) => {
    const events = await withPoison();
    const { orderId } = events[0]!;
    const { bus: refusing, calls, refused } = refusingBus(answer);
    expect(await refusing.publish(events)).toBe(4);
    expect(calls).toEqual(expected);
    expect(refused).toEqual([[3, expect.stringContaining(POISON)]]);
    expect(await markedOf(orderId)).toEqual([]);
    const stored = await world.events(orderId);
    expect(stored).toMatchObject(events);
    expect(stored.map((event) => 'refused' in event)).toEqual([false, false, true, false, false]);
    expect(stored[2]).toMatchObject({ refused: expect.stringContaining(POISON) as string });
    expect(await unpublishedOf(orderId)).toEqual([]);
  });

  test.each(['InternalFailure', 'ThrottlingException', 'NotAuthorizedForSourceException'])(
    '%s is no such answer: the entry keeps its mark',
    async (ErrorCode) => {
      const events = await withPoison();
      const { bus: refusing, refused } = refusingBus((entries) => ({
        Entries: entries.map((entry) => (isPoison(entry) ? { ErrorCode } : taken())),
      }));
      expect(await refusing.publish(events)).toBe(4);
      expect(refused).toEqual([]);
      expect(await markedOf(events[0]!.orderId)).toEqual([3]);
      await bus.publish(events.slice(2, 3));
    },
  );

  test('a bus that cannot be reached meanwhile ends the attempt, and parks nothing', async () => {
    const events = await withPoison();
    let calls = 0;
    const { bus: refusing, refused } = refusingBus((entries) => {
      calls += 1;
      if (calls === 3) throw Object.assign(new Error('connect ECONNREFUSED'), { name: 'TimeoutError' });
      return refusesTheCall(entries);
    });
    expect(await failureTypeOf(refusing.publish(events))).toBe('SERVICE_UNAVAILABLE');
    expect(refused).toEqual([]);
    expect(await markedOf(events[0]!.orderId)).toEqual([2, 3, 4, 5]);
    await bus.publish(events.slice(1));
  });

  test('its store still tells the whole story: the view is the fold', async () => {
    const events = await withPoison();
    const { orderId } = events[0]!;
    await refusingBus(refusesTheCall).bus.publish(events);
    expect(fold(await world.events(orderId))).toEqual(await books.readView(orderId));
  });
});

describe('what became of events', () => {
  /** nothing of what comes after so many calls is taken */
  const awayAfter = (calls: number, answer: (entries: Entries) => PutEventsResponse) => (entries: Entries) => {
    if (calls-- > 0) return answer(entries);
    throw Object.assign(new Error('connect ECONNREFUSED'), { name: 'TimeoutError' });
  };
  const throttles = (entries: Entries): PutEventsResponse => ({
    Entries: entries.map((_, i) => (i < 2 ? { ErrorCode: 'ThrottlingException' } : taken())),
  });

  test.each<[string, number, (entries: Entries) => PutEventsResponse, Record<string, number>]>([
    ['taken', 25, (entries) => ({ Entries: entries.map(taken) }), { published: 25 }],
    ['left out by an answer without an error', 5, throttles, { published: 3, failed: 2 }],
    ['partly handed over before the bus is away', 25, awayAfter(1, throttles), { published: 8, failed: 17 }],
  ])('is told of each of them when they are %s', async (_, n, answer, expected) => {
    const events = await append(someEvents(n));
    const { bus: told, handed } = refusingBus(answer);
    await told.publish(events).catch(() => undefined);
    expect(handed).toEqual(expected);
    await bus.publish(events);
  });

  test('is told of the others of a batch in which one is refused', async () => {
    const events = await withPoison();
    const { bus: told, handed, refused } = refusingBus(awayAfter(4, refusesTheCall));
    await told.publish(events).catch(() => undefined);
    expect([handed, refused.length]).toEqual([{ published: 2, failed: 2 }, 1]);
    await bus.publish(events);
  });
});

describe('unpublished', () => {
  test('gives back what still has its mark, as it was written', async () => {
    const events = await append(someEvents(3));
    await bus.publish(events.slice(1, 2));
    const left = await unpublishedOf(events[0]!.orderId);
    expect(left.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual([1, 3]);
    expect(left).toMatchObject([events[0]!, events[2]!].map(({ orderId, at, type }) => ({ orderId, at, type })));
  });

  test('gives an event back in a form that can be published', async () => {
    const events = await append(someEvents(2));
    const { orderId } = events[0]!;
    await bus.publish(await unpublishedOf(orderId));
    expect(await unpublishedOf(orderId)).toEqual([]);
    expect(await markedOf(orderId)).toEqual([]);
  });

  test('leaves out what is younger than asked for', async () => {
    const at = '2025-07-09T10:30:00.000Z';
    const { orderId } = (await append(someEvents(1, { at })))[0]!;
    const sequences = async (before: string) => (await unpublishedOf(orderId, { before, limit: 1000 })).length;
    expect(await sequences(at)).toBe(0);
    expect(await sequences('2025-07-09T10:30:00.001Z')).toBe(1);
  });

  test('gives the oldest of an order first, and on a page no more than asked for of each shard', async () => {
    const orderId = uniqueId();
    const times = ['2001-01-03', '2001-01-01', '2001-01-02'].map((day) => `${day}T00:00:00.000Z`);
    for (const [i, at] of times.entries())
      await append(numbered(orderId, [{ type: 'Order Validated', data: {} }], { firstSequence: i + 1, at }));
    const pages: string[][] = [];
    for await (const page of bus.unpublished({ before: '2001-02-01', limit: 2 })) {
      const ours = page.filter((event) => event.orderId === orderId).map(({ at }) => at);
      if (ours.length > 0) pages.push(ours);
      expect(page.length).toBeLessThanOrEqual(2 * INDEX_SHARDS);
    }
    expect(pages.flat()).toEqual(times.toSorted());
    expect(pages.length).toBeGreaterThan(1);
    await bus.publish(await world.events(orderId));
  });

  test('reads on behind what was published meanwhile', async () => {
    const at = '2001-03-01T00:00:00.000Z';
    const { orderId } = (await append(someEvents(7, { at })))[0]!;
    let published = 0;
    for await (const page of bus.unpublished({ before: '2001-03-02', limit: 2 }))
      published += await bus.publish(page.filter((event) => event.orderId === orderId));
    expect(published).toBe(7);
    expect(await markedOf(orderId)).toEqual([]);
  });

  test('fails as SERVICE_UNAVAILABLE when the table cannot be reached', async () => {
    const call = (aws: typeof emulator) => failureTypeOf(readFirst(eventBusOn(aws)));
    expect(await withUnreachableAws(call)).toBe('SERVICE_UNAVAILABLE');
  });
});
