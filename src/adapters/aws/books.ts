import { setTimeout as delay } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Books, LedgerEntry, OrderRecord, Posting, PostingOutcome } from '../../activities/ports';
import type { OrderEvent } from '../../domain/events';
import type { OrderView } from '../../domain/projection';
import type { Warehouse, WarehouseStock } from '../../domain/inventory';
import { StepError } from '../../domain/failures';
import { reach, unavailable } from './errors';
import { type Part, type TableNames, transactionOf } from './transaction';

export interface DynamoBooksDeps {
  db: DynamoDBDocumentClient;
  tables: TableNames;
  warehouses: readonly Warehouse[];
}

/** The books on DynamoDB: each posting is one transaction. */
export function createDynamoBooks({ db, tables, warehouses }: DynamoBooksDeps): Books {
  async function get<T>(table: string, key: Record<string, unknown>): Promise<T | undefined> {
    const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
    const { Item } = await reach(`reading ${table}`, () => db.send(command));
    return Item as T | undefined;
  }

  const books: Books = {
    async post(posting) {
      const refused = await transact(db, transactionOf(posting, tables), posting.orderId);
      return refused ? explain(refused, posting) : { kind: 'posted', events: posting.events };
    },
    readOrder: (orderId) => get<OrderRecord>(tables.orders, { orderId }),
    readView: (orderId) => get<OrderView>(tables.view, { orderId }),
    readLedger: async (key) => (await get<LedgerEntry>(tables.ledger, { key }))?.result,
    async readStock(productIds) {
      const keys = productIds.flatMap((productId) => warehouses.map(({ warehouseId }) => ({ productId, warehouseId })));
      const chunks = chunk(keys, 100).map((some) => batchGet(db, tables.warehouseStock, some));
      return (await Promise.all(chunks)).flat();
    },
  };

  /** What refused a posting, the strongest reason first. */
  async function explain(refused: Set<Part>, { orderId, ledger, events }: Posting): Promise<PostingOutcome> {
    if (refused.has('order')) return { kind: 'order-known', order: (await books.readOrder(orderId))! };
    if (refused.has('ledger')) return { kind: 'effect-known', result: (await books.readLedger(ledger!.key))! };
    if (refused.has('event')) return sameAsStored(events);
    if (refused.has('stock')) return { kind: 'stock-changed' };
    throw new StepError('VIEW_OUT_OF_STEP', `order ${orderId}: the view is not at sequence ${events[0]!.sequence - 1}`);
  }

  async function sameAsStored(events: OrderEvent[]): Promise<PostingOutcome> {
    const { orderId, sequence } = events[0]!;
    const range = { ':order': orderId, ':from': sequence, ':to': sequence + events.length - 1 };
    const query = new QueryCommand({
      TableName: tables.events,
      KeyConditionExpression: 'orderId = :order AND #sequence BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#sequence': 'sequence' },
      ExpressionAttributeValues: range,
      ConsistentRead: true,
    });
    const { Items = [] } = await reach(`reading ${tables.events}`, () => db.send(query));
    const stored = Items.map(({ unpublished: _mark, ...event }) => event as OrderEvent);
    assertSameEvents(stored, events);
    return { kind: 'posted', events: stored };
  }

  return books;
}

/** @throws StepError SEQUENCE_TAKEN when what is stored at the events' numbers are other events */
export function assertSameEvents(stored: readonly OrderEvent[], events: readonly OrderEvent[]): void {
  for (const [i, { orderId, sequence, type, data }] of events.entries()) {
    const there = stored[i];
    if (there?.type === type && JSON.stringify(sorted(there.data)) === JSON.stringify(sorted(data))) continue;
    const found = there ? `"${there.type}"` : 'nothing';
    throw new StepError(
      'SEQUENCE_TAKEN',
      `order ${orderId}: expected "${type}" at sequence ${sequence}, found ${found}`,
    );
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

const CONFLICTS = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const MAX_TRIES = 10;

/** Writes a transaction; another one in its way is waited for, with jitter, and never read as a refusal. */
async function transact(
  db: DynamoDBDocumentClient,
  transaction: ReturnType<typeof transactionOf>,
  orderId: string,
): Promise<Set<Part> | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      await db.send(new TransactWriteCommand({ TransactItems: transaction.map(({ item }) => item) }));
      return undefined;
    } catch (error) {
      const codes = error instanceof TransactionCanceledException ? error.CancellationReasons : undefined;
      const blocked = !codes || codes.some(({ Code }) => Code !== undefined && CONFLICTS.has(Code));
      if (!blocked) {
        const parts = transaction.filter((_, i) => codes[i]?.Code === 'ConditionalCheckFailed').map(({ part }) => part);
        if (parts.length > 0) return new Set(parts);
      }
      if (!codes || !blocked || tries === MAX_TRIES) throw unavailable(`writing order ${orderId}`, error);
      await delay(Math.random() * Math.min(20 * 2 ** tries, 500));
    }
  }
}

async function batchGet(db: DynamoDBDocumentClient, table: string, keys: Record<string, string>[]) {
  const found: WarehouseStock[] = [];
  let left: Record<string, unknown>[] = keys;
  for (let tries = 1; left.length > 0; tries++) {
    const request = { RequestItems: { [table]: { Keys: left, ConsistentRead: true } } };
    const answer = await reach(`reading ${table}`, () => db.send(new BatchGetCommand(request)));
    found.push(...((answer.Responses?.[table] ?? []) as WarehouseStock[]));
    left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (left.length > 0 && tries === MAX_TRIES) throw unavailable(`reading ${table}`, `${left.length} keys throttled`);
    if (left.length > 0) await delay(Math.random() * 20 * 2 ** tries);
  }
  return found;
}

function chunk<T>(all: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
