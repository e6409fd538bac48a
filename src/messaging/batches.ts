import { setTimeout as delay } from 'node:timers/promises';
import { Consumer } from 'sqs-consumer';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from '../telemetry';
import type { QueueMessage } from './ports';
import { inTraceOfMessage } from './message-trace';

export interface QueueReader {
  start(): void;
  /** Takes no more messages and finishes those it holds. */
  stop(): Promise<void>;
}

export interface BatchReaderDeps {
  sqs: SQSClient;
  queueUrl: string;
  /** how the queue is called where something is logged of it */
  name: string;
  /** seconds that a message is ours */
  visibilityS: number;
  /** whether that is extended, every third of it, while work on it goes on */
  isExtended: boolean;
  /** aborted by a stop */
  stopping: AbortController;
  /** A message that this resolves for is deleted; any other stays, and comes again when its visibility ends. */
  take(message: QueueMessage): Promise<void>;
  /** of each message that stays */
  onStays(error: unknown): void;
  /** milliseconds before the next poll after messages that stay; none when absent */
  pauseMs?: number;
  logger: Logger;
}

/** Polls a queue and takes the messages of each batch side by side. */
export function createBatchReader({ stopping, pauseMs = 0, ...p }: BatchReaderDeps): QueueReader {
  const { signal } = stopping;
  let handling = false;

  const take = async (sent: Message): Promise<void> => {
    const message = asReceived(sent);
    await inTraceOfMessage({ queueUrl: p.queueUrl, message }, () =>
      p.take(message).catch((error: unknown) => {
        p.onStays(error);
        throw error;
      }),
    );
  };

  const consumer = Consumer.create({
    sqs: p.sqs,
    queueUrl: p.queueUrl,
    batchSize: 10,
    waitTimeSeconds: 20,
    visibilityTimeout: p.visibilityS,
    messageSystemAttributeNames: ['ApproximateReceiveCount', 'AWSTraceHeader'],
    messageAttributeNames: ['All'],
    ...(p.isExtended && { heartbeatInterval: Math.floor(p.visibilityS / 3) }),
    pollingCompleteWaitTimeMs: p.visibilityS * 1000,
    handleMessageBatch: async (messages) => {
      handling = true;
      const taken = await Promise.allSettled(messages.map(take));
      const failed = taken.filter((result) => result.status === 'rejected');
      if (failed.length > 0 && pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      return messages.filter((_, i) => taken[i]?.status === 'fulfilled');
    },
  });
  consumer.on('error', (error) => {
    // the poll that a stop cuts short is no trouble
    const wasCut = signal.aborted && /aborted/i.test(error.message);
    if (!wasCut) p.logger.warn({ err: error }, p.name);
  });
  // only now they are deleted as well
  consumer.on('response_processed', () => (handling = false));

  return {
    start: () => consumer.start(),
    async stop() {
      stopping.abort();
      if (!consumer.status.isRunning) return;
      const stopped = new Promise<void>((resolve) => consumer.once('stopped', () => resolve()));
      // a long poll is cut short; what is being handled is finished and deleted
      consumer.stop({ abort: !handling });
      await stopped;
    },
  };
}

function asReceived({ Body = '', MessageId = '', MessageAttributes = {}, Attributes }: Message): QueueMessage {
  const texts = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue ?? '']);
  const receives = Number(Attributes?.ApproximateReceiveCount ?? 1);
  const traceHeader = Attributes?.AWSTraceHeader;
  const message = { body: Body, messageId: MessageId, attributes: Object.fromEntries(texts), receives };
  return traceHeader === undefined ? message : { ...message, traceHeader };
}
