import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Arrival } from '../../src/domain/dead-letter-desk';
import type { DeadLetter } from '../../src/domain/dead-letters';
import { connectToEmulator } from '../support/contracts/emulator';
import { createDeadLetterReader, type DeadLetterReaderDeps, symptomsOf } from '../../src/messaging/dead-letter-reader';
import { createLogger } from '../../src/telemetry';
import { createMetrics } from '../../src/metrics';
import { EngineUnavailableError } from '../../src/client';
import { eventually } from '../support/contracts/condition';
import { letterIdOf, TIMES } from '../support/letters';
import { letterOf } from '../../src/messaging/dead-letters';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { sqs } = emulator;
const source = { queue: 'work-queue', queueUrl: 'http://sqs/1/work-queue' };

let queueUrl: string;
let records: Map<string, DeadLetter>;
let arrivals: [string, Arrival][];
let reader: ReturnType<typeof createDeadLetterReader>;

beforeEach(async () => {
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId('work-dlq') }))).QueueUrl!;
  records = new Map();
  arrivals = [];
});
afterEach(async () => {
  await reader.stop();
  await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
});
afterAll(() => emulator.destroy());

const read = (changes: Partial<DeadLetterReaderDeps> = {}) => {
  reader = createDeadLetterReader({
    sqs,
    queueUrl,
    source,
    visibilityS: 3,
    register: {
      async create(letter) {
        if (records.has(letter.id)) return { arrivals: 0 };
        return void records.set(letter.id, letter);
      },
    },
    letters: { arrived: async (id, arrival) => void arrivals.push([id, arrival]) },
    times: TIMES,
    metrics: createMetrics(),
    logger: createLogger({ name: 'test', level: 'silent' }),
    ...changes,
  });
  reader.start();
};

const send = async (body: string, attributes: Record<string, string> = {}): Promise<string> => {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageAttributes });
  const { MessageId = '' } = await sqs.send(command);
  return letterOf({ queueUrl: source.queueUrl, messageId: MessageId, attributes }).id;
};

async function isEmpty(): Promise<void> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  await eventually(
    async () => {
      const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] });
      const { Attributes = {} } = await sqs.send(command);
      return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },
    (n) => n === 0,
  );
}

test('a message becomes a record with everything that it has, and news; then it is gone', async () => {
  const attributes = { errorType: 'PaymentTimeout', reason: 'no answer', traceId: 't' };
  const id = await send('the body', attributes);
  read();
  await isEmpty();
  expect(records.get(id)).toMatchObject({
    id,
    class: 'RETRYABLE',
    severity: 'INFO',
    queue: 'work-queue',
    body: 'the body',
    attributes,
    errorType: 'PaymentTimeout',
    reason: 'no answer',
    arrivals: 0,
    times: TIMES,
  });
  expect(arrivals).toEqual([[id, { n: 0, class: 'RETRYABLE', errorType: 'PaymentTimeout', reason: 'no answer' }]]);
});

test('one that was redriven is news of its own dead letter, with its number', async () => {
  const deadLetterId = letterIdOf(5);
  await send('b', { deadLetterId, redrive: '2', errorType: 'InvalidOrderData', reason: 'still' });
  read();
  await isEmpty();
  expect(arrivals).toMatchObject([[deadLetterId, { n: 2, class: 'PERMANENT' }]]);
});

test('an id that is none of ours is not believed', async () => {
  const id = await send('b', { deadLetterId: 'order-ORD-1', redrive: '2' });
  read();
  await isEmpty();
  expect(arrivals).toMatchObject([[id, { n: 0, class: 'POISON' }]]);
  expect(id).toMatch(/^DL-[0-9a-f]{24}$/);
});

describe('killed between any two lines, nothing is lost and it is one dead letter', () => {
  test.each<[string, (lost: () => void) => Partial<DeadLetterReaderDeps>]>([
    [
      'the record was not written',
      (lost) => ({
        register: {
          async create(letter) {
            lost();
            return void records.set(letter.id, letter);
          },
        },
      }),
    ],
    [
      'the record was written, and nobody told',
      (lost) => ({
        letters: {
          async arrived(id, arrival) {
            lost();
            arrivals.push([id, arrival]);
          },
        },
      }),
    ],
    [
      'it was told, and not deleted',
      (lost) => {
        const sending = sqs.send.bind(sqs) as (command: unknown) => Promise<unknown>;
        const isDelete = (command: unknown) =>
          command instanceof DeleteMessageCommand || command instanceof DeleteMessageBatchCommand;
        const losing = async (command: unknown) => {
          if (isDelete(command)) lost();
          return sending(command);
        };
        return {
          sqs: new Proxy(sqs, {
            get: (target, name) => (name === 'send' ? losing : (Reflect.get(target, name, target) as unknown)),
          }),
        };
      },
    ],
  ])('%s', async (_, changes) => {
    let failures = 2;
    const lost = (): void => {
      if (failures-- > 0)
        throw failures === 1 ? new EngineUnavailableError('down') : new StepError('SERVICE_UNAVAILABLE', 'down');
    };
    const id = await send('b');
    read(changes(lost));
    await isEmpty();
    expect(failures).toBeLessThan(0);
    expect([...records.keys()]).toEqual([id]);
    expect(new Set(arrivals.map((each) => JSON.stringify(each))).size).toBe(1);
  });
});

test.each([
  [
    { errorType: 'X', reason: 'r', ERROR_CODE: 'Y' },
    { origin: 'QUEUE', errorType: 'X', reason: 'r' },
  ],
  [
    { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'may not', RULE_ARN: 'r' },
    { origin: 'TARGET', errorCode: 'NO_PERMISSIONS', reason: 'NO_PERMISSIONS: may not' },
  ],
  [
    { EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds', RULE_ARN: 'r' },
    { origin: 'TARGET', errorCode: 'MaximumEventAgeInSeconds', reason: 'MaximumEventAgeInSeconds' },
  ],
  [{ RULE_ARN: 'r' }, { origin: 'TARGET', errorCode: 'UNKNOWN', reason: 'UNKNOWN' }],
  [
    { ErrorCode: 'KMS.Disabled', ErrorMessage: 'no key', RequestID: '1' },
    { origin: 'TOPIC', errorCode: 'KMS.Disabled', reason: 'KMS.Disabled: no key' },
  ],
  [{}, { origin: 'QUEUE' }],
])('of %j it is said: %j', (attributes, expected) => expect(symptomsOf({ attributes })).toEqual(expected));
