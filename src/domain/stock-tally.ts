import type { Hold } from './order-books';
import type { StockBooks } from './reconciliation';
import { partOf } from './ids';

/** Parts that products are summed up in: what one step hands to another is as long as that, however many there are. */
export const BUCKETS = 2048;

/**
 * Quantities summed up by bucket, each with a weight of its own: two tallies of the same quantities are the same, in whatever
 * order and parts they were added, and of others they differ but by a chance of one in hundreds of millions. Sums of 0 are absent.
 */
export type StockTally = Record<string, number>;

const BITS = 48;
const MODULUS = 2 ** BITS;

export const bucketOf = (productId: string): number => partOf(productId, BUCKETS);

/** The sum of two tallies. */
export const addTallies = (one: StockTally, other: StockTally): StockTally =>
  sumUp([...Object.entries(one), ...Object.entries(other)]);

function sumUp(parts: readonly (readonly [bucket: string, part: number])[]): StockTally {
  const sums = new Map<string, number>();
  for (const [bucket, part] of parts) sums.set(bucket, ((sums.get(bucket) ?? 0) + part) % MODULUS);
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
}

/** What units that orders hold come to: in their warehouses, and in the totals of their products. */
export const tallyOfHolds = (holds: readonly Hold[]): StockTally =>
  tallyOf(
    holds.flatMap(({ productId, warehouseId, quantity }) => [
      { productId, place: warehouseId, quantity },
      { productId, place: TOTAL, quantity },
    ]),
  );

/**
 * What rows of the stock come to, without what is set aside: of all rows that is the tally of what orders hold, unless
 * something does not add up.
 */
export function tallyOfStock({ totals, warehouses, backorders }: StockBooks): StockTally {
  const setAside = backorders.flatMap(({ productId, allocated }) =>
    allocated.flatMap(({ warehouseId, quantity }) => [
      { productId, place: warehouseId, quantity: -quantity },
      { productId, place: TOTAL, quantity: -quantity },
    ]),
  );
  return tallyOf([
    ...warehouses.flatMap(({ productId, warehouseId, availableQuantity, reservedQuantity }) => [
      { productId, place: warehouseId, quantity: reservedQuantity },
      { productId, place: AVAILABLE, quantity: availableQuantity },
    ]),
    // the totals of what is available are those of the warehouses
    ...totals.flatMap(({ productId, availableQuantity, reservedQuantity }) => [
      { productId, place: TOTAL, quantity: reservedQuantity },
      { productId, place: AVAILABLE, quantity: -availableQuantity },
    ]),
    ...setAside,
  ]);
}

/** The buckets in which two tallies differ, in order. */
export function differingBuckets(one: StockTally, other: StockTally): number[] {
  const buckets = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return buckets
    .filter((bucket) => one[bucket] !== other[bucket])
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** Places that are no warehouse. */
const TOTAL = 0;
const AVAILABLE = 1;

interface Entry {
  productId: string;
  place: string | number;
  quantity: number;
}

const tallyOf = (entries: readonly Entry[]): StockTally =>
  sumUp(entries.map(({ quantity, ...at }) => [String(bucketOf(at.productId)), weigh(quantity, weightOf(at))]));

/** Odd, so that no quantity but 0 comes to nothing. */
function weightOf({ productId, place }: Omit<Entry, 'quantity'>): bigint {
  const name = JSON.stringify([productId, place]);
  const [high, low] = [partOf(`high ${name}`, 2 ** 24), partOf(`low ${name}`, 2 ** 24)];
  return (BigInt(high) << 24n) | BigInt(low) | 1n;
}

/** What is no number of units, as only a hand can write it, is none that anybody holds. */
const weigh = (quantity: number, weight: bigint): number =>
  Number(BigInt.asUintN(BITS, BigInt(Number.isSafeInteger(quantity) ? quantity : Number.MAX_SAFE_INTEGER) * weight));
