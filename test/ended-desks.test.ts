import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { DeadLetter } from '../src/domain/dead-letters';
import { createDeadLetterActivities, type DeadLetterDeps } from '../src/activities/dead-letters';
import { connectClient } from '../src/client';
import { connectToEmulator } from './support/contracts/emulator';
import { createDeadLetterClient, type DeadLetterClient } from '../src/dead-letter-client';
import { createDeadLetterTable } from '../src/adapters/aws/dead-letter-table';
import { createEndedDesks } from '../src/messaging/ended-desks';
import { createEndedRuns } from '../src/ended-workflows';
import { createLogger } from '../src/telemetry';
import { createSourceQueues } from '../src/adapters/aws/source-queues';
import { deadLetterWorkflowId } from '../src/domain/ids';
import { eventually } from './support/contracts/condition';
import { letterTables, loadConfig } from '../src/config';
import { letterOf, TIMES } from './support/letters';
import { receiveMessages } from './support/contracts/queues';
import { StepError } from '../src/domain/failures';
import { uniqueId } from './support/orders';

jest.setTimeout(120_000);

/** Workflows of dead letters that end in error, on the real engine and the real table. */
const { engine } = loadConfig('worker');
const emulator = connectToEmulator();
const table = createDeadLetterTable({ db: emulator.db, tables: letterTables(emulator.config) });
const taskQueue = uniqueId('desks');
const queueName = uniqueId('letters');
const alerts: string[] = [];
/** ids of letters whose workflow fails for good when it looks at its record */
const broken = new Set<string>();
/** ids of letters that operations cannot be told of */
const muted = new Set<string>();
let client: Client;
let letters: DeadLetterClient;
let connection: NativeConnection;
let queueUrl: string;
let activities: object;
let worker: { stop(): Promise<void> } | undefined;
let id: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  client = connectClient(engine);
  letters = createDeadLetterClient({ client, taskQueue });
  connection = await NativeConnection.connect(engine.connection);
  queueUrl = (await emulator.sqs.send(new CreateQueueCommand({ QueueName: queueName }))).QueueUrl!;
  const nobody = () => Promise.reject(new Error('nobody asks for this here'));
  const deadLetters: DeadLetterDeps['deadLetters'] = {
    book: {
      ...table,
      read: async (letterId) => {
        if (broken.has(letterId)) throw new StepError('REQUEST_REFUSED', 'not to be read');
        return table.read(letterId);
      },
    },
    queues: createSourceQueues({ sqs: emulator.sqs, urls: new Map([['order-intake-queue', queueUrl]]) }),
    targets: { find: nobody, publish: nobody },
    workflows: { reset: nobody },
    audit: { write: nobody },
    desk: { redrive: nobody, discard: nobody },
  };
  const messenger = {
    async reportDeadLetter({ deadLetterId }: { deadLetterId: string }) {
      if (muted.has(deadLetterId)) throw new StepError('SERVICE_UNAVAILABLE', 'nobody hears it');
      alerts.push(deadLetterId);
    },
  };
  activities = createDeadLetterActivities({ messenger, deadLetters });
});
afterAll(async () => {
  await connection.close();
  await client.connection.close();
  await emulator.sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
  emulator.destroy();
});
beforeEach(() => {
  id = `DL-${uniqueId('')
    .replaceAll(/[^0-9a-f]/g, '')
    .padEnd(24, '0')
    .slice(0, 24)}`;
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});

/** Until then nobody takes what workflows are told. */
async function work(): Promise<void> {
  const made = await Worker.create({
    connection,
    namespace: engine.namespace,
    taskQueue,
    activities,
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE']! },
  });
  const running = made.run();
  worker = {
    async stop() {
      made.shutdown();
      await running;
    },
  };
}
const create = (changes: Partial<DeadLetter>) => table.create(letterOf({ id, ...changes }));
const handle = () => client.workflow.getHandle(deadLetterWorkflowId(id));
const comesTo = async (is: (letter: DeadLetter) => boolean): Promise<DeadLetter> =>
  (await eventually(
    () => table.read(id),
    (letter) => letter !== undefined && is(letter),
    { timeoutMs: 30_000 },
  ))!;
const storyOf = ({ story }: DeadLetter) => story.map(({ what }) => what);
const told = () => alerts.filter((each) => each === id).length;
const sent = () =>
  receiveMessages(emulator.sqs, {
    queueUrl,
    wanted: ({ MessageAttributes = {} }) => MessageAttributes['deadLetterId']?.StringValue === id,
    count: 1,
  });
const looker = () =>
  createEndedDesks({
    runs: createEndedRuns({ client, taskQueue }),
    letters,
    intervalMs: 1000,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });

/** Two consumers look until it is found, and then once more each. Answers the run that is in its place. */
async function isFound(ended: string): Promise<string> {
  const [one, other] = [looker(), looker()];
  const current = async () => {
    await Promise.all([one.run(), other.run()]);
    return (await handle().describe()).runId;
  };
  const runId = await eventually(current, (run) => run !== ended, { timeoutMs: 30_000 });
  await Promise.all([one.run(), other.run(), looker().run()]);
  expect((await handle().describe()).runId).toBe(runId);
  return runId;
}
async function terminate(): Promise<string> {
  const { runId } = await handle().describe();
  await handle().terminate('by mistake');
  return runId;
}

test('one that waits for a person is looked after again, its story as it was, and is redriven once', async () => {
  await work();
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG' });
  const before = await comesTo(({ state }) => state === 'PARKED');
  await eventually(restsAfterTelling, (rests) => rests);
  await isFound(await terminate());
  expect((await handle().describe()).status.name).toBe('RUNNING');
  expect(await table.read(id)).toEqual(before);
  // told before, operations are not told again, nor by the next one in its place
  await isFound(await terminate());
  expect(told()).toBe(1);
  const answers = await Promise.all(['a', 'b'].map((requestId) => letters.redrive(id, { by: 'kim', requestId })));
  expect(answers.filter((answer) => answer.kind === 'done' && answer.isNew)).toHaveLength(1);
  expect(await sent()).toHaveLength(1);
  await letters.handled(id, 1);
  expect(storyOf(await comesTo(({ state }) => state === 'RESOLVED'))).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
});

/** Its alert is told, and the workflow knows it. */
const restsAfterTelling = async (): Promise<boolean> => {
  const { events } = await handle().fetchHistory();
  const isDone = events?.some(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'alertDeadLetter',
  );
  const { raw } = await handle().describe();
  return told() === 1 && isDone === true && (raw.pendingActivities ?? []).length === 0;
};

test('one that was terminated before it could tell operations tells them, once', async () => {
  await work();
  muted.add(id);
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG' });
  await comesTo(({ state }) => state === 'PARKED');
  const ended = await terminate();
  muted.delete(id);
  await isFound(ended);
  await eventually(told, (count) => count === 1);
  expect(storyOf((await table.read(id))!)).toEqual(['DEAD']);
});

test('one that waits for its next try is tried again by itself, once', async () => {
  await work();
  await create({ times: { ...TIMES, retryMs: 3000 } });
  await letters.arrived(id, { n: 0, class: 'RETRYABLE' });
  await comesTo(({ state, story }) => state === 'WAITING' && story.length > 0);
  await isFound(await terminate());
  const letter = await comesTo(({ state }) => state === 'REDRIVEN');
  expect(letter).toMatchObject({ tries: 1, redrives: 1 });
  expect(await sent()).toHaveLength(1);
});

test('what it was told and nobody took is not lost: its death, whose message is gone from its queue', async () => {
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG', reason: 'x is undefined' });
  // before any worker looked at it; and the one in its place likewise
  await isFound(await isFound(await terminate()).then(terminate));
  await work();
  const letter = await comesTo(({ state }) => state === 'PARKED');
  expect(letter).toMatchObject({ arrivals: 1, reason: 'x is undefined' });
  expect(storyOf(letter)).toEqual(['DEAD']);
  await eventually(told, (count) => count === 1);
});

test('what it was told and nobody took is not lost: that its redrive was handled', async () => {
  await work();
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG' });
  await comesTo(({ state }) => state === 'PARKED');
  await letters.redrive(id, { by: 'kim', requestId: 'r' });
  expect(await sent()).toHaveLength(1);
  await worker!.stop();
  worker = undefined;
  await letters.handled(id, 1);
  await isFound(await terminate());
  await work();
  expect(storyOf(await comesTo(({ state }) => state === 'RESOLVED'))).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
});

test('what was handled, and died again, is not closed by what its run was told before', async () => {
  await work();
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG' });
  await comesTo(({ state }) => state === 'PARKED');
  await letters.redrive(id, { by: 'kim', requestId: 'r' });
  await worker!.stop();
  worker = undefined;
  // another copy of it died: both are taken together, by one run
  await letters.handled(id, 1);
  await letters.arrived(id, { n: 1, class: 'BUG' });
  await work();
  const before = await comesTo(({ arrivals }) => arrivals === 2);
  expect(storyOf(before)).toEqual(['DEAD', 'REDRIVEN', 'HANDLED', 'FAILED_AGAIN']);
  await isFound(await terminate());
  await letters.discard(id, { by: 'kim', requestId: 'd', reason: 'a test' });
  expect(storyOf((await table.read(id))!)).toEqual(['DEAD', 'REDRIVEN', 'HANDLED', 'FAILED_AGAIN', 'DISCARDED']);
});

test('one that failed is started again as often as it fails, until it can go on', async () => {
  await work();
  broken.add(id);
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG' });
  await expect(handle().result()).rejects.toThrow('Workflow execution failed');
  const { runId } = await handle().describe();
  const look = looker();
  const found = async () => (await look.run(), (await handle().describe()).runId);
  const second = await eventually(found, (run) => run !== runId, { timeoutMs: 30_000 });
  await expect(client.workflow.getHandle(deadLetterWorkflowId(id), second).result()).rejects.toThrow('failed');
  broken.delete(id);
  await eventually(found, (run) => run !== second, { timeoutMs: 30_000 });
  expect(storyOf(await comesTo(({ state }) => state === 'PARKED'))).toEqual(['DEAD']);
});

test('one that fails for good is held back ever longer, until somebody asks for it; once it went on it is not', async () => {
  await work();
  broken.add(id);
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG' });
  const look = looker();
  const runs = async () => (await look.run(), await runsOf());
  await eventually(runs, ({ length }) => length >= 3, { timeoutMs: 30_000 });
  for (let looks = 0; looks < 20; looks++) await runs();
  expect(await runs()).toHaveLength(3);
  const { startTime, executionTime, status } = await handle().describe();
  expect(status.name).toBe('RUNNING');
  expect(executionTime!.getTime() - startTime.getTime()).toBe(10_000);
  broken.delete(id);
  expect(await letters.redrive(id, { by: 'kim', requestId: 'r' })).toMatchObject({ kind: 'done' });
  expect(storyOf((await table.read(id))!).slice(0, 2)).toEqual(['DEAD', 'REDRIVEN']);
  const next = await isFound(await terminate());
  const { raw } = await client.workflow.getHandle(deadLetterWorkflowId(id), next).describe();
  const { startTime: started, executionTime: begun } = raw.workflowExecutionInfo!;
  expect(begun).toEqual(started);
});

const runsOf = async () => {
  const runs: string[] = [];
  const query = `WorkflowId = '${deadLetterWorkflowId(id)}'`;
  for await (const { runId } of client.workflow.list({ query })) runs.push(runId);
  return runs;
};

test('of all its runs that ended only one is asked about, and that once', async () => {
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG' });
  const last = await isFound(await isFound(await isFound(await terminate()).then(terminate)).then(terminate));
  const query = `WorkflowId = '${deadLetterWorkflowId(id)}' AND ExecutionStatus = 'Terminated'`;
  await eventually(
    () => client.workflow.count(query),
    ({ count }) => count === 3,
  );
  const asked = jest.spyOn(client.workflowService, 'describeWorkflowExecution');
  const times = () =>
    asked.mock.calls.filter(([request]) => request.execution?.workflowId === deadLetterWorkflowId(id)).length;
  const look = looker();
  await look.run();
  expect(times()).toBe(1);
  await look.run();
  await look.run();
  expect(times()).toBe(1);
  asked.mockRestore();
  expect((await handle().describe()).runId).toBe(last);
});

describe('where somebody started another run before the ended one was found', () => {
  /** It was redriven, and nobody works. */
  async function isInFlight(): Promise<void> {
    await work();
    await create({ class: 'BUG' });
    await letters.arrived(id, { n: 0, class: 'BUG', reason: 'first' });
    await comesTo(({ state }) => state === 'PARKED');
    await letters.redrive(id, { by: 'kim', requestId: 'r' });
    await rest();
  }
  async function rest(): Promise<void> {
    await worker!.stop();
    worker = undefined;
  }
  /** Its first death comes once more, and starts another run. */
  async function isReplaced(): Promise<void> {
    await terminate();
    await letters.arrived(id, { n: 0, class: 'BUG', reason: 'first' });
  }
  const handedOn = async () => {
    const { events = [] } = await handle().fetchHistory();
    const names = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    return names.filter((name) => name === 'handedOn').length;
  };
  /** One consumer finds it; nobody tells it a second time. */
  async function isHandedOn(): Promise<void> {
    const look = looker();
    await eventually(
      async () => (await look.run(), handedOn()),
      (times) => times > 0,
      { timeoutMs: 30_000 },
    );
    for (const each of [look, looker(), looker()]) await each.run();
    expect(await handedOn()).toBe(1);
  }

  test('it learns that its redrive was handled, and is not sent again', async () => {
    await isInFlight();
    await letters.handled(id, 1);
    await isReplaced();
    await isHandedOn();
    await work();
    expect(storyOf(await comesTo(({ state }) => state === 'RESOLVED'))).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
  });

  test('it learns of its second death, and why', async () => {
    await isInFlight();
    await letters.arrived(id, { n: 1, class: 'BUG', reason: 'second' });
    await isReplaced();
    await isHandedOn();
    await work();
    const letter = await comesTo(({ state }) => state === 'PARKED');
    expect(letter).toMatchObject({ arrivals: 2, reason: 'second' });
    expect(storyOf(letter)).toEqual(['DEAD', 'REDRIVEN', 'FAILED_AGAIN']);
    await eventually(told, (count) => count === 2);
  });

  test('what the ended one had taken is dropped, and one that died after it was handled is not closed by it', async () => {
    await isInFlight();
    await letters.handled(id, 1);
    await letters.arrived(id, { n: 1, class: 'BUG' });
    await work();
    const before = await comesTo(({ arrivals }) => arrivals === 2);
    expect(storyOf(before)).toEqual(['DEAD', 'REDRIVEN', 'HANDLED', 'FAILED_AGAIN']);
    await rest();
    await isReplaced();
    await isHandedOn();
    await work();
    await letters.discard(id, { by: 'kim', requestId: 'd', reason: 'a test' });
    expect(storyOf((await table.read(id))!)).toEqual([...storyOf(before), 'DISCARDED']);
  });
});

test('one that came to its end stays ended', async () => {
  await work();
  await create({ class: 'BUG' });
  await letters.arrived(id, { n: 0, class: 'BUG' });
  await comesTo(({ state }) => state === 'PARKED');
  await letters.discard(id, { by: 'kim', requestId: 'r', reason: 'a test' });
  await handle().result();
  const { runId } = await handle().describe();
  await looker().run();
  expect((await handle().describe()).runId).toBe(runId);
  // nor is there anything to do for one that the engine does not know
  expect(await letters.revive({ workflowId: deadLetterWorkflowId('DL-none'), runId })).toBe(false);
  expect(await letters.revive({ workflowId: 'order-1', runId })).toBe(false);
});
