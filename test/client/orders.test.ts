import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { FulfillmentInput, PaymentNews } from '../../src/workflows/messages';
import type { OrderId } from '../../src/domain/ids';
import { createMemoryBooks, type MemoryBooks } from '../support/memory/books';
import { createCuttableProxy } from '../support/cuttable-proxy';
import { createOrderClient, EngineUnavailableError, type OrderClient } from '../../src/client';
import { DEFECT, LATE, type Noted, SLOW } from '../support/stub-workflows';
import { eventually } from '../support/contracts/condition';
import { fingerprintOf } from '../../src/submission';
import { freePort } from '../../scripts/lib/ports';
import { latePaymentWorkflowId, workflowIdOf } from '../../src/domain/ids';
import { sampleOrder, uniqueId } from '../support/orders';
import { StepError } from '../../src/domain/failures';

/** What reaches an order that is there, on the real server: changes, news, payments; against an order that only answers. */
let connection: Connection;
let native: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;
let books: MemoryBooks;
let orders: OrderClient;
const taskQueue = uniqueId('queue');

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = process.env['TEMPORAL_ADDRESS']!;
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection });
  worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: require.resolve('../support/stub-workflows'),
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
});
beforeEach(() => {
  books = createMemoryBooks();
  orders = createOrderClient({ client, taskQueue, stored: books });
});

const payment = (changes: Partial<PaymentNews> = {}): PaymentNews => ({
  kind: 'COMPLETED',
  chargeKey: uniqueId('charge'),
  paymentId: uniqueId('pay'),
  amount: 1999,
  currency: 'USD',
  ...changes,
});

async function placed(queue = taskQueue): Promise<OrderId> {
  const submission = sampleOrder();
  const request = { fingerprint: fingerprintOf(submission), requestId: uniqueId('req') };
  const start = createOrderClient({ client, taskQueue: queue, stored: books });
  await start.place({ submission, ...request, patienceMs: queue === taskQueue ? 10_000 : 300 });
  return submission.orderId;
}

const store = (orderId: OrderId) =>
  books.orders.set(orderId, {
    orderId,
    fingerprint: 'f',
    requestId: 'r',
    runId: 'run',
    status: 'VALIDATED',
    createdAt: '2025-07-09T10:30:00.000Z',
  });

/** Ends the order, and says what it was told. */
async function ended(orderId: OrderId): Promise<Noted> {
  await orders.tellPayment(orderId, payment({ kind: 'FAILED', reason: 'end' }));
  return (await client.workflow.getHandle(workflowIdOf(orderId)).result()) as Noted;
}

const address = { street: '7 Side St', city: 'Seoul', country: 'KR', zipCode: '54321' };
const items = [{ productId: 'PROD-12345', quantity: 1 }];
type Call = (orderId: OrderId, patienceMs?: number) => Promise<{ kind: string; answer?: object }>;
const usual = (orderId: OrderId, patienceMs = 10_000) => ({ orderId, requestId: 'once', patienceMs });

const CHANGES: [name: string, args: object, call: Call, answer: object][] = [
  ['decide', { choice: 'WAIT' }, (...p) => orders.decide({ ...usual(...p), choice: 'WAIT' }), {}],
  [
    'cancel',
    { reason: 'ordered twice' },
    (...p) => orders.cancel({ ...usual(...p), reason: 'ordered twice' }),
    { outcome: 'RETURN_REQUESTED' },
  ],
  ['changeAddress', { address }, (...p) => orders.changeAddress({ ...usual(...p), address }), {}],
  ['requestReturn', { items }, (...p) => orders.requestReturn({ ...usual(...p), items }), {}],
  [
    'receiveReturn',
    { returnId: 'X-R1' },
    (...p) => orders.receiveReturn({ ...usual(...p), returnId: 'X-R1' }),
    { returnId: 'X-R1' },
  ],
  [
    'inspectReturn',
    { returnId: 'X-R1', items: [{ ...items[0], outcome: 'RESTOCK' }] },
    (...p) => orders.inspectReturn({ ...usual(...p), returnId: 'X-R1', items: [{ ...items[0]!, outcome: 'RESTOCK' }] }),
    { refunded: 1999, currency: 'USD' },
  ],
  [
    'resolve',
    { action: 'RETRY', by: 'night shift' },
    (...p) => orders.resolve({ ...usual(...p), action: 'RETRY', by: 'night shift' }),
    {},
  ],
];

describe.each(CHANGES)('%s', (name, args, call, answer) => {
  test('is made once under one request, however often it is sent, and answered as the first time', async () => {
    const orderId = await placed();
    const outcomes = [await call(orderId), ...(await Promise.all([call(orderId), call(orderId)]))];
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ kind: 'done', answer: { orderId, status: 'SHIPPED', ...answer } });
    expect((await ended(orderId)).changes).toEqual([[name, args]]);
    // also when the order has closed
    expect((await call(orderId)).kind).toBe('done');
  });

  test('of an order that has closed, that the engine forgot, that nobody knows', async () => {
    const closed = await placed();
    await ended(closed);
    expect(await call(closed)).toEqual({ kind: 'unknown' });
    store(closed);
    expect(await call(closed)).toEqual({ kind: 'closed' });
    const forgotten = uniqueId();
    store(forgotten);
    expect(await call(forgotten)).toEqual({ kind: 'closed' });
    expect(await call(uniqueId())).toEqual({ kind: 'unknown' });
  });

  test('that no worker takes in time is not confirmed: it has to be sent again', async () => {
    const orderId = await placed(uniqueId('nobody'));
    await expect(call(orderId, 300)).rejects.toThrow(EngineUnavailableError);
    await client.workflow.getHandle(workflowIdOf(orderId)).terminate();
  });
});

test('a refusal is told with its reason, and leaves nothing: the same may be sent when its time has come', async () => {
  const orderId = await placed();
  const cancel = () => orders.cancel({ ...usual(orderId), reason: LATE });
  expect(await cancel()).toEqual({ kind: 'refused', reason: 'it is too late' });
  expect(await cancel()).toEqual({ kind: 'refused', reason: 'it is too late' });
  expect((await ended(orderId)).changes).toEqual([]);
});

test('a defect of a handler is no refusal', async () => {
  const orderId = await placed();
  await expect(orders.cancel({ ...usual(orderId), reason: DEFECT })).rejects.toThrow('Workflow Update failed');
  await ended(orderId);
});

test('a change that was taken and is not through in time is pending; an order that ends before it is closed', async () => {
  const orderId = await placed();
  const request = (patienceMs: number) =>
    orders.requestReturn({ orderId, requestId: 'once', items, reason: SLOW, patienceMs });
  expect(await request(500)).toEqual({ kind: 'pending' });
  const waiting = request(10_000);
  store(orderId);
  await ended(orderId);
  expect(await waiting).toEqual({ kind: 'closed' });
});

test('a change that was taken is pending though the engine goes away', async () => {
  const port = Number(process.env['TEMPORAL_ADDRESS']!.split(':').at(-1));
  const proxy = await createCuttableProxy({ port });
  const cuttable = await Connection.connect({ address: `127.0.0.1:${proxy.port}` });
  const far = createOrderClient({ client: new Client({ connection: cuttable }), taskQueue, stored: books });
  const orderId = await placed();
  const waiting = far.requestReturn({ ...usual(orderId, 2000), items, reason: SLOW });
  await eventually(
    async () => (await orders.requestReturn({ ...usual(orderId, 300), items, reason: SLOW })).kind,
    (kind) => kind === 'pending',
  );
  proxy.cut();
  expect(await waiting).toEqual({ kind: 'pending' });
  await cuttable.close();
  proxy.close();
  await ended(orderId);
});

test('another request, or other content, is another change', async () => {
  const orderId = await placed();
  const move = (requestId: string, street: string) =>
    orders.changeAddress({ ...usual(orderId), requestId, address: { ...address, street } });
  for (const [requestId, street] of [
    ['1', 'A'],
    ['2', 'B'],
    ['3', 'A'],
    ['3', 'B'],
    ['3', 'A'],
  ] as const)
    expect((await move(requestId, street)).kind).toBe('done');
  const { changes } = await ended(orderId);
  expect(changes.map(([, args]) => (args as { address: { street: string } }).address.street)).toEqual([
    'A',
    'B',
    'A',
    'B',
  ]);
});

test('news reaches an order that is there, and starts none', async () => {
  const orderId = await placed();
  const news = payment();
  const update = { updateId: 'u-1', trackingNumber: 'T-1', status: 'DELIVERED' as const };
  expect(await orders.tellPayment(orderId, news)).toEqual({ kind: 'told' });
  expect(await orders.tellCarrier(orderId, update)).toEqual({ kind: 'told' });
  expect(await ended(orderId)).toMatchObject({ payments: [news, { reason: 'end' }], carriers: [update] });

  for (const tell of [(id: OrderId) => orders.tellPayment(id, news), (id: OrderId) => orders.tellCarrier(id, update)]) {
    expect(await tell(orderId)).toEqual({ kind: 'unknown' });
    const nobody = uniqueId();
    expect(await tell(nobody)).toEqual({ kind: 'unknown' });
    expect(await orders.isKnown(nobody)).toBe(false);
  }
  store(orderId);
  expect(await orders.tellPayment(orderId, news)).toEqual({ kind: 'closed' });
  expect(await orders.tellCarrier(orderId, update)).toEqual({ kind: 'closed' });
});

test('while the tables cannot say whether there was such an order, nobody does', async () => {
  const readOrder = () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled'));
  const blind = createOrderClient({ client, taskQueue, stored: { ...books, readOrder } });
  const orderId = uniqueId();
  const calls = (asked: OrderClient) => [
    asked.cancel(usual(orderId)),
    asked.tellPayment(orderId, payment()),
    asked.tellCarrier(orderId, { updateId: 'u', trackingNumber: 'T', status: 'LOST' }),
  ];
  for (const call of calls(blind)) await expect(call).rejects.toThrow(EngineUnavailableError);
  const silent = { readOrder: () => new Promise<never>(() => {}), readLedger: () => new Promise<never>(() => {}) };
  const slow = createOrderClient({ client, taskQueue, stored: silent });
  const { kind: _kind, ...late } = payment();
  const all = [...calls(slow), slow.refundLate({ orderId, ...late })];
  await Promise.all(all.map((call) => expect(call).rejects.toThrow('the tables do not say')));
});

describe('an order paid elsewhere', () => {
  const inputOf = (changes: Partial<FulfillmentInput> = {}): FulfillmentInput => {
    const submission = sampleOrder();
    const paid = { chargeKey: uniqueId('theirs'), paymentId: uniqueId('pay'), amount: 5998, currency: 'USD' };
    const fingerprint = fingerprintOf({ ...submission, paid });
    return { submission, paid, fingerprint, requestId: uniqueId('req'), ...changes };
  };

  test('is started once under the id of an order; the same again is known, another one is a conflict', async () => {
    const input = inputOf();
    const { orderId } = input.submission;
    const [first, again, other] = [input, { ...input, requestId: 'again' }, { ...input, fingerprint: 'another' }];
    expect(await orders.fulfill(first)).toEqual({ kind: 'accepted' });
    expect(await orders.fulfill(first)).toEqual({ kind: 'accepted' });
    const outcomes = async () => [await orders.fulfill(again), await orders.fulfill(other)];
    expect(await outcomes()).toEqual([{ kind: 'replayed' }, { kind: 'conflict' }]);
    expect((await client.workflow.getHandle(workflowIdOf(orderId)).describe()).type).toBe('fulfillmentWorkflow');
    await ended(orderId);
    expect(await outcomes()).toEqual([{ kind: 'replayed' }, { kind: 'conflict' }]);
  });

  test('with what another order was paid with, or what was given back, is not started; sent again it is known', async () => {
    const input = inputOf({ fingerprint: 'f', requestId: 'r' });
    const { orderId } = input.submission;
    books.ledger.set(input.paid.chargeKey, { amount: 5998 });
    expect(await orders.fulfill(input)).toEqual({ kind: 'payment-used' });
    await expect(client.workflow.getHandle(workflowIdOf(orderId)).describe()).rejects.toThrow('not found');

    books.ledger.delete(input.paid.chargeKey);
    expect(await orders.fulfill(input)).toEqual({ kind: 'accepted' });
    store(orderId);
    books.ledger.set(input.paid.chargeKey, { amount: 5998 });
    expect(await orders.fulfill({ ...input, requestId: 'again' })).toEqual({ kind: 'replayed' });
    await ended(orderId);
  });

  test('does not take the id of one that is paid here, nor the other way round', async () => {
    const orderId = await placed();
    const input = inputOf();
    const submission = { ...input.submission, orderId };
    expect(await orders.fulfill({ ...input, submission })).toEqual({ kind: 'conflict' });
    await ended(orderId);

    await orders.fulfill(input);
    const place = { submission: input.submission, fingerprint: fingerprintOf(input.submission), requestId: 'req' };
    expect(await orders.place({ ...place, patienceMs: 10_000 })).toEqual({ kind: 'conflict' });
    await ended(input.submission.orderId);
  });

  test('whose id the engine forgot belongs to whoever the tables say', async () => {
    const input = inputOf();
    store(input.submission.orderId);
    expect(await orders.fulfill(input)).toEqual({ kind: 'conflict' });
    await ended(input.submission.orderId);
  });
});

describe('a late success', () => {
  const lateOf = ({ kind: _kind, ...news }: PaymentNews) => ({ orderId: uniqueId(), ...news });

  test('starts its refund once', async () => {
    const late = lateOf(payment());
    expect(await orders.refundLate(late)).toEqual({ kind: 'started' });
    await client.workflow.getHandle(latePaymentWorkflowId(late.paymentId)).result();
    expect(await orders.refundLate(late)).toEqual({ kind: 'known' });
  });

  test('that its order accounted for starts nothing', async () => {
    const late = lateOf(payment());
    books.ledger.set(late.chargeKey, { amount: 1999 });
    expect(await orders.refundLate(late)).toEqual({ kind: 'accounted' });
    const started = client.workflow.getHandle(latePaymentWorkflowId(late.paymentId)).describe();
    await expect(started).rejects.toThrow('not found');
  });
});

test('without an engine everything has to be sent again', async () => {
  const nowhere = Connection.lazy({ address: `127.0.0.1:${await freePort()}`, connectTimeout: '1s' });
  orders = createOrderClient({ client: new Client({ connection: nowhere }), taskQueue, stored: books });
  const orderId = uniqueId();
  const { kind: _, ...late } = payment();
  const submission = sampleOrder();
  const paid = { ...late };
  const calls = [
    ...CHANGES.map(
      ([, , call]) =>
        () =>
          call(orderId, 300),
    ),
    () => orders.tellPayment(orderId, payment()),
    () => orders.tellCarrier(orderId, { updateId: 'u', trackingNumber: 'T', status: 'LOST' }),
    () => orders.refundLate({ orderId, ...late }),
    () => orders.fulfill({ submission, paid, fingerprint: 'f', requestId: 'r' }),
  ];
  await Promise.all(calls.map((call) => expect(call()).rejects.toThrow(EngineUnavailableError)));
  await nowhere.close();
});
