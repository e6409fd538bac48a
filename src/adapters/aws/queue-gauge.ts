import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { MessageCounts, QueueGauge } from '../../messaging/queue-ports';
import { reach } from './errors';

/** What SQS says of a queue, by the state of its messages. */
const ATTRIBUTES = {
  waiting: 'ApproximateNumberOfMessages',
  inFlight: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const satisfies Record<keyof MessageCounts, string>;

/** @throws StepError SERVICE_UNAVAILABLE */
export async function depthOf(sqs: SQSClient, QueueUrl: string): Promise<MessageCounts> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: Object.values(ATTRIBUTES) });
  const { Attributes } = await reach(`measuring ${QueueUrl}`, () => sqs.send(command));
  const countOf = (state: keyof MessageCounts) => Number(Attributes?.[ATTRIBUTES[state]] ?? 0);
  return { waiting: countOf('waiting'), inFlight: countOf('inFlight'), delayed: countOf('delayed') };
}

export const createQueueGauge = ({ sqs }: { sqs: SQSClient }): QueueGauge => ({
  async measure({ queueUrl, deadLetterQueueUrl }) {
    const [alive, dead] = await Promise.all([
      queueUrl === undefined ? undefined : depthOf(sqs, queueUrl),
      depthOf(sqs, deadLetterQueueUrl),
    ]);
    return { ...(alive && { alive }), dead: dead.waiting + dead.inFlight };
  },
});
