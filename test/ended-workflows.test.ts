import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationFailure, type Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { DeadLetter } from '../src/domain/dead-letters';
import type { EndedRun } from '../src/messaging/dead-letter-ports';
import type { FailingActivities } from './support/failing-workflows';
import type { Arrival } from '../src/domain/dead-letter-desk';
import { connectClient } from '../src/client';
import { createEndedRuns, createEndedWorkflows, MORTAL_WORKFLOWS } from '../src/ended-workflows';
import { createDeadWorkflows } from '../src/messaging/dead-workflows';
import { createLogger } from '../src/telemetry';
import { createMetrics } from '../src/metrics';
import { eventually } from './support/contracts/condition';
import { loadConfig } from '../src/config';
import { PROJECT_ROOT } from '../scripts/lib/paths';
import { TIMES } from './support/letters';
import { uniqueId } from './support/orders';

const { engine } = loadConfig('worker');
const taskQueue = uniqueId('ended');
const calls: string[] = [];
let isMended = false;
let client: Client;
let worker: Worker;
let running: Promise<void>;
let connection: NativeConnection;

const activities: FailingActivities = {
  prepare: async () => void calls.push('prepare'),
  pay: async () => {
    calls.push('pay');
    if (!isMended) throw ApplicationFailure.nonRetryable('the bank says no', 'REFUND_REFUSED');
    return 'paid';
  },
};

test('every workflow is told of when it dies, but those of dead letters', () => {
  const index = readFileSync(join(PROJECT_ROOT, 'src/workflows/index.ts'), 'utf8');
  const all = index.match(/\w+Workflow\b/g) ?? [];
  const others = new Set(['deadLetterWorkflow', 'redriveWorkflow']);
  expect(all.filter((name) => !others.has(name)).toSorted()).toEqual([...MORTAL_WORKFLOWS].toSorted());
});

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  client = connectClient(engine);
  connection = await NativeConnection.connect(engine.connection);
  worker = await Worker.create({
    connection,
    namespace: engine.namespace,
    taskQueue,
    activities,
    workflowsPath: require.resolve('./support/failing-workflows'),
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await connection.close();
  await client.connection.close();
});
beforeEach(() => {
  calls.length = 0;
  isMended = false;
});

const beginning = new Date(Date.now() - 60_000).toISOString();
const runs = () => createEndedRuns({ client, taskQueue });
const ended = createEndedWorkflows;
const start = (type: string, args: unknown[] = []) =>
  client.workflow.start(type, { taskQueue, workflowId: uniqueId(type), args });

async function listed(): Promise<EndedRun[]> {
  const found: EndedRun[] = [];
  for await (const run of runs().endedSince(beginning, () => true)) found.push(run);
  return found;
}
/** The list shows what closed a moment later. */
const comesUp = async (workflowId: string, isNew: (run: EndedRun) => boolean = () => true): Promise<EndedRun> => {
  const find = async () => (await listed()).find((run) => run.workflowId === workflowId && isNew(run));
  return (await eventually(find, (run) => run !== undefined, { timeoutMs: 20_000 }))!;
};
const runOf = ({ workflowId, runId }: EndedRun) => ({ workflowId, runId });

test('a workflow that failed is found, with what failed, and runs again from what failed, once', async () => {
  const { workflowId, firstExecutionRunId } = await start('payWorkflow');
  await expect(client.workflow.result(workflowId)).rejects.toThrow('Workflow execution failed');
  const found = await comesUp(workflowId);
  expect(found).toMatchObject({
    runId: firstExecutionRunId,
    firstRunId: firstExecutionRunId,
    workflowType: 'payWorkflow',
    errorType: 'REFUND_REFUSED',
    reason: 'the bank says no',
  });
  // nothing is mended yet: it fails again, as another run of the same start
  const again = { ...runOf(found), reason: 'test', requestId: 'redrive-1' };
  expect(await ended(client).reset(again)).toMatchObject({ outcome: 'RUNS_AGAIN' });
  const second = await comesUp(workflowId, ({ runId }) => runId !== firstExecutionRunId);
  expect(second.firstRunId).toBe(firstExecutionRunId);
  expect(calls).toEqual(['prepare', 'pay', 'pay']);

  isMended = true;
  expect(await ended(client).reset({ ...runOf(second), reason: 'test', requestId: 'redrive-2' })).toMatchObject({
    outcome: 'RUNS_AGAIN',
    reason: expect.stringMatching(/^it runs again as run /) as string,
  });
  expect(await client.workflow.result(workflowId)).toBe('paid');
  expect(calls).toEqual(['prepare', 'pay', 'pay', 'pay']);
  // an answer that was lost: the same is asked again, and nothing is reset twice
  for (const run of [runOf(found), runOf(second)])
    expect(await ended(client).reset({ ...run, reason: 'test', requestId: 'redrive-2' })).toMatchObject({
      outcome: 'RUNS_AGAIN',
      reason: expect.stringMatching(/is in its place$/) as string,
    });
  expect(calls).toHaveLength(4);
});

test('a workflow that was terminated runs again, and what it is told then reaches it', async () => {
  const handle = await start('patientWorkflow');
  await eventually(
    () => calls.length,
    (n) => n === 1,
  );
  await eventually(
    async () =>
      (await handle.fetchHistory()).events?.filter((event) => event.workflowTaskCompletedEventAttributes).length,
    (n) => n === 2,
  );
  await handle.terminate('by mistake');
  const found = await comesUp(handle.workflowId);
  expect(found).toMatchObject({ errorType: 'Terminated' });
  expect(await ended(client).reset({ ...runOf(found), reason: 'test', requestId: 'r' })).toMatchObject({
    outcome: 'RUNS_AGAIN',
  });
  const current = client.workflow.getHandle(handle.workflowId);
  await current.signal('end');
  expect(await current.result()).toBe('ended');
  expect(calls).toEqual(['prepare']);
});

test('one that was started anew is not reset: that would end the new one', async () => {
  const workflowId = uniqueId('patient');
  const options = { taskQueue, workflowId };
  const first = await client.workflow.start('patientWorkflow', options);
  await first.terminate();
  const second = await client.workflow.start('patientWorkflow', options);
  const run = { workflowId, runId: first.firstExecutionRunId };
  expect(await ended(client).reset({ ...run, reason: 'test', requestId: 'r' })).toEqual({
    outcome: 'RUNS_AGAIN',
    reason: `run ${second.firstExecutionRunId} is in its place`,
  });
  expect((await second.describe()).status.name).toBe('RUNNING');
  await second.terminate();
});

test('what cannot run again says why', async () => {
  const run = { workflowId: uniqueId('nobody'), runId: '0198c0de-0000-7000-8000-000000000000' };
  expect(await ended(client).reset({ ...run, reason: 'test', requestId: 'r' })).toEqual({
    outcome: 'NOT_SENT',
    reason: 'the engine has forgotten it',
  });
});

test('one in whose place another run is, is no dead letter any more', async () => {
  const options = { taskQueue, workflowId: uniqueId('patient') };
  await (await client.workflow.start('patientWorkflow', options)).terminate();
  await comesUp(options.workflowId);
  const second = await client.workflow.start('patientWorkflow', options);
  expect((await listed()).map(({ workflowId }) => workflowId)).not.toContain(options.workflowId);
  await second.terminate();
});

test('a failure that is an answer is no dead letter', async () => {
  const [answer, failure] = [
    await start('receiveStockWorkflow', ['UNKNOWN_PRODUCT']),
    await start('receiveStockWorkflow', ['SOMETHING_ELSE']),
  ];
  await Promise.allSettled([answer.result(), failure.result()]);
  await comesUp(failure.workflowId);
  const ids = (await listed()).map(({ workflowId }) => workflowId);
  expect(ids).not.toContain(answer.workflowId);
});

test('each run becomes news once, and one that ended so again is news of the same letter', async () => {
  const records = new Map<string, DeadLetter>();
  const arrivals: [string, Arrival][] = [];
  const sweep = () =>
    createDeadWorkflows({
      runs: runs(),
      register: {
        async create(letter) {
          const known = records.get(letter.id);
          if (!known) return void records.set(letter.id, letter);
          return { arrivals: known.arrivals, ...(known.run && { runId: known.run.runId }) };
        },
      },
      letters: {
        async arrived(id, arrival) {
          arrivals.push([id, arrival]);
          const letter = records.get(id)!;
          const run = { workflowId: letter.run!.workflowId, runId: arrival.runId! };
          records.set(id, { ...letter, arrivals: arrival.n + 1, run });
        },
      },
      times: TIMES,
      intervalMs: 1000,
      metrics: createMetrics(),
      logger: createLogger({ name: 'test', level: 'silent' }),
    });
  const { workflowId, firstExecutionRunId } = await start('payWorkflow');
  await expect(client.workflow.result(workflowId)).rejects.toThrow('Workflow execution failed');
  const found = await comesUp(workflowId);
  const ofIt = () => arrivals.filter(([id]) => records.get(id)?.run?.workflowId === workflowId);
  // two consumers, and each of them looks again
  const [one, other] = [sweep(), sweep()];
  for (const each of [one, other, one, other]) await each.run();
  const news = { n: 0, class: 'PERMANENT', errorType: 'REFUND_REFUSED', reason: 'the bank says no' };
  expect(ofIt().map(([, arrival]) => arrival)).toEqual([{ ...news, runId: firstExecutionRunId }]);

  await ended(client).reset({ ...runOf(found), reason: 'test', requestId: 'redrive-1' });
  const second = await comesUp(workflowId, ({ runId }) => runId !== firstExecutionRunId);
  for (const each of [one, other, sweep()]) await each.run();
  expect(ofIt().map(([, arrival]) => arrival)).toEqual([
    { ...news, runId: firstExecutionRunId },
    { ...news, n: 1, runId: second.runId },
  ]);
  expect(new Set(ofIt().map(([id]) => id)).size).toBe(1);
});
