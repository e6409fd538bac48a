import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities';
import { createBreaker } from '../../src/adapters/breaker/breaker';
import { createMemoryWorld } from '../support/memory/ports';
import { createOrderClient } from '../../src/client';
import { becomes } from '../../scripts/lib/wait';
import { fingerprintOf } from '../../src/submission';
import { loadConfig } from '../../src/config';
import { sampleOrder, uniqueId } from '../support/orders';
import { withPaymentBreaker } from '../../src/adapters/breaker/with-breaker';

const OPEN_MS = 4000;

/** The real engine, whose clock the breaker shares. */
test('an order waits in the engine for a company that is out of order, and is charged when it is back', async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const config = loadConfig('worker');
  const world = createMemoryWorld({ timeoutMs: 1000 });
  const breaker = createBreaker({ dependency: 'payment', failures: 1, openMs: OPEN_MS });
  const ports = { ...world.ports, payments: withPaymentBreaker(world.ports.payments, breaker) };
  const submission = sampleOrder();
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 10 }]);
  await world.journal.switchProvider('payment', { available: false });

  const native = await NativeConnection.connect(config.engine.connection);
  const connection = await Connection.connect(config.engine.connection);
  const taskQueue = uniqueId('queue');
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    activities: createActivities(ports),
    workflowBundle: { codePath: config.WORKFLOW_BUNDLE! },
  });
  await worker.runUntil(async () => {
    const orders = createOrderClient({ client: new Client({ connection }), taskQueue, stored: ports.books });
    await orders.place({ submission, fingerprint: fingerprintOf(submission), requestId: 'r', patienceMs: 10_000 });
    expect(await becomes(async () => breaker.report().state === 'OPEN', { timeoutMs: 20_000 })).toBe(true);
    await world.journal.switchProvider('payment', { available: true });
    const isShipped = async () => world.books.views.get(submission.orderId)?.status === 'SHIPPED';
    expect(await becomes(isShipped, { timeoutMs: 40_000 })).toBe(true);
  });
  await connection.close();
  await native.close();

  const calls = (await world.journal.entries(submission.orderId)).map(({ operation, outcome }) => [operation, outcome]);
  expect(calls.filter(([operation]) => operation === 'charge')).toEqual([
    ['charge', 'error'],
    ['charge', 'succeeded'],
  ]);
  const { states } = world.books.views.get(submission.orderId)!;
  // failed, found the breaker open, charged: with the usual back-off it would have asked oftener
  expect(states.find(({ name }) => name === 'ProcessPayment')?.attempts).toBe(3);
  expect(breaker.report().state).toBe('CLOSED');
});
