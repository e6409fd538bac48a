import pino from 'pino';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { GaugedQueue } from '../../src/messaging/queue-ports';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createMetrics } from '../../src/metrics';
import { createQueueDepths } from '../../src/messaging/queue-depths';
import { createQueueGauge } from '../../src/adapters/aws/queue-gauge';
import { createQueueOverview } from '../../src/gateway/queue-overview';
import { failureTypeOf } from '../support/contracts/books';
import { uniqueId } from '../support/orders';

const calls: string[] = [];
const emulator = connectToEmulator();
const observed = connectToEmulator({ observe: ({ command }) => void calls.push(command) });
const gauge = createQueueGauge({ sqs: observed.sqs });
const { sqs } = emulator;
let queues: GaugedQueue[];
beforeAll(async () => {
  const [queueUrl, deadLetterQueueUrl, undelivered] = [await create('q'), await create('dlq'), await create('dlq')];
  for (const url of [queueUrl, queueUrl, deadLetterQueueUrl]) await send(url);
  await send(queueUrl, 600);
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 1, VisibilityTimeout: 600 }));
  queues = [
    { queue: 'order-intake-queue', queueUrl, deadLetterQueueUrl },
    { queue: 'undelivered', deadLetterQueueUrl: undelivered },
  ];
});
beforeEach(() => void (calls.length = 0));
afterAll(() => {
  emulator.destroy();
  observed.destroy();
});

const create = async (name: string) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name) }))).QueueUrl!;
const send = (QueueUrl: string, DelaySeconds = 0) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}', DelaySeconds }));
const logger = pino({ level: 'silent' });
const depthsOf = (of: GaugedQueue[], metrics = createMetrics()) => ({
  metrics,
  ...createQueueDepths({ gauge, queues: of, intervalMs: 1000, metrics, logger }),
});

test('a queue is measured with its dead letters, by one call each', async () => {
  expect(await gauge.measure(queues[0]!)).toEqual({ alive: { waiting: 1, inFlight: 1, delayed: 1 }, dead: 1 });
  expect(await gauge.measure(queues[1]!)).toEqual({ dead: 0 });
  expect(calls).toEqual(Array(3).fill('GetQueueAttributesCommand'));
});

test('overview and metrics tell the same of the same measures', async () => {
  expect(await createQueueOverview({ gauge, queues })()).toEqual([
    { queue: 'order-intake-queue', waiting: 2, inFlight: 1, dead: 1 },
    { queue: 'undelivered', waiting: 0, inFlight: 0, dead: 0 },
  ]);
  const { run, metrics } = depthsOf(queues);
  await run();
  const text = await metrics.text();
  for (const state of ['waiting', 'in_flight', 'delayed'])
    expect(text).toContain(`waybill_queue_messages{queue="order-intake-queue",state="${state}"} 1\n`);
  expect(text).not.toContain('waybill_queue_messages{queue="undelivered"');
  expect(text).toContain('waybill_queue_dead_messages{queue="order-intake-queue"} 1\n');
  expect(text).toContain('waybill_queue_dead_messages{queue="undelivered"} 0\n');
  expect(calls).toEqual(Array(6).fill('GetQueueAttributesCommand'));
});

test('one that is gone fails the overview, and has the metrics tell of the others', async () => {
  const gone = { queue: 'reorder-queue', deadLetterQueueUrl: `${queues[0]!.deadLetterQueueUrl}-gone` };
  expect(await failureTypeOf(createQueueOverview({ gauge, queues: [gone, ...queues] })())).toBe('SERVICE_UNAVAILABLE');
  const { run, metrics } = depthsOf([gone, ...queues]);
  expect(await failureTypeOf(run())).toBe('SERVICE_UNAVAILABLE');
  const text = await metrics.text();
  expect(text).toContain('waybill_queue_dead_messages{queue="order-intake-queue"} 1\n');
  expect(text).not.toContain('waybill_queue_dead_messages{queue="reorder-queue"}');
});

test('out of reach it is SERVICE_UNAVAILABLE', async () => {
  await withUnreachableAws(async (aws, endpoint) => {
    const away = createQueueGauge({ sqs: aws.sqs });
    const measured = away.measure({ queue: 'q', deadLetterQueueUrl: `${endpoint}/000000000000/q` });
    expect(await failureTypeOf(measured)).toBe('SERVICE_UNAVAILABLE');
  });
});
