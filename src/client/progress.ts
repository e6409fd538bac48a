import { type Client, decodePendingActivityState, WorkflowNotFoundError } from '@temporalio/client';
import type { OrderProgress, PendingActivity, PendingTask, Progress } from '../gateway/progress-ports';
import { createEngine, type Engine } from './engine';
import { workflowIdOf } from '../domain/ids';

/**
 * Milliseconds that work may wait before it is asked whether anybody takes it. A worker takes an activity at once; a task
 * of the workflow first waits 10 s for the worker that had the one before.
 */
const UNTAKEN_MS = { workflow: 12_000, activity: 3_000 } as const;

/** as Temporal numbers the kinds of a task queue */
const QUEUES = { workflow: 1, activity: 2 } as const;
/** as Temporal numbers the state of a workflow's task */
const TASK_STARTED = 2;

const ENDED_WELL = new Set(['COMPLETED', 'CONTINUED_AS_NEW']);

type Described = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>;
type RawActivity = NonNullable<Described['raw']['pendingActivities']>[number];
type Timestamp = RawActivity['scheduledTime'];

/** What the engine says of orders that make no progress: at most two calls for each answer. */
export function createOrderProgress(client: Client): OrderProgress {
  const engine = createEngine(client);
  return {
    async describe(orderId) {
      try {
        const described = await engine.ask(() => client.workflow.getHandle(workflowIdOf(orderId)).describe());
        return await progressOf(engine, described);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
  };
}

async function progressOf(engine: Engine, described: Described): Promise<Progress> {
  const { raw, status, startTime, taskQueue } = described;
  const activities = (raw.pendingActivities ?? []).map(activityOf);
  const task = taskOf(raw.pendingWorkflowTask);
  const firstRunId = raw.workflowExecutionInfo?.firstRunId;
  const isRunning = status.name === 'RUNNING' || status.name === 'PAUSED';
  const waiting = isRunning ? untaken({ task, activities }) : undefined;
  const isUnattended = waiting !== undefined && !(await isPolled(engine, { taskQueue, ...waiting }));
  return {
    state: isRunning ? 'RUNNING' : ENDED_WELL.has(status.name) ? 'ENDED' : 'FAILED',
    startedAt: startTime.toISOString(),
    activities,
    ...(task && { task }),
    ...(isUnattended && { unattendedQueue: taskQueue }),
    ...(firstRunId && { firstRunId }),
  };
}

function activityOf(raw: RawActivity): PendingActivity {
  const { attempt, lastFailure } = raw;
  const isRunning = decodePendingActivityState(raw.state) === 'STARTED';
  const errorType = lastFailure?.applicationFailureInfo?.type;
  const lastError = lastFailure?.timeoutFailureInfo ? 'it did not answer in time' : lastFailure?.message;
  const nextTryAt = isRunning ? undefined : timeOf(raw.nextAttemptScheduleTime);
  const since = nextTryAt === undefined ? timeOf(raw.lastStartedTime ?? raw.scheduledTime) : undefined;
  return {
    name: raw.activityType?.name ?? '',
    attempt: Math.max(1, attempt ?? 1),
    isRunning,
    ...(lastError && { lastError }),
    ...(errorType && { errorType }),
    ...(nextTryAt !== undefined && { nextTryAt }),
    ...(since !== undefined && { since }),
  };
}

function taskOf(raw: Described['raw']['pendingWorkflowTask']): PendingTask | undefined {
  if (!raw) return undefined;
  const since = timeOf(raw.originalScheduledTime ?? raw.scheduledTime);
  const isTaken = (raw.state as number) === TASK_STARTED;
  return { attempt: Math.max(1, raw.attempt ?? 1), isTaken, ...(since !== undefined && { since }) };
}

interface Waiting {
  kind: keyof typeof QUEUES;
  /** ISO 8601 */
  since: string;
}

/** What waits to be taken by a worker, for longer than one would need. */
function untaken(p: { task: PendingTask | undefined; activities: PendingActivity[] }): Waiting | undefined {
  const given = p.activities.filter(({ isRunning }) => !isRunning);
  const works: { kind: Waiting['kind']; since: string | undefined }[] = [
    ...(p.task && !p.task.isTaken ? [{ kind: 'workflow' as const, since: p.task.since }] : []),
    ...given.map(({ nextTryAt, since = nextTryAt }) => ({ kind: 'activity' as const, since })),
  ];
  for (const { kind, since } of works)
    if (since !== undefined && Date.now() - Date.parse(since) > UNTAKEN_MS[kind]) return { kind, since };
  return undefined;
}

/** True when a worker asked for work since then: one that is there, and not busy, would have taken it at once. */
async function isPolled({ client, ask }: Engine, p: { taskQueue: string } & Waiting): Promise<boolean> {
  const { namespace } = client.options;
  const request = { namespace, taskQueue: { name: p.taskQueue }, taskQueueType: QUEUES[p.kind] };
  const { pollers } = await ask(() => client.connection.workflowService.describeTaskQueue(request));
  return pollers.some(({ lastAccessTime }) => (timeOf(lastAccessTime) ?? '') >= p.since);
}

/** ISO 8601 */
function timeOf(time: Timestamp): string | undefined {
  const ms = Number(String(time?.seconds ?? 0)) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
  return ms > 0 ? new Date(ms).toISOString() : undefined;
}
