import { BatchWriteCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { NewEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createCaseCount } from '../../src/adapters/aws/case-count';
import { createDeadLetterCounts } from '../../src/adapters/aws/dead-letter-counts';
import { createDynamoBooks } from '../../src/adapters/aws/books';
import { createOrderStates } from '../../src/adapters/aws/order-states';
import { createOrderWatch } from '../../src/adapters/aws/order-watch';
import { createOwnTable } from '../support/own-table';
import { eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { failureTypeOf } from '../support/contracts/books';
import { rows } from '../../src/domain/projections';
import { uniqueId, WAREHOUSES } from '../support/orders';

interface Read {
  index: string | undefined;
  /** items that were looked at */
  scanned: number;
}

const plain = connectToEmulator();
const emulator = connectToEmulator();
const { db } = emulator;
const reads: Read[] = [];
db.middlewareStack.add(
  (next, context) => async (args) => {
    const result = await next(args);
    expect(context.commandName).toBe('QueryCommand');
    const { ScannedCount = 0 } = result.output as { ScannedCount?: number };
    reads.push({ index: (args.input as QueryCommandInput).IndexName, scanned: ScannedCount });
    return result;
  },
  { step: 'initialize' },
);
beforeEach(() => void (reads.length = 0));
afterAll(() => {
  emulator.destroy();
  plain.destroy();
});

const scanned = () => reads.reduce((sum, read) => sum + read.scanned, 0);

async function put(table: string, items: Record<string, unknown>[]): Promise<void> {
  for (let i = 0; i < items.length; i += 25) {
    const puts = items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
    await plain.db.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
  }
}

test('orders by status: the shards added up, and nothing else of the projections read', async () => {
  const table = await createOwnTable(plain.db, { name: 'Projections', key: ['id', 'entry'] });
  const states = createOrderStates({ db, table });
  expect(await states()).toEqual({});
  await put(table, [
    { ...rows.state({ status: 'PAID', shard: 0 }), orders: 2 },
    { ...rows.state({ status: 'PAID', shard: 3 }), orders: 5 },
    { ...rows.state({ status: 'SHIPPED', shard: 1 }), orders: 1 },
    { ...rows.state({ status: 'RESERVED', shard: 1 }), orders: 0 },
    ...Array.from({ length: 50 }, (_, i) => ({ id: `order#${i}`, entry: 'cursor' })),
  ]);
  reads.length = 0;
  expect(await states()).toEqual({ PAID: 7, SHIPPED: 1, RESERVED: 0 });
  expect([reads.length, scanned()]).toEqual([4, 4]);
});

describe('orders that somebody should look at', () => {
  let table: string;
  beforeEach(async () => {
    const indexes = { late: ['lateShard', 'createdAt'], 'by-status': ['statusShard', 'createdAt'] } as const;
    table = await createOwnTable(plain.db, {
      name: 'View',
      key: ['orderId'],
      indexes: { late: [...indexes.late], 'by-status': [...indexes['by-status']] },
    });
  });
  const timeAt = (minute: number) => new Date(Date.UTC(2025, 6, 9, 10, minute)).toISOString();

  /** Writes an order down as the worker does. */
  async function tell(minute: number, ...types: NewEvent['type'][]): Promise<OrderId> {
    const books = createDynamoBooks({ db: plain.db, tables: { ...plain.tables, view: table }, warehouses: WAREHOUSES });
    const order = sampleValidOrder({});
    const every = eventOfEachType(order);
    const { orderId } = order;
    const events = ['Order Created' as const, ...types].map((type) => every[type]);
    for (const [i, event] of events.entries())
      await books.post({
        orderId,
        events: numbered(orderId, [event], { firstSequence: i + 1, at: timeAt(minute + i) }),
      });
    return orderId;
  }

  test('those that are late are found by how late they are, oldest first, until they ship or end', async () => {
    const watch = createOrderWatch({ db, table });
    const late = (promise: 'AT_RISK' | 'BREACHED') => watch.late({ promise, limit: 10 });
    await tell(0);
    const younger = await tell(9, 'Order At Risk');
    const older = await tell(5, 'Order At Risk');
    const breached = await tell(1, 'Order At Risk', 'Promise Breached');
    await tell(2, 'Order At Risk', 'Promise Breached', 'Shipment Created');
    await tell(2, 'Order At Risk', 'Order Cancelled');
    expect(await late('AT_RISK')).toEqual({
      orders: 2,
      oldest: [
        { orderId: older, createdAt: timeAt(5), updatedAt: timeAt(6) },
        { orderId: younger, createdAt: timeAt(9), updatedAt: timeAt(10) },
      ],
    });
    expect(await late('BREACHED')).toEqual({
      orders: 1,
      oldest: [{ orderId: breached, createdAt: timeAt(1), updatedAt: timeAt(3) }],
    });
    expect([reads.map(({ index }) => index), scanned()]).toEqual([Array(8).fill('late'), 3]);
  });

  test('those that wait for somebody are found by their status', async () => {
    const watch = createOrderWatch({ db, table });
    const stuck = await tell(3, 'Attention Needed');
    await tell(1, 'Order Validated');
    expect(await watch.inStatus({ status: 'NEEDS_ATTENTION', limit: 10 })).toEqual({
      orders: 1,
      oldest: [{ orderId: stuck, createdAt: timeAt(3), updatedAt: timeAt(4) }],
    });
    expect([reads.map(({ index }) => index), scanned()]).toEqual([Array(4).fill('by-status'), 1]);
  });

  test('a flood of them is counted up to a thousand of a shard; only those that are shown are read', async () => {
    const watch = createOrderWatch({ db, table });
    const items = Array.from({ length: 1100 }, (_, i) => ({
      orderId: `O-${i}`,
      lateShard: 'BREACHED#2',
      createdAt: timeAt(0) + String(i).padStart(5, '0'),
      updatedAt: timeAt(0),
    }));
    await put(table, items);
    await put(table, [{ orderId: 'O', lateShard: 'BREACHED#0', createdAt: timeAt(1), updatedAt: timeAt(1) }]);
    const { orders, oldest } = await watch.late({ promise: 'BREACHED', limit: 3 });
    expect([orders, oldest.map(({ orderId }) => orderId)]).toEqual([1001, ['O-0', 'O-1', 'O-2']]);
    // four shards, of which one is counted on
    expect([reads.length, scanned()]).toEqual([5, 1001]);
  });
});

test('open cases are counted where they are listed, and closed ones are not looked at', async () => {
  const indexes = { 'by-state': ['state', 'openedAt'] as [string, string] };
  const table = await createOwnTable(plain.db, { name: 'Cases', key: ['caseId'], indexes });
  const count = createCaseCount({ db, table });
  expect(await count()).toBe(0);
  const cases = (n: number, state: string) =>
    Array.from({ length: n }, () => ({ caseId: uniqueId('CASE'), state, openedAt: '2025-07-09' }));
  await put(table, [...cases(3, 'OPEN'), ...cases(20, 'CLOSED'), { caseId: 'report' }]);
  reads.length = 0;
  expect([await count(), reads]).toEqual([3, [{ index: 'by-state', scanned: 3 }]]);
});

test('tables out of reach are SERVICE_UNAVAILABLE', async () => {
  await withUnreachableAws(async (aws) => {
    const table = 'any';
    const watch = createOrderWatch({ db: aws.db, table });
    for (const read of [
      createOrderStates({ db: aws.db, table }),
      () => watch.late({ promise: 'AT_RISK', limit: 1 }),
      createDeadLetterCounts({ db: aws.db, table }),
      createCaseCount({ db: aws.db, table }),
    ])
      expect(await failureTypeOf(read())).toBe('SERVICE_UNAVAILABLE');
  });
});
