import { setTimeout as delay } from 'node:timers/promises';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { Books } from '../../src/activities/ports';
import type { NewEvent, OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { OrderView } from '../../src/domain/projection';
import type { Running } from '../../src/lifecycle';
import type { Run } from '../../scripts/demo/run';
import { createBus } from '../../scripts/demo/bus';
import { createDynamoBooks } from '../../src/adapters/aws/books';
import { createOrderHistory } from '../../src/adapters/aws/order-history';
import { createSandboxJournal } from '../../src/adapters/aws/sandbox-journal';
import { createSandboxPayments } from '../../src/adapters/sandbox/payment';
import { createShop } from '../../scripts/demo/shop';
import { drain } from '../support/deployed';
import { keys, workflowIdOf } from '../../src/domain/ids';
import { numberEvents } from '../../src/domain/events';
import { one, orderOf, SOLD_OUT } from '../../src/gateway/sandbox/orders';
import { counterIdOf } from '../../src/domain/dead-letter-counts';
import { runScenarios } from '../../scripts/demo/run-scenarios';
import { runScript } from '../support/run-script';
import { sampleValidOrder } from '../support/contracts/events';
import { SCENARIOS } from '../../scripts/lib/scenarios';
import { scheduleReconciliation } from '../../src/maintenance-client';
import { startTown, type Town } from '../support/town';
import { stockMoves } from '../../src/domain/inventory';
import { tableNames, warehousesOf } from '../../src/config';
import { uniqueId } from '../support/orders';
import { waitFor } from '../support/waiting-order';

jest.setTimeout(400_000);

interface Found {
  caseId: string;
  kind: string;
  subject: string;
  orderId?: string;
  facts: Record<string, unknown>;
  amount?: number;
}
interface Report {
  runId: string;
  by: string;
  orders: number;
  charges: number;
  found: Found[];
  findings: Record<string, number>;
  repaired: number;
  opened: number;
  closed: number;
  undecided: string[];
}
interface Difference {
  orderId: string;
  fault: string;
  fields: { field: string; before?: unknown; after?: unknown }[];
  mended: boolean;
}
interface Rebuild {
  state: string;
  orders: number;
  differences: number;
  mended: number;
  found: Difference[];
}

let town: Town;
let worker: Running;
let books: Books;
let runs: Run[];
/** orders that wait for something, by what that is */
const waiting: Record<string, OrderId> = {};

beforeAll(async () => {
  town = await startTown({
    RECONCILE_EVERY_S: '0',
    RECONCILE_SETTLED_AFTER_S: '0',
    RECONCILE_PAUSE_S: '1',
    RECONCILE_STUCK_AFTER_S: '3600',
  });
  worker = await town.startWorker();
  const { config, documents: db } = town;
  books = createDynamoBooks({ db, tables: tableNames(config), warehouses: warehousesOf(config) });
  await liveScenarios();
  await leaveWaiting();
});
afterAll(() => town?.stop());

/** An order of each scenario that leaves the others alone, to its end. */
async function liveScenarios(): Promise<void> {
  const stamp = uniqueId('s').toLowerCase();
  // but the one that takes longest, and has nothing to show here
  const scenarios = SCENARIOS.filter(({ alone, name }) => !alone && name !== 'pm_down');
  runs = scenarios.map((scenario, i) => ({ scenario, orderId: `${stamp}-${i}`, startedAt: 0, answers: [] }));
  const shop = createShop({ url: town.url });
  const { signal } = new AbortController();
  const { publish } = createBus({ endpoint: town.deployed.endpoint(), signal });
  await runScenarios(runs, { shop, restoring: shop, publish, signal, onChange: () => undefined });
  expect(runs.filter(({ trouble }) => trouble !== undefined)).toEqual([]);
  expect(runs.filter(({ order, scenario }) => order?.status !== scenario.end)).toEqual([]);
}

async function place(order: object): Promise<OrderId> {
  const orderId = uniqueId();
  const { status } = await town.post('/orders', { orderId, ...order });
  expect([200, 202]).toContain(status);
  return orderId;
}

async function leaveWaiting(): Promise<void> {
  const patient = { decisionWithinS: 3600, backorderWithinS: 3600, pendingPaymentWithinS: 3600 };
  const partly = { 'PROD-12345': 1, [SOLD_OUT]: 1 };
  waiting['decision'] = await place({ ...orderOf(partly), policy: patient });
  waiting['another decision'] = await place({ ...orderOf(partly), policy: patient });
  waiting['stock'] = await place({ ...orderOf({ [SOLD_OUT]: 1 }), policy: { ...patient, onUnavailable: 'WAIT' } });
  waiting['rest'] = await place({ ...orderOf(partly), policy: { ...patient, onShortage: 'WAIT' } });
  waiting['payment'] = await place(one({ paymentMethod: 'pm_pending', policy: patient }));
  waiting['delivery'] = await place(one());
  waiting['somebody'] = await place(one({ paymentMethod: 'pm_refund_refused', zipCode: '00000' }));
  const waits: Record<string, (view: OrderView) => boolean> = {
    decision: ({ decision }) => decision !== undefined,
    'another decision': ({ decision }) => decision !== undefined,
    stock: ({ backorder }) => backorder !== undefined,
    rest: ({ backorder }) => backorder !== undefined,
    payment: ({ pendingPayment }) => pendingPayment !== undefined,
    delivery: ({ status }) => status === 'SHIPPED',
    somebody: ({ attention }) => attention !== undefined,
  };
  for (const [name, does] of Object.entries(waits))
    await until(`${name} is waited for`, async () => {
      const view = await books.readView(waiting[name]!);
      return view !== undefined && does(view);
    });
  // the part that ships has its customer told, and then waits
  await quiet();
}

/** No order moves any more. */
async function quiet(): Promise<void> {
  let before = -1;
  await until('nothing moves', async () => {
    await delay(1500);
    const views = await Promise.all(
      [...runs.map(({ orderId }) => orderId as OrderId), ...Object.values(waiting)].map((id) => books.readView(id)),
    );
    const now = views.reduce((sum, view) => sum + (view?.sequence ?? 0), 0);
    const isQuiet = now === before;
    before = now;
    return isQuiet;
  });
}

async function until(what: string, reached: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(100);
  }
}

async function rebuild(options: object = {}): Promise<Rebuild> {
  const { status } = await town.post('/maintenance/rebuild-view', { by: 'tests', ...options });
  expect(status).toBe(202);
  const orderId = 'orderId' in options ? `?orderId=${String(options.orderId)}` : '';
  let run: Rebuild | undefined;
  await until('the rebuild is through', async () => {
    run = await town.get<Rebuild>(`/maintenance/rebuild-view${orderId}`);
    return run.state === 'DONE';
  });
  return run!;
}

async function reconcile(options: object = { full: true }): Promise<Report> {
  const { status } = await town.post('/maintenance/reconciliation', { by: 'tests', ...options });
  expect(status).toBe(202);
  let report: Report | undefined;
  const isThrough = async () => {
    const run = await town.get<{ state: string; runId: string; report?: Report }>('/maintenance/reconciliation');
    ({ report } = run);
    return run.state === 'DONE' && run.runId === report?.runId;
  };
  // while orders flow, what moves is weighed again and again
  await until('the reconciliation is through', isThrough, 180_000);
  return report!;
}

const faultsOf = ({ found }: Rebuild) =>
  Object.fromEntries(
    found.map(({ orderId, fault, fields }) => [orderId, [fault, ...fields.map(({ field }) => field)]]),
  );

const viewKey = (orderId: string) => ({ TableName: town.config.ORDER_STATUS_VIEW_TABLE, Key: { orderId } });
const setField = (orderId: string, field: string, value: unknown) =>
  town.documents.send(
    new UpdateCommand({
      ...viewKey(orderId),
      UpdateExpression: 'SET #field = :value',
      ExpressionAttributeNames: { '#field': field },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
const dropField = (orderId: string, field: string) =>
  town.documents.send(
    new UpdateCommand({
      ...viewKey(orderId),
      UpdateExpression: 'REMOVE #field',
      ExpressionAttributeNames: { '#field': field },
    }),
  );
const readEvent = async (orderId: string, sequence: number) => {
  const { ORDER_EVENTS_TABLE: TableName } = town.config;
  const { Item } = await town.documents.send(new GetCommand({ TableName, Key: { orderId, sequence } }));
  return Item as OrderEvent;
};
const dropEvent = (orderId: string, sequence: number) =>
  town.documents.send(new DeleteCommand({ TableName: town.config.ORDER_EVENTS_TABLE, Key: { orderId, sequence } }));
const putEvent = (event: OrderEvent) =>
  town.documents.send(new PutCommand({ TableName: town.config.ORDER_EVENTS_TABLE, Item: event }));
const byScenario = (name: string) => runs.find(({ scenario }) => scenario.name === name)!.orderId as OrderId;
const viewOf = async (orderId: OrderId): Promise<OrderView> => (await books.readView(orderId))!;

test('there are many shapes of orders', () => {
  expect(runs.length).toBeGreaterThan(30);
  expect(new Set(runs.map(({ order }) => order!.status)).size).toBeGreaterThan(7);
});

describe('on a sound system', () => {
  test('a rebuild finds no difference', async () => {
    const run = await rebuild({ dryRun: true });
    expect(run).toMatchObject({ differences: 0, mended: 0, found: [] });
    expect(run.orders).toBe(runs.length + Object.keys(waiting).length);
  });

  test('a reconciliation finds nothing, and the desk has only who needs somebody', async () => {
    const report = await reconcile();
    expect(report).toMatchObject({ found: [], findings: {}, repaired: 0, opened: 0, closed: 0, undecided: [] });
    expect(report.orders).toBe(runs.length + Object.keys(waiting).length);
    expect(report.charges).toBeGreaterThan(20);
    const { cases } = await town.get<{ cases: Found[] }>('/cases');
    expect(cases).toMatchObject([{ kind: 'NEEDS_ATTENTION', orderId: waiting['somebody'] }]);
    expect(await reconcile({})).toMatchObject({ found: [], undecided: [] });
  });

  test('while orders flow there is no false difference, and nothing is found', async () => {
    let flows = true;
    const placed: OrderId[] = [];
    const flow = async () => {
      while (flows) {
        placed.push(await place(one()));
        await delay(200);
      }
    };
    const flowing = Promise.all([flow(), flow()]);
    try {
      for (let i = 0; i < 3; i++) expect(await rebuild()).toMatchObject({ differences: 0 });
      expect(await reconcile()).toMatchObject({ found: [] });
    } finally {
      flows = false;
      await flowing;
    }
    expect(placed.length).toBeGreaterThan(10);
    await until('they are through', async () => {
      const views = await Promise.all(placed.map((orderId) => books.readView(orderId)));
      return views.every((view) => view?.currentState === 'AwaitDelivery');
    });
    expect(await rebuild()).toMatchObject({ differences: 0 });
    runs.push(...placed.map((orderId) => ({ ...runs[0]!, orderId })));
  });
});

describe('a damaged read model', () => {
  test('is found damage by damage, and mended where the events tell how', async () => {
    const ids = Object.fromEntries(
      ['pm_ok', 'pm_late', 'pm_declined', 'partial', 'cancel', 'lost', 'delivered', 'return', 'authorize'].map(
        (name) => [name, byScenario(name)],
      ),
    ) as Record<string, OrderId>;
    const ghost = uniqueId('GHOST');
    const sound = new Map<string, OrderView>();
    for (const orderId of Object.values(ids)) sound.set(orderId, await viewOf(orderId));
    const at = (name: string) => sound.get(ids[name]!)!;
    await setField(ids['pm_ok']!, 'status', 'RESERVED');
    await setField(ids['pm_late']!, 'charged', at('pm_late').charged + 1);
    await town.documents.send(new DeleteCommand(viewKey(ids['pm_declined']!)));
    await setField(ids['partial']!, 'sequence', at('partial').sequence - 1);
    await setField(ids['cancel']!, 'sequence', at('cancel').sequence + 5);
    await setField(ids['lost']!, 'colour', 'blue');
    await dropField(ids['delivered']!, 'lines');
    await setField(ids['return']!, 'states', at('return').states.slice(1));
    const gone = await readEvent(ids['authorize']!, 3);
    await dropEvent(ids['authorize']!, 3);
    await town.documents.send(
      new PutCommand({
        TableName: town.config.ORDER_STATUS_VIEW_TABLE,
        Item: { ...at('pm_ok'), orderId: ghost },
      }),
    );

    const damage = {
      [ids['pm_ok']!]: ['VIEW_DIFFERS', 'status'],
      [ids['pm_late']!]: ['VIEW_DIFFERS', 'charged'],
      [ids['pm_declined']!]: ['VIEW_MISSING'],
      [ids['partial']!]: ['VIEW_BEHIND', 'sequence'],
      [ids['cancel']!]: ['VIEW_AHEAD', 'sequence'],
      [ids['lost']!]: ['VIEW_DIFFERS', 'colour'],
      [ids['delivered']!]: ['VIEW_DIFFERS', 'lines'],
      [ids['return']!]: ['VIEW_DIFFERS', 'states'],
      [ids['authorize']!]: ['EVENTS_MISSING'],
      [ghost]: ['VIEW_WITHOUT_EVENTS'],
    };
    const found = await rebuild({ dryRun: true });
    expect(faultsOf(found)).toEqual(damage);
    expect(found).toMatchObject({ differences: 10, mended: 0 });
    expect(found.found.find(({ orderId }) => orderId === ids['pm_ok'])!.fields).toEqual([
      { field: 'status', before: 'RESERVED', after: 'SHIPPED' },
    ]);
    expect((await viewOf(ids['pm_ok']!)).status).toBe('RESERVED');

    const mended = await rebuild();
    expect(faultsOf(mended)).toEqual(damage);
    expect(mended).toMatchObject({ differences: 10, mended: 7 });
    const left = mended.found.filter((difference) => !difference.mended).map(({ fault }) => fault);
    expect(left.toSorted()).toEqual(['EVENTS_MISSING', 'VIEW_AHEAD', 'VIEW_WITHOUT_EVENTS']);

    expect(await rebuild({ prune: true })).toMatchObject({ differences: 3, mended: 2 });
    expect(await books.readView(ghost)).toBeUndefined();
    await putEvent(gone);
    expect(await rebuild()).toMatchObject({ differences: 0 });
    for (const orderId of Object.values(ids)) expect(await viewOf(orderId)).toEqual(sound.get(orderId));
  });

  test('holds up its order, which goes on once it is mended', async () => {
    const orderId = waiting['another decision']!;
    const { sequence } = await viewOf(orderId);
    await setField(orderId, 'sequence', sequence - 1);
    await town.post(`/orders/${orderId}/decision`, { choice: 'SHIP_AVAILABLE' });
    await delay(1500);
    expect((await viewOf(orderId)).status).toBe('PENDING_DECISION');
    expect(await rebuild({ orderId })).toMatchObject({ orders: 1, differences: 1, mended: 1 });
    await until('the order ships', async () => (await viewOf(orderId)).status === 'SHIPPED', 90_000);
    await quiet();
    expect(await rebuild({ dryRun: true })).toMatchObject({ differences: 0 });
  });

  test('is mended by a rebuild whose worker went away', async () => {
    const orderId = byScenario('pm_ok');
    await setField(orderId, 'status', 'RESERVED');
    await worker.stop();
    expect(await town.post('/maintenance/rebuild-view', { by: 'tests' })).toMatchObject({
      status: 202,
      body: { joined: false },
    });
    expect(await town.post('/maintenance/rebuild-view', { by: 'others' })).toMatchObject({ body: { joined: true } });
    expect(await town.post('/maintenance/rebuild-view', { by: 'others', dryRun: true })).toMatchObject({
      status: 409,
      body: { code: 'run_conflict' },
    });
    expect(await town.get('/maintenance/rebuild-view')).toEqual({ state: 'RUNNING' });
    worker = await town.startWorker();
    await until('it is through', async () => (await town.get<Rebuild>('/maintenance/rebuild-view')).state === 'DONE');
    expect(await town.get('/maintenance/rebuild-view')).toMatchObject({ differences: 1, mended: 1 });
    expect((await viewOf(orderId)).status).toBe('SHIPPED');
  });

  test('is told and mended by `npm run rebuild-view`', async () => {
    const orderId = byScenario('pm_ok');
    const env = { WAYBILL_URL: town.url };
    const program = (...args: string[]) => runScript('scripts/waybill.cjs', { args: ['rebuild-view', ...args], env });
    await setField(orderId, 'status', 'PAID');
    expect(await program('--dry-run')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        new RegExp(`^${orderId} {2}VIEW_DIFFERS {2}status PAID → SHIPPED {2}differs\n\\d+ orders: 1 differ`),
      ),
    });
    expect(await program('--order', orderId)).toMatchObject({
      code: 0,
      stdout: `${orderId}  VIEW_DIFFERS  status PAID → SHIPPED  mended\n1 orders: 1 differed, 1 mended.\n`,
    });
    const { code, stdout } = await program('--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { state: 'DONE', differences: 0 }]);
  });
});

describe('damaged books', () => {
  /** What operations were told of cases since the last look; that a workflow was terminated is a dead letter besides. */
  const casesTold = async (): Promise<{ caseId: string; alert: string }[]> => {
    const told = (await drain(town.deployed.connect(SQSClient), alerts)).map(
      (body) => JSON.parse(body) as { caseId: string; alert: string },
    );
    return told.filter(({ alert }) => alert === 'case');
  };

  const moveStock = (table: string, Key: object, reserved: number) =>
    town.documents.send(
      new UpdateCommand({
        TableName: table,
        Key: Key as Record<string, string>,
        UpdateExpression: 'ADD reservedQuantity :units',
        ExpressionAttributeValues: { ':units': reserved },
      }),
    );

  /** An order without a workflow, as if its steps had been taken. */
  async function writeOrder(
    events: (orderId: OrderId) => NewEvent[],
    p: { at?: string; stock?: (orderId: OrderId) => ReturnType<typeof stockMoves> } = {},
  ): Promise<OrderId> {
    const order = sampleValidOrder();
    const { orderId } = order;
    const { at = new Date().toISOString(), stock } = p;
    const all: NewEvent[] = [{ type: 'Order Created', data: { order } }, ...events(orderId)];
    const batch = { orderId, runId: 'run', firstSequence: 1, events: all, states: [] };
    const record = {
      orderId,
      fingerprint: 'f',
      requestId: 'r',
      runId: 'run',
      status: 'VALIDATED',
      createdAt: at,
    } as const;
    const posting = { orderId, order: { ...record, order }, events: numberEvents(batch, { at, attempt: 1 }) };
    expect(await books.post({ ...posting, ...(stock && { stock: stock(orderId) }) })).toEqual({ kind: 'posted' });
    return orderId;
  }
  const shipmentOf = (orderId: OrderId, productId: string, quantity: number) => ({
    shipmentId: `${orderId}-S1`,
    warehouseId: 'ICN',
    lines: [{ productId, quantity }],
  });
  const label = (orderId: OrderId) => ({ shipmentId: `${orderId}-S1`, carrier: 'C', trackingNumber: 'T' });

  /** the numbers of the events that an order has snapshots of */
  async function snapshotsOf(orderId: OrderId): Promise<number[]> {
    const query = new QueryCommand({
      TableName: town.config.ORDER_SNAPSHOTS_TABLE,
      KeyConditionExpression: 'orderId = :order',
      ExpressionAttributeValues: { ':order': orderId },
    });
    return ((await town.documents.send(query)).Items ?? []).map(({ sequence }) => Number(sequence));
  }

  let alerts: string;

  test('give each exactly its finding: mended, or a case and one alert', async () => {
    const { config, deployed } = town;
    const [sns, sqs] = [deployed.connect(SNSClient), deployed.connect(SQSClient)];
    alerts = (await sqs.send(new CreateQueueCommand({ QueueName: 'alerts-of-the-test' }))).QueueUrl!;
    const attributes = new GetQueueAttributesCommand({ QueueUrl: alerts, AttributeNames: ['QueueArn'] });
    const Endpoint = (await sqs.send(attributes)).Attributes!['QueueArn']!;
    const Attributes = { RawMessageDelivery: 'true' };
    const TopicArn = config.OPERATIONS_ALERT_TOPIC_ARN;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));

    const journal = createSandboxJournal({ db: town.documents, table: config.SANDBOX_JOURNAL_TABLE });
    const payments = createSandboxPayments({ journal, timeoutMs: 2000 });
    const charge = { amount: 5998, currency: 'USD', paymentMethod: 'pm_ok' };
    const nobody = uniqueId('NOBODY');
    // one that has ended: of others a charge may still be under way
    const doubled = byScenario('lost');
    await payments.charge({ key: keys.charge(nobody, 1), orderId: nobody, ...charge });
    await payments.charge({ key: keys.charge(doubled, 9), orderId: doubled, ...charge });
    await moveStock(config.WAREHOUSE_STOCK_TABLE, { productId: 'PROD-20001', warehouseId: 'LAX' }, 3);
    await moveStock(config.INVENTORY_TABLE, { productId: 'PROD-20002' }, 2);
    const drifted = byScenario('pm_ok');
    await setField(drifted, 'charged', 1);
    const { ORDER_EVENTS_TABLE: eventsTable, ORDER_SNAPSHOTS_TABLE: snapshotsTable } = config;
    const history = createOrderHistory({
      db: town.documents,
      tables: { events: eventsTable, snapshots: snapshotsTable },
    });
    const [believed, sound] = [byScenario('lost'), byScenario('return')];
    for (const orderId of [believed, sound]) for (const sequence of [3, 5]) await history.take({ orderId, sequence });
    await town.documents.send(
      new UpdateCommand({
        TableName: snapshotsTable,
        Key: { orderId: believed, sequence: 5 },
        UpdateExpression: 'SET #view.#status = :wrong',
        ExpressionAttributeNames: { '#view': 'view', '#status': 'status' },
        ExpressionAttributeValues: { ':wrong': 'CANCELLED' },
      }),
    );
    await town.documents.send(
      new UpdateCommand({
        TableName: config.DEAD_LETTERS_TABLE,
        Key: { id: counterIdOf({ class: 'POISON', shard: 2 }) },
        UpdateExpression: 'ADD PARKED :seven',
        ExpressionAttributeValues: { ':seven': 7 },
      }),
    );
    const shortened = byScenario('pm_declined');
    const { sequence: length } = await viewOf(shortened);
    await history.take({ orderId: shortened, sequence: length });
    const last = await readEvent(shortened, (await viewOf(shortened)).sequence);
    await dropEvent(shortened, last.sequence);
    const gone = waiting['decision']!;
    await town.engine.workflow.getHandle(workflowIdOf(gone)).terminate('by the test');
    const unpaid = await writeOrder((orderId) => [
      { type: 'Inventory Reserved', data: { shipments: [shipmentOf(orderId, 'PROD-12345', 2)] } },
      {
        type: 'Shipment Created',
        data: { ...label(orderId), shipment: shipmentOf(orderId, 'PROD-12345', 2) },
      },
      { type: 'Order Closed', data: {} },
    ]);
    const untaken = await writeOrder((orderId) => [
      {
        type: 'Payment Completed',
        data: { chargeKey: keys.charge(orderId, 1), paymentId: 'PAY-1', amount: 5998, currency: 'USD' },
      },
      { type: 'Order Cancelled', data: { reason: 'by the test' } },
    ]);
    const held = await writeOrder(
      (orderId) => [
        { type: 'Inventory Reserved', data: { shipments: [shipmentOf(orderId, 'PROD-20003', 4)] } },
        { type: 'Order Cancelled', data: { reason: 'by the test' } },
      ],
      { stock: (orderId) => stockMoves('reserve', [shipmentOf(orderId, 'PROD-20003', 4)]) },
    );
    const stray = await waitFor(books, { productId: 'PROD-20004', wanted: 7 });
    const stuckSince = new Date(Date.now() - 7_200_000).toISOString();
    const stuck = await writeOrder(() => [{ type: 'Order Validated', data: {} }], { at: stuckSince });
    await town.engine.workflow.start('orderWorkflow', {
      workflowId: workflowIdOf(stuck),
      taskQueue: 'nobody',
      args: [],
    });

    const report = await reconcile();
    const found = report.found.map(({ caseId }) => caseId).toSorted();
    const expected = [
      `CHARGE_WITHOUT_ORDER#${keys.charge(nobody, 1)}`,
      `CHARGE_NOT_ACCOUNTED#${keys.charge(doubled, 9)}`,
      'STOCK_RESERVED#PROD-20001/LAX',
      'STOCK_TOTAL#PROD-20002',
      `VIEW_DRIFT#${drifted}`,
      `VIEW_UNFOUNDED#${shortened}`,
      `SNAPSHOT_UNFOUNDED#${shortened}/${length}`,
      `SNAPSHOT_DIFFERS#${believed}/5`,
      'LETTERS_MISCOUNTED#POISON',
      `PAYMENT_UNKNOWN#${keys.charge(untaken, 1)}`,
      `WORKFLOW_GONE#${gone}`,
      `SHIPPED_UNPAID#${unpaid}`,
      `STOCK_OF_ENDED_ORDER#${held}`,
      `STOCK_SET_ASIDE#${stray}/PROD-20004`,
      `NO_PROGRESS#${stuck}`,
    ];
    expect(found).toEqual(expected.toSorted());
    const mended = new Set(['VIEW_DRIFT', 'SNAPSHOT_DIFFERS', 'LETTERS_MISCOUNTED']);
    const isMended = (caseId: string) => mended.has(caseId.split('#')[0]!);
    expect(report).toMatchObject({ repaired: 3, opened: expected.length - 3, closed: 0 });
    const snapshots = await Promise.all([believed, sound, shortened].map(snapshotsOf));
    expect(snapshots).toEqual([[3], [3, 5], [length]]);
    expect((await viewOf(drifted)).charged).toBeGreaterThan(1);

    const told = await casesTold();
    expect(told.map(({ alert, caseId }) => `${alert} ${caseId}`).toSorted()).toEqual(
      expected
        .filter((caseId) => !isMended(caseId))
        .map((caseId) => `case ${caseId}`)
        .toSorted(),
    );
    // found again it is the same case, and nobody is told twice
    expect(await reconcile()).toMatchObject({ opened: 0, closed: 0, repaired: 0 });
    expect(await casesTold()).toEqual([]);

    // what is set right closes by itself; what somebody closes stays closed as long as it is as it was
    await moveStock(config.WAREHOUSE_STOCK_TABLE, { productId: 'PROD-20001', warehouseId: 'LAX' }, -3);
    await moveStock(config.INVENTORY_TABLE, { productId: 'PROD-20002' }, -2);
    await putEvent(last);
    const settled = `/cases/${encodeURIComponent(`CHARGE_WITHOUT_ORDER#${keys.charge(nobody, 1)}`)}`;
    const closing = { by: 'night shift', reason: 'given back at the company' };
    expect(await town.post(`${settled}/close`, closing)).toMatchObject({ status: 200, body: { state: 'CLOSED' } });
    expect(await reconcile()).toMatchObject({ opened: 0, closed: 4 });
    expect(await town.get(settled)).toMatchObject({ state: 'CLOSED', closedBy: 'night shift', seen: 3 });
    const healed = await town.get(`/cases/${encodeURIComponent('STOCK_TOTAL#PROD-20002')}`);
    expect(healed).toMatchObject({ state: 'CLOSED', closedBy: 'reconciliation', seen: 2 });
    // it comes back
    await moveStock(config.INVENTORY_TABLE, { productId: 'PROD-20002' }, 2);
    expect(await reconcile({})).toMatchObject({ opened: 1, closed: 0 });
    expect(await town.get(`/cases/${encodeURIComponent('STOCK_TOTAL#PROD-20002')}`)).toMatchObject({
      state: 'OPEN',
      openings: 2,
    });
    expect(await casesTold()).toHaveLength(1);

    const program = await runScript('scripts/waybill.cjs', {
      args: ['reconcile', '--recent'],
      env: { WAYBILL_URL: town.url },
    });
    expect(program).toMatchObject({ code: 1, stdout: expect.stringContaining('STOCK_TOTAL  PROD-20002') });
  });
});

test('the engine starts reconciliations by its clock, however many workers ask for it, until none is wanted', async () => {
  const { engine: client, config } = town;
  const p = { client, taskQueue: config.TASK_QUEUE };
  await scheduleReconciliation({ ...p, everyS: 3600 });
  await scheduleReconciliation({ ...p, everyS: 1 });
  const by = async () => (await town.get<{ report: Report }>('/maintenance/reconciliation')).report?.by;
  await until('one ran by the clock', async () => (await by()) === 'schedule');
  await scheduleReconciliation({ ...p, everyS: 0 });
  await scheduleReconciliation({ ...p, everyS: 0 });
  const schedules: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) schedules.push(scheduleId);
  expect(schedules).toEqual([]);
});
