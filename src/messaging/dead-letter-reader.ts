import { setTimeout as delay } from 'node:timers/promises';
import { Consumer } from 'sqs-consumer';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterTimes, Symptoms } from '../domain/dead-letters';
import type { DeadLetterNews, DeadLetterRegister } from './dead-letter-ports';
import type { Logger } from '../telemetry';
import type { Metrics } from '../metrics';
import { asReceived, type QueueMessage, type QueueReader } from './queue-reader';
import { classify, MAX_REASON, SEVERITIES } from '../domain/dead-letters';
import { letterOf } from './dead-letters';

export interface DeadLetterReaderDeps {
  sqs: SQSClient;
  /** of the dead letters */
  queueUrl: string;
  /** what the messages were for, by its name and URL */
  source: { queue: string; queueUrl: string };
  /** seconds that a message is ours */
  visibilityS: number;
  register: DeadLetterRegister;
  letters: Pick<DeadLetterNews, 'arrived'>;
  times: DeadLetterTimes;
  metrics: Pick<Metrics, 'deadLetter'>;
  logger: Logger;
}

/** Milliseconds before the next poll after messages that nobody took: the engine or the table is out of order. */
const PAUSE_MS = 1000;

/**
 * Reads a dead-letter queue: each message becomes a record and has a workflow before it is deleted. One that cannot be
 * taken stays, and comes again when its visibility ends, as often as it needs: these queues give nothing up.
 */
export function createDeadLetterReader(p: DeadLetterReaderDeps): QueueReader {
  const { sqs, queueUrl, source, logger } = p;
  const stopping = new AbortController();
  let handling = false;

  async function take(message: Message): Promise<void> {
    const received = asReceived(message);
    const { id, n } = letterOf({ queueUrl: source.queueUrl, ...received });
    const symptoms = symptomsOf(received);
    const letter = newLetter({ id, received, symptoms, queue: source.queue, times: p.times });
    await p.register.create(letter);
    const { class: kind, errorType, reason } = letter;
    const why = { ...(errorType !== undefined && { errorType }), ...(reason !== undefined && { reason }) };
    await p.letters.arrived(id, { n, class: kind, ...why });
    p.metrics.deadLetter({ class: kind, queue: source.queue });
    logger.warn({ deadLetterId: id, class: kind, queue: source.queue, n, ...why }, 'dead letter');
  }

  const consumer = Consumer.create({
    sqs,
    queueUrl,
    batchSize: 10,
    waitTimeSeconds: 20,
    visibilityTimeout: p.visibilityS,
    messageSystemAttributeNames: ['ApproximateReceiveCount'],
    messageAttributeNames: ['All'],
    pollingCompleteWaitTimeMs: p.visibilityS * 1000,
    handleMessageBatch: async (messages) => {
      handling = true;
      const taken = await Promise.allSettled(messages.map(take));
      const failed = taken.filter((result) => result.status === 'rejected');
      for (const { reason: err } of failed) logger.error({ err }, `dead letter of ${source.queue} stays`);
      if (failed.length > 0) await delay(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      return messages.filter((_, i) => taken[i]?.status === 'fulfilled');
    },
  });
  consumer.on('error', (error) => {
    const wasCut = stopping.signal.aborted && /aborted/i.test(error.message);
    if (!wasCut) logger.warn({ err: error }, `dead letters of ${source.queue}`);
  });
  // only now they are deleted as well
  consumer.on('response_processed', () => (handling = false));

  return {
    start: () => consumer.start(),
    async stop() {
      stopping.abort();
      if (!consumer.status.isRunning) return;
      const stopped = new Promise<void>((resolve) => consumer.once('stopped', () => resolve()));
      consumer.stop({ abort: !handling });
      await stopped;
    },
  };
}

/** What a message says of its death: a reader of ours, EventBridge, SNS, or nobody. */
export function symptomsOf({ attributes }: Pick<QueueMessage, 'attributes'>): Symptoms {
  const { errorType, reason, ERROR_CODE, ERROR_MESSAGE, EXHAUSTED_RETRY_CONDITION, ErrorCode, ErrorMessage } =
    attributes;
  if (errorType !== undefined) return { origin: 'QUEUE', errorType, ...(reason !== undefined && { reason }) };
  if (ERROR_CODE !== undefined || EXHAUSTED_RETRY_CONDITION !== undefined || attributes['RULE_ARN'] !== undefined)
    return targetSymptoms('TARGET', ERROR_CODE ?? EXHAUSTED_RETRY_CONDITION ?? 'UNKNOWN', ERROR_MESSAGE);
  if (ErrorCode !== undefined) return targetSymptoms('TOPIC', ErrorCode, ErrorMessage);
  return { origin: 'QUEUE' };
}

function targetSymptoms(origin: 'TARGET' | 'TOPIC', errorCode: string, message: string | undefined): Symptoms {
  const reason = message === undefined ? errorCode : `${errorCode}: ${message}`;
  return { origin, errorCode, reason: reason.slice(0, MAX_REASON) };
}

const NO_VERDICT = 'received as often as its queue gives it, and nobody said why it was not handled';

interface NewLetter {
  id: string;
  received: Pick<QueueMessage, 'body' | 'attributes'>;
  symptoms: Symptoms;
  queue: string;
  times: DeadLetterTimes;
}

/** A record as it begins: its workflow writes from then on. */
export function newLetter({ id, received, symptoms, queue, times }: NewLetter): DeadLetter {
  const now = new Date().toISOString();
  const kind = classify(symptoms);
  const reason = symptoms.reason ?? (kind === 'POISON' ? NO_VERDICT : undefined);
  return {
    id,
    version: 0,
    // until its workflow has looked at it
    state: 'WAITING',
    class: kind,
    severity: SEVERITIES[kind],
    origin: symptoms.origin,
    queue,
    ...(symptoms.errorType !== undefined && { errorType: symptoms.errorType }),
    ...(reason !== undefined && { reason: reason.slice(0, MAX_REASON) }),
    deadAt: now,
    updatedAt: now,
    tries: 0,
    redrives: 0,
    arrivals: 0,
    times,
    body: received.body,
    attributes: received.attributes,
    story: [],
  };
}
