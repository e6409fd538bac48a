import fc from 'fast-check';
import type { Hold } from '../../src/domain/order-books';
import type { StockBooks } from '../../src/domain/reconciliation';
import {
  addTallies,
  bucketOf,
  BUCKETS,
  differingBuckets,
  tallyOfHolds,
  tallyOfStock,
} from '../../src/domain/stock-tally';
import { stockFindings } from '../../src/domain/reconciliation';

const quantity = fc.integer({ min: 0, max: 1_000_000_000 });
const hold: fc.Arbitrary<Hold> = fc.record({
  productId: fc.integer({ min: 0, max: 30 }).map((n) => `PROD-${n}`),
  warehouseId: fc.constantFrom('ICN', 'LAX', 'AMS'),
  quantity: fc.integer({ min: 1, max: 100_000 }),
});
const holds = fc.array(hold, { maxLength: 40 });

/** A stock that is what these orders hold, and what is available besides. */
function stockOf(held: readonly Hold[], available = 7): StockBooks {
  const warehouses = new Map<string, StockBooks['warehouses'][number]>();
  for (const { productId, warehouseId, quantity: units } of held) {
    const key = `${productId}/${warehouseId}`;
    const row = warehouses.get(key) ?? { productId, warehouseId, availableQuantity: available, reservedQuantity: 0 };
    warehouses.set(key, { ...row, reservedQuantity: row.reservedQuantity + units });
  }
  const totals = new Map<string, StockBooks['totals'][number]>();
  for (const { productId, availableQuantity, reservedQuantity } of warehouses.values()) {
    const row = totals.get(productId) ?? { productId, availableQuantity: 0, reservedQuantity: 0 };
    totals.set(productId, {
      productId,
      availableQuantity: row.availableQuantity + availableQuantity,
      reservedQuantity: row.reservedQuantity + reservedQuantity,
    });
  }
  return { totals: [...totals.values()], warehouses: [...warehouses.values()], backorders: [] };
}

const differing = (books: StockBooks, held: readonly Hold[]) =>
  differingBuckets(tallyOfStock(books), tallyOfHolds(held));

test('a stock that adds up has the tally of what is held, in whatever parts both were summed up', () => {
  fc.assert(
    fc.property(holds, fc.integer({ min: 0, max: 40 }), (held, cut) => {
      expect(differing(stockOf(held), held)).toEqual([]);
      const parts = addTallies(tallyOfHolds(held.slice(cut)), tallyOfHolds(held.slice(0, cut)));
      expect(parts).toEqual(tallyOfHolds(held));
    }),
  );
});

test('whatever does not add up is in a bucket that differs', () => {
  fc.assert(
    fc.property(holds, hold, quantity, fc.integer({ min: 0, max: 4 }), (some, one, wrong, where) => {
      const held = [...some, one];
      const books = stockOf(held);
      const { productId, warehouseId } = one;
      const total = books.totals.find((row) => row.productId === productId)!;
      const row = books.warehouses.find((other) => other.productId === productId && other.warehouseId === warehouseId)!;
      if (where === 0) row.reservedQuantity = wrong;
      if (where === 1) row.availableQuantity = wrong;
      if (where === 2) total.reservedQuantity = wrong;
      if (where === 3) total.availableQuantity = wrong;
      if (where === 4) books.backorders.push(setAside(one));
      const found = stockFindings(books, held).flatMap(({ productId: product }) => product ?? []);
      expect(differing(books, held)).toEqual([...new Set(found.map(bucketOf))].toSorted((a, b) => a - b));
    }),
  );
});

const setAside = ({ productId, warehouseId, quantity: units }: Hold) =>
  ({ productId, allocated: [{ warehouseId, quantity: units }] }) as StockBooks['backorders'][number];

test('units that moved from one warehouse to another are missed by no sum', () => {
  const held = [{ productId: 'P', warehouseId: 'ICN', quantity: 3 }];
  const elsewhere = [{ productId: 'P', warehouseId: 'LAX', quantity: 3 }];
  expect(differing(stockOf(elsewhere), held)).toEqual([bucketOf('P')]);
});

test.each([Number.NaN, undefined as unknown as number, 1.5])(
  '%p units are none that anybody holds',
  (reservedQuantity) => {
    const held = [{ productId: 'P', warehouseId: 'ICN', quantity: 3 }];
    const books = stockOf(held);
    books.warehouses[0]!.reservedQuantity = reservedQuantity;
    expect(differing(books, held)).toEqual([bucketOf('P')]);
  },
);

test('a tally is no longer than there are buckets', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => ({ productId: `P-${i}`, warehouseId: 'ICN', quantity: i + 1 }));
  const tally = tallyOfHolds(many);
  expect(Object.keys(tally).length).toBeLessThanOrEqual(BUCKETS);
  expect(JSON.stringify(tally).length).toBeLessThan(50_000);
  expect(JSON.stringify(many).length).toBeGreaterThan(1_000_000);
});
