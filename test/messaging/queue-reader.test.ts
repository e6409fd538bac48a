import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type Message,
} from '@aws-sdk/client-sqs';
import { connectToEmulator } from '../support/contracts/emulator';
import { createLogger } from '../../src/telemetry';
import { createQueueReader, type QueueReaderDeps } from '../../src/messaging/queue-reader';
import { EngineUnavailableError } from '../../src/client';
import { eventually } from '../support/contracts/condition';
import { letterIdOf } from '../support/letters';
import { letterOf } from '../../src/messaging/dead-letters';
import { receiveMessages } from '../support/contracts/queues';
import { StepError } from '../../src/domain/failures';
import { symptomsOf } from '../../src/messaging/dead-letter-reader';
import { classify } from '../../src/domain/dead-letters';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { sqs } = emulator;
const logger = createLogger({ name: 'test', level: 'silent' });

let queueUrl: string;
let deadLetterQueueUrl: string;
let heard: [id: string, n: number][];

beforeEach(async () => {
  const create = async (name: string) =>
    (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name) }))).QueueUrl!;
  [queueUrl, deadLetterQueueUrl] = [await create('work'), await create('work-dead')];
  heard = [];
});
afterEach(async () => {
  for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
});
afterAll(() => emulator.destroy());

async function giveUpAfter(maxReceiveCount: number): Promise<void> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.['QueueArn'], maxReceiveCount });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { RedrivePolicy } }));
}

const readerOf = (handle: QueueReaderDeps['handle'], changes: Partial<QueueReaderDeps> = {}) =>
  createQueueReader({
    sqs,
    name: 'work queue',
    queueUrl,
    deadLetterQueueUrl,
    visibilityS: 3,
    handle,
    letters: { handled: async (id, n) => void heard.push([id, n]) },
    logger,
    ...changes,
  });

async function whileReading<T>(reader: ReturnType<typeof readerOf>, happens: () => Promise<T>): Promise<T> {
  reader.start();
  try {
    return await happens();
  } finally {
    await reader.stop();
  }
}

const send = (MessageBody: string, attributes: Record<string, string> = {}) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    }),
  );
const textsOf = ({ MessageAttributes = {} }: Message) =>
  Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]));
const deadLetters = (count = 1) =>
  receiveMessages(sqs, { queueUrl: deadLetterQueueUrl, wanted: () => true, count, timeoutMs: 30_000 });

async function waiting(QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
const isEmpty = () =>
  eventually(
    () => waiting(queueUrl),
    (n) => n === 0,
  );

test.each([
  ['TypeError', 'x is no function', 'BUG', new TypeError('x is no function')],
  ['PROVIDER_UNAVAILABLE', 'nobody there', 'RETRYABLE', new StepError('PROVIDER_UNAVAILABLE', 'nobody there')],
])(
  'the last time that it comes, a message goes to the dead letters with %s: %s',
  async (errorType, reason, kind, error) => {
    await giveUpAfter(2);
    const { MessageId = '' } = await send('work', { traceId: 't-1' });
    const receives: number[] = [];
    const reader = readerOf(async (message) => {
      receives.push(message.receives);
      throw error;
    });
    const [letter] = await whileReading(reader, () => deadLetters());
    expect(receives).toEqual([1, 2]);
    const { id } = letterOf({ queueUrl, messageId: MessageId, attributes: {} });
    expect(textsOf(letter!)).toEqual({ traceId: 't-1', errorType, reason, deadLetterId: id });
    expect(classify(symptomsOf({ attributes: { errorType, reason } }))).toBe(kind);
    expect(letter!.Body).toBe('work');
    await isEmpty();
  },
);

test('a queue that gives nothing up has no last time', async () => {
  await send('work');
  let calls = 0;
  const reader = readerOf(async () => {
    calls += 1;
    throw new Error('no');
  });
  await whileReading(reader, () =>
    eventually(
      () => calls,
      (n) => n >= 2,
    ),
  );
  expect([await waiting(queueUrl), await waiting(deadLetterQueueUrl)]).toEqual([1, 0]);
});

test('buried, but not deleted: buried again it is the same dead letter', async () => {
  await send('no work');
  let failures = 1;
  const send1 = sqs.send.bind(sqs) as (command: unknown) => Promise<unknown>;
  const losing = new Proxy(sqs, {
    get: (target, name) =>
      name === 'send'
        ? (command: unknown) =>
            (command instanceof DeleteMessageBatchCommand || command instanceof DeleteMessageCommand) && failures-- > 0
              ? Promise.reject(new Error('the answer was lost'))
              : send1(command)
        : Reflect.get(target, name, target),
  });
  const reader = readerOf(async () => ({ status: 'REJECTED', reason: 'no' }), { sqs: losing });
  const letters = await whileReading(reader, async () => {
    const found = await deadLetters(2);
    await isEmpty();
    return found;
  });
  const ids = letters.map((letter) => textsOf(letter)['deadLetterId']);
  expect(ids[0]).toBeDefined();
  expect(new Set(ids).size).toBe(1);
});

test('the last time that it comes, what was out of order when its reader stopped goes with it', async () => {
  await giveUpAfter(1);
  await send('work');
  let calls = 0;
  const reader = readerOf(async () => {
    calls += 1;
    throw new EngineUnavailableError('down');
  });
  await whileReading(reader, () =>
    eventually(
      () => calls,
      (n) => n > 0,
    ),
  );
  const [letter] = await deadLetters();
  expect(textsOf(letter!)).toMatchObject({ errorType: 'EngineUnavailableError', reason: 'down' });
  expect(classify(symptomsOf({ attributes: { errorType: 'EngineUnavailableError' } }))).toBe('RETRYABLE');
  expect(await waiting(queueUrl)).toBe(0);
});

test('a reader that stops while it deletes what it handled deletes it', async () => {
  await send('work');
  let deleting: () => void = () => undefined;
  const deletes = new Promise<void>((resolve) => (deleting = resolve));
  const send1 = sqs.send.bind(sqs) as (command: unknown, options?: unknown) => Promise<unknown>;
  const slow = new Proxy(sqs, {
    get: (target, name) =>
      name === 'send'
        ? async (command: unknown, options?: { abortSignal?: AbortSignal }) => {
            if (command instanceof DeleteMessageBatchCommand) {
              deleting();
              await delay(300, undefined, { signal: options?.abortSignal });
            }
            return send1(command, options);
          }
        : Reflect.get(target, name, target),
  });
  const reader = readerOf(async () => ({ status: 'DONE' }), { sqs: slow });
  await whileReading(reader, () => deletes);
  expect(await waiting(queueUrl)).toBe(0);
});

describe('a redriven message', () => {
  const redriven = { deadLetterId: letterIdOf(7), redrive: '3' };

  test('that is handled is told of before it is deleted', async () => {
    await send('work', redriven);
    let isDown = true;
    const letters = {
      handled: async (id: string, n: number) => {
        heard.push([id, n]);
        if (isDown) throw new EngineUnavailableError('down');
      },
    };
    await whileReading(
      readerOf(async () => ({ status: 'DONE' }), { letters }),
      async () => {
        await eventually(
          () => heard.length,
          (n) => n >= 2,
        );
        expect(await waiting(queueUrl)).toBe(1);
        isDown = false;
        await isEmpty();
      },
    );
    expect(new Set(heard.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify([letterIdOf(7), 3])]));
  });

  test('that fails again lands with its dead letter', async () => {
    await send('no work', { ...redriven, traceId: 't-1' });
    const reader = readerOf(async () => ({ status: 'REJECTED', reason: 'still no' }));
    const [letter] = await whileReading(reader, () => deadLetters());
    expect(textsOf(letter!)).toEqual({
      ...redriven,
      traceId: 't-1',
      errorType: 'InvalidOrderData',
      reason: 'still no',
    });
    expect(heard).toEqual([]);
  });
});

test('of more attributes than a message can have, those that say what happened go with it', async () => {
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, `${i}`]));
  await send('no work', many);
  const reader = readerOf(async () => ({ status: 'REJECTED', reason: `a \u0000 reason ${'x'.repeat(5000)}` }));
  const [letter] = await whileReading(reader, () => deadLetters());
  const texts = textsOf(letter!);
  expect(Object.keys(texts)).toHaveLength(10);
  expect(texts['reason']).toMatch(/^a \? reason x{985,995}$/);
  expect(texts).toMatchObject({ errorType: 'InvalidOrderData', a0: '0', a6: '6' });
});

test('a message that kills its reader each time is dead without a verdict: poison', async () => {
  await giveUpAfter(2);
  const { MessageId = '' } = await send('poison');
  for (let n = 1; n <= 2; n++) {
    const script = join(__dirname, 'fixtures', 'poisoned-reader.cjs');
    const child = spawn(process.execPath, [script, queueUrl, deadLetterQueueUrl], { stdio: 'inherit' });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    expect(await waiting(queueUrl)).toBe(1);
  }
  // the queue itself moves it when somebody asks once more
  const moved = async () => {
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 1 }));
    return waiting(deadLetterQueueUrl);
  };
  await eventually(moved, (n) => n === 1);
  const [letter] = await deadLetters();
  expect([letter!.Body, textsOf(letter!)]).toEqual(['poison', {}]);
  expect(classify(symptomsOf({ attributes: {} }))).toBe('POISON');
  // as whoever would have buried it called it
  const id = letterOf({ queueUrl, messageId: MessageId, attributes: {} });
  expect(letterOf({ queueUrl, messageId: letter!.MessageId!, attributes: {} })).toEqual(id);
});
