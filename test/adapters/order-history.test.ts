import fc from 'fast-check';
import { BatchWriteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { anyStory, eventsOfStory } from '../support/stories';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createOrderHistory } from '../../src/adapters/aws/order-history';
import { failureTypeOf } from '../support/contracts/books';
import { fold, SNAPSHOT_EVERY } from '../../src/domain/projection';
import { numbered, eventOfEachType, sampleValidOrder } from '../support/contracts/events';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { db, config } = emulator;
const tables = { events: config.ORDER_EVENTS_TABLE, snapshots: config.ORDER_SNAPSHOTS_TABLE };
const history = createOrderHistory({ db, tables });

/** events that were read from the store since the last look */
let eventsRead = 0;
const send = db.send.bind(db);
beforeAll(() => {
  jest.spyOn(db, 'send').mockImplementation(async (command: unknown) => {
    const answer = (await send(command as GetCommand)) as { Items?: unknown[] };
    const { TableName } = (command as { input: { TableName?: string } }).input;
    if (TableName === tables.events) eventsRead += answer.Items?.length ?? 0;
    return answer;
  });
});
beforeEach(() => (eventsRead = 0));
afterAll(() => emulator.destroy());

async function store(events: readonly OrderEvent[]): Promise<void> {
  for (let i = 0; i < events.length; i += 25) {
    const puts = events.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
    await send(new BatchWriteCommand({ RequestItems: { [tables.events]: puts } }));
  }
}

/** An order whose parcel is scanned again and again. */
function longOrder(length: number): OrderEvent[] {
  const orderId = uniqueId();
  const every = eventOfEachType(sampleValidOrder({ orderId }));
  const first = [every['Order Created'], every['Payment Completed'], every['Shipment Created']];
  const rest = Array.from({ length: length - first.length }, () => every['Shipment Tracked']);
  return numbered(orderId, [...first, ...rest]);
}

test('an order is what its events make of it, at each of them, with and without snapshots', async () => {
  const property = fc.asyncProperty(
    anyStory,
    fc.array(fc.nat(), { maxLength: 3 }),
    fc.nat(),
    async (story, kept, asked) => {
      const events = eventsOfStory(story, {
        orderId: uniqueId(),
        prefix: uniqueId('P'),
        begins: '2025-07-09T10:30:00.000Z',
      });
      const { orderId } = events[0]!;
      await store(events);
      for (const n of kept) await history.take({ orderId, sequence: 1 + (n % events.length) });
      const asOf = 1 + (asked % events.length);
      expect(await history.loadOrder(orderId, { asOf })).toEqual(stored(fold(events.slice(0, asOf))));
      expect(await history.loadOrder(orderId)).toEqual(stored(fold(events)));
      expect(await history.loadOrder(orderId, { asOf: events.length + 1 })).toEqual(stored(fold(events)));
    },
  );
  await fc.assert(property, { numRuns: process.env['WAYBILL_PROVE'] ? 300 : 40 });
});

/** As a table gives it back: without what is undefined. */
const stored = (view: unknown): unknown => JSON.parse(JSON.stringify(view)) as unknown;

test('of an order with 1 000 events only those since the last snapshot are read', async () => {
  const events = longOrder(1000);
  const { orderId } = events[0]!;
  await store(events);
  for (let n = SNAPSHOT_EVERY; n <= events.length; n += SNAPSHOT_EVERY) {
    eventsRead = 0;
    await history.take({ orderId, sequence: n });
    expect(eventsRead).toBe(SNAPSHOT_EVERY);
  }
  for (const [asOf, read] of [
    [1000, 0],
    [999, 99],
    [950, 50],
    [901, 1],
    [101, 1],
    [100, 0],
    [99, 99],
    [1, 1],
  ] as const) {
    eventsRead = 0;
    const view = await history.loadOrder(orderId, { asOf });
    expect([asOf, eventsRead]).toEqual([asOf, read]);
    expect(view).toEqual(fold(events.slice(0, asOf)));
  }
});

test('a snapshot that is taken twice is the first; one of another format is not believed, and replaced', async () => {
  const events = longOrder(6);
  const { orderId } = events[0]!;
  await store(events);
  await history.take({ orderId, sequence: 5 });
  await history.take({ orderId, sequence: 5 });
  const Key = { orderId, sequence: 5 };
  const { Item } = await send(new GetCommand({ TableName: tables.snapshots, Key }));
  expect(Item).toMatchObject({ ...Key, view: fold(events.slice(0, 5)) });

  const older = { ...Item, format: 0, view: { ...(Item!['view'] as object), status: 'RETURNED' } };
  await send(new PutCommand({ TableName: tables.snapshots, Item: older }));
  expect(await history.loadOrder(orderId)).toEqual(fold(events));
  await history.take({ orderId, sequence: 5 });
  expect((await send(new GetCommand({ TableName: tables.snapshots, Key }))).Item).toEqual(Item);
});

test('there is no snapshot of what has not happened, and no order without events', async () => {
  const events = longOrder(3);
  const { orderId } = events[0]!;
  await store(events);
  await expect(history.take({ orderId, sequence: 4 })).rejects.toThrow(`order ${orderId} has no event 4`);
  expect(await history.loadOrder(uniqueId())).toBeUndefined();
});

test('it fails as SERVICE_UNAVAILABLE when the tables cannot be reached', async () => {
  const failures = await withUnreachableAws(async (aws) => {
    const unreachable = createOrderHistory({ db: aws.db, tables });
    const orderId = 'ORD-1' as OrderId;
    return Promise.all([unreachable.loadOrder(orderId), unreachable.take({ orderId, sequence: 1 })].map(failureTypeOf));
  });
  expect(failures).toEqual(['SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE']);
});
