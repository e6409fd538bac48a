import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Takes messages from a queue until the wanted ones are there; others are left for whoever waits for them. */
export async function receiveMessages(
  sqs: SQSClient,
  p: { queueUrl: string; wanted(message: Message): boolean; count: number; timeoutMs?: number },
): Promise<Message[]> {
  const deadline = Date.now() + (p.timeoutMs ?? 15_000);
  const found = new Map<string, Message>();
  while (found.size < p.count) {
    if (Date.now() > deadline) throw new Error(`${found.size} of ${p.count} messages came to ${p.queueUrl}`);
    const receive = new ReceiveMessageCommand({
      QueueUrl: p.queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      VisibilityTimeout: 5,
      MessageAttributeNames: ['All'],
    });
    for (const message of (await sqs.send(receive)).Messages ?? []) {
      if (!p.wanted(message)) continue;
      found.set(message.MessageId!, message);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: p.queueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
  return [...found.values()];
}

/** The bodies of the wanted messages, parsed. */
export async function receiveAll(
  sqs: SQSClient,
  queueUrl: string,
  wanted: (body: unknown) => boolean,
  count: number,
): Promise<unknown[]> {
  const bodyOf = ({ Body = 'null' }: Message): unknown => JSON.parse(Body);
  const messages = await receiveMessages(sqs, { queueUrl, wanted: (message) => wanted(bodyOf(message)), count });
  return messages.map(bodyOf);
}
