import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { ReplaySandbox, SandboxMessage } from '../../gateway/replay-sandbox-ports';
import { reach } from './errors';

/** Seconds that messages are ours while they are looked at: as long as a look takes, and no more is lost when it breaks off. */
const LOOK_S = 30;
/** Messages that SQS gives, or takes back, at one time. */
const BATCH = 10;

/** What replays put aside. Receiving is the only way to look: it is received, and given back at once. */
export function createReplaySandbox(p: { sqs: SQSClient; queueUrl: string }): ReplaySandbox {
  const QueueUrl = p.queueUrl;

  async function count(): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await p.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }

  /** @param found what was received: also of a look that broke off */
  async function receive(found: Map<string, Message>, limit: number): Promise<void> {
    while (found.size < limit) {
      const { Messages = [] } = await p.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: Math.min(BATCH, limit - found.size),
          VisibilityTimeout: LOOK_S,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['SentTimestamp'],
          MessageAttributeNames: ['replayName'],
        }),
      );
      if (Messages.length === 0) return;
      for (const message of Messages) found.set(message.MessageId!, message);
    }
  }

  /** What this does not reach comes back by itself. */
  async function giveBack(messages: readonly Message[]): Promise<void> {
    for (let from = 0; from < messages.length; from += BATCH) {
      const Entries = messages
        .slice(from, from + BATCH)
        .map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle, VisibilityTimeout: 0 }));
      await p.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })).catch(() => undefined);
    }
  }

  return {
    look: (limit) =>
      reach('looking into the sandbox queue', async () => {
        const [all, found] = [await count(), new Map<string, Message>()];
        await receive(found, limit).finally(() => giveBack([...found.values()]));
        const messages = [...found.values()].map(asShown).toSorted((a, b) => (a.sentAt < b.sentAt ? -1 : 1));
        return { count: Math.max(all, messages.length), messages };
      }),
    async purge() {
      return reach('emptying the sandbox queue', async () => {
        const all = await count();
        await p.sqs.send(new PurgeQueueCommand({ QueueUrl }));
        return all;
      });
    },
  };
}

function asShown({ MessageId = '', Attributes = {}, MessageAttributes = {}, Body = '' }: Message): SandboxMessage {
  const replayName = MessageAttributes['replayName']?.StringValue;
  return {
    messageId: MessageId,
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString(),
    ...(replayName !== undefined && { replayName }),
    body: Body,
  };
}
