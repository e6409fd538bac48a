import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from '../telemetry';
import type { QueueMetrics } from './measure';
import { createRounds, type Rounds } from './rounds';

export interface WatchedQueue {
  /** as it is counted, such as `order-intake-queue` */
  queue: string;
  /** absent: there is nothing but dead letters */
  queueUrl?: string;
  deadLetterQueueUrl: string;
}

/** What a queue says of itself, by the state of its messages. */
const STATES = {
  waiting: 'ApproximateNumberOfMessages',
  in_flight: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const;

/** Asks the queues again and again how much is in them. One that does not answer keeps its last number. */
export function createQueueDepths(p: {
  sqs: SQSClient;
  queues: readonly WatchedQueue[];
  /** milliseconds between two rounds */
  intervalMs: number;
  metrics: QueueMetrics;
  logger: Logger;
}): Pick<Rounds, 'start' | 'stop'> & { run(): Promise<void> } {
  const { sqs, metrics } = p;

  async function depthsOf(QueueUrl: string): Promise<Record<keyof typeof STATES, number>> {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: Object.values(STATES) });
    const { Attributes = {} } = await sqs.send(command);
    const { waiting, in_flight, delayed } = STATES;
    return {
      waiting: Number(Attributes[waiting] ?? 0),
      in_flight: Number(Attributes[in_flight] ?? 0),
      delayed: Number(Attributes[delayed] ?? 0),
    };
  }

  async function look({ queue, queueUrl, deadLetterQueueUrl }: WatchedQueue): Promise<void> {
    if (queueUrl !== undefined)
      for (const [state, count] of Object.entries(await depthsOf(queueUrl)))
        metrics.record('waybill_queue_messages', { queue, state: state as keyof typeof STATES }, count);
    const dead = await depthsOf(deadLetterQueueUrl);
    metrics.record('waybill_queue_dead_messages', { queue }, dead.waiting + dead.in_flight);
  }

  async function run(): Promise<void> {
    const looks = await Promise.allSettled(p.queues.map(look));
    const failed = looks.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason as Error;
  }

  const rounds = createRounds({
    round: run,
    intervalMs: p.intervalMs,
    onError: (err) => p.logger.warn({ err }, 'a queue does not say how much is in it'),
  });
  return { run, start: rounds.start, stop: rounds.stop };
}
