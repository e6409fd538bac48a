import type { AwsClients } from '../adapters/aws/clients';
import type { Config } from '../config';
import type { ConnectedProgress } from './progress';
import type { Logger } from '../telemetry';
import type { OverviewDesk, OrderReader, Reports, BreakerBoard } from '../gateway/ports';
import { createCaseCount } from '../adapters/aws/case-count';
import { createDeadLetterCounts } from '../adapters/aws/dead-letter-counts';
import { createOrderStates } from '../adapters/aws/order-states';
import { createOrderWatch } from '../adapters/aws/order-watch';
import { createOverview } from '../gateway/overview';
import { createQueueOverview } from '../gateway/queue-overview';
import { createQueueGauge } from '../adapters/aws/queue-gauge';
import { gaugedQueues } from '../config';

/** The overview of a gateway, from what it reads anyway and what only the overview asks for. */
export function openOverview(p: {
  config: Config<'gateway'>;
  aws: Pick<AwsClients, 'db' | 'sqs'>;
  reader: Pick<OrderReader, 'readView'>;
  reports: Pick<Reports, 'hours'>;
  breakers: Pick<BreakerBoard, 'list'>;
  progress: Pick<ConnectedProgress, 'workers'>;
  logger: Logger;
}): OverviewDesk {
  const { config, reader, reports, breakers, progress, logger } = p;
  const { db, sqs } = p.aws;
  return createOverview({
    sources: {
      states: createOrderStates({ db, table: config.PROJECTIONS_TABLE }),
      hours: reports.hours,
      watch: createOrderWatch({ db, table: config.ORDER_STATUS_VIEW_TABLE }),
      readView: reader.readView,
      openCases: createCaseCount({ db, table: config.CASES_TABLE }),
      deadLetters: createDeadLetterCounts({ db, table: config.DEAD_LETTERS_TABLE }),
      breakers: breakers.list,
      queues: createQueueOverview({ gauge: createQueueGauge({ sqs }), queues: gaugedQueues(config) }),
      workers: progress.workers,
    },
    onFailure: (part, err) => logger.warn({ err, part }, 'a part of the overview cannot be read'),
  });
}
