import type { Client } from '@temporalio/client';
import type { WorkerCount } from '../gateway/overview-ports';
import { createEngine } from './engine';

/** Kinds of tasks, as Temporal numbers them. */
const WORKFLOWS = 1;
/** the queue of webhooks has no others */
const ACTIVITIES = 2;
/** A worker asks again every minute; the engine remembers for five one that was killed. */
const LATELY_MS = 90_000;

/**
 * How many workers ask for the tasks of some queues, and how long tasks have waited for one: two calls for each. A worker
 * that was killed is counted for a minute and a half, by our clock; one that hangs while it still asks leaves tasks waiting.
 *
 * Throws EngineUnavailableError.
 */
export function createWorkerCounts(client: Client, queues: readonly string[]): () => Promise<WorkerCount[]> {
  const { ask } = createEngine(client);
  const { namespace } = client.options;
  const describe = (name: string, taskQueueType: number) =>
    ask(() =>
      client.connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name },
        taskQueueType,
        reportStats: true,
      }),
    );
  const countOf = async (name: string): Promise<WorkerCount> => {
    const [workflows, activities] = await Promise.all([describe(name, WORKFLOWS), describe(name, ACTIVITIES)]);
    const since = Date.now() - LATELY_MS;
    const workers = activities.pollers.filter((one) => secondsOf(one.lastAccessTime) * 1000 > since).length;
    return { queue: name, workers, ...backlogOf([workflows.stats, activities.stats]) };
  };
  return () => Promise.all(queues.map(countOf));
}

type Described = Awaited<ReturnType<Client['workflowService']['describeTaskQueue']>>;
type Seconds = NonNullable<Described['pollers'][number]['lastAccessTime']>;

const secondsOf = (time: Seconds | null | undefined): number => Number(String(time?.seconds ?? 0));

function backlogOf(stats: readonly Described['stats'][]): Pick<WorkerCount, 'waiting' | 'waitingSeconds'> {
  const told = stats.filter((one) => one !== null && one !== undefined);
  if (told.length === 0) return {};
  const waiting = told.reduce((sum, one) => sum + Number(String(one.approximateBacklogCount ?? 0)), 0);
  const waitingSeconds = Math.max(...told.map((one) => secondsOf(one.approximateBacklogAge)));
  return { waiting, ...(waiting > 0 && { waitingSeconds }) };
}
