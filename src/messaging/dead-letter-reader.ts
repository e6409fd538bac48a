import type { QueueMessage } from './ports';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterTimes, Symptoms } from '../domain/dead-letters';
import type { DeadLetterNews, DeadLetterRegister } from './dead-letter-ports';
import type { Logger } from '../telemetry';
import type { Metrics } from '../metrics';
import { createBatchReader, type QueueReader } from './batches';
import { classify, MAX_REASON, NOWHERE, SEVERITIES } from '../domain/dead-letters';
import { letterOf } from './dead-letters';
import { targetOf } from '../domain/undelivered';

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

  async function take(received: QueueMessage): Promise<void> {
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

  return createBatchReader({
    sqs,
    queueUrl,
    name: `dead letters of ${source.queue}`,
    visibilityS: p.visibilityS,
    isExtended: false,
    stopping: new AbortController(),
    take,
    onStays: (err) => logger.error({ err }, `dead letter of ${source.queue} stays`),
    pauseMs: PAUSE_MS,
    logger,
  });
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
  const target = queue === NOWHERE ? targetOf(received) : undefined;
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
    ...(target !== undefined && { target }),
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
