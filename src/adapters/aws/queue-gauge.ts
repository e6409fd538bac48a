import { GetQueueAttributesCommand, type QueueAttributeName, type SQSClient } from '@aws-sdk/client-sqs';
import type { OverviewSources } from '../../gateway/overview-ports';
import { reach } from './errors';

/** A queue whose messages are counted. */
export interface GaugedQueue {
  queue: string;
  /** absent where there are only dead letters */
  queueUrl?: string;
  deadLetterQueueUrl: string;
}

const ATTRIBUTES = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const satisfies QueueAttributeName[];

const NOTHING = { waiting: 0, inFlight: 0 };

/** How many messages there are in queues and in their dead letters: one call for each of both. */
export function createQueueGauge(p: { sqs: SQSClient; queues: readonly GaugedQueue[] }): OverviewSources['queues'] {
  async function depthOf(QueueUrl: string) {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...ATTRIBUTES] });
    const { Attributes } = await reach(`measuring ${QueueUrl}`, () => p.sqs.send(command));
    const [visible, inFlight, delayed] = ATTRIBUTES.map((name) => Number(Attributes?.[name] ?? 0));
    return { waiting: visible! + delayed!, inFlight: inFlight! };
  }

  const gauge = async ({ queue, queueUrl, deadLetterQueueUrl }: GaugedQueue) => {
    const [alive, dead] = await Promise.all([
      queueUrl === undefined ? NOTHING : depthOf(queueUrl),
      depthOf(deadLetterQueueUrl),
    ]);
    return { queue, ...alive, dead: dead.waiting + dead.inFlight };
  };
  return () => Promise.all(p.queues.map(gauge));
}
