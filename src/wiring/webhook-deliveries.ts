import { type NativeConnection, Worker } from '@temporalio/worker';
import type { AwsClients } from '../adapters/aws/clients';
import type { Config } from '../config';
import type { Metrics } from '../metrics';
import type { Traced } from '../tracing/worker';
import type { WebhookActivityDeps } from '../activities/webhooks';
import { createEndpointPlaces } from '../adapters/webhooks/endpoint-places';
import { createWebhookActivities } from '../activities/webhooks';
import { createWebhookDesk } from '../adapters/aws/webhook-desk';
import { measureActivities } from '../metrics/measure';
import { createWebhookSender } from '../adapters/webhooks/sender';
import { webhookTables } from '../config';
import { webhookQueueOf } from '../domain/webhooks';

/** Attempts under way at one time; each waits for somebody else's server. */
const MAX_ATTEMPTS = 100;
/** Of those, under way to one host: nine others can be slow before anybody else has to wait. */
const MAX_AT_HOST = 10;

type Ports = Pick<WebhookActivityDeps, 'books' | 'messenger' | 'now'>;

/** A worker of its own for what is sent to shops: an endpoint that is slow takes no place of an order's step. */
export function createWebhookWorker(p: {
  config: Config<'worker'>;
  aws: Pick<AwsClients, 'db'>;
  ports: Ports;
  metrics: Metrics;
  connection: NativeConnection;
  traced?: Traced;
}): Promise<Worker> {
  const { config, aws, ports, metrics, connection, traced } = p;
  return Worker.create({
    connection,
    ...traced,
    namespace: config.engine.namespace,
    taskQueue: webhookQueueOf(config.TASK_QUEUE),
    activities: measureActivities(
      createWebhookActivities({
        ...ports,
        desk: createWebhookDesk({ db: aws.db, tables: webhookTables(config) }),
        places: createEndpointPlaces({ perHost: MAX_AT_HOST }),
        sender: createWebhookSender({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE === 'true' }),
        counts: metrics,
        disableAfterS: config.WEBHOOK_DISABLE_AFTER_S,
      }),
      metrics,
    ),
    maxConcurrentActivityTaskExecutions: MAX_ATTEMPTS,
    shutdownGraceTime: '10s',
  });
}
