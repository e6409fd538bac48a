import type { Client } from '@temporalio/client';
import type { WorkerCount } from '../gateway/overview-ports';
import { createEngine } from './engine';

/** as Temporal numbers the tasks of activities: the queue of webhooks has no others */
const ACTIVITIES = 2;
/** A worker asks again every minute; the engine remembers for five one that was killed. */
const LATELY_MS = 90_000;

/**
 * How many workers ask for the tasks of some queues: one call for each. One that was killed is counted for a minute and a
 * half, by our clock.
 *
 * Throws EngineUnavailableError.
 */
export function createWorkerCounts(client: Client, queues: readonly string[]): () => Promise<WorkerCount[]> {
  const { ask } = createEngine(client);
  const { namespace } = client.options;
  const countOf = async (name: string): Promise<WorkerCount> => {
    const request = { namespace, taskQueue: { name }, taskQueueType: ACTIVITIES };
    const { pollers } = await ask(() => client.connection.workflowService.describeTaskQueue(request));
    const since = Date.now() - LATELY_MS;
    const askedAt = (one: (typeof pollers)[number]) => Number(String(one.lastAccessTime?.seconds ?? 0)) * 1000;
    return { queue: name, workers: pollers.filter((one) => askedAt(one) > since).length };
  };
  return () => Promise.all(queues.map(countOf));
}
