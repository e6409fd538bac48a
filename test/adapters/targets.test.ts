import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { CreateTopicCommand, DeleteTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createTargets } from '../../src/adapters/aws/targets';
import { failureTypeOf } from '../support/contracts/books';
import { receiveAll } from '../support/contracts/queues';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { sqs, sns } = emulator;
const name = uniqueId('target').toLowerCase();
let topicArn: string;
let queueUrl: string;
let queueArn: string;

beforeAll(async () => {
  topicArn = (await sns.send(new CreateTopicCommand({ Name: name }))).TopicArn!;
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: `${name}-queue` }))).QueueUrl!;
  const asked = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
  queueArn = (await sqs.send(asked)).Attributes!['QueueArn']!;
});
afterAll(async () => {
  await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
  await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
  emulator.destroy();
});

const targets = (through = sns) =>
  createTargets({ sns: through, topicArns: [topicArn], queueUrls: new Map([['our-queue', queueUrl]]) });
const subscribe = async (Protocol: string, Endpoint: string) => {
  const command = new SubscribeCommand({ TopicArn: topicArn, Protocol, Endpoint, ReturnSubscriptionArn: true });
  return (await sns.send(command)).SubscriptionArn!;
};

test('a queue and a topic of ours are known by their ARNs, and nobody else is', async () => {
  expect(await targets().find(queueArn)).toEqual({ kind: 'QUEUE', queue: 'our-queue' });
  expect(await targets().find(topicArn)).toEqual({ kind: 'TOPIC' });
  for (const foreign of [`${queueArn}-too`, `${topicArn}-too`, queueArn.replace('000000000000', '111111111111')])
    expect(await targets().find(foreign)).toMatchObject({ kind: 'NONE', reason: expect.stringContaining(foreign) });
});

test('a subscription is followed to its queue; one of an address can be sent nothing alone; one that is gone is said', async () => {
  const [toQueue, toAddress] = [await subscribe('sqs', queueArn), await subscribe('email', 'care@shop.example')];
  expect(await targets().find(toQueue)).toEqual({ kind: 'QUEUE', queue: 'our-queue' });
  // it names no address: those are of people
  expect(await targets().find(toAddress)).toEqual({
    kind: 'NONE',
    reason: `it was for a subscriber of ${topicArn} by email, to whom nothing can be sent alone: published again it would reach all who had it`,
  });
  const gone = `${topicArn}:0198c0de-0000-4000-8000-000000000000`;
  expect(await targets().find(gone)).toEqual({ kind: 'NONE', reason: `there is no subscription ${gone} any more` });
  const foreign = `${topicArn}-too:0198c0de-0000-4000-8000-000000000000`;
  expect(await targets().find(foreign)).toEqual({ kind: 'NONE', reason: `${topicArn}-too is no topic of ours` });
});

test('what is published reaches who subscribes, as it is', async () => {
  await targets().publish({ topicArn, message: '{"a":1}' });
  const [body] = await receiveAll(sqs, queueUrl, () => true, 1);
  expect(body).toMatchObject({ Message: '{"a":1}', TopicArn: topicArn });
});

test('AWS out of reach is not taken for an answer', async () => {
  await withUnreachableAws(async (nobody) => {
    const subscription = `${topicArn}:0198c0de-0000-4000-8000-000000000000`;
    expect(await failureTypeOf(targets(nobody.sns).find(subscription))).toBe('SERVICE_UNAVAILABLE');
    expect(await failureTypeOf(targets(nobody.sns).publish({ topicArn, message: '{}' }))).toBe('SERVICE_UNAVAILABLE');
  });
});
