import { createHash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { MAX_REASON } from '../domain/dead-letters';

/** A message that cannot be handled, on its way to the dead letters. */
export interface Buried {
  deadLetterQueueUrl: string;
  body: string;
  /** text attributes that it came with */
  attributes?: Record<string, string>;
  /** names of requirements F2, or of whatever failed */
  errorType: string;
  /** what was expected, for people; it is logged, so it names no customer */
  reason: string;
}

/** Attributes of a message, as many as SQS takes. */
const MAX_ATTRIBUTES = 10;

/** Puts a message into the dead letters, with what was wrong with it. Its attributes go with it, as far as they fit. */
export async function bury(sqs: SQSClient, p: Buried): Promise<void> {
  const { deadLetterId = '', redrive = '', ...others } = p.attributes ?? {};
  const verdict = { errorType: p.errorType, reason: p.reason.slice(0, MAX_REASON) };
  const attributes = { ...verdict, deadLetterId, redrive, ...others, ...verdict };
  const texts = Object.entries(attributes)
    .map(([name, text]) => [name, carried(text)] as const)
    .filter(([, text]) => text !== '')
    .slice(0, MAX_ATTRIBUTES)
    .map(([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const);
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: p.deadLetterQueueUrl,
      MessageBody: p.body,
      MessageAttributes: Object.fromEntries(texts),
    }),
  );
}

/** A text as SQS carries it: of control characters only white space, and no half characters. */
const carried = (text: string): string => text.replaceAll(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, '?');

/** What a dead letter's id may look like: it becomes a workflow id, a table key and a path segment. */
const ID = /^DL-[0-9a-f]{24}$/;

const isDeadLetterId = (text: string | undefined): text is string => text !== undefined && ID.test(text);

/** The same for the same parts. */
export const deadLetterIdOf = (...parts: string[]): string =>
  `DL-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24)}`;

/**
 * The dead letter that a message is or would become: the one that it was redriven as, or one of its own. A message keeps
 * its id when SQS moves it, so whoever buries it and is gone before it is deleted has buried the same one.
 *
 * @param p.queueUrl of the queue that it was for
 */
export function letterOf(p: { queueUrl: string; messageId: string; attributes: Record<string, string> }): {
  id: string;
  /** redrives that it went through */
  n: number;
} {
  const { deadLetterId, redrive = '0' } = p.attributes;
  if (isDeadLetterId(deadLetterId)) return { id: deadLetterId, n: /^\d{1,9}$/.test(redrive) ? Number(redrive) : 0 };
  return { id: deadLetterIdOf(nameOf(p.queueUrl), p.messageId), n: 0 };
}

/** What a message takes with it to the dead letters, by which it is the same dead letter however often it is buried. */
export function lettered(p: Parameters<typeof letterOf>[0]): Record<string, string> {
  const { id: deadLetterId, n } = letterOf(p);
  return { ...p.attributes, deadLetterId, redrive: n === 0 ? '' : String(n) };
}

const nameOf = (queueUrl: string): string => new URL(queueUrl).pathname.split('/').at(-1) ?? queueUrl;
