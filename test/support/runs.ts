import type { Client } from '@temporalio/client';
import { replayRun } from './order-bench';

interface Engine {
  client: Client;
}

/** One of the runs in which a workflow led its life. */
export interface Run {
  runId: string;
  /** of its history */
  events: number;
}

/** Every run of a workflow that continued as new, the last one first. */
async function runsOf({ client }: Engine, workflowId: string): Promise<Run[]> {
  const runs: Run[] = [];
  let next: string | undefined = (await client.workflow.getHandle(workflowId).describe()).runId;
  while (next) {
    const runId: string = next;
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({ runId, events: events?.length ?? 0 });
    next = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  return runs;
}

/** Runs the workflow's code against the history of each of its runs; throws when they do not fit. */
export async function replayRuns({ client }: Engine, workflowId: string): Promise<Run[]> {
  const runs = await runsOf({ client }, workflowId);
  for (const { runId } of runs) await replayRun({ client }, { workflowId, runId });
  return runs;
}
