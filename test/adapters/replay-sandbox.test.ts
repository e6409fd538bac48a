import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createReplaySandbox } from '../../src/adapters/aws/replay-sandbox';
import { createReplayWay } from '../../src/adapters/aws/replay-way';
import { failureTypeOf } from '../support/contracts/books';
import { uniqueId } from '../support/orders';

const { sqs, events, config, destroy } = connectToEmulator();
afterAll(destroy);
let queueUrl: string;
beforeEach(async () => {
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId('sandbox') }))).QueueUrl!;
});
afterEach(() => sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl })));

const sandbox = () => createReplaySandbox({ sqs, queueUrl });
/** As a replay does. */
const putAside = (body: string) =>
  createReplayWay({ events, sqs, busName: config.EVENT_BUS_NAME, sandboxQueueUrl: queueUrl }).toSandbox({
    body,
    replayName: 'failed-orders-replay-1',
  });

test('shows what replays put there, and leaves it there, however often somebody looks', async () => {
  const bodies = Array.from({ length: 23 }, (_, n) => JSON.stringify({ n }));
  for (const body of bodies) await putAside(body);
  for (let look = 0; look < 7; look++) {
    const { count, messages } = await sandbox().look(100);
    expect(count).toBe(23);
    expect(messages.map(({ body }) => body).toSorted()).toEqual(bodies.toSorted());
  }
  const { count, messages } = await sandbox().look(5);
  expect([count, messages.length, new Set(messages.map(({ messageId }) => messageId)).size]).toEqual([23, 5, 5]);
  expect(messages[0]).toMatchObject({ replayName: 'failed-orders-replay-1' });
  expect(Math.abs(Date.now() - Date.parse(messages[0]!.sentAt))).toBeLessThan(600_000);
});

test('what somebody else just looks at is counted, and not shown', async () => {
  await putAside('{}');
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, VisibilityTimeout: 30 }));
  expect(await sandbox().look(10)).toEqual({ count: 1, messages: [] });
});

test('shows what nobody of ours put there', async () => {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'by hand' }));
  const { messages } = await sandbox().look(10);
  expect(messages).toEqual([
    { messageId: expect.any(String) as string, sentAt: expect.any(String) as string, body: 'by hand' },
  ]);
});

test('is empty when it was emptied', async () => {
  await putAside('{}');
  await putAside('{}');
  expect(await sandbox().purge()).toBe(2);
  expect(await sandbox().look(10)).toEqual({ count: 0, messages: [] });
});

test('AWS out of reach is no empty sandbox', async () => {
  await withUnreachableAws(async (aws, endpoint) => {
    const away = createReplaySandbox({ sqs: aws.sqs, queueUrl: `${endpoint}/000000000000/queue` });
    expect(await failureTypeOf(away.look(1))).toBe('SERVICE_UNAVAILABLE');
    expect(await failureTypeOf(away.purge())).toBe('SERVICE_UNAVAILABLE');
  });
});
