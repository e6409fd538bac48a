import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SourceQueues } from '../../activities/dead-letter-ports';
import { reach } from './errors';

/** Attributes of a message, as many as SQS takes. */
const MAX_ATTRIBUTES = 10;

/** The queues that dead letters were for. @param p.urls by their names */
export function createSourceQueues(p: { sqs: SQSClient; urls: ReadonlyMap<string, string> }): SourceQueues {
  return {
    has: (queue) => p.urls.has(queue),
    async send({ queue, body, attributes }) {
      const texts = Object.entries(attributes)
        .filter(([, text]) => text !== '')
        .slice(0, MAX_ATTRIBUTES);
      const command = new SendMessageCommand({
        QueueUrl: p.urls.get(queue),
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          texts.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      });
      await reach(`sending to ${queue}`, () => p.sqs.send(command));
    },
  };
}
