import fc from 'fast-check';
import { noLetters } from '../support/letters';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { BatchWriteCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { NewEvent, OrderEvent } from '../../src/domain/events';
import type { AuditTrail, Lookups, ProjectionStore, Snapshots } from '../../src/messaging/projection-ports';
import type { QueueReader } from '../../src/messaging/queue-reader';
import { anyStory, eventsOfStory } from '../support/stories';
import { connectToEmulator } from '../support/contracts/emulator';
import { createAuditTrail } from '../../src/adapters/aws/audit-trail';
import { countUpTo, createProjector } from '../../src/messaging/projector';
import { createLookups } from '../../src/adapters/aws/lookup-writer';
import { createLogger } from '../../src/telemetry';
import { createOrderHistory } from '../../src/adapters/aws/order-history';
import { createOrderStates } from '../../src/adapters/aws/order-states';
import { createOwnTable } from '../support/own-table';
import { createProjectionStore } from '../../src/adapters/aws/projections';
import { createReports } from '../../src/adapters/aws/reports';
import { lookupsOf, terms } from '../../src/domain/lookups';
import { eventually, gate } from '../support/contracts/condition';
import { sampleOrder, uniqueId } from '../support/orders';
import { fold, SNAPSHOT_EVERY } from '../../src/domain/projection';
import { shardOf } from '../../src/domain/ids';
import { someEvents } from '../support/contracts/events';
import { StepError } from '../../src/domain/failures';
import { tallyEvents } from '../../src/domain/projections';
import { numberEvents, toBusEvent } from '../../src/domain/events';
import { sampleValidOrder } from '../support/contracts/events';

const commands: string[] = [];
const emulator = connectToEmulator({ observe: ({ command }) => commands.push(command) });
const plain = connectToEmulator();
const { db, sqs, config, tables } = emulator;
const logger = createLogger({ name: 'test', level: 'silent' });

let table: string;
let projections: ProjectionStore;
let lookupTable: string;
let lookups: Lookups;
const audit = createAuditTrail({ db, table: config.AUDIT_TRAIL_TABLE });
const snapshots = createOrderHistory({
  db,
  tables: { events: tables.events, snapshots: config.ORDER_SNAPSHOTS_TABLE },
});

/** as they are now */
const stores = () => ({ projections, snapshots, lookups, audit });

async function createTables(): Promise<void> {
  table = await createOwnTable(plain.db, { name: 'Projections', key: ['id', 'entry'] });
  projections = createProjectionStore({ db, tables: { events: tables.events, projections: table } });
  lookupTable = await createOwnTable(plain.db, { name: 'Lookups', key: ['term', 'entry'] });
  lookups = createLookups({ db, table: lookupTable });
}
beforeEach(createTables);
afterAll(() => {
  expect(commands).not.toContain('ScanCommand');
  emulator.destroy();
  plain.destroy();
});

async function store(events: readonly OrderEvent[]): Promise<void> {
  for (let i = 0; i < events.length; i += 25) {
    const puts = events.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
    await plain.db.send(new BatchWriteCommand({ RequestItems: { [tables.events]: puts } }));
  }
}

type Rows = Record<string, Record<string, unknown>>;

/** Every row of counters; those at zero are as if they were not there. */
async function rowsInTable(): Promise<Rows> {
  const found: Rows = {};
  for await (const { Items = [] } of paginateScan({ client: plain.db }, { TableName: table, ConsistentRead: true }))
    for (const { id, entry, ...row } of Items) if (entry !== 'cursor') found[`${id} ${entry}`] = row;
  return withoutZeros(found);
}

function expectedRows(orders: readonly OrderEvent[][]): Rows {
  const sums: Record<string, Record<string, number>> = {};
  for (const { id, entry, add } of orders.flatMap((events) => tallyEvents(undefined, events).additions))
    for (const [name, value] of Object.entries(add)) {
      const row = (sums[`${id} ${entry}`] ??= {});
      row[name] = (row[name] ?? 0) + value;
    }
  return withoutZeros(sums);
}

/** The orders of each status, as the overview reads them. */
const statesInTable = async () =>
  Object.fromEntries(Object.entries(await createOrderStates({ db, table })()).filter(([, orders]) => orders !== 0));

function statusesOf(orders: readonly OrderEvent[][]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of orders.map((events) => fold(events)!)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function lookupsInTable(): Promise<string[]> {
  const found: string[] = [];
  const scan = { TableName: lookupTable, ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: plain.db }, scan))
    found.push(...Items.map((item) => JSON.stringify([item['term'], item['entry']])));
  return found.toSorted();
}

function expectedLookups(orders: readonly OrderEvent[][]): string[] {
  const all = orders.flatMap((events) => lookupsOf(events, { createdAt: events[0]!.at }));
  return [...new Set(all.map(({ term, entry }) => JSON.stringify([term, entry])))].toSorted();
}

const withoutZeros = (rows: Rows): Rows =>
  Object.fromEntries(
    Object.entries(rows)
      .map(([key, row]) => [key, Object.fromEntries(Object.entries(row).filter(([, value]) => value !== 0))] as const)
      .filter(([, row]) => Object.keys(row).length > 0),
  );

const BEGINS = '2025-07-09T10:30:00.000Z';

/** Of how many examples; each of them is some hundred calls. */
const RUNS = process.env['WAYBILL_PROVE'] ? 200 : 12;

test('whatever order the hints come in, however often, and whoever dies: the same tables', async () => {
  const property = fc.asyncProperty(
    fc.array(anyStory, { minLength: 1, maxLength: 3 }),
    fc.infiniteStream(fc.nat()),
    fc.infiniteStream(fc.nat({ max: 5 })),
    async (stories, random, fates) => {
      const next = (of: Iterator<number>) => of.next().value as number;
      await createTables();
      const prefix = uniqueId('P');
      const orders = stories.map((story) => eventsOfStory(story, { orderId: uniqueId(), prefix, begins: BEGINS }));
      const fate = () => next(fates);
      const fallible = {
        projections: fallibleStore(projections, { fate, page: () => 1 + next(fates) }),
        snapshots,
        lookups: fallibleLookups(lookups, fate),
        audit,
      };
      const told: OrderEvent[] = [];
      // the events come in two parts, and with the second also hints of the first again
      for (const part of [0, 1]) {
        const events = orders.flatMap((all) => all.filter((_, i) => i < all.length / 2 === (part === 0)));
        await store(events);
        told.push(...events);
        const hints = told
          // none to two of each, but for the last ones; and not even those come last
          .flatMap((event) => Array.from({ length: (part === 1 ? 1 : 0) + (next(random) % 3) }, () => event))
          .map((event) => ({ event, place: next(random) }))
          .toSorted((one, other) => one.place - other.place);
        // three consumers at once
        await Promise.all(
          [0, 1, 2].map(async (consumer) => {
            for (const { event } of hints.filter((_, i) => i % 3 === consumer))
              while (!(await countUpTo(fallible, event).catch(() => false)));
          }),
        );
      }
      expect(await rowsInTable()).toEqual(expectedRows(orders));
      expect(await statesInTable()).toEqual(statusesOf(orders));
      expect(await lookupsInTable()).toEqual(expectedLookups(orders));
    },
  );
  await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 200_000 });
}, 240_000);

/** One in six times the process dies before it writes, and one in six after; and it reads a few events at a time. */
const fallibleStore = (
  reliable: ProjectionStore,
  { fate, page }: { fate: () => number; page: () => number },
): ProjectionStore => ({
  ...reliable,
  readEvents: (p) => reliable.readEvents({ ...p, limit: page() }),
  async write(p) {
    const what = fate();
    if (what === 0) throw new Error('killed before');
    const written = await reliable.write(p);
    if (what === 1) throw new Error('killed after');
    return written;
  },
});

test('orders that were counted without their status join the count when it changes, and all do in an empty table', async () => {
  const story = (...types: ('Inventory Reserved' | 'Payment Completed' | 'Shipment Created')[]) =>
    eventsOfStory(
      { currency: 'USD', customer: 0, product: 0, steps: types.map((type) => ({ type, minutes: 1, quantity: 1 })) },
      { orderId: uniqueId(), prefix: uniqueId('P'), begins: BEGINS },
    );
  const orders = [story('Inventory Reserved'), story('Payment Completed', 'Shipment Created')];
  await store(orders.flat());
  const count = async (events: OrderEvent[], n: number) => {
    const { orderId } = events[0]!;
    expect(await countUpTo(stores(), { orderId, sequence: n })).toBe(true);
  };
  /** as a release wrote them that did not know of states; it read as many events as were there */
  const old: ProjectionStore = {
    ...projections,
    readEvents: async (p) => (await projections.readEvents(p)).slice(0, 2),
    write: ({ cursor: { status: _status, ...cursor }, additions, before }) =>
      projections.write({ before, cursor, additions: additions.filter(({ id }) => !id.startsWith('states#')) }),
  };
  for (const events of orders) await countUpTo({ ...stores(), projections: old }, { ...events[0]!, sequence: 2 });
  expect(await statesInTable()).toEqual({});

  for (const events of orders) await count(events, events.length);
  expect(await statesInTable()).toEqual({ SHIPPED: 1 });
  // sent again, nothing changes
  for (const events of orders) await count(events, events.length);
  expect(await statesInTable()).toEqual({ SHIPPED: 1 });

  table = await createOwnTable(plain.db, { name: 'Projections', key: ['id', 'entry'] });
  projections = createProjectionStore({ db, tables: { events: tables.events, projections: table } });
  // a hint of the last event is enough
  for (const events of orders) await count(events, events.length);
  expect(await statesInTable()).toEqual({ RESERVED: 1, SHIPPED: 1 });
  expect(await rowsInTable()).toEqual(expectedRows(orders));
});

/** The same for look-ups; those that were written before it died are there. */
const fallibleLookups = (reliable: Lookups, fate: () => number): Lookups => ({
  async note(all) {
    const what = fate();
    if (what === 0) throw new Error('killed before');
    await reliable.note(what === 1 ? all.slice(0, 1) : all);
    if (what === 1) throw new Error('killed in the middle');
  },
});

test('the reports are what the events add up to', async () => {
  const reports = createReports({ db, table });
  const prefix = uniqueId('P');
  const shipped = (customer: number, begins: string) =>
    eventsOfStory(
      {
        currency: customer === 0 ? 'USD' : 'KRW',
        customer,
        product: 0,
        steps: (['Inventory Reserved', 'Payment Completed', 'Shipment Created', 'Order Delivered'] as const).map(
          (type) => ({ type, minutes: 1, quantity: 3 }),
        ),
      },
      { orderId: uniqueId(), prefix, begins },
    );
  const orders = [
    shipped(0, '2025-07-31T23:30:00.000Z'),
    shipped(0, '2025-07-31T23:59:00.000Z'),
    shipped(1, '2025-08-01T00:00:00.000Z'),
  ];
  await store(orders.flat());
  for (const events of orders) await countUpTo(stores(), events.at(-1)!);

  const none = { open: 0, shipped: 0, cancelled: 0, failed: 0, returned: 0 };
  const usd = { currency: 'USD', charged: 12_000, refunded: 0 };
  const krw = { currency: 'KRW', charged: 60, refunded: 0 };
  expect(await reports.customer(`${prefix}-C0`)).toEqual({
    orders: { ...none, placed: 2, delivered: 2 },
    money: [usd],
  });
  expect(await reports.customer('nobody')).toEqual({ orders: { ...none, placed: 0, delivered: 0 }, money: [] });
  const hours = await reports.hours({ from: '2025-07-31T00', to: '2025-08-01T00' });
  expect(hours).toEqual([
    {
      hour: '2025-07-31T23',
      orders: { ...none, placed: 2, delivered: 2 },
      money: [usd],
      started: 2,
      startedAfterMs: 820,
    },
    {
      hour: '2025-08-01T00',
      orders: { ...none, placed: 1, delivered: 1 },
      money: [krw],
      started: 1,
      startedAfterMs: 410,
    },
  ]);
  expect(await reports.hours({ from: '2025-07-31T00', to: '2025-07-31T22' })).toEqual([]);
  expect(await reports.hours({ from: '2025-08-01T00', to: '2025-08-01T00' })).toEqual(hours.slice(1));
  const nothing = { released: 0, restocked: 0, writtenOff: 0 };
  expect(await reports.movements({ productId: `${prefix}-P0`, from: '2025-07-31', to: '2025-08-01' })).toEqual([
    { day: '2025-07-31', ...nothing, reserved: 3, shipped: 3 },
    { day: '2025-08-01', ...nothing, reserved: 6, shipped: 6 },
  ]);
  expect(await reports.movements({ productId: `${prefix}-P0`, from: '2025-07-31', to: '2025-07-31' })).toHaveLength(1);
});

test('an order of forty products a time fits into its transactions', async () => {
  const items = Array.from({ length: 40 }, (_, i) => ({ productId: uniqueId(`P${i}`), quantity: 1, price: 1 }));
  const order = sampleValidOrder(sampleOrder({ items, totalAmount: 40 }));
  const { orderId } = order;
  const lines = order.lines.map(({ productId, quantity }) => ({ productId, quantity }));
  const shipments = [{ shipmentId: `${orderId}-S1`, warehouseId: 'ICN', lines }];
  const at = (day: number) => new Date(Date.UTC(2025, 6, day)).toISOString();
  const events = [
    { type: 'Order Created', data: { order }, sequence: 1, at: at(1) },
    // each on a day of its own is forty rows more
    ...[2, 3, 4, 5].map((n) => ({ type: 'Inventory Reserved', data: { shipments }, sequence: n, at: at(n) })),
  ].map((event) => ({ ...event, orderId, states: [] }) as OrderEvent);
  await store(events);
  expect(await countUpTo(stores(), { orderId, sequence: 5 })).toBe(true);
  expect(await rowsInTable()).toEqual(expectedRows([events]));
  expect(Object.keys(await rowsInTable())).toHaveLength(3 + 4 * 40);
});

describe('the queue', () => {
  let queueUrl: string;
  let deadLetterQueueUrl: string;
  const readers: QueueReader[] = [];
  beforeEach(async () => {
    const create = async (name: string) =>
      (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name) }))).QueueUrl!;
    [queueUrl, deadLetterQueueUrl] = [await create('analytics'), await create('analytics-dead')];
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
    for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });

  function startProjector(changes: { projections?: ProjectionStore; snapshots?: Snapshots } = {}): QueueReader {
    const shared = {
      sqs,
      queueUrl,
      deadLetterQueueUrl,
      visibilityS: 3,
      projections,
      snapshots,
      lookups,
      audit,
      letters: noLetters,
      logger,
    };
    const reader = createProjector({ ...shared, ...changes });
    readers.push(reader);
    reader.start();
    return reader;
  }

  const tell = (body: object | string) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    );
  const asDelivered = (event: OrderEvent) => {
    const { source, detailType, detail } = toBusEvent(event);
    return { version: '0', id: uniqueId('event'), source, 'detail-type': detailType, detail };
  };
  const orderOf = (prefix = uniqueId('P')) =>
    eventsOfStory(
      { currency: 'USD', customer: 0, product: 0, steps: [{ type: 'Payment Completed', minutes: 1, quantity: 1 }] },
      { orderId: uniqueId(), prefix, begins: BEGINS },
    );

  test('one hint is enough for all events before it, and those after it are not missed', async () => {
    const events = orderOf();
    await store(events);
    await tell(asDelivered(events[0]!));
    startProjector();
    await eventually(rowsInTable, (rows) => Object.keys(rows).length > 0);
    expect(await rowsInTable()).toEqual(expectedRows([events]));
  });

  test('a consumer that hangs and goes leaves the message to the next one, which counts once', async () => {
    const events = orderOf();
    await store(events);
    const written = gate();
    const hanging: ProjectionStore = {
      ...projections,
      async write(p) {
        await projections.write(p);
        written.open();
        throw new Error('the process dies here');
      },
    };
    await tell(asDelivered(events.at(-1)!));
    const dying = startProjector({ projections: hanging });
    await written.opened;
    await dying.stop();
    startProjector();
    await tell(asDelivered(events.at(-1)!));
    await eventually(
      async () => (await projections.readCursor(events[0]!.orderId))?.sequence,
      (sequence) => sequence === events.length,
    );
    expect(await rowsInTable()).toEqual(expectedRows([events]));
  });

  test('while the tables are out of reach nothing becomes a dead letter', async () => {
    const events = orderOf();
    await store(events);
    let failures = 3;
    startProjector({
      projections: {
        ...projections,
        readCursor: async (orderId) => {
          if (failures-- > 0) throw new StepError('SERVICE_UNAVAILABLE', 'out of reach');
          return projections.readCursor(orderId);
        },
      },
    });
    await tell(asDelivered(events.at(-1)!));
    await eventually(rowsInTable, (rows) => Object.keys(rows).length > 0);
    expect(await rowsInTable()).toEqual(expectedRows([events]));
  });

  test('what tells of no event of ours goes to the dead letters with the reason', async () => {
    const [event] = orderOf();
    const wrong: [body: object | string, reason: string][] = [
      ['{', 'expected an EventBridge event as JSON'],
      [{ ...asDelivered(event!), 'detail-type': 'Order Placed' }, 'expected the detail-type of an event of ours'],
      [{ ...asDelivered(event!), detail: { sequence: 0.5 } }, 'detail/origin: expected "waybill", got nothing'],
      [{ ...asDelivered(event!), detail: { sequence: '1' } }, 'detail/sequence: Expected number'],
      [asDelivered(event!), `order ${event!.orderId} has no event 1`],
    ];
    for (const [body] of wrong) await tell(body);
    startProjector();
    const reasons: string[] = [];
    await eventually(
      async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: deadLetterQueueUrl,
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
          }),
        );
        reasons.push(...Messages.map(({ MessageAttributes }) => MessageAttributes?.['reason']?.StringValue ?? ''));
        return reasons.length;
      },
      (n) => n >= wrong.length,
    );
    for (const [, reason] of wrong) expect(reasons).toContainEqual(expect.stringContaining(reason));
  });
});

test('a long order leaves a snapshot at each hundredth event, also where the process died before the cursor moved', async () => {
  const events = someEvents(2 * SNAPSHOT_EVERY + 50);
  const { orderId } = events[0]!;
  await store(events);
  const taken: number[] = [];
  const noted: Snapshots = { take: async (p) => (taken.push(p.sequence), snapshots.take(p)) };
  let deaths = 1;
  const dying: ProjectionStore = {
    ...projections,
    write: async (p) => {
      if (deaths-- > 0) throw new Error('killed');
      return projections.write(p);
    },
  };
  const all = { orderId, sequence: events.length };
  await expect(countUpTo({ ...stores(), projections: dying, snapshots: noted }, all)).rejects.toThrow('killed');
  expect(await countUpTo({ ...stores(), projections: dying, snapshots: noted }, all)).toBe(true);
  expect(taken).toEqual([100, 100, 200]);
  expect((await projections.readCursor(orderId))?.sequence).toBe(250);
});

test('look-ups that were lost are made again from the first event on, once the cursors are gone too', async () => {
  const prefix = uniqueId('P');
  const story = (type: 'Shipment Created' | 'Shipping Label Replaced') => ({ type, minutes: 60, quantity: 1 });
  const events = eventsOfStory(
    {
      currency: 'USD',
      customer: 0,
      product: 0,
      steps: [story('Shipment Created'), story('Shipping Label Replaced')],
    },
    { orderId: uniqueId(), prefix, begins: BEGINS },
  );
  const { orderId } = events[0]!;
  await store(events);
  for (const event of events) await countUpTo(stores(), event);
  const entry = `${BEGINS}#${orderId}`;
  const expected = [
    [terms.days(shardOf(orderId)), '2025-07-09'],
    [terms.product(`${prefix}-P0`, shardOf(orderId)), entry],
    [terms.tracking('WB1'), entry],
    [terms.tracking('WB2'), entry],
  ];
  const before = await lookupsInTable();
  expect(before).toEqual(expected.map((one) => JSON.stringify(one)).toSorted());
  await createTables();
  expect(await lookupsInTable()).toEqual([]);
  // as a replay of its last event does
  await countUpTo(stores(), events.at(-1)!);
  expect(await lookupsInTable()).toEqual(before);
});

test('what operators asked for is in the audit trail once, also where the process died before the cursor moved', async () => {
  const orderId = uniqueId();
  const address = { street: '7 Side St', city: 'Seoul', country: 'KR', zipCode: '54321' };
  const facts: NewEvent[] = [
    { type: 'Order Created', data: { order: sampleValidOrder({ orderId }) } },
    { type: 'Address Changed', data: { address, version: 2 }, ...askedBy('kim', 'the customer called') },
    { type: 'Address Changed', data: { address, version: 3 } },
    { type: 'Cancellation Requested', data: {}, ...askedBy('lee', 'a fraud') },
  ];
  const batch = { orderId, runId: 'run', firstSequence: 1, events: facts, states: [] };
  const events = numberEvents(batch, { at: new Date().toISOString(), attempt: 1 });
  await store(events);
  let deaths = 2;
  const dying: ProjectionStore = {
    ...projections,
    // once before the cursor moves, and once when the answer is lost
    write: async (p) => {
      if (deaths === 2 && deaths-- > 0) throw new Error('killed');
      const written = await projections.write(p);
      if (deaths-- > 0) throw new Error('killed');
      return written;
    },
  };
  const hint = { orderId, sequence: events.length };
  const count = () => countUpTo({ ...stores(), projections: dying }, hint);
  await expect(count()).rejects.toThrow('killed');
  await expect(count()).rejects.toThrow('killed');
  expect(await count()).toBe(true);
  const today = { from: events[0]!.at, to: events[0]!.at, limit: 100 };
  const { entries } = await audit.list(today);
  const subject = { kind: 'order', id: orderId };
  expect(entries.filter((entry) => entry.subject.id === orderId)).toEqual([
    { id: `${orderId}#4`, at: today.to, by: 'lee', reason: 'a fraud', action: 'CANCEL', subject },
    {
      id: `${orderId}#2`,
      at: today.to,
      by: 'kim',
      reason: 'the customer called',
      action: 'CHANGE_ADDRESS',
      subject,
      detail: 'address 2 of the order',
    },
  ]);
});

test('while the audit trail cannot be written the cursor does not move', async () => {
  const events = someEvents(2).map((event) => ({ ...event, operator: { by: 'kim', reason: 'why' } }));
  const asked = { ...events[1]!, type: 'Cancellation Requested', data: {} } as OrderEvent;
  await store([events[0]!, asked]);
  const { orderId } = asked;
  const down: AuditTrail = { write: () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled')) };
  await expect(countUpTo({ ...stores(), audit: down }, { orderId, sequence: 2 })).rejects.toThrow('throttled');
  expect(await projections.readCursor(orderId)).toBeUndefined();
});

const askedBy = (by: string, reason: string) => ({ cause: { causationId: 'request', operator: { by, reason } } });
