import { Client } from '@temporalio/client';
import type { Replay, ReplayRequest } from '../../src/domain/replay';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench, replayWorkflow } from '../support/order-bench';
import { createReplayClient, type ReplayClient } from '../../src/replay-client';
import { eventually } from '../support/contracts/condition';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';

let bench: OrderBench;
let client: Client;
let replays: ReplayClient;
let world: MemoryWorld;
let request: ReplayRequest;

beforeAll(async () => {
  bench = await createOrderBench();
  client = new Client({ connection: bench.env.connection });
  replays = createReplayClient({ client, taskQueue: bench.taskQueue });
});
afterAll(() => bench.teardown());
beforeEach(() => {
  world = createMemoryWorld();
  bench.use(world);
  request = {
    name: `failed-orders-replay-${uniqueId()}`,
    from: '2025-07-09T00:00:00.000Z',
    to: '2025-07-10T00:00:00.000Z',
    failedOnly: false,
    destination: 'LIVE',
    by: 'test',
  };
});

const handle = () => client.workflow.getHandle(request.name);
const row = () => world.replays.rows.get(request.name);
const comesTo = (state: Replay['state']) => eventually(row, (now) => now?.state === state);
/** Waits for its end, and replays the history of the workflow. */
async function end(): Promise<Replay> {
  const ended = (await handle().result()) as Replay;
  await replayWorkflow(bench.env, request.name);
  return ended;
}

test('it is over when the archive has given everything, nothing waits, and nothing is counted any more', async () => {
  const { name } = request;
  world.replays.waiting = 3;
  expect(await replays.start(request)).toBe('started');
  await comesTo('RUNNING');
  world.replays.count(name, { FORWARDED: 2 });
  world.replays.say({ state: 'COMPLETED', lastReplayedAt: request.to });
  await comesTo('CATCHING_UP');
  world.replays.count(name, { FORWARDED: 5, SKIPPED: 1 });
  expect((await handle().describe()).status.name).toBe('RUNNING');
  world.replays.waiting = 0;
  expect(await end()).toMatchObject({
    ...request,
    state: 'COMPLETED',
    endedAt: expect.any(String) as string,
    lastReplayedAt: request.to,
    counts: { seen: 6, selected: 5, forwarded: 5, skipped: 1, refused: 0 },
  });
  expect(world.replays.calls).toEqual([`start ${name}`]);
});

test('an archive that is away for a while is asked again, and a start whose answer was lost is no second one', async () => {
  world.replays.failures.push(new StepError('SERVICE_UNAVAILABLE', 'throttled'), new Error('socket hang up'));
  world.replays.say({ state: 'COMPLETED' });
  await replays.start(request);
  expect(await end()).toMatchObject({ state: 'COMPLETED' });
  expect(world.replays.calls).toHaveLength(3);
});

test('what EventBridge refuses fails with the reason', async () => {
  world.replays.failures.push(new StepError('REQUEST_REFUSED', 'there is no archive'));
  await replays.start(request);
  expect(await end()).toMatchObject({ state: 'FAILED', reason: 'there is no archive' });
});

test('what EventBridge could not finish fails with its reason, when what came has been forwarded', async () => {
  world.replays.say({ state: 'FAILED', reason: 'the archive was deleted' });
  await replays.start(request);
  expect(await end()).toMatchObject({ state: 'FAILED', reason: 'the archive was deleted' });
});

test('cancelled by somebody: the forwarder knows, the archive stops, and it ends so, whatever the archive says', async () => {
  const { name } = request;
  await replays.start(request);
  await comesTo('RUNNING');
  expect(await replays.cancel({ name, by: 'day shift' })).toBe('asked');
  await eventually(row, (now) => now?.cancelledBy === 'day shift');
  // as the emulator does
  world.replays.say({ state: 'COMPLETED' });
  expect(await end()).toMatchObject({ state: 'CANCELLED', cancelledBy: 'day shift' });
  expect(world.replays.calls).toEqual([`start ${name}`, `cancel ${name}`]);
  expect(await replays.cancel({ name, by: 'day shift' })).toBe('over');
});

test('cancelled like any workflow it ends the same way', async () => {
  await replays.start(request);
  await comesTo('RUNNING');
  await handle().cancel();
  expect(await end()).toMatchObject({ state: 'CANCELLED', cancelledBy: 'whoever cancelled the workflow' });
});

test('a name belongs to one replay', async () => {
  world.replays.say({ state: 'COMPLETED' });
  expect(await replays.requestOf(request.name)).toBeUndefined();
  expect(await replays.start(request)).toBe('started');
  expect(await replays.start({ ...request })).toBe('known');
  expect(await replays.start({ ...request, failedOnly: true })).toBe('conflict');
  expect(await replays.requestOf(request.name)).toEqual(request);
  await end();
  expect(await replays.start(request)).toBe('known');
  expect(world.replays.calls).toHaveLength(1);
});

test('a name that only the table remembers is left alone', async () => {
  const other = { ...request, from: '2024-01-01T00:00:00.000Z' };
  await world.replays.log.open(other);
  await replays.start(request);
  await expect(handle().result()).rejects.toMatchObject({ cause: { type: 'REQUEST_REFUSED' } });
  expect(world.replays.calls).toEqual([]);
  expect(row()).toMatchObject({ ...other, state: 'STARTING' });
});
