import type { QueueMessage } from './ports';
import { setTimeout as delay } from 'node:timers/promises';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createBatchReader, type QueueReader } from './batches';
import type { DeadLetterNews } from './dead-letter-ports';
import type { Logger } from '../telemetry';
import { measured, type QueueMetrics } from './measure';
import { CircuitOpenError, isOutage as isCompanyDown } from '../domain/breaker';
import { StepError } from '../domain/failures';
import { isOutOfReach } from './out-of-reach';
import { bury, lettered, letterOf } from './dead-letters';

export type { QueueReader } from './batches';

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
   * @throws anything: the message stays, and comes again when its visibility ends; the last time that the queue gives it,
   * it goes to the dead letters with what was thrown. That the engine, our tables or a whole company are out of order is
   * nothing against the message: then it is tried again here, for as long as the message is ours
   */
  handle(message: QueueMessage): Promise<Handled>;
  /** who is told of a redriven message that was handled */
  letters: Pick<DeadLetterNews, 'handled'>;
  /** absent: nothing is counted */
  metrics?: QueueMetrics | undefined;
  logger: Logger;
}

const MAX_BACKOFF_MS = 15_000;

/** Reads a queue: a message is deleted when it was handled, or when it is in the dead letters; until then it stays. */
export function createQueueReader(p: QueueReaderDeps): QueueReader {
  const { sqs, queueUrl, metrics, logger } = p;
  const stopping = new AbortController();

  const receivesOf = lastReceiveOf(sqs, queueUrl);

  async function take(received: QueueMessage): Promise<'done' | 'rejected'> {
    const handled = await retryUntil(stopping.signal, () => p.handle(received), logger).catch((error: unknown) =>
      giveUp(received, error),
    );
    if (handled.status === 'DONE') {
      if (handled.log) logger.info(handled.log, `message from ${p.name}`);
      await tellHandled(received);
      return 'done';
    }
    const { errorType = 'InvalidOrderData', reason } = handled;
    const { deadLetterQueueUrl } = p;
    // under its own id: buried, and not deleted any more, it is buried again as the same one
    const attributes = lettered({ queueUrl, ...received });
    await bury(sqs, { body: received.body, attributes, deadLetterQueueUrl, errorType, reason });
    logger.warn({ messageId: received.messageId, errorType, reason }, `message of ${p.name} moved to the dead letters`);
    return 'rejected';
  }

  const counted = (received: QueueMessage): Promise<unknown> =>
    metrics ? measured(metrics, { name: p.name, body: received.body, handle: () => take(received) }) : take(received);

  /** The last time that it comes the message takes with it what was wrong; before, it stays and comes again. */
  async function giveUp({ messageId, receives }: QueueMessage, error: unknown): Promise<Handled> {
    const last = await receivesOf().catch(() => undefined);
    if (last === undefined || receives < last) throw error;
    logger.error({ err: error, messageId, receives }, `message of ${p.name} is given up`);
    return { status: 'REJECTED', ...verdictOf(error) };
  }

  /** A redriven message is deleted only when its dead letter knows that it was handled. */
  async function tellHandled(received: QueueMessage): Promise<void> {
    const { id, n } = letterOf({ queueUrl, ...received });
    if (n > 0) await retryUntil(stopping.signal, () => p.letters.handled(id, n), logger);
  }

  const reader = createBatchReader({
    sqs,
    queueUrl,
    name: p.name,
    visibilityS: p.visibilityS,
    isExtended: true,
    stopping,
    take: async (received) => void (await counted(received)),
    onStays: (err) => logger.error({ err }, 'message stays'),
    logger,
  });
  return {
    ...reader,
    start() {
      void receivesOf().catch(() => undefined);
      reader.start();
    },
  };
}

/** How often a queue gives a message before it gives it up, asked once; `undefined` when it never does. */
function lastReceiveOf(sqs: SQSClient, QueueUrl: string): () => Promise<number | undefined> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] });
  let answer: Promise<number | undefined> | undefined;
  const ask = async () => {
    const { Attributes = {} } = await sqs.send(command);
    if (!Attributes.RedrivePolicy) return undefined;
    const { maxReceiveCount } = JSON.parse(Attributes.RedrivePolicy) as { maxReceiveCount?: number | string };
    return maxReceiveCount === undefined ? undefined : Number(maxReceiveCount);
  };
  return () =>
    (answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    }));
}

/** What was thrown, as a dead letter says it. */
function verdictOf(error: unknown): { errorType: string; reason: string } {
  if (error instanceof StepError) return { errorType: error.type, reason: error.message };
  if (error instanceof Error) return { errorType: error.name, reason: error.message };
  return { errorType: 'Error', reason: String(error) };
}

/** Its breaker is open: it is down for everybody, and who fails then is the one that tried whether it is up again. */
const isOpen = (error: unknown): boolean => error instanceof CircuitOpenError;

/** Repeats a call while it says nothing of the message that it fails, until it is stopped. */
async function retryUntil<T>(signal: AbortSignal, call: () => Promise<T>, logger: Logger): Promise<T> {
  let isOutage = false;
  for (let wait = 500; ; wait = Math.min(wait * 2, MAX_BACKOFF_MS)) {
    try {
      return await call();
    } catch (error) {
      isOutage ||= isOpen(error);
      const goesOn = isOutOfReach(error) || isOpen(error) || (isOutage && isCompanyDown(error));
      if (!goesOn || signal.aborted) throw error;
      logger.warn({ err: error, wait }, 'nobody could take the message; trying again');
      await delay(wait, undefined, { signal }).catch(() => undefined);
      // the message stays; the last time that it comes, it says what was out of order
      if (signal.aborted) throw error;
    }
  }
}
