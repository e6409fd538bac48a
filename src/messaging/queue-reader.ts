import { setTimeout as delay } from 'node:timers/promises';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import type { Logger } from '../telemetry';
import { CircuitOpenError, isOutage as isCompanyDown } from '../domain/breaker';
import { EngineUnavailableError } from '../client';
import { StepError } from '../domain/failures';
import { bury } from './dead-letters';

/** A message as it came out of its queue. */
export interface QueueMessage {
  body: string;
  /** SQS's */
  messageId: string;
  /** text attributes by their name */
  attributes: Record<string, string>;
  /** how often it was received, this time included */
  receives: number;
}

/** What became of a message: it is done with, or in the dead letters with the reason why it never can be. */
export type Handled =
  | { status: 'DONE'; log?: Record<string, unknown> }
  /** `errorType`: of requirements F2; InvalidOrderData when absent */
  | { status: 'REJECTED'; reason: string; errorType?: string };

export interface QueueReaderDeps {
  sqs: SQSClient;
  /** how the queue is called where something is logged of it */
  name: string;
  queueUrl: string;
  deadLetterQueueUrl: string;
  /** seconds that a message is ours; extended every third of it while work on it goes on */
  visibilityS: number;
  /**
   * Handles a message; one that is handled again has the same effect as once.
   *
   * @throws anything: the message stays, and comes again when its visibility ends, until the queue gives it up. That the
   * engine, our tables or a whole company are out of order is nothing against the message: then it is tried again here,
   * for as long as the message is ours
   */
  handle(message: QueueMessage): Promise<Handled>;
  logger: Logger;
}

export interface QueueReader {
  start(): void;
  /** Takes no more messages and finishes those it holds. */
  stop(): Promise<void>;
}

const MAX_BACKOFF_MS = 15_000;

/** Reads a queue: a message is deleted when it was handled, or when it is in the dead letters; until then it stays. */
export function createQueueReader(p: QueueReaderDeps): QueueReader {
  const { sqs, queueUrl, logger } = p;
  const stopping = new AbortController();
  let handling = false;

  async function take(message: Message): Promise<boolean> {
    const received = asReceived(message);
    const handled = await retryUntil(stopping.signal, () => p.handle(received), logger);
    if (!handled) return false;
    if (handled.status === 'REJECTED') {
      const { errorType = 'InvalidOrderData', reason } = handled;
      await bury(sqs, { ...received, deadLetterQueueUrl: p.deadLetterQueueUrl, errorType, reason });
      logger.warn({ messageId: received.messageId, reason }, `message of ${p.name} moved to the dead letters`);
    } else if (handled.log) logger.info(handled.log, `message from ${p.name}`);
    return true;
  }

  const consumer = Consumer.create({
    sqs,
    queueUrl,
    batchSize: 10,
    waitTimeSeconds: 20,
    visibilityTimeout: p.visibilityS,
    messageSystemAttributeNames: ['ApproximateReceiveCount'],
    messageAttributeNames: ['All'],
    heartbeatInterval: Math.floor(p.visibilityS / 3),
    pollingCompleteWaitTimeMs: p.visibilityS * 1000,
    handleMessageBatch: async (messages) => {
      handling = true;
      const done = await Promise.allSettled(messages.map(take));
      handling = false;
      for (const result of done)
        if (result.status === 'rejected') logger.error({ err: result.reason }, 'message stays');
      return messages.filter((_, i) => isDone(done[i]));
    },
  });
  consumer.on('error', (error) => {
    // the poll that a stop cuts short is no trouble
    const wasCut = stopping.signal.aborted && /aborted/i.test(error.message);
    if (!wasCut) logger.warn({ err: error }, p.name);
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

function asReceived({ Body = '', MessageId = '', MessageAttributes = {}, Attributes }: Message): QueueMessage {
  const texts = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue ?? '']);
  const receives = Number(Attributes?.ApproximateReceiveCount ?? 1);
  return { body: Body, messageId: MessageId, attributes: Object.fromEntries(texts), receives };
}

const isOutOfReach = (error: unknown): boolean =>
  error instanceof EngineUnavailableError ||
  isOpen(error) ||
  (error instanceof StepError && error.type === 'SERVICE_UNAVAILABLE');

/** Its breaker is open: it is down for everybody, and who fails then is the one that tried whether it is up again. */
const isOpen = (error: unknown): boolean => error instanceof CircuitOpenError;

const isDone = (result: PromiseSettledResult<boolean> | undefined) => result?.status === 'fulfilled' && result.value;

/** Repeats a call while it says nothing of the message that it fails; `undefined` when stopped before it could. */
async function retryUntil<T>(signal: AbortSignal, call: () => Promise<T>, logger: Logger): Promise<T | undefined> {
  let isOutage = false;
  for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, MAX_BACKOFF_MS)) {
    try {
      return await call();
    } catch (error) {
      isOutage ||= isOpen(error);
      if (!isOutOfReach(error) && !(isOutage && isCompanyDown(error))) throw error;
      logger.warn({ err: error, wait }, 'nobody could take the message; trying again');
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
