import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { EventOrders } from '../../src/messaging/take-event';
import type { PlaceOutcome } from '../../src/client';
import type { OrderSubmission } from '../../src/domain/order';
import { connectToEmulator } from '../support/contracts/emulator';
import { createEventInbox } from '../../src/adapters/aws/inbox';
import { createInbox } from '../../src/messaging/inbox';
import { createLogger } from '../../src/telemetry';
import type { QueueReader } from '../../src/messaging/queue-reader';
import { createEventReader } from '../../src/messaging/event-reader';
import { EngineUnavailableError } from '../../src/client';
import { eventually, gate } from '../support/contracts/condition';
import { fingerprintOf } from '../../src/submission';
import { noLetters } from '../support/letters';
import { receiveMessages } from '../support/contracts/queues';
import { REFUSED_EVENTS, samplePayment, sampleUpdate } from '../support/refused-events';
import { sampleOrder, uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { sqs } = emulator;
const logger = createLogger({ name: 'test', level: 'silent' });
const warn = jest.spyOn(logger, 'warn');
type Place = EventOrders['place'];
type Placed = Parameters<Place>[0];

// long enough that no message comes back while a test looks at it
const VISIBILITY_S = 30;

let queueUrl: string;
let deadLetterQueueUrl: string;
let placed: Placed[];
let place: Place;
let others: Partial<EventOrders>;
let intake: QueueReader;

const createQueue = async (name: string) => {
  return (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name) }))).QueueUrl!;
};

const accepted: PlaceOutcome = {
  kind: 'accepted',
  answer: { orderId: 'x', fingerprint: 'f', requestId: 'r', status: 'VALIDATED' } as never,
};

const never = () => Promise.reject(new Error('nobody asks that'));

const rows = createEventInbox({ db: emulator.db, table: emulator.config.INBOX_TABLE });
const orders: EventOrders = {
  place: (input) => {
    placed.push(input);
    return place(input);
  },
  fulfill: (input) => (others.fulfill ?? never)(input),
  tellPayment: (...news) => (others.tellPayment ?? never)(...news),
  tellCarrier: (...news) => (others.tellCarrier ?? never)(...news),
  refundLate: (input) => (others.refundLate ?? never)(input),
};

const readerInto = (letters: string, visibilityS = VISIBILITY_S): QueueReader =>
  createEventReader({
    name: 'queue of the test',
    sqs,
    queueUrl,
    deadLetterQueueUrl: letters,
    inbox: createInbox({ rows, orders }),
    letters: noLetters,
    logger,
    visibilityS,
  });

beforeEach(async () => {
  queueUrl = await createQueue('intake');
  deadLetterQueueUrl = await createQueue('intake-dead');
  placed = [];
  place = async () => accepted;
  others = {};
  intake = readerInto(deadLetterQueueUrl);
});
afterEach(async () => {
  for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
});
afterAll(() => emulator.destroy());

const eventOf = (detail: unknown, id: string = uniqueId('event')) =>
  JSON.stringify({ id, source: 'ecommerce.orders', 'detail-type': 'Order Placed', detail });
const send = (body: string) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
const ids = () => placed.map(({ submission }) => submission.orderId);

/** Messages in the queue, those that somebody holds included. */
async function messagesIn(QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
const queueIsEmpty = () =>
  eventually(
    () => messagesIn(queueUrl),
    (n) => n === 0,
  );
const firstDeadLetter = async () =>
  (await receiveMessages(sqs, { queueUrl: deadLetterQueueUrl, wanted: () => true, count: 1 }))[0]!;

/** Runs the intake while something happens, and stops it. */
async function whileRunning<T>(happens: () => Promise<T>): Promise<T> {
  intake.start();
  try {
    return await happens();
  } finally {
    await intake.stop();
  }
}

test('an order is placed with its fingerprint and the event’s id, and its message is gone', async () => {
  const order = sampleOrder();
  const id = uniqueId('event');
  await send(eventOf(order, id));
  await whileRunning(queueIsEmpty);
  expect(placed).toMatchObject([{ submission: order, fingerprint: fingerprintOf(order), requestId: `event ${id}` }]);
  expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
});

test.each<[string, PlaceOutcome]>([
  ['replayed', { ...accepted, kind: 'replayed' }],
  ['pending', { kind: 'pending' }],
])('an order that is %s is the engine’s: its message is gone', async (_, outcome) => {
  place = async () => outcome;
  await send(eventOf(sampleOrder()));
  await whileRunning(queueIsEmpty);
  expect(placed).toHaveLength(1);
});

test('what can never become an order goes to the dead letters as it came, with its class and the reason', async () => {
  const reasons = new Map(REFUSED_EVENTS.map(([name, event, reason]) => [JSON.stringify(event), { name, reason }]));
  reasons.set('no JSON', { name: 'no JSON', reason: 'expected an EventBridge event as JSON' });
  const oversized = eventOf({ ...sampleOrder(), note: 'x'.repeat(256 * 1024) });
  const bytes = Buffer.byteLength(oversized);
  reasons.set(oversized, { name: 'too large', reason: `expected an event of at most 262144 bytes, got ${bytes}` });
  for (const body of reasons.keys()) await send(body);
  await whileRunning(queueIsEmpty);
  const count = reasons.size;
  const letters = await receiveMessages(sqs, { queueUrl: deadLetterQueueUrl, wanted: () => true, count });
  for (const { Body = '', MessageAttributes = {} } of letters) {
    const name = reasons.get(Body)?.name;
    expect({ name, reason: MessageAttributes['reason']?.StringValue }).toEqual(reasons.get(Body));
    expect(MessageAttributes['errorType']?.StringValue).toBe('InvalidOrderData');
  }
  expect(new Set(letters.map(({ Body }) => Body)).size).toBe(count);
  expect(placed).toEqual([]);
});

test('what Waybill published itself is gone, and starts nothing', async () => {
  await send(eventOf({ ...sampleOrder(), origin: 'waybill' }));
  await whileRunning(queueIsEmpty);
  expect(placed).toEqual([]);
  expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
});

test('an order whose id belongs to another goes to the dead letters', async () => {
  const order = sampleOrder();
  place = async () => ({ kind: 'conflict' });
  await send(eventOf(order));
  await whileRunning(queueIsEmpty);
  const { Body, MessageAttributes = {} } = await firstDeadLetter();
  expect((JSON.parse(Body ?? '{}') as { detail: OrderSubmission }).detail).toEqual(order);
  expect(MessageAttributes['reason']?.StringValue).toContain(order.orderId);
});

test('malformed messages stop nothing: the good ones beside them are placed', async () => {
  const good = Array.from({ length: 5 }, () => sampleOrder());
  for (const order of good) {
    await send('malformed');
    await send(eventOf(order));
  }
  await whileRunning(queueIsEmpty);
  expect(ids().toSorted()).toEqual(good.map(({ orderId }) => orderId).toSorted());
  expect(await messagesIn(deadLetterQueueUrl)).toBe(5);
});

test('while the engine is down the message stays, and when it is up the order is placed once', async () => {
  let up = false;
  let done = 0;
  place = async () => {
    if (!up) throw new EngineUnavailableError('the engine is down');
    done += 1;
    return accepted;
  };
  const order = sampleOrder();
  await send(eventOf(order));
  await whileRunning(async () => {
    await eventually(
      () => placed.length,
      (n) => n >= 2,
    );
    expect(await messagesIn(queueUrl)).toBe(1);
    up = true;
    await queueIsEmpty();
  });
  expect(done).toBe(1);
  expect(new Set(ids())).toEqual(new Set([order.orderId]));
  expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
});

test('a failure that no waiting mends leaves the message to the queue, which counts its receipts', async () => {
  place = () => Promise.reject(new TypeError('a defect'));
  await send(eventOf(sampleOrder()));
  await whileRunning(() =>
    eventually(
      () => placed.length,
      (n) => n === 1,
    ),
  );
  expect(placed).toHaveLength(1);
  expect(await messagesIn(queueUrl)).toBe(1);
});

test('a message that could not be moved to the dead letters stays where it is', async () => {
  const nowhere = deadLetterQueueUrl.replace(/[^/]+$/, uniqueId('nowhere'));
  intake = readerInto(nowhere);
  await send('malformed');
  const held = async () => {
    const AttributeNames = ['ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...AttributeNames] }),
    );
    return Number(Attributes?.['ApproximateNumberOfMessagesNotVisible']);
  };
  await whileRunning(() => eventually(held, (n) => n === 1));
  expect(await messagesIn(queueUrl)).toBe(1);
});

const paymentOf = (detail: object, type = 'Payment Completed') =>
  JSON.stringify({ id: uniqueId('event'), source: 'payment.service', 'detail-type': type, detail });
const updateOf = (detail: object) =>
  JSON.stringify({ id: uniqueId('event'), source: 'carrier.updates', 'detail-type': 'Carrier Update', detail });

describe('what is told of an order', () => {
  test('reaches it, and its message is gone: payments, orders paid elsewhere, carriers', async () => {
    const told: unknown[] = [];
    others = {
      tellPayment: async (orderId, news) => (told.push([orderId, news.kind, news.amount]), { kind: 'told' }),
      tellCarrier: async (orderId, news) => (told.push([orderId, news.status]), { kind: 'told' }),
      fulfill: async (input) => (told.push([input.submission.orderId, input.paid.amount]), { kind: 'accepted' }),
    };
    const [completed, failed, paid, update] = [samplePayment(), samplePayment(), sampleOrder(), sampleUpdate()];
    const { orderId: _, ...payment } = samplePayment();
    await send(paymentOf(completed));
    await send(paymentOf(failed, 'Payment Failed'));
    await send(paymentOf({ ...payment, order: paid }));
    await send(updateOf(update));
    await whileRunning(queueIsEmpty);
    expect(told).toHaveLength(4);
    expect(told).toEqual(
      expect.arrayContaining([
        [completed.orderId, 'COMPLETED', 5998],
        [failed.orderId, 'FAILED', 5998],
        [paid.orderId, 5998],
        [update.orderId, 'DELIVERED'],
      ]),
    );
    expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
  });

  test('and has overtaken it is parked as it came: its message is gone', async () => {
    others = { tellCarrier: async () => ({ kind: 'unknown' }) };
    const update = sampleUpdate();
    const body = updateOf(update);
    await send(body);
    await whileRunning(queueIsEmpty);
    expect(await rows.parkedFor(update.orderId)).toMatchObject([{ body, orderId: update.orderId }]);
    expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
  });
});

describe('an event that comes again', () => {
  /** Another consumer, as after a restart; on a queue of its own, for the poll that was cut short may still get what comes. */
  const again = async (body: string) => {
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    queueUrl = await createQueue('intake');
    intake = readerInto(deadLetterQueueUrl);
    await send(body);
    await whileRunning(queueIsEmpty);
  };

  test('is dropped, also by another consumer', async () => {
    const body = eventOf(sampleOrder());
    await send(body);
    await send(body);
    await whileRunning(queueIsEmpty);
    const taken = placed.length;
    await again(body);
    await again(body);
    expect(placed).toHaveLength(taken);
    expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
  });

  test('is dropped when it comes out of the archive, under the id that it had', async () => {
    const [order, id] = [sampleOrder(), uniqueId('event')];
    await send(eventOf(order, id));
    await whileRunning(queueIsEmpty);
    await again(eventOf({ ...order, replay: { name: 'failed-orders', eventId: id } }, uniqueId('replayed')));
    expect(placed).toHaveLength(1);
    expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
  });

  test('with something else in it goes to the dead letters, and nothing is done', async () => {
    const id = uniqueId('event');
    await send(eventOf(sampleOrder(), id));
    await whileRunning(queueIsEmpty);
    const other = eventOf(sampleOrder(), id);
    await again(other);
    const { Body, MessageAttributes = {} } = await firstDeadLetter();
    expect(Body).toBe(other);
    expect(MessageAttributes['reason']?.StringValue).toBe(
      `the id "${id}" of ecommerce.orders belongs to an event that says something else; expected an id of its own`,
    );
    expect(placed).toHaveLength(1);
  });

  test('without an id is the workflows’ own to know', async () => {
    const body = JSON.stringify({ source: 'ecommerce.orders', 'detail-type': 'Order Placed', detail: sampleOrder() });
    await send(body);
    await whileRunning(queueIsEmpty);
    await again(body);
    expect(placed).toHaveLength(2);
  });

  test('after its order was refused may be mended under its id', async () => {
    const [order, id] = [sampleOrder(), uniqueId('event')];
    place = async () => ({ kind: 'conflict' });
    await send(eventOf(order, id));
    await whileRunning(queueIsEmpty);
    place = async () => accepted;
    await again(eventOf(sampleOrder(), id));
    expect(placed).toHaveLength(2);
    expect(await messagesIn(deadLetterQueueUrl)).toBe(1);
  });
});

describe('stop()', () => {
  test('finishes what is held: the order is placed and its message is gone', async () => {
    const { opened, open } = gate();
    place = async () => {
      await opened;
      return accepted;
    };
    await send(eventOf(sampleOrder()));
    intake.start();
    await eventually(
      () => placed.length,
      (n) => n === 1,
    );
    const stopped = intake.stop();
    open();
    await stopped;
    expect(await messagesIn(queueUrl)).toBe(0);
  });

  test('gives up on an engine that is down, and the message stays', async () => {
    place = () => Promise.reject(new EngineUnavailableError('the engine is down'));
    await send(eventOf(sampleOrder()));
    intake.start();
    await eventually(
      () => placed.length,
      (n) => n === 1,
    );
    await intake.stop();
    expect(await messagesIn(queueUrl)).toBe(1);
  });

  test('cuts a long poll short without a warning, and takes nothing that comes later', async () => {
    warn.mockClear();
    intake.start();
    await send(eventOf(sampleOrder()));
    await queueIsEmpty();
    await intake.stop();
    expect(warn).not.toHaveBeenCalled();
    await send(eventOf(sampleOrder()));
    expect(await messagesIn(queueUrl)).toBe(1);
    expect(placed).toHaveLength(1);
  });

  test('resolves also when nothing was started, and when called again', async () => {
    let resolved = 0;
    void intake.stop().then(() => (resolved += 1));
    await eventually(
      () => resolved,
      (n) => n === 1,
      { timeoutMs: 2000 },
    );
    intake.start();
    await intake.stop();
    void intake.stop().then(() => (resolved += 1));
    await eventually(
      () => resolved,
      (n) => n === 2,
      { timeoutMs: 2000 },
    );
    expect(resolved).toBe(2);
  });
});
