import type { Config } from '../config';
import type { WorkerCount } from '../gateway/overview-ports';
import type { OrderProgress } from '../gateway/progress-ports';
import { connectClient } from '../client';
import { createOrderProgress } from '../client/progress';
import { createWorkerCounts } from '../client/worker-counts';
import { webhookQueueOf } from '../domain/webhooks';

export interface ConnectedProgress extends OrderProgress {
  /** who works on orders, and on what is sent to webhooks */
  workers(): Promise<WorkerCount[]>;
  close(): Promise<void>;
}

/** The way to what the engine says of orders, and of those who work on them. */
export function connectProgress(config: Pick<Config<'gateway'>, 'engine' | 'TASK_QUEUE'>): ConnectedProgress {
  const client = connectClient(config.engine);
  const queues = [config.TASK_QUEUE, webhookQueueOf(config.TASK_QUEUE)];
  return {
    ...createOrderProgress(client),
    workers: createWorkerCounts(client, queues),
    close: () => client.connection.close(),
  };
}
