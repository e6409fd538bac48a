import { createPackingReader } from '../messaging/packing';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { createSandboxWarehouse } from '../adapters/sandbox/warehouse';
import type { Part, Shared } from './parts';
import { withBreaker } from '../adapters/breaker/with-breaker';

/** What is to be packed. */
export function openWarehouse({ config, aws, breakers, letters, metrics, logger }: Shared): Part {
  const journal = createSandboxJournal({ db: aws.db, table: config.SANDBOX_JOURNAL_TABLE });
  const warehouse = createSandboxWarehouse({ journal, timeoutMs: config.PROVIDER_TIMEOUT_MS });
  return createPackingReader({
    sqs: aws.sqs,
    queueUrl: config.SHIPPING_QUEUE_URL,
    deadLetterQueueUrl: config.SHIPPING_DLQ_URL,
    visibilityS: config.SHIPPING_VISIBILITY_S,
    desk: withBreaker(warehouse, breakers.of('warehouse')),
    letters,
    metrics,
    logger,
  });
}
