import type { Part, Shared } from './parts';
import { createStatusReader } from '../adapters/aws/status-reader';
import { createReplayForwarder } from '../messaging/replay';
import { createReplayLog } from '../adapters/aws/replay-log';
import { createReplayWay } from '../adapters/aws/replay-way';

/** What forwards events out of the archive. */
export function openReplay({ config, aws, letters, metrics, logger }: Shared): Part {
  return createReplayForwarder({
    sqs: aws.sqs,
    queueUrl: config.REPLAY_QUEUE_URL,
    deadLetterQueueUrl: config.REPLAY_DLQ_URL,
    visibilityS: config.REPLAY_VISIBILITY_S,
    replays: createReplayLog({ db: aws.db, table: config.INBOX_TABLE }),
    way: createReplayWay({
      events: aws.events,
      sqs: aws.sqs,
      busName: config.EVENT_BUS_NAME,
      sandboxQueueUrl: config.REPLAY_SANDBOX_QUEUE_URL,
    }),
    orders: createStatusReader({ db: aws.db, view: config.ORDER_STATUS_VIEW_TABLE }),
    perSecond: config.REPLAY_EVENTS_PER_S,
    letters,
    metrics,
    logger,
  });
}
