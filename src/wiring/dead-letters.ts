import type { ActivityDeps } from '../activities';
import type { AwsClients } from '../adapters/aws/clients';
import type { Config } from '../config';
import type { DeadLetterTimes } from '../domain/dead-letters';
import { connectClient, EngineUnavailableError } from '../client';
import { createAuditTrail } from '../adapters/aws/audit-trail';
import { createDeadLetterClient } from '../dead-letter-client';
import { createDeadLetterReader } from '../messaging/dead-letter-reader';
import { createDeadLetterTable } from '../adapters/aws/dead-letter-table';
import { createDeadWorkflows } from '../messaging/dead-workflows';
import { createEndedDesks } from '../messaging/ended-desks';
import { createEndedRuns, createEndedWorkflows, MORTAL_WORKFLOWS } from '../ended-workflows';
import { createSourceQueues } from '../adapters/aws/source-queues';
import { createTargets } from '../adapters/aws/targets';
import { deadLetterQueues, letterTables, sourceQueues, topicArns } from '../config';
import { DEAD_LETTER_CLASSES, NOWHERE } from '../domain/dead-letters';
import { type Part, type Shared, together } from './parts';
import { StepError } from '../domain/failures';

/** What makes records of everything that is dead: a reader for each dead-letter queue, and a look at the workflows. */
export function openDeadLetters({ config, aws, letters, metrics, logger }: Shared): Part {
  const register = createDeadLetterTable({ db: aws.db, tables: letterTables(config) });
  const shared = { register, letters, metrics, logger };
  const undelivered = { queue: NOWHERE, queueUrl: config.UNDELIVERED_DLQ_URL };
  const queues = [
    ...deadLetterQueues(config),
    { ...undelivered, deadLetterQueueUrl: undelivered.queueUrl, givenUpAfterMs: 0 },
  ];
  // from 0 on: the first of a kind is an increase too
  for (const queue of [...queues.map((one) => one.queue), ...MORTAL_WORKFLOWS])
    for (const kind of DEAD_LETTER_CLASSES) metrics.record('waybill_dead_letters_total', { class: kind, queue }, 0);
  const readers = queues.map(({ queue, queueUrl, deadLetterQueueUrl, givenUpAfterMs }) =>
    createDeadLetterReader({
      ...shared,
      sqs: aws.sqs,
      queueUrl: deadLetterQueueUrl,
      source: { queue, queueUrl },
      visibilityS: config.DEAD_LETTER_VISIBILITY_S,
      times: timesOf(config, givenUpAfterMs),
    }),
  );
  const client = connectClient(config.engine);
  const access = { client, taskQueue: config.TASK_QUEUE };
  const sweep = { runs: createEndedRuns(access), intervalMs: config.DEAD_LETTER_SWEEP_MS };
  const workflows = createDeadWorkflows({ ...shared, ...sweep, times: timesOf(config, 0) });
  const desks = createEndedDesks({ ...sweep, letters: createDeadLetterClient(access), logger });
  const parts = together([...readers, workflows, desks]);
  return {
    ...parts,
    async stop() {
      await parts.stop();
      await client.connection.close();
    },
  };
}

const timesOf = (config: Config<'consumer'>, givenUpAfterMs: number): DeadLetterTimes => ({
  retryMs: config.DEAD_LETTER_RETRY_MS,
  throttledRetryMs: config.DEAD_LETTER_THROTTLED_RETRY_MS,
  longestRetryMs: config.DEAD_LETTER_LONGEST_RETRY_MS,
  lostAfterMs: givenUpAfterMs + config.DEAD_LETTER_MARGIN_MS,
});

/** What the worker's activities do about dead letters. */
export function openDeadLetterDesk(
  config: Config<'worker'>,
  aws: Pick<AwsClients, 'db' | 'sqs' | 'sns'>,
): { ports: ActivityDeps['deadLetters']; close(): Promise<void> } {
  const client = connectClient(config.engine);
  const { redrive, discard } = createDeadLetterClient({ client, taskQueue: config.TASK_QUEUE });
  return {
    ports: {
      book: createDeadLetterTable({ db: aws.db, tables: letterTables(config) }),
      queues: createSourceQueues({ sqs: aws.sqs, urls: sourceQueues(config) }),
      targets: createTargets({ sns: aws.sns, topicArns: topicArns(config), queueUrls: sourceQueues(config) }),
      workflows: createEndedWorkflows(client),
      audit: createAuditTrail({ db: aws.db, table: config.AUDIT_TRAIL_TABLE }),
      desk: {
        redrive: (id, request) => redrive(id, request).catch(asStepError),
        discard: (id, request) => discard(id, request).catch(asStepError),
      },
    },
    close: () => client.connection.close(),
  };
}

/** @throws StepError SERVICE_UNAVAILABLE: the activity is tried again */
function asStepError(error: unknown): never {
  if (!(error instanceof EngineUnavailableError)) throw error;
  throw new StepError('SERVICE_UNAVAILABLE', error.message, { cause: error });
}
