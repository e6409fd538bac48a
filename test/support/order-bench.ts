import { existsSync } from 'node:fs';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { type EphemeralServerExecutable, TestWorkflowEnvironment } from '@temporalio/testing';
import type { AcceptAnswer, OrderEnd } from '../../src/workflows/messages';
import type { MemoryWorld } from './memory/ports';
import type { OrderId } from '../../src/domain/ids';
import type { OrderSubmission } from '../../src/domain/order';
import { type Activities, createActivities } from '../../src/activities';
import { createMemoryWorld } from './memory/ports';
import { createOrderClient, type OrderClient, type PlaceOutcome } from '../../src/client';
import { fingerprintOf } from '../../src/submission';
import { tools } from '../../scripts/lib/paths';
import { uniqueId } from './orders';
import { workflowIdOf } from '../../src/domain/ids';

const workflowBundle = { codePath: process.env['WORKFLOW_BUNDLE']! };

export interface OrderRunResult {
  outcome: PlaceOutcome;
  answer?: AcceptAnswer;
  end: OrderEnd;
}

/** A time-skipping engine with a worker, over a world that can be changed from test to test. */
export interface OrderBench {
  env: TestWorkflowEnvironment;
  taskQueue: string;
  orders: OrderClient;
  /** from now on the activities work on this world */
  use(world: MemoryWorld): void;
  /** Sends an order, waits for its end, and replays its history: what cannot be replayed is not durable. */
  run(submission: OrderSubmission): Promise<OrderRunResult>;
  teardown(): Promise<void>;
}

/** One per test file: time is shared by all in it. */
export async function createOrderBench(): Promise<OrderBench> {
  const env = await createTimeSkipping();
  const taskQueue = uniqueId('queue');
  let world = createMemoryWorld();
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    activities: activitiesOver(() => world),
    workflowBundle,
  });
  const running = worker.run();
  const stored = {
    readOrder: (orderId: OrderId) => world.books.readOrder(orderId),
    readLedger: (key: string) => world.books.readLedger(key),
  };
  const orders = createOrderClient({ client: env.client, taskQueue, stored });
  return {
    env,
    taskQueue,
    orders,
    use: (next) => void (world = next),
    async run(submission) {
      const request = { fingerprint: fingerprintOf(submission), requestId: uniqueId('req'), patienceMs: 1_000 };
      const outcome = await orders.place({ submission, ...request });
      const end = (await env.client.workflow.getHandle(workflowIdOf(submission.orderId)).result()) as OrderEnd;
      await replay(env, submission);
      return { outcome, end, ...('answer' in outcome ? { answer: outcome.answer } : {}) };
    },
    async teardown() {
      worker.shutdown();
      await running;
      await env.teardown();
    },
  };
}

/** The one place that makes a time-skipping environment. */
function createTimeSkipping(): Promise<TestWorkflowEnvironment> {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: testServer() } });
}

/** the test server of the private environment; without Python, one that the SDK downloads */
function testServer(): EphemeralServerExecutable {
  const path = tools.temporalTestServer;
  if (existsSync(path)) return { type: 'existing-path', path };
  process.stderr.write(`${path} is missing: the time-skipping test server is downloaded by Temporal's SDK\n`);
  return { type: 'cached-download' };
}

function activitiesOver(world: () => MemoryWorld): Activities {
  const names = Object.keys(createActivities(world().ports)) as (keyof Activities)[];
  const delegate = (name: keyof Activities) => (input: never) => createActivities(world().ports)[name](input);
  return Object.fromEntries(names.map((name) => [name, delegate(name)])) as unknown as Activities;
}

/** Runs the workflow's code against its stored history; throws when they do not fit. */
export const replay = (env: TestWorkflowEnvironment, { orderId }: OrderSubmission): Promise<void> =>
  replayWorkflow(env, workflowIdOf(orderId));

/** The same of any workflow. */
export async function replayWorkflow(env: TestWorkflowEnvironment, workflowId: string): Promise<void> {
  const history = await env.client.workflow.getHandle(workflowId).fetchHistory();
  await Worker.runReplayHistory({ workflowBundle }, history);
}
