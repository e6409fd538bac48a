import { Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { AcceptAnswer, OrderEnd } from '../../src/workflows/messages';
import type { MemoryWorld } from './memory/ports';
import type { OrderSubmission } from '../../src/domain/order';
import { createActivities } from '../../src/activities';
import { createOrderClient, type PlaceOutcome } from '../../src/client';
import { fingerprintOf } from '../../src/submission';
import { uniqueId } from './orders';
import { workflowIdOf } from '../../src/domain/ids';

export interface OrderRunResult {
  outcome: PlaceOutcome;
  answer?: AcceptAnswer;
  end: OrderEnd;
}

/** A worker over the given world. */
export async function createTestWorker(
  env: TestWorkflowEnvironment,
  world: MemoryWorld,
  taskQueue = uniqueId('queue'),
) {
  return Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    activities: createActivities(world.ports),
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE']! },
  });
}

/**
 * Sends an order to a worker over the given world, waits for its end, and replays its history: a workflow that could
 * not be replayed is no durable workflow.
 */
export async function runOrder(
  env: TestWorkflowEnvironment,
  world: MemoryWorld,
  submission: OrderSubmission,
): Promise<OrderRunResult> {
  const worker = await createTestWorker(env, world);
  const orders = createOrderClient({ client: env.client, taskQueue: worker.options.taskQueue });
  const result = await worker.runUntil(async () => {
    const place = { submission, fingerprint: fingerprintOf(submission), requestId: uniqueId('req'), patienceMs: 1_000 };
    const outcome = await orders.place(place);
    const end = (await env.client.workflow.getHandle(workflowIdOf(submission.orderId)).result()) as OrderEnd;
    return { outcome, end, ...('answer' in outcome ? { answer: outcome.answer } : {}) };
  });
  await replay(env, submission);
  return result;
}

/** Runs the workflow's code against its stored history; throws when they do not fit. */
export async function replay(env: TestWorkflowEnvironment, { orderId }: OrderSubmission): Promise<void> {
  const history = await env.client.workflow.getHandle(workflowIdOf(orderId)).fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE']! } }, history);
}
