import fc from 'fast-check';
import type { Found, Stream } from '../../src/adapters/aws/newest-first';
import type { OrderId } from '../../src/domain/ids';
import { mergeNewestFirst } from '../../src/adapters/aws/newest-first';
import { streamOf } from '../../src/adapters/aws/order-streams';

const newestFirst = (orders: readonly Found[]) => orders.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));

/** Orders in some streams, a few of them of one moment. */
const partitions = fc
  .array(fc.array(fc.nat({ max: 50 }), { maxLength: 30 }), { minLength: 1, maxLength: 5 })
  .map((all) =>
    all.map((seconds, i) =>
      newestFirst(
        seconds.map((second, n) => ({
          orderId: `ORD-${i}-${n}` as OrderId,
          createdAt: new Date(second * 1000).toISOString(),
        })),
      ),
    ),
  );

test('streams are one, newest first, each order once, read no further than needed', async () => {
  const property = fc.asyncProperty(
    partitions,
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 20 }),
    async (orders, atOnce, count) => {
      let read = 0;
      const counted = (stream: Stream): Stream => ({
        async read(wanted) {
          const found = await stream.read(wanted);
          read += found.length;
          return found;
        },
      });
      const merged = mergeNewestFirst(
        orders.map((some) => counted(streamOf(some))),
        { atOnce, seen: new Set() },
      );
      const taken: Found[] = [];
      for (;;) {
        const hasMore = await merged.hasMore();
        const some = await merged.take(count);
        expect(some.length > 0).toBe(hasMore);
        expect(read).toBeLessThanOrEqual(taken.length + some.length + orders.length * atOnce);
        if (some.length === 0) break;
        taken.push(...some);
      }
      const all = orders.flat();
      expect(taken.map(({ createdAt }) => createdAt)).toEqual(newestFirst(all).map(({ createdAt }) => createdAt));
      expect(new Set(taken.map(({ orderId }) => orderId)).size).toBe(all.length);
    },
  );
  await fc.assert(property);
});

test('orders that were seen are left out, however many there are, and are not taken for the end', async () => {
  const at = '2025-07-09T10:30:00.000Z';
  const orders = Array.from({ length: 20 }, (_, i) => ({ orderId: `ORD-${i}` as OrderId, createdAt: at }));
  const seen = new Set(orders.slice(0, 15).map(({ orderId }) => orderId));
  const merged = mergeNewestFirst([streamOf(orders), streamOf([])], { atOnce: 1, seen });
  expect(await merged.hasMore()).toBe(true);
  expect(await merged.take(10)).toEqual(orders.slice(15));
  expect(await merged.hasMore()).toBe(false);
});
