import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { noLetters } from '../support/letters';
import type { OrderStatus } from '../../src/domain/states';
import type { QueueReader } from '../../src/messaging/queue-reader';
import type { ReplayRegister, ReplayWay } from '../../src/messaging/replay-ports';
import type { ReplayCounts, ReplayRequest } from '../../src/domain/replay';
import { countsOf } from '../../src/domain/replay';
import { connectToEmulator } from '../support/contracts/emulator';
import { createLogger } from '../../src/telemetry';
import { createReplayForwarder } from '../../src/messaging/replay';
import { createReplayLog } from '../../src/adapters/aws/replay-log';
import { createReplayWay } from '../../src/adapters/aws/replay-way';
import { eventually } from '../support/contracts/condition';
import { putQueueOnBus, type QueueOnBus } from '../support/bus-tap';
import { receiveMessages } from '../support/contracts/queues';
import { sampleOrder, uniqueId } from '../support/orders';
import { StepError } from '../../src/domain/failures';

const emulator = connectToEmulator();
const { sqs, events, db, config } = emulator;
const log = createReplayLog({ db, table: config.INBOX_TABLE });
const logger = createLogger({ name: 'test', level: 'silent' });

let queueUrl: string;
let deadLetterQueueUrl: string;
let sandboxQueueUrl: string;
let bus: QueueOnBus;
let reader: QueueReader | undefined;
let name: string;
let statuses: Record<string, OrderStatus>;

const createQueue = async (queue: string) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(queue) }))).QueueUrl!;

beforeEach(async () => {
  name = `failed-orders-replay-${uniqueId()}`;
  statuses = {};
  [queueUrl, deadLetterQueueUrl, sandboxQueueUrl] = (await Promise.all(
    ['replay', 'replay-dead', 'replay-sandbox'].map(createQueue),
  )) as [string, string, string];
  const pattern = { detail: { replay: { name: [name] } } };
  bus = await putQueueOnBus({ sqs, events }, { busName: config.EVENT_BUS_NAME, pattern });
});

afterEach(async () => {
  await reader?.stop();
  await bus.remove();
  for (const QueueUrl of [queueUrl, deadLetterQueueUrl, sandboxQueueUrl])
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
});

afterAll(() => emulator.destroy());

const open = (changes: Partial<ReplayRequest> = {}) =>
  log.open({
    name,
    from: '2025-07-09T00:00:00.000Z',
    to: '2025-07-10T00:00:00.000Z',
    failedOnly: false,
    destination: 'LIVE',
    by: 'test',
    ...changes,
  });

function forward(p: { way?: Partial<ReplayWay>; replays?: Partial<ReplayRegister> } = {}): void {
  reader = createReplayForwarder({
    sqs,
    queueUrl,
    deadLetterQueueUrl,
    visibilityS: 3,
    replays: { ...log, ...p.replays },
    way: { ...createReplayWay({ events, sqs, busName: config.EVENT_BUS_NAME, sandboxQueueUrl }), ...p.way },
    orders: { statusOf: async (orderId) => statuses[orderId] },
    perSecond: 1000,
    letters: noLetters,
    logger,
  });
  reader.start();
}

/** An event as the rule gives it to the queue, when a replay brought it out of the archive. */
const archived = (changes: object = {}) => ({
  version: '0',
  id: uniqueId('envelope'),
  'detail-type': 'Order Created',
  source: 'ecommerce.orders',
  account: '000000000000',
  time: '2025-07-09T10:30:00Z',
  region: 'us-east-1',
  resources: ['arn:aws:s3:::somewhere'],
  'replay-name': name,
  detail: { ...sampleOrder(), origin: 'waybill', eventId: 'ORD-1#1' },
  ...changes,
});

const send = (body: object | string) => {
  const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
  return sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
};
const taken = (from: string, count: number) => receiveMessages(sqs, { queueUrl: from, wanted: () => true, count });
const counts = async () => (await log.read(name))?.counts;
/** Waits until so many are counted. */
const expectCounts = (expected: Partial<ReplayCounts>) =>
  eventually(counts, (now = countsOf({})) =>
    Object.entries(expected).every(([member, count]) => now[member as keyof ReplayCounts] === count),
  );

test('an event goes on the bus as it was, and says which one it is; what comes twice is counted once', async () => {
  await open();
  forward();
  const event = archived();
  await Promise.all([send(event), send(event)]);
  const bodies = (await taken(bus.queueUrl, 2)).map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>);
  const { source, detail, resources } = event;
  for (const body of bodies) {
    const replay = { name, eventId: event.id };
    expect(body).toMatchObject({ source, 'detail-type': 'Order Created', resources, detail: { ...detail, replay } });
    expect(body).not.toHaveProperty('replay-name');
  }
  await expectCounts({ seen: 1, selected: 1, forwarded: 1, skipped: 0, refused: 0 });
});

test('of orders that failed, or that nobody knows; nothing of others, and nothing that is of no order', async () => {
  statuses = { failed: 'PAYMENT_FAILED', shipped: 'SHIPPED', paid: 'PAID' };
  await open({ failedOnly: true, destination: 'SANDBOX' });
  forward();
  const wanted = [
    archived({ detail: { orderId: 'failed' } }),
    archived({ detail: { orderId: 'nobody-knows' } }),
    archived({ 'detail-type': 'Payment Completed', detail: { paymentId: 'p', order: { orderId: 'failed' } } }),
  ];
  for (const event of wanted) await send(event);
  for (const orderId of ['shipped', 'paid', undefined]) await send(archived({ detail: { orderId } }));
  await expectCounts({ seen: 6, selected: 3, forwarded: 3, skipped: 3 });
  const messages = await taken(sandboxQueueUrl, 3);
  expect(messages.map(({ Body = '' }) => Body).toSorted()).toEqual(
    wanted.map((event) => JSON.stringify(event)).toSorted(),
  );
  expect(messages[0]!.MessageAttributes?.['replayName']?.StringValue).toBe(name);
});

test('what comes after a cancellation is left out', async () => {
  await open();
  await log.note(name, { cancelledBy: 'day shift' });
  forward();
  await send(archived());
  await expectCounts({ seen: 1, forwarded: 0, skipped: 1 });
});

test('a replay that somebody started by hand goes nowhere, and an event after it does', async () => {
  forward();
  await send(archived({ 'replay-name': 'by-hand' }));
  await open();
  await send(archived());
  await taken(bus.queueUrl, 1);
  await expectCounts({ seen: 1, forwarded: 1 });
});

test.each([
  ['no JSON', 'nonsense', 'expected an EventBridge event as JSON'],
  [
    'an event of now',
    { 'replay-name': undefined },
    'replay-name: expected a text, as an event out of an archive has it',
  ],
  ['one without an id', { id: 7 }, 'id: expected a text'],
  ['one without a source', { source: undefined }, 'expected source and detail-type'],
  ['one at no time', { time: 'today' }, 'time: expected ISO 8601, got "today"'],
  ['one that tells nothing', { detail: 'text' }, 'detail: expected an object, got "text"'],
])('%s is in the dead letters, with the reason', async (_, changes, reason) => {
  await open();
  forward();
  await send(typeof changes === 'string' ? changes : archived(changes));
  const [letter] = await taken(deadLetterQueueUrl, 1);
  expect(letter?.MessageAttributes?.['reason']?.StringValue).toContain(reason);
  expect(letter?.MessageAttributes?.['errorType']?.StringValue).toBe('InvalidOrderData');
});

test('what the bus never takes is in the dead letters, and counted', async () => {
  await open();
  const toBus = () => Promise.reject(new StepError('REQUEST_REFUSED', 'too large'));
  forward({ way: { toBus } });
  await send(archived());
  const [letter] = await taken(deadLetterQueueUrl, 1);
  expect(letter?.MessageAttributes?.['reason']?.StringValue).toBe('too large');
  // nobody sends it again by himself
  expect(letter?.MessageAttributes?.['errorType']?.StringValue).toBe('REQUEST_REFUSED');
  await expectCounts({ seen: 1, selected: 1, forwarded: 0, refused: 1 });
});

test('a bus that is away for a moment is waited for', async () => {
  await open();
  let failures = 1;
  const way = createReplayWay({ events, sqs, busName: config.EVENT_BUS_NAME, sandboxQueueUrl });
  const toBus: ReplayWay['toBus'] = (event) =>
    failures-- > 0 ? Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled')) : way.toBus(event);
  forward({ way: { toBus } });
  await send(archived());
  await taken(bus.queueUrl, 1);
  await expectCounts({ forwarded: 1 });
});

test('one that dies between forwarding and counting forwards twice and counts once', async () => {
  await open();
  let deaths = 1;
  const count: ReplayRegister['count'] = (counted) =>
    deaths-- > 0 ? Promise.reject(new Error('killed')) : log.count(counted);
  forward({ replays: { count } });
  await send(archived());
  await taken(bus.queueUrl, 2);
  await expectCounts({ seen: 1, forwarded: 1 });
});
