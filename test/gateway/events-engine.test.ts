import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { buildApp } from '../../src/gateway/app';
import { createActivities } from '../../src/activities';
import { createDeps, expectProblem } from './support';
import { createMemoryWorld } from '../support/memory/ports';
import { createOrderClient } from '../../src/client';
import { envelopeOf } from '../support/refused-events';
import { freePort } from '../../scripts/lib/ports';
import { netCharged } from '../support/books-balance';
import { sampleOrder, uniqueId } from '../support/orders';
import { workflowIdOf } from '../../src/domain/ids';

/** On the dev server: what an API destination is answered before, while, and after the engine has its orders. */
const taskQueue = uniqueId('queue');
const world = createMemoryWorld();

const gatewayOver = (client: Client) =>
  buildApp({ ...createDeps(), orders: createOrderClient({ client, taskQueue, stored: world.books }) });
const post = (app: ReturnType<typeof buildApp>, body: object) =>
  app.inject({ method: 'POST', url: '/events', headers: { 'content-type': 'application/json' }, payload: body });
const statusesOf = (answer: { json(): unknown }) =>
  (answer.json() as { results: { status: string }[] }).results.map(({ status }) => status);

test('a batch is taken once, however often it is sent; what never can is told; an order goes on to its end', async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 100 }]);
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
  const [first, second] = [sampleOrder(), sampleOrder()];
  const batch = [first, second].map((detail) => envelopeOf({ detail }));

  // no worker yet: the engine has the order, which is all that counts
  const alone = await post(app, batch[0]!);
  expect([alone.statusCode, statusesOf(alone)]).toEqual([202, ['ACCEPTED']]);
  await worker.runUntil(async () => {
    const answer = await post(app, batch);
    expect([answer.statusCode, statusesOf(answer)]).toEqual([202, ['DUPLICATE', 'ACCEPTED']]);
    for (const { orderId } of [first, second]) {
      const end = await client.workflow.getHandle(workflowIdOf(orderId)).result();
      expect(end).toMatchObject({ end: 'NotifyCustomer' });
    }
    const again = await post(app, batch);
    expect([again.statusCode, statusesOf(again)]).toEqual([200, ['DUPLICATE', 'DUPLICATE']]);
    const other = await post(app, envelopeOf({ detail: { ...first, customerId: 'OTHER' } }));
    expectProblem(other, 'event_rejected');

    const wrong = await post(app, envelopeOf({ detail: { ...sampleOrder(), totalAmount: -1 } }));
    // as over the queue: ValidateOrder refuses it, and its id stays used
    expect([wrong.statusCode, statusesOf(wrong)]).toEqual([202, ['ACCEPTED']]);
  });
  for (const { orderId } of [first, second]) expect(netCharged(await world.journal.entries(orderId))).toBe(59.98);
  await app.close();
  await native.close();
  await connection.close();
});

test('an engine that is not there: 503 for all of it, with what it is for each event', async () => {
  const nowhere = Connection.lazy({ address: `127.0.0.1:${await freePort()}`, connectTimeout: '1s' });
  const app = gatewayOver(new Client({ connection: nowhere }));
  const answer = await post(app, [
    envelopeOf(),
    envelopeOf({ source: 'shop' }),
    envelopeOf({ detail: { origin: 'waybill' } }),
  ]);
  expectProblem(answer, 'service_unavailable');
  expect(statusesOf(answer)).toEqual(['UNAVAILABLE', 'REJECTED', 'IGNORED']);
  await app.close();
  await nowhere.close();
});
