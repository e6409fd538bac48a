import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createWorkerCounts } from '../../src/client/worker-counts';
import { eventually } from '../support/contracts/condition';
import { EngineUnavailableError } from '../../src/client';
import { uniqueId } from '../support/orders';

const address = process.env['TEMPORAL_ADDRESS']!;

beforeAll(() => void Runtime.install({ logger: new DefaultLogger('ERROR') }));

test('workers are counted while they ask for tasks, and not for long when they do not', async () => {
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const [worked, idle] = [uniqueId('worked'), uniqueId('idle')];
  const activities = { look: async () => undefined };
  const worker = await Worker.create({ connection: native, taskQueue: worked, activities });
  const running = worker.run();
  const count = createWorkerCounts(new Client({ connection }), [worked, idle]);
  try {
    const expected = [
      { queue: worked, workers: 1, waiting: 0 },
      { queue: idle, workers: 0, waiting: 0 },
    ];
    await eventually(count, ([first]) => first!.workers === 1);
    expect(await count()).toEqual(expected);
    // as one that was killed: it does not ask again
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 91_000);
    const later = await count();
    now.mockRestore();
    expect(later).toEqual(expected.map((one) => ({ ...one, workers: 0 })));
  } finally {
    worker.shutdown();
    await running;
    await native.close();
    await connection.close();
  }
});

test('tasks that wait although a worker asks are told, with how long the oldest has waited', async () => {
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const taskQueue = uniqueId('hangs');
  // it asks, and takes no task of a workflow, like one that hangs
  const worker = await Worker.create({ connection: native, taskQueue, activities: { look: async () => undefined } });
  const running = worker.run();
  const client = new Client({ connection });
  const count = createWorkerCounts(client, [taskQueue]);
  const handle = await client.workflow.start('nobody', { taskQueue, workflowId: uniqueId('waits') });
  try {
    const seen = await eventually(count, ([one]) => one!.workers === 1 && (one!.waitingSeconds ?? 0) >= 2);
    expect(seen).toEqual([{ queue: taskQueue, workers: 1, waiting: 1, waitingSeconds: expect.any(Number) as number }]);
    expect(seen[0]!.waitingSeconds).toBeLessThan(120);
  } finally {
    await handle.terminate();
    worker.shutdown();
    await running;
    await native.close();
    await connection.close();
  }
});

test('an engine out of reach is one kind of error', async () => {
  const connection = Connection.lazy({ address: '127.0.0.1:9', interceptors: [] });
  const count = createWorkerCounts(new Client({ connection }), ['orders']);
  await expect(count()).rejects.toThrow(EngineUnavailableError);
  await connection.close();
});
