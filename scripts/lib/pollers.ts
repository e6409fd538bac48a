import type { EngineAccess } from '../../src/config/engine-access';

/** how long a server may take to answer one question */
const ANSWER_MS = 5_000;
/** a worker asks again every minute; the server remembers for five one that was killed */
const POLLED_S = 90;

/**
 * How many workers ask for the tasks of some queues.
 *
 * @throws Error when the engine does not answer
 */
export async function pollersOf(
  { connection: options, namespace }: EngineAccess,
  queues: readonly string[],
): Promise<Record<string, number>> {
  // loaded here only: most commands need no client
  const { Connection } = await import('@temporalio/client');
  const connection = Connection.lazy({ ...options, interceptors: [] });
  // of activities: the queue of webhooks has no others
  const taskQueueType = 2;
  const count = async (name: string) => {
    const ask = () => connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType });
    const { pollers } = await connection.withDeadline(Date.now() + ANSWER_MS, ask);
    const since = Date.now() / 1000 - POLLED_S;
    return [name, (pollers ?? []).filter((one) => Number(one.lastAccessTime?.seconds ?? 0) > since).length] as const;
  };
  try {
    return Object.fromEntries(await Promise.all(queues.map(count)));
  } finally {
    await connection.close();
  }
}
