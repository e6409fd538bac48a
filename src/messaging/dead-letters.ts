import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

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

/** Puts a message into the dead letters, with what was wrong with it. Its attributes go with it. */
export async function bury(sqs: SQSClient, p: Buried): Promise<void> {
  const attributes = { ...p.attributes, errorType: p.errorType, reason: p.reason };
  const texts = Object.entries(attributes).map(
    ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
  );
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: p.deadLetterQueueUrl,
      MessageBody: p.body,
      MessageAttributes: Object.fromEntries(texts),
    }),
  );
}
