import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type WorkflowClientInterceptor } from '@temporalio/client';
import { IllegalStateError } from '@temporalio/common';
import type { Sinks } from '@temporalio/workflow';
import { DefaultLogger, type InjectedSinks, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { type EphemeralServerExecutable, TestWorkflowEnvironment } from '@temporalio/testing';
import type { AcceptAnswer, OrderEnd } from '../../src/workflows/messages';
import type { MemoryWorld } from './memory/ports';
import type { OrderId } from '../../src/domain/ids';
import type { OrderSubmission } from '../../src/domain/order';
import type { OrderView } from '../../src/domain/projection';
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
  /** a client that lets no time pass while it waits */
  patient: Client;
  /** from now on the activities work on this world */
  use(world: MemoryWorld): void;
  /** Sends an order, waits until it rests, and replays its history: what cannot be replayed is not durable. */
  run(submission: OrderSubmission): Promise<OrderRunResult>;
  /** Sends an order, and waits for nothing: time stands still until somebody asks for it to pass. */
  place(submission: OrderSubmission): Promise<PlaceOutcome>;
  /** Waits until the order has ended, or its parcels are on their way, its customer told; time passes by itself. */
  rest(orderId: OrderId): Promise<OrderEnd>;
  /** Waits for the order's end, whatever time it takes, and replays its history. */
  end(orderId: OrderId): Promise<OrderEnd>;
  /** Waits, without letting time pass, until the order's view is as expected. */
  until(orderId: OrderId, is: (view: OrderView) => boolean): Promise<OrderView>;
  teardown(): Promise<void>;
  /** Ends an engine that stands still. @param calls that wait for its answer, and fail now */
  abandon(calls: Promise<unknown>): Promise<void>;
}

interface BenchOptions {
  /** see every call to the engine about an order */
  calls?: WorkflowClientInterceptor[];
  /** of the worker */
  sinks?: InjectedSinks<Sinks>;
  /** what histories are replayed on; absent: what they were made on */
  replayedOn?: { code: string };
}

/** One per test file: time is shared by all in it. */
/** Milliseconds for which calls are repeated, at most, where nobody answers. */
const LAST_CALLS_MS = 20_000;

export async function createOrderBench(p: BenchOptions = {}): Promise<OrderBench> {
  const env = await createTimeSkipping();
  const taskQueue = uniqueId('queue');
  let world = createMemoryWorld();
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    activities: activitiesOver(() => world),
    workflowBundle,
    ...(p.sinks && { sinks: p.sinks }),
  });
  const running = worker.run();
  const stored = {
    readOrder: (orderId: OrderId) => world.books.readOrder(orderId),
    readLedger: (key: string) => world.books.readLedger(key),
  };
  const interceptors = { workflow: p.calls ?? [] };
  const client = p.calls ? new Client({ connection: env.connection, interceptors }) : env.client;
  const orders = createOrderClient({ client, taskQueue, stored });
  const place = (submission: OrderSubmission) =>
    orders.place({
      submission,
      fingerprint: fingerprintOf(submission),
      requestId: uniqueId('req'),
      patienceMs: 5_000,
    });

  /** Step by step: with time let loose the engine would skip to the workflow's own end. */
  async function rest(orderId: OrderId): Promise<OrderEnd> {
    const handle = env.client.workflow.getHandle(workflowIdOf(orderId));
    let [seen, stepS] = [0, 1];
    for (;;) {
      const sequence = () => world.books.views.get(orderId)?.sequence ?? 0;
      const rested = rests(world.books.views.get(orderId));
      if (sequence() !== seen) [seen, stepS] = [sequence(), 1];
      await delay(15);
      if ((await handle.describe()).status.name !== 'RUNNING') return (await handle.result()) as OrderEnd;
      if (sequence() !== seen) continue;
      if (rested) return { orderId, end: 'NotifyCustomer' };
      await env.sleep(stepS * 1000);
      stepS = Math.min(stepS * 2, 600);
    }
  }

  return {
    env,
    taskQueue,
    orders,
    patient: new Client({ connection: env.connection, interceptors }),
    use: (next) => void (world = next),
    place,
    rest,
    async end(orderId) {
      const end = (await env.client.workflow.getHandle(workflowIdOf(orderId)).result()) as OrderEnd;
      await replayRun(env, { workflowId: workflowIdOf(orderId) }, p.replayedOn);
      return end;
    },
    async until(orderId, is) {
      for (let waited = 0; ; waited += 10) {
        const view = await world.books.readView(orderId);
        if (view && is(view)) return view;
        if (waited > 15_000) throw new Error(`order ${orderId} is still ${JSON.stringify(view)}`);
        await delay(10);
      }
    },
    async run(submission) {
      const outcome = await place(submission);
      const end = await rest(submission.orderId);
      await replay(env, submission);
      return { outcome, end, ...('answer' in outcome ? { answer: outcome.answer } : {}) };
    },
    async teardown() {
      worker.shutdown();
      await running;
      await env.teardown();
    },
    async abandon(calls) {
      worker.shutdown();
      running.catch(() => undefined);
      type Server = Parameters<Runtime['shutdownEphemeralServer']>[0];
      await Runtime.instance().shutdownEphemeralServer((env as unknown as { server: Server }).server);
      await calls.catch(() => undefined);
      // others may be about to be repeated, and on a connection that is gone nobody could catch that
      await delay(LAST_CALLS_MS);
      await env.connection.close();
    },
  };
}

/** Parcels on their way, the customer told, and nothing else to do. */
const rests = (view: OrderView | undefined): boolean =>
  view?.currentState === 'AwaitDelivery' && view.backorder === undefined;

/** The one place that makes a time-skipping environment. */
function createTimeSkipping(): Promise<TestWorkflowEnvironment> {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    });
  } catch (error) {
    // there is one, of a bench that is not down yet
    if (!(error instanceof IllegalStateError)) throw error;
  }
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
export const replay = (env: TestWorkflowEnvironment, { orderId }: Pick<OrderSubmission, 'orderId'>): Promise<void> =>
  replayWorkflow(env, workflowIdOf(orderId));

/** The same, of any workflow. */
export const replayWorkflow = (env: TestWorkflowEnvironment, workflowId: string): Promise<void> =>
  replayRun(env, { workflowId });

/** The same, of one run of several. @param p.runId the last one when absent */
export async function replayRun(
  { client }: Pick<TestWorkflowEnvironment, 'client'>,
  { workflowId, runId }: { workflowId: string; runId?: string },
  replayedOn: { codePath: string } | { code: string } = workflowBundle,
): Promise<void> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: replayedOn }, history);
}
