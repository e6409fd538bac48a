import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Lookup } from '../../src/domain/lookups';
import { putAll } from '../../src/adapters/aws/put-all';
import { type Seed, seededOrder } from './orders';

/** Orders that are written together. */
const GROUP = 100;

export interface SeedTables {
  view: string;
  lookups: string;
  /** absent: no event is written */
  events?: string;
}

/**
 * Writes the orders of a seed as they would be stored, each over what is there: again it changes nothing, and where it
 * was broken off it goes on when it is asked again. No workflow leads them, and nothing is published.
 *
 * @param p.first   the number of the first, from 1
 * @param p.signal  stops it after what is under way
 * @param p.onGroup is told how many are written
 */
export async function writeOrders(p: {
  db: DynamoDBDocumentClient;
  tables: SeedTables;
  seed: Seed;
  count: number;
  first?: number;
  signal?: AbortSignal;
  onGroup?: (written: number) => void;
}): Promise<void> {
  const { first = 1 } = p;
  for (let at = 0; at < p.count && !p.signal?.aborted; at += GROUP) {
    const numbers = Array.from({ length: Math.min(GROUP, p.count - at) }, (_, i) => first + at + i);
    const orders = numbers.map((n) => seededOrder(p.seed, n));
    const put = (table: string, items: object[]) => putAll(p.db, { table, items, what: `seeding ${table}` });
    await Promise.all([
      put(
        p.tables.view,
        orders.map(({ view }) => view),
      ),
      put(p.tables.lookups, once(orders.flatMap(({ lookups }) => lookups))),
      p.tables.events === undefined
        ? undefined
        : put(
            p.tables.events,
            orders.flatMap(({ events }) => events),
          ),
    ]);
    p.onGroup?.(at + numbers.length);
  }
}

/** Orders share days. */
const once = (lookups: readonly Lookup[]): Lookup[] => [
  ...new Map(lookups.map((lookup) => [`${lookup.term} ${lookup.entry}`, lookup])).values(),
];
