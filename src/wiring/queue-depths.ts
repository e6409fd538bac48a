import type { Part, Shared } from './parts';
import { createQueueDepths } from '../messaging/queue-depths';
import { createQueueGauge } from '../adapters/aws/queue-gauge';
import { gaugedQueues } from '../config';

/** Milliseconds between two looks at the queues: as often as somebody asks for metrics. */
const INTERVAL_MS = 15_000;

/** What knows how much is in the queues. */
export const openQueueDepths = ({
  config,
  aws,
  metrics,
  logger,
}: Pick<Shared, 'config' | 'aws' | 'metrics' | 'logger'>): Part =>
  createQueueDepths({
    gauge: createQueueGauge({ sqs: aws.sqs }),
    queues: gaugedQueues(config),
    intervalMs: INTERVAL_MS,
    metrics,
    logger,
  });
