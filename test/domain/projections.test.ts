import fc from 'fast-check';
import type { EventType, OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { OrderStatus } from '../../src/domain/states';
import { type Addition, type OrderCursor, PROJECTED_EVENTS, tallyEvents } from '../../src/domain/projections';
import { EVENT_TYPES, eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { anyStory, eventsOfStory } from '../support/stories';
import { fold, STATUS_EVENTS } from '../../src/domain/projection';
import { holds } from '../support/contracts/runs';
import { shardOf } from '../../src/domain/ids';
import { MAX_TEXT, type Shipment } from '../../src/domain/order';

const order = sampleValidOrder({ orderId: 'ORD-2025-001234' as OrderId });
const { orderId, customerId } = order;
const every = eventOfEachType(order);
const HOUR = `2025-07-09T10`;

const eventsOf = (...types: EventType[]): OrderEvent[] =>
  numbered(
    orderId,
    types.map((type) => every[type]),
  );

/** Rows by their name, as the additions of all tallies add up. */
function tableOf(additions: readonly Addition[]): Record<string, Record<string, number>> {
  const table: Record<string, Record<string, number>> = {};
  for (const { id, entry, add } of additions)
    for (const [name, value] of Object.entries(add)) {
      const row = (table[`${id} ${entry}`] ??= {});
      row[name] = (row[name] ?? 0) + value;
    }
  return Object.fromEntries(
    Object.entries(table)
      .map(([key, row]) => [key, Object.fromEntries(Object.entries(row).filter(([, value]) => value !== 0))] as const)
      .filter(([, row]) => Object.keys(row).length > 0),
  );
}

const customerRow = (part: string) => `customer#${customerId} ${part}`;
const stateRow = (status: OrderStatus) => `states#${shardOf(orderId)} ${status}`;
const hourRow = (part: string) => `hours#2025-07#${shardOf(orderId)} ${HOUR}#${part}`;

test('an order that ships is counted under its customer, its hour and its products', () => {
  const { cursor, additions } = tallyEvents(
    undefined,
    eventsOf('Order Created', 'Order Validated', 'Inventory Reserved', 'Payment Completed', 'Shipment Created'),
  );
  const counted = { standing: 'shipped', status: 'SHIPPED', customerId, isStarted: true };
  expect(cursor).toEqual({ orderId, sequence: 5, hour: HOUR, ...counted });
  expect(tableOf(additions)).toEqual({
    [customerRow('orders')]: { placed: 1, shipped: 1 },
    [customerRow('money#USD')]: { charged: 5998 },
    [hourRow('orders')]: { placed: 1, shipped: 1, started: 1, startedAfterMs: 410 },
    [hourRow('money#USD')]: { charged: 5998 },
    [`movements#${shardOf(orderId)}#PROD-12345 2025-07-09`]: { reserved: 2, shipped: 2 },
    [stateRow('SHIPPED')]: { orders: 1 },
  });
});

test.each<{ later: EventType[]; standing: string }>([
  { later: [], standing: 'open' },
  { later: ['Order Backordered'], standing: 'open' },
  { later: ['Attention Needed'], standing: 'open' },
  { later: ['Shipment Created'], standing: 'shipped' },
  { later: ['Shipment Created', 'Order Delivered'], standing: 'delivered' },
  { later: ['Shipment Created', 'Order Delivered', 'Order Returned'], standing: 'returned' },
  { later: ['Order Cancelled', 'Order Closed'], standing: 'cancelled' },
  { later: ['Payment Failed'], standing: 'failed' },
  { later: ['Order Fulfillment Failed'], standing: 'failed' },
  { later: ['Inventory Unavailable', 'Order Backordered', 'Shipment Created'], standing: 'shipped' },
])('after $later an order is $standing, and nothing else', ({ later, standing }) => {
  const { additions } = tallyEvents(undefined, eventsOf('Order Created', ...later));
  expect(tableOf(additions)[customerRow('orders')]).toEqual({ placed: 1, [standing]: 1 });
});

test('every part of an order ships, but it starts once', () => {
  const [created, ...shipped] = eventsOf('Order Created', 'Shipment Created', 'Shipment Created');
  const first = tallyEvents(undefined, [created!, shipped[0]!]);
  const second = tallyEvents(first.cursor, [shipped[1]!]);
  const table = tableOf([...first.additions, ...second.additions]);
  expect(table[hourRow('orders')]).toMatchObject({ started: 1, startedAfterMs: 410 });
  expect(table[`movements#${shardOf(orderId)}#PROD-12345 2025-07-09`]).toEqual({ shipped: 4 });
});

test.each([
  ['no customer', ''],
  ['one whose id is longer than a key', 'x'.repeat(MAX_TEXT + 1)],
])('a refused order of %s is counted under its hour and its status alone', (_, named) => {
  const refused = numbered(orderId, [every['Order Validation Failed']], { customerId: named });
  const { additions } = tallyEvents(undefined, refused);
  expect(tableOf(additions)).toEqual({
    [hourRow('orders')]: { placed: 1, failed: 1 },
    [stateRow('VALIDATION_FAILED')]: { orders: 1 },
  });
});

test('an order is counted under one status at a time', () => {
  const types: EventType[] = ['Order Created', 'Order Validated', 'Inventory Reserved', 'Decision Requested'];
  let cursor: OrderCursor | undefined;
  const additions: Addition[] = [];
  const seen = eventsOf(...types, 'Payment Completed', 'Attention Needed').map((event) => {
    const tally = tallyEvents(cursor, [event]);
    cursor = tally.cursor;
    additions.push(...tally.additions);
    return Object.entries(tableOf(additions)).filter(([row]) => row.startsWith('states#'));
  });
  const statuses = ['RECEIVED', 'VALIDATED', 'RESERVED', 'PENDING_DECISION', 'PAID', 'NEEDS_ATTENTION'] as const;
  expect(seen).toEqual(statuses.map((status) => [[stateRow(status), { orders: 1 }]]));
});

test('an order whose cursor is older than the count of states comes in with its next status, and nothing goes below none', () => {
  const [created, validated, shipped] = eventsOf('Order Created', 'Order Validated', 'Shipment Created');
  const { status: _unknown, ...old } = tallyEvents(undefined, [created!, validated!]).cursor;
  const { cursor, additions } = tallyEvents(old, [shipped!]);
  expect(cursor.status).toBe('SHIPPED');
  expect(additions.filter(({ id }) => id.startsWith('states#'))).toEqual([
    { id: `states#${shardOf(orderId)}`, entry: 'SHIPPED', add: { orders: 1 } },
  ]);
  const resting = numbered(orderId, [every['Order Delayed']], { firstSequence: 3 });
  expect(tallyEvents(old, resting)).toEqual({ cursor: { ...old, sequence: 3 }, additions: [] });
});

test('events that change nothing only move the cursor', () => {
  const created = tallyEvents(undefined, eventsOf('Order Created'));
  const { cursor, additions } = tallyEvents(
    created.cursor,
    numbered(orderId, [every['Order Delayed']], { firstSequence: 2 }),
  );
  expect([cursor.sequence, additions]).toEqual([2, []]);
});

test('a gap, and events that were counted, are refused instead of counted', () => {
  const { cursor } = tallyEvents(undefined, eventsOf('Order Created'));
  const third = numbered(orderId, [every['Order Validated']], { firstSequence: 3 });
  expect(() => tallyEvents(cursor, third)).toThrow(`order ${orderId}: expected event 2, got 3`);
  expect(() => tallyEvents(cursor, eventsOf('Order Created'))).toThrow('expected event 2, got 1');
  expect(() => tallyEvents(cursor, [])).toThrow('no events');
});

const story = anyStory.map((told) => eventsOfStory(told, { orderId, prefix: 'T', begins: '2025-07-09T10:30:00.000Z' }));

/** As many tallies as the rows that one has room for make necessary. */
function tallyAll(events: OrderEvent[], maxRows: number, pageOf: (left: number) => number) {
  const additions: Addition[] = [];
  let cursor: OrderCursor | undefined;
  for (let left = events; left.length > 0; left = events.slice(cursor.sequence)) {
    const tally = tallyEvents(cursor, left.slice(0, pageOf(left.length)), maxRows);
    expect(tally.additions.length).toBeLessThanOrEqual(Math.max(maxRows, MOST_OF_ONE));
    additions.push(...tally.additions);
    cursor = tally.cursor;
  }
  return { additions, cursor };
}

/** rows that one of these events changes, at most */
const MOST_OF_ONE = 7;

test('however the events are split, they add up to the same', () => {
  holds(
    fc.property(
      story,
      fc.integer({ min: 1, max: 12 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (events, maxRows, sizes) => {
        const whole = tallyEvents(undefined, events);
        const split = tallyAll(events, maxRows, (left) => Math.min(left, sizes.next().value as number));
        expect(split.cursor).toEqual(whole.cursor);
        expect(tableOf(split.additions)).toEqual(tableOf(whole.additions));
      },
    ),
  );
});

const unitsOf = (events: OrderEvent[], ...types: EventType[]): number =>
  events
    .filter(({ type }) => types.includes(type))
    .map(({ data }) => data as { shipment?: Shipment; shipments?: Shipment[]; items?: { quantity: number }[] })
    .flatMap(
      (data) => data.items ?? (data.shipment ? [data.shipment] : (data.shipments ?? [])).flatMap(({ lines }) => lines),
    )
    .reduce((sum, { quantity }) => sum + quantity, 0);

test('they add up to what the view of the order says', () => {
  holds(
    fc.property(story, (events) => {
      const view = fold(events)!;
      const table = tableOf(tallyEvents(undefined, events).additions);
      const money = Object.entries(table).find(([row]) => row.startsWith('customer#') && row.includes('money#'))?.[1];
      expect([money?.['charged'] ?? 0, money?.['refunded'] ?? 0]).toEqual([view.charged, view.refunded]);
      const orders = Object.entries(table).find(([row]) => row.startsWith('customer#') && row.endsWith(' orders'))![1];
      expect(Object.values(orders)).toEqual([1, 1]);
      if (view.status === 'SHIPPED') expect(orders).toEqual({ placed: 1, shipped: 1 });
      const states = Object.entries(table).filter(([row]) => row.startsWith('states#'));
      expect(states).toEqual([[`states#${shardOf(view.orderId)} ${view.status}`, { orders: 1 }]]);
      const moved = (name: string) =>
        Object.entries(table)
          .filter(([row]) => row.startsWith('movements#'))
          .reduce((sum, [, row]) => sum + (row[name] ?? 0), 0);
      expect(['reserved', 'released', 'shipped', 'restocked', 'writtenOff'].map(moved)).toEqual([
        unitsOf(events, 'Inventory Reserved', 'Inventory Partially Reserved', 'Backorder Filled'),
        unitsOf(events, 'Inventory Released'),
        unitsOf(events, 'Shipment Created'),
        unitsOf(events, 'Inventory Restocked'),
        unitsOf(events, 'Inventory Written Off'),
      ]);
    }),
  );
});

test('whatever adds something, or changes a status, is told of', () => {
  const created = tallyEvents(undefined, eventsOf('Order Created')).cursor;
  const adding = EVENT_TYPES.filter((type) => {
    const [event] = numbered(orderId, [every[type]], { firstSequence: 2 });
    return tallyEvents(created, [event!]).additions.length > 0;
  });
  expect(PROJECTED_EVENTS).toEqual(expect.arrayContaining([...adding, ...STATUS_EVENTS]));
  // the last event of every order: after it nothing is left behind
  expect(PROJECTED_EVENTS).toContain('Order Closed');
  expect(new Set(PROJECTED_EVENTS).size).toBe(PROJECTED_EVENTS.length);
});
