import { setTimeout as delay } from 'node:timers/promises';
import { type Message, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import type { Logger } from '../telemetry';
import { EngineUnavailableError, type OrderClient } from '../client';
import { parseMessage } from './inbound-event';
import { takeEvent } from './take-event';

export interface OrderIntakeDeps {
  sqs: SQSClient;
  /** seconds that a message is ours; extended every third of it while work on it goes on */
  visibilityS: number;
  queueUrl: string;
  deadLetterQueueUrl: string;
  orders: Pick<OrderClient, 'place'>;
  logger: Logger;
}

export interface OrderIntake {
  start(): void;
  /** Takes no more messages and finishes those it holds. */
  stop(): Promise<void>;
}

/** How long the engine may take to confirm an order before the next message's turn, in milliseconds. */
const PATIENCE_MS = 10_000;
const MAX_BACKOFF_MS = 15_000;

/**
 * OrderIntakeQueue: starts a workflow for each `Order Placed`. A message is deleted when the engine has the order, when
 * there is nothing to do, or when it is in the dead-letter queue with the reason why it never can; until then it stays.
 */
export function createOrderIntake(p: OrderIntakeDeps): OrderIntake {
  const { sqs, queueUrl, logger } = p;
  const stopping = new AbortController();
  let handling = false;

  async function handle(message: Message): Promise<boolean> {
    const event = parseMessage(message.Body ?? '');
    const { eventId = '' } = event;
    const input = { event, orders: p.orders, requestId: `event ${eventId}`, patienceMs: PATIENCE_MS };
    const taken = await retryUntil(stopping.signal, () => takeEvent(input), logger);
    if (!taken) return false;
    if (taken.status === 'REJECTED') return bury(message, taken.reason);
    logger.info({ eventId, ...taken }, 'event from the bus');
    return true;
  }

  async function bury({ Body = '', MessageId }: Message, reason: string): Promise<boolean> {
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: p.deadLetterQueueUrl,
        MessageBody: Body,
        MessageAttributes: { errorType: text('InvalidOrderData'), reason: text(reason) },
      }),
    );
    logger.warn({ messageId: MessageId, reason }, 'message moved to the dead letters');
    return true;
  }

  const consumer = Consumer.create({
    sqs,
    queueUrl,
    batchSize: 10,
    waitTimeSeconds: 20,
    visibilityTimeout: p.visibilityS,
    heartbeatInterval: Math.floor(p.visibilityS / 3),
    pollingCompleteWaitTimeMs: p.visibilityS * 1000,
    handleMessageBatch: async (messages) => {
      handling = true;
      const done = await Promise.allSettled(messages.map(handle));
      handling = false;
      for (const result of done)
        if (result.status === 'rejected') logger.error({ err: result.reason }, 'message stays');
      return messages.filter((_, i) => isDone(done[i]));
    },
  });
  consumer.on('error', (error) => {
    // the poll that a stop cuts short is no trouble
    const wasCut = stopping.signal.aborted && /aborted/i.test(error.message);
    if (!wasCut) logger.warn({ err: error }, 'order intake queue');
  });

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

const isDone = (result: PromiseSettledResult<boolean> | undefined) => result?.status === 'fulfilled' && result.value;

/** Repeats a call while the engine cannot be reached; `undefined` when stopped before it could. */
async function retryUntil<T>(signal: AbortSignal, call: () => Promise<T>, logger: Logger): Promise<T | undefined> {
  for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, MAX_BACKOFF_MS)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      logger.warn({ err: error, wait }, 'the engine did not take the order; trying again');
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
