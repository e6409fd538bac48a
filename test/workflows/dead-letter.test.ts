import { setTimeout as delay } from 'node:timers/promises';
import { createDeadLetterClient, type DeadLetterClient } from '../../src/dead-letter-client';
import type { RedriveProgress } from '../../src/workflows/dead-letter-messages';
import { StepError } from '../../src/domain/failures';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench, replayWorkflow } from '../support/order-bench';
import type { DeadLetter, DeadLetterClass } from '../../src/domain/dead-letters';
import { deadLetterWorkflowId } from '../../src/domain/ids';
import { letterIdOf, letterOf } from '../support/letters';

jest.setTimeout(180_000);

let bench: OrderBench;
let world: MemoryWorld;
let letters: DeadLetterClient;
let count = 0;
let id: string;

beforeAll(async () => {
  bench = await createOrderBench();
  letters = createDeadLetterClient({ client: bench.patient, taskQueue: bench.taskQueue });
});
afterAll(() => bench.teardown());
beforeEach(() => {
  world = createMemoryWorld();
  // asked as the real client asks, in time that stands still
  world.deadLetters.ports.desk = { redrive: letters.redrive, discard: letters.discard };
  bench.use(world);
  id = letterIdOf(++count);
});

const record = (letterId = id) => world.deadLetters.records.get(letterId)!;
const told = () => record().story.map(({ what }) => what);
const sent = () => world.deadLetters.sent;

async function until(is: (letter: DeadLetter) => boolean, letterId = id): Promise<DeadLetter> {
  for (let waited = 0; !is(record(letterId)); waited += 10) {
    if (waited > 10_000) throw new Error(`not in time: ${JSON.stringify(record(letterId))}`);
    await delay(10);
  }
  return record(letterId);
}
const toBe = (state: DeadLetter['state'], letterId = id) => until((letter) => letter.state === state, letterId);

/** It dies for the first time, and its workflow has looked at it. */
async function dies(kind: DeadLetterClass, changes: Partial<DeadLetter> = {}): Promise<DeadLetter> {
  world.deadLetters.records.set(id, letterOf({ id, class: kind, ...changes }));
  await letters.arrived(id, { n: 0, class: kind, errorType: 'Type', reason: 'why' });
  return until(({ story }) => story.length > 0);
}
const failsAgain = (n: number, kind: DeadLetterClass = 'RETRYABLE') => letters.arrived(id, { n, class: kind });
const pass = (seconds: number) => bench.env.sleep(seconds * 1000);
const request = (requestId = `request-${++count}`) => ({ by: 'kim', requestId });
/** The workflow has ended, and can be replayed. */
async function ends(letterId = id): Promise<unknown> {
  const result: unknown = await bench.patient.workflow.getHandle(deadLetterWorkflowId(letterId)).result();
  await replayWorkflow(bench.env, deadLetterWorkflowId(letterId));
  return result;
}

test('a retryable one is tried again after a minute, and is resolved when it was handled', async () => {
  await dies('RETRYABLE', { body: 'the body', attributes: { trace: 't', errorType: 'Type' } });
  expect(record()).toMatchObject({ state: 'WAITING', arrivals: 1, errorType: 'Type', reason: 'why' });
  await pass(50);
  expect(sent()).toEqual([]);
  await pass(15);
  await toBe('REDRIVEN');
  const attributes = { trace: 't', deadLetterId: id, redrive: '1' };
  expect(sent()).toEqual([{ queue: 'order-intake-queue', body: 'the body', attributes }]);
  await letters.handled(id, 1);
  expect(await ends()).toEqual({ state: 'RESOLVED' });
  expect(record()).toMatchObject({ state: 'RESOLVED', tries: 1, redrives: 1 });
  expect(told()).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
  expect(record().story[1]).toMatchObject({ by: 'waybill', n: 1 });
  expect(world.deadLetterAlerts).toEqual([]);
});

test('one that fails again keeps its whole story, waits longer each time, and at last is parked for a person', async () => {
  await dies('RETRYABLE');
  for (let n = 1; n <= 8; n++) {
    await pass(Math.min(60 * 2 ** (n - 1), 3600) + 1);
    await until(({ redrives }) => redrives === n);
    expect(sent()).toHaveLength(n);
    // told twice it counts once
    await failsAgain(n);
    await failsAgain(n);
    await until(({ arrivals }) => arrivals === n + 1);
  }
  expect(record()).toMatchObject({ state: 'PARKED', tries: 8 });
  expect(told()).toEqual(['DEAD', ...Array.from({ length: 8 }, () => ['REDRIVEN', 'FAILED_AGAIN']).flat()]);
  await until(() => world.deadLetterAlerts.length === 1);
  await pass(7200);
  expect(sent()).toHaveLength(8);
  expect(await letters.discard(id, { ...request(), reason: 'nobody wants it' })).toMatchObject({ state: 'DISCARDED' });
  expect(await ends()).toEqual({ state: 'DISCARDED' });
  expect(record().story.at(-1)).toMatchObject({ what: 'DISCARDED', by: 'kim', reason: 'nobody wants it' });
});

test('a throttled one comes again after ten seconds', async () => {
  await dies('THROTTLED');
  await pass(11);
  expect(await toBe('REDRIVEN')).toMatchObject({ tries: 1 });
  await letters.handled(id, 1);
  await ends();
});

test('an unknown one is tried twice', async () => {
  await dies('UNKNOWN');
  for (const n of [1, 2]) {
    await pass(121);
    await until(({ redrives }) => redrives === n);
    await failsAgain(n, 'UNKNOWN');
    await until(({ arrivals }) => arrivals === n + 1);
  }
  expect(record()).toMatchObject({ state: 'PARKED', tries: 2 });
  await until(() => world.deadLetterAlerts.length === 1);
});

test.each([
  ['PERMANENT', 'WARNING'],
  ['POISON', 'CRITICAL'],
  ['BUG', 'CRITICAL'],
] as const)('a %s one is parked at once, and operations hear of it once', async (kind, severity) => {
  await dies(kind);
  expect(record().state).toBe('PARKED');
  await until(() => world.deadLetterAlerts.length > 0);
  await letters.arrived(id, { n: 0, class: kind });
  await pass(3600);
  expect(world.deadLetterAlerts).toMatchObject([
    { deadLetterId: id, class: kind, severity, queue: 'order-intake-queue', errorType: 'Type', reason: 'why' },
  ]);
  expect(world.deadLetterAlerts[0]?.key).toBe(`dead-letter#${id}#1`);
  expect(sent()).toEqual([]);
});

test('redriven twice at once it goes once, and both are told so', async () => {
  await dies('BUG');
  const answers = await Promise.all([letters.redrive(id, request()), letters.redrive(id, request())]);
  expect(answers.filter((answer) => answer.kind === 'done' && answer.isNew)).toHaveLength(1);
  expect(answers.filter((answer) => answer.kind === 'done')).toHaveLength(2);
  await until(() => sent().length > 0);
  await delay(100);
  expect(sent()).toHaveLength(1);
  expect(record().redrives).toBe(1);
});

test('the same request is carried out once, also after the letter was closed and its workflow ended', async () => {
  await dies('BUG');
  const same = request();
  expect(await letters.redrive(id, same)).toMatchObject({ kind: 'done', isNew: true, redrives: 1 });
  await letters.handled(id, 1);
  await ends();
  expect(await letters.redrive(id, same)).toMatchObject({ kind: 'done', isNew: false, state: 'RESOLVED' });
  expect(sent()).toHaveLength(1);
  expect(await letters.redrive(id, request())).toEqual({
    kind: 'refused',
    reason: 'it is RESOLVED: there is nothing to redrive',
  });
  expect(await letters.discard(id, request())).toMatchObject({ kind: 'refused' });
  // nor does the audit trail have what changed nothing
  expect([...world.deadLetters.audit.values()]).toEqual([
    {
      id: `${id}#${same.requestId}`,
      at: record().story[1]!.at,
      by: 'kim',
      action: 'REDRIVE',
      subject: { kind: 'dead-letter', id },
      detail: 'redrive 1, to order-intake-queue',
    },
  ]);
});

test('one that is in flight cannot be discarded; one that is discarded stays so when it fails again', async () => {
  await dies('PERMANENT');
  await letters.redrive(id, request());
  expect(await letters.discard(id, request())).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('in flight') as string,
  });
  await failsAgain(1, 'PERMANENT');
  await toBe('PARKED');
  await letters.discard(id, request());
  expect(await letters.discard(id, request())).toMatchObject({ kind: 'done', isNew: false });
  await ends();
  await failsAgain(2, 'PERMANENT');
  await until(({ arrivals }) => arrivals === 3);
  expect(record()).toMatchObject({ state: 'DISCARDED' });
});

test('a redrive that nobody hears of is noticed; what comes late still counts', async () => {
  await dies('PERMANENT');
  await letters.redrive(id, request());
  await pass(590);
  expect(record().state).toBe('REDRIVEN');
  await pass(15);
  await toBe('PARKED');
  expect(told()).toEqual(['DEAD', 'REDRIVEN', 'LOST']);
  // once when it was parked first, once now
  await until(() => world.deadLetterAlerts.length === 2);
  expect(new Set(world.deadLetterAlerts.map(({ key }) => key)).size).toBe(2);
  await letters.handled(id, 1);
  expect(await ends()).toEqual({ state: 'RESOLVED' });
});

test('what dies again after it was resolved is opened again, with its story', async () => {
  await dies('RETRYABLE');
  await letters.redrive(id, request());
  await letters.handled(id, 1);
  await ends();
  // another copy of it; and one that is known
  await failsAgain(1, 'BUG');
  await toBe('PARKED');
  expect(told()).toEqual(['DEAD', 'REDRIVEN', 'HANDLED', 'FAILED_AGAIN']);
  await failsAgain(1, 'BUG');
  await failsAgain(0, 'BUG');
  await delay(100);
  expect(told()).toHaveLength(4);
});

test('what cannot be sent is parked with why: an unknown queue, a queue that refuses it', async () => {
  await dies('BUG', { queue: 'elsewhere' });
  await letters.redrive(id, request());
  await until(({ story }) => story.at(-1)?.what === 'NOT_SENT');
  expect(record()).toMatchObject({ state: 'PARKED', reason: 'there is no queue elsewhere' });
});

test('while the queue is out of order the redrive goes on, and goes once', async () => {
  const { queues } = world.deadLetters.ports;
  let failures = 3;
  world.deadLetters.ports.queues = {
    ...queues,
    send: (message) => (failures-- > 0 ? Promise.reject(new Error('down')) : queues.send(message)),
  };
  await dies('BUG');
  expect(await letters.redrive(id, request())).toMatchObject({ kind: 'done', isNew: true });
  for (let waited = 0; sent().length === 0 && waited < 20; waited++) await pass(1);
  expect(sent()).toHaveLength(1);
});

test('a queue that stays out of order for an hour leaves it to a person', async () => {
  const { queues } = world.deadLetters.ports;
  world.deadLetters.ports.queues = { ...queues, send: () => Promise.reject(new Error('the queue is gone')) };
  await dies('RETRYABLE');
  await letters.redrive(id, request());
  for (let waited = 0; record().state === 'REDRIVEN' && waited < 100; waited++) await pass(60);
  expect(record()).toMatchObject({ state: 'PARKED', reason: 'the queue is gone' });
  expect(told()).toEqual(['DEAD', 'REDRIVEN', 'NOT_SENT']);
});

test('what could not be handed over, and does not say to whom, waits for a person, who cannot redrive it', async () => {
  await dies('RETRYABLE', { queue: 'undelivered', origin: 'TARGET' });
  expect(record().state).toBe('PARKED');
  expect(await letters.redrive(id, request())).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('does not say which topic') as string,
  });
  expect(await letters.discard(id, request())).toMatchObject({ kind: 'done', state: 'DISCARDED' });
});

const sns = (name: string) => `arn:aws:sns:us-east-1:000000000000:${name}`;
const overdue = { 'detail-type': 'Order At Risk', time: 'then', detail: { orderId: 'O-1' } };
/** As EventBridge has it when a topic did not take it. */
const undelivered = (target: string, rule = 'OperationsRule'): Partial<DeadLetter> => ({
  queue: 'undelivered',
  origin: 'TARGET',
  body: JSON.stringify(overdue),
  attributes: { RULE_ARN: `arn:aws:events:us-east-1:000000000000:rule/waybill/x-${rule}`, TARGET_ARN: target },
});

test('what a topic did not take is published to it by itself, as its rule was to, and ends there', async () => {
  // as in a record of an earlier release: its target is in its attributes alone
  await dies('RETRYABLE', undelivered(sns('operations-alerts')));
  expect(record()).toMatchObject({ state: 'WAITING', target: sns('operations-alerts') });
  await pass(61);
  expect(await ends()).toEqual({ state: 'RESOLVED' });
  const message = JSON.stringify({ alert: 'Order At Risk: order O-1', time: 'then', detail: { orderId: 'O-1' } });
  expect(world.deadLetters.published).toEqual([{ topicArn: sns('operations-alerts'), message }]);
  expect(told()).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
  expect(record().story.at(-1)?.reason).toBe(`published to ${sns('operations-alerts')}`);
});

test('what a topic did not take goes once, however many ask at once', async () => {
  await dies('PERMANENT', undelivered(sns('operations-alerts')));
  const answers = await Promise.all([request(), request(), request()].map((asked) => letters.redrive(id, asked)));
  // whoever comes when it is over is told that there is nothing to do
  expect(answers.filter((answer) => answer.kind === 'done' && answer.isNew)).toHaveLength(1);
  expect(await ends()).toEqual({ state: 'RESOLVED' });
  expect(world.deadLetters.published).toHaveLength(1);
  const trail = [...world.deadLetters.audit.values()].map(({ detail }) => detail);
  expect(trail).toEqual([`redrive 1, to ${sns('operations-alerts')}`]);
});

test('what was for a queue of ours goes there, and comes back to its story', async () => {
  await dies('PERMANENT', undelivered('arn:aws:sqs:us-east-1:000000000000:email-queue'));
  await letters.redrive(id, request());
  await until(() => sent().length === 1);
  expect(sent()).toEqual([
    { queue: 'email-queue', body: JSON.stringify(overdue), attributes: { deadLetterId: id, redrive: '1' } },
  ]);
  await failsAgain(1, 'BUG');
  await toBe('PARKED');
  await letters.redrive(id, request());
  await letters.handled(id, 2);
  expect(await ends()).toEqual({ state: 'RESOLVED' });
  expect(told()).toEqual(['DEAD', 'REDRIVEN', 'FAILED_AGAIN', 'REDRIVEN', 'HANDLED']);
});

test.each([
  ['a topic of somebody else', undelivered(sns('foreign')), 'is none of ours'],
  ['a rule of somebody else', undelivered(sns('operations-alerts'), 'TheirRule'), 'x-TheirRule is none of ours'],
  ['no event', { ...undelivered(sns('operations-alerts')), body: 'x' }, 'its body is no event of EventBridge'],
])('%s: it stays parked, with why', async (_what, letter, reason) => {
  await dies('PERMANENT', letter);
  await letters.redrive(id, request());
  await until(({ story }) => story.at(-1)?.what === 'NOT_SENT');
  expect(record()).toMatchObject({ state: 'PARKED', reason: expect.stringContaining(reason) as string });
  expect([...sent(), ...world.deadLetters.published]).toEqual([]);
});

test('a workflow that ended in error runs again, and one that ends so once more keeps its story', async () => {
  const run = { workflowId: 'order-1', runId: 'run-1' };
  await dies('PERMANENT', { queue: 'orderWorkflow', origin: 'WORKFLOW', run });
  await letters.redrive(id, request());
  expect(await ends()).toEqual({ state: 'RESOLVED' });
  await letters.arrived(id, { n: 1, class: 'PERMANENT', runId: 'run-2' });
  await toBe('PARKED');
  await letters.redrive(id, request());
  await ends();
  expect(world.deadLetters.resets).toEqual([
    { ...run, requestId: `${id}#1` },
    { ...run, runId: 'run-2', requestId: `${id}#2` },
  ]);
  expect(told()).toEqual(['DEAD', 'REDRIVEN', 'RUNS_AGAIN', 'FAILED_AGAIN', 'REDRIVEN', 'RUNS_AGAIN']);
});

test('without a record there is nothing to do', async () => {
  await letters.handled(id, 1);
  expect(await ends()).toEqual({ state: 'UNKNOWN' });
  expect(await letters.redrive(id, request())).toMatchObject({
    kind: 'refused',
    reason: `there is no dead letter ${id}`,
  });
});

test('a request without a name is refused', async () => {
  await dies('BUG');
  expect(await letters.redrive(id, { ...request(), by: ' ' })).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('by:') as string,
  });
});

test('a batch redrives all of a class page by page, each once, and says how far it is', async () => {
  const ids = Array.from({ length: 45 }, () => letterIdOf(++count));
  for (const each of ids) {
    world.deadLetters.records.set(each, letterOf({ id: each, class: 'BUG' }));
    await letters.arrived(each, { n: 0, class: 'BUG' });
  }
  await Promise.all(ids.map((each) => toBe('PARKED', each)));
  // one is in flight already, one was given up
  await letters.redrive(ids[3]!, request());
  await letters.discard(ids[4]!, request());
  const bulk = { filter: { class: 'BUG' as const }, ...request() };
  const [first, second] = await Promise.all([letters.redriveAll(bulk), letters.redriveAll(bulk)]);
  expect(second).toEqual(first);
  const progress = async () => letters.progressOf(first.batchId);
  for (let waited = 0; (await progress())?.state !== 'DONE'; waited++) {
    if (waited > 100) throw new Error(JSON.stringify(await progress()));
    await delay(100);
  }
  expect(await progress()).toMatchObject({ redriven: 43, underWay: 1, refused: 1 });
  await until(() => sent().length === 44);
  const lines = [...world.deadLetters.audit.values()];
  expect(lines.filter(({ action }) => action === 'BULK_REDRIVE')).toEqual([
    {
      id: first.batchId,
      at: (await progress())?.startedAt,
      by: 'kim',
      action: 'BULK_REDRIVE',
      subject: { kind: 'dead-letters', id: first.batchId },
      detail: 'class BUG',
    },
  ]);
  // a line for each letter beside it
  const redriven = lines.filter(({ id: line }) => line.endsWith(`#batch ${first.batchId}`));
  expect(new Set(redriven.map(({ subject }) => subject.id)).size).toBe(43);
  expect(redriven).toHaveLength(43);
  expect(new Set(sent().map(({ attributes }) => attributes['deadLetterId'])).size).toBe(44);
  // the same again is the same batch, and does nothing
  expect(await letters.redriveAll(bulk)).toEqual(first);
  expect(await letters.progressOf('none')).toBeUndefined();
  await replayWorkflow(bench.env, `redrive-${first.batchId}`);
});

test('a batch discards all of a class, each once, but for those in flight', async () => {
  const ids = Array.from({ length: 3 }, () => letterIdOf(++count));
  for (const each of ids) {
    world.deadLetters.records.set(each, letterOf({ id: each, class: 'POISON' }));
    await letters.arrived(each, { n: 0, class: 'POISON' });
  }
  await Promise.all(ids.map((each) => toBe('PARKED', each)));
  await letters.redrive(ids[0]!, request());
  const bulk = { filter: { class: 'POISON' as const }, ...request(), reason: 'a test of the shop' };
  const { batchId } = await letters.discardAll(bulk);
  const progress = async () => letters.progressOf(batchId);
  for (let waited = 0; (await progress())?.state !== 'DONE'; waited++) {
    if (waited > 100) throw new Error(JSON.stringify(await progress()));
    await delay(100);
  }
  // the one in flight is not listed, or refuses
  expect(await progress()).toMatchObject({ redriven: 0, discarded: 2, underWay: 0 });
  expect(ids.map((each) => record(each).state)).toEqual(['REDRIVEN', 'DISCARDED', 'DISCARDED']);
  expect(record(ids[1]).story.at(-1)).toMatchObject({ what: 'DISCARDED', by: 'kim', reason: 'a test of the shop' });
  expect(world.deadLetters.audit.get(batchId)).toMatchObject({ action: 'BULK_DISCARD', detail: 'class POISON' });
  // the same again is the same batch; a redrive of the same is another
  expect(await letters.discardAll(bulk)).toEqual({ batchId });
  await replayWorkflow(bench.env, `redrive-${batchId}`);
});

/** A batch when it is done. */
async function doneOf(batchId: string): Promise<RedriveProgress> {
  for (let waited = 0; ; waited++) {
    const progress = await letters.progressOf(batchId);
    if (progress?.state === 'DONE') return progress;
    if (waited > 400) throw new Error(JSON.stringify(progress));
    await delay(100);
  }
}

test('a batch leaves out workflows that somebody terminated, unless a class or they are asked for', async () => {
  const [meant, failed] = [letterIdOf(++count), letterIdOf(++count)];
  for (const [each, errorType] of [
    [meant, 'Terminated'],
    [failed, 'REFUND_REFUSED'],
  ] as const) {
    const run = { workflowId: each, runId: 'run-1' };
    const letter = {
      id: each,
      class: 'PERMANENT',
      queue: 'orderWorkflow',
      origin: 'WORKFLOW',
      run,
      errorType,
    } as const;
    world.deadLetters.records.set(each, letterOf(letter));
    await letters.arrived(each, { n: 0, class: 'PERMANENT', errorType });
    await toBe('PARKED', each);
  }
  const since = { filter: { queue: 'orderWorkflow', since: '2025-01-01T00:00:00.000Z' }, ...request() };
  const { batchId } = await letters.redriveAll(since);
  expect(await doneOf(batchId)).toMatchObject({ redriven: 1, refused: 0, leftOut: 1, unanswered: 0 });
  await toBe('RESOLVED', failed);
  expect(record(meant)).toMatchObject({ state: 'PARKED', redrives: 0 });
  await replayWorkflow(bench.env, `redrive-${batchId}`);

  const terminated = { ...since, filter: { ...since.filter, terminated: true } };
  const asked = await letters.redriveAll(terminated);
  // the other one is over, and says so
  expect(await doneOf(asked.batchId)).toMatchObject({ redriven: 1, leftOut: 0 });
  await toBe('RESOLVED', meant);
  expect(world.deadLetters.resets.map(({ workflowId }) => workflowId)).toEqual([failed, meant]);

  await letters.arrived(meant, { n: 1, class: 'PERMANENT', errorType: 'Terminated', runId: 'run-2' });
  await toBe('PARKED', meant);
  const ofClass = await letters.redriveAll({ filter: { class: 'PERMANENT' }, ...request() });
  expect(await doneOf(ofClass.batchId)).toMatchObject({ redriven: 1, leftOut: 0 });
});

test('a batch goes on past a letter whose workflow does not answer, and names it', async () => {
  const ids = Array.from({ length: 3 }, () => letterIdOf(++count));
  for (const each of ids) {
    world.deadLetters.records.set(each, letterOf({ id: each, class: 'BUG' }));
    await letters.arrived(each, { n: 0, class: 'BUG' });
    await toBe('PARKED', each);
  }
  const stuck = ids[0]!;
  const { desk, book } = world.deadLetters.ports;
  let letGo = (): void => undefined;
  const freed = new Promise<void>((resolve) => (letGo = resolve));
  const asked: string[] = [];
  // it never gets as far as its record; whoever asks has only so much time, as with the real client
  world.deadLetters.ports.book = {
    ...book,
    save: async (change) => {
      if (change.letter.id === stuck) await freed;
      return book.save(change);
    },
  };
  world.deadLetters.ports.desk = {
    ...desk,
    redrive: async (each, by) => {
      asked.push(each);
      const late = delay(500).then(() => {
        throw new StepError('SERVICE_UNAVAILABLE', 'nobody confirms it');
      });
      return Promise.race([desk.redrive(each, by), late]);
    },
  };
  const { batchId } = await letters.redriveAll({ filter: { class: 'BUG' }, ...request() });
  expect(await doneOf(batchId)).toMatchObject({
    redriven: 2,
    underWay: 0,
    refused: 0,
    unanswered: 1,
    unansweredIds: [stuck],
  });
  expect(asked.filter((each) => each === stuck)).toHaveLength(2);
  expect(record(stuck)).toMatchObject({ state: 'PARKED', redrives: 0 });
  await replayWorkflow(bench.env, `redrive-${batchId}`);
  // what was asked of it is done when it can be, once
  letGo();
  await toBe('REDRIVEN', stuck);
  expect(record(stuck)).toMatchObject({ redrives: 1 });
});

// the last two: once a workflow was terminated, the time-skipping engine lets no time pass
test('a workflow that is terminated is followed by one that reads the record', async () => {
  await dies('RETRYABLE');
  await bench.patient.workflow.getHandle(deadLetterWorkflowId(id)).terminate('by mistake');
  expect(await letters.redrive(id, request())).toMatchObject({ kind: 'done', isNew: true, redrives: 1 });
  await letters.handled(id, 1);
  expect(await ends()).toEqual({ state: 'RESOLVED' });
  expect(told()).toEqual(['DEAD', 'REDRIVEN', 'HANDLED']);
});

test('a batch whose first page fails and is tried again is one line of the audit trail, before any letter', async () => {
  const { ports, audit } = world.deadLetters;
  const { book } = ports;
  let failures = 2;
  const linesThen: number[] = [];
  ports.book = {
    ...book,
    listRedrivable: (p) => {
      linesThen.push(audit.size);
      return failures-- > 0 ? Promise.reject(new Error('killed')) : book.listRedrivable(p);
    },
  };
  const { batchId } = await letters.redriveAll({ filter: { class: 'BUG', queue: 'none' }, ...request() });
  for (let waited = 0; (await letters.progressOf(batchId))?.state !== 'DONE' && waited < 30; waited++) await pass(1);
  expect(linesThen).toEqual([1, 1, 1]);
  expect([...audit.values()]).toMatchObject([{ id: batchId, action: 'BULK_REDRIVE', detail: 'class BUG, of none' }]);
});

test('a batch that somebody ended does not seem to go on for ever', async () => {
  world.deadLetters.ports.book.listRedrivable = () => Promise.reject(new Error('it never gets that far'));
  const { batchId } = await letters.redriveAll({ filter: { class: 'BUG' }, ...request() });
  expect(await letters.progressOf(batchId)).toMatchObject({ state: 'RUNNING' });
  await bench.env.client.workflow.getHandle(`redrive-${batchId}`).terminate();
  expect(await letters.progressOf(batchId)).toMatchObject({ state: 'FAILED', redriven: 0 });
});
