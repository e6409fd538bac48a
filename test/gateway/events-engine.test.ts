import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { buildApp } from '../../src/gateway/app';
import { createActivities } from '../../src/activities';
import { createDeps, expectProblem } from './support';
import { createMemoryWorld } from '../support/memory/ports';
import { createOrderClient } from '../../src/client';
import { envelopeOf, samplePayment } from '../support/refused-events';
import { freePort } from '../../scripts/lib/ports';
import { netCharged } from '../support/books-balance';
import { rested } from '../support/rested';
import { sampleOrder, uniqueId } from '../support/orders';
import { latePaymentWorkflowId, workflowIdOf } from '../../src/domain/ids';

/** On the dev server: what an API destination is answered before, while, and after the engine has its orders. */
const taskQueue = uniqueId('queue');
const world = createMemoryWorld();

const gatewayOver = (client: Client) =>
  buildApp({ ...createDeps(), orders: createOrderClient({ client, taskQueue, stored: world.books }) });
/** with an id of its own */
const named = (changes: Record<string, unknown> = {}) => envelopeOf({ id: uniqueId('event'), ...changes });
const post = (app: ReturnType<typeof buildApp>, body: object) =>
  app.inject({ method: 'POST', url: '/events', headers: { 'content-type': 'application/json' }, payload: body });
const statusesOf = (answer: { json(): unknown }) =>
  (answer.json() as { results: { status: string }[] }).results.map(({ status }) => status);

/** Runs with a worker, and a gateway over the engine. */
async function withWorker(
  run: (p: { app: ReturnType<typeof buildApp>; client: Client; worker: Worker }) => Promise<void>,
) {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = process.env['TEMPORAL_ADDRESS']!;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection });
  const app = gatewayOver(client);
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    activities: createActivities(world.ports),
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE']! },
  });
  await run({ app, client, worker });
  await app.close();
  await native.close();
  await connection.close();
}

test('a batch is taken once, however often it is sent; what never can is told; an order goes on to its end', async () => {
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 100 }]);
  await withWorker(async ({ app, worker }) => {
    const [first, second] = [sampleOrder(), sampleOrder()];
    const batch = [first, second].map((detail) => named({ detail }));

    // no worker yet: the engine has the order, which is all that counts
    const alone = await post(app, batch[0]!);
    expect([alone.statusCode, statusesOf(alone)]).toEqual([202, ['ACCEPTED']]);
    await worker.runUntil(async () => {
      const answer = await post(app, batch);
      expect([answer.statusCode, statusesOf(answer)]).toEqual([202, ['DUPLICATE', 'ACCEPTED']]);
      for (const { orderId } of [first, second]) {
        expect(await rested(world.books, orderId)).toMatchObject({ status: 'SHIPPED' });
      }
      const again = await post(app, batch);
      expect([again.statusCode, statusesOf(again)]).toEqual([200, ['DUPLICATE', 'DUPLICATE']]);
      const other = await post(app, named({ detail: { ...first, customerId: 'OTHER' } }));
      expectProblem(other, 'event_rejected');

      const wrong = await post(app, named({ detail: { ...sampleOrder(), totalAmount: -1 } }));
      // as over the queue: ValidateOrder refuses it, and its id stays used
      expect([wrong.statusCode, statusesOf(wrong)]).toEqual([202, ['ACCEPTED']]);
    });
    for (const { orderId } of [first, second]) expect(netCharged(await world.journal.entries(orderId))).toBe(59.98);
  });
});

test('a payment is kept before its order, and goes back once when its order is over', async () => {
  const order = { ...sampleOrder(), totalAmount: 1 };
  const { orderId } = order;
  const payment = { ...samplePayment(), orderId, chargeKey: `charge#${orderId}#1` };
  const { chargeKey, paymentId } = payment;
  const event = named({ source: 'payment.service', 'detail-type': 'Payment Completed', detail: payment });
  await withWorker(async ({ app, client, worker }) => {
    expect(statusesOf(await post(app, event))).toEqual(['PARKED']);
    await worker.runUntil(async () => {
      await post(app, named({ detail: order }));
      await client.workflow.getHandle(workflowIdOf(orderId)).result();
      await world.journal.claim({ key: chargeKey, state: { kind: 'CHARGED', paymentId, amount: 5998, refunded: 0 } });

      const answers = await Promise.all([post(app, event), post(app, event)]);
      // the second one finds it going back, or gone
      expect(answers.flatMap(statusesOf).toSorted()[0]).toBe('ACCEPTED');
      expect(answers.flatMap(statusesOf).filter((status) => status === 'ACCEPTED')).toHaveLength(1);
      await client.workflow.getHandle(latePaymentWorkflowId(paymentId)).result();
      const again = await post(app, event);
      expect([again.statusCode, statusesOf(again)]).toEqual([200, ['DUPLICATE']]);
    });
  });
  expect(await world.journal.entries(orderId)).toMatchObject([
    { operation: 'refund', outcome: 'succeeded', amount: 59.98 },
  ]);
  expect(world.books.views.get(orderId)).toMatchObject({ charged: 5998, refunded: 5998 });
});

test('an engine that is not there: 503 for all of it, with what it is for each event', async () => {
  const nowhere = Connection.lazy({ address: `127.0.0.1:${await freePort()}`, connectTimeout: '1s' });
  const app = gatewayOver(new Client({ connection: nowhere }));
  const answer = await post(app, [named(), named({ source: 'shop' }), named({ detail: { origin: 'waybill' } })]);
  expectProblem(answer, 'service_unavailable');
  expect(statusesOf(answer)).toEqual(['UNAVAILABLE', 'REJECTED', 'IGNORED']);
  await app.close();
  await nowhere.close();
});
