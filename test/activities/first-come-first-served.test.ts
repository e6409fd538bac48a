import fc from 'fast-check';
import type { OrderId } from '../../src/domain/ids';
import { batchOf, runActivity } from '../support/contracts/activities';
import { createBackorderActivities } from '../../src/activities/backorders';
import { createMemoryWorld } from '../support/memory/ports';
import { createReceivingActivities } from '../../src/activities/receiving';
import { missingOf } from '../../src/domain/backorders';

const A = 'PROD-A';
const address = { street: '1 Street', city: 'Seoul', country: 'KR', zipCode: '1' };
const until = '2025-08-09T10:00:00.000Z';

type Move =
  | { kind: 'open'; quantity: number }
  | { kind: 'receive'; quantity: number; warehouseId: string }
  | { kind: 'give up'; nth: number }
  | { kind: 'go on'; nth: number };

const nth = fc.nat(20);
const quantity = fc.integer({ min: 1, max: 8 });
const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('open' as const), quantity }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('receive' as const),
        quantity,
        warehouseId: fc.constantFrom('ICN', 'LAX'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('give up' as const), nth }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('go on' as const), nth }) },
  ),
  { minLength: 5, maxLength: 25 },
);

/** Plays moves, as workflows would, and holds the books against what is promised after each. */
async function play(all: Move[]): Promise<void> {
  const world = createMemoryWorld();
  const { books } = world;
  books.setStock(['ICN', 'LAX'].map((warehouseId) => ({ productId: A, warehouseId, availableQuantity: 0 })));
  let clock = Date.UTC(2025, 6, 9, 10);
  const deps = { ...world.ports, now: () => new Date((clock += 1000)).toISOString() };
  const backorders = createBackorderActivities(deps);
  const { receiveStock } = createReceivingActivities(deps);
  const queue = async () => books.readQueue(A);
  let [received, opened, deliveries] = [0, 0, 0];

  for (const move of all) {
    const waiting = await queue();
    const chosen = 'nth' in move ? waiting[move.nth % (waiting.length || 1)]?.orderId : undefined;
    if (move.kind === 'open') {
      const orderId = `ORD-${++opened}` as OrderId;
      const items = [{ productId: A, quantity: move.quantity }];
      const batch = batchOf(orderId, [{ type: 'Order Backordered', data: { items, until } }]);
      await runActivity(backorders.openBackorder, { batch, orderId, items, until, address });
    }
    if (move.kind === 'receive') {
      received += move.quantity;
      const reference = `DN-${++deliveries}`;
      await runActivity(receiveStock, { productId: A, ...move, reference });
    }
    if (move.kind === 'give up' && chosen) {
      const batch = batchOf(
        chosen,
        [{ type: 'Backorder Ended', data: { items: [], reason: '', status: 'SHIPPED' } }],
        2,
      );
      await runActivity(backorders.closeBackorder, { batch, orderId: chosen });
      await runActivity(backorders.offerStock, { productIds: [A] });
    }
    if (move.kind === 'go on' && chosen)
      await runActivity(backorders.takeBackorder, {
        batch: batchOf(chosen, [], 2),
        orderId: chosen,
        part: 2,
        firstShipment: 1,
      });
    await expectFair();
  }

  async function expectFair(): Promise<void> {
    const total = books.inventory.get(A)!;
    expect(total.availableQuantity + total.reservedQuantity).toBe(received);
    const rows = [...books.warehouseStock.values()];
    expect(rows.reduce((sum, { reservedQuantity }) => sum + reservedQuantity, 0)).toBe(total.reservedQuantity);
    const waiting = await queue();
    const given = waiting.map((backorder) => backorder.wanted - missingOf(backorder));
    const short = waiting.findIndex((backorder) => missingOf(backorder) > 0);
    if (short < 0) return;
    // nothing is free while somebody waits, and nobody behind him has any
    expect(total.availableQuantity).toBe(0);
    expect(given.slice(short + 1).every((units) => units === 0)).toBe(true);
  }
}

test('first come, first served, whoever comes and goes, and whatever arrives', async () => {
  // each example runs dozens of activities
  await fc.assert(fc.asyncProperty(moves, play), { numRuns: process.env['WAYBILL_PROVE'] ? 500 : 40 });
});
