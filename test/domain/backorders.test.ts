import fc from 'fast-check';
import type { OrderId } from '../../src/domain/ids';
import {
  type Allocation,
  type Backorder,
  entryOf,
  missingOf,
  planAllocation,
  shipmentsOf,
} from '../../src/domain/backorders';
import { holds } from '../support/contracts/runs';
import { WAREHOUSES } from '../support/orders';

const at = (n: number) => new Date(Date.UTC(2025, 6, 9, 10, 0, n)).toISOString();

function waitingFor(n: number, wanted: number, changes: Partial<Backorder> = {}): Backorder {
  const orderId = `ORD-${n}` as OrderId;
  return {
    productId: 'A',
    entry: entryOf(at(n), orderId),
    orderId,
    wanted,
    allocated: [],
    country: 'KR',
    products: ['A'],
    version: 1,
    ...changes,
  };
}

const allocate = (waiting: Backorder[], free: Record<string, number>, limit = 100) =>
  planAllocation({
    waiting,
    free: Object.entries(free).map(([warehouseId, quantity]) => ({ warehouseId, quantity })),
    warehouses: WAREHOUSES,
    limit,
  });

/** `ORD-1: ICN×2`, of those that got something. */
const asText = ({ changes }: ReturnType<typeof allocate>) =>
  changes.map(({ backorder: { orderId, allocated } }) => `${orderId}: ${text(allocated)}`);
const text = (allocated: Allocation[]) =>
  allocated.map(({ warehouseId, quantity }) => `${warehouseId}×${quantity}`).join(', ');

describe('units are shared out', () => {
  test.each([
    [
      'to who waits longest, until it has all',
      [waitingFor(1, 2), waitingFor(2, 2)],
      { ICN: 3 },
      ['ORD-1: ICN×2', 'ORD-2: ICN×1'],
    ],
    ['to nobody else while the first lacks some', [waitingFor(1, 5), waitingFor(2, 1)], { ICN: 3 }, ['ORD-1: ICN×3']],
    ['from the warehouse that is near', [waitingFor(1, 2)], { ICN: 2, LAX: 9 }, ['ORD-1: ICN×2']],
    ['from the one far away for what is missing', [waitingFor(1, 5)], { ICN: 2, LAX: 9 }, ['ORD-1: ICN×2, LAX×3']],
    [
      'from where it has something already, though that is far',
      [waitingFor(1, 5, { allocated: [{ warehouseId: 'LAX', quantity: 1 }] })],
      { ICN: 9, LAX: 9 },
      ['ORD-1: LAX×5'],
    ],
    [
      'to who has all, nothing more',
      [waitingFor(1, 1, { allocated: [{ warehouseId: 'LAX', quantity: 1 }] }), waitingFor(2, 1)],
      { ICN: 9 },
      ['ORD-2: ICN×1'],
    ],
    ['of nothing, to nobody', [waitingFor(1, 1)], { ICN: 0 }, []],
  ] as [string, Backorder[], Record<string, number>, string[]][])('%s', (_, waiting, free, shares) => {
    expect(asText(allocate(waiting, free))).toEqual(shares);
  });

  test('to no more entries than a transaction holds', () => {
    const waiting = Array.from({ length: 5 }, (_, n) => waitingFor(n, 1));
    expect(asText(allocate(waiting, { ICN: 9 }, 2))).toEqual(['ORD-0: ICN×1', 'ORD-1: ICN×1']);
  });

  test('of an order of the most products from one warehouse each, so that it ships in one transaction', () => {
    const products = Array.from({ length: 40 }, (_, n) => `P${n}`);
    expect(asText(allocate([waitingFor(1, 5, { products })], { ICN: 2, LAX: 9 }))).toEqual(['ORD-1: ICN×2']);
  });

  test('first come first served, and none is made or lost', () => {
    const wanted = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 });
    const free = fc.record({ ICN: fc.nat(20), LAX: fc.nat(20) });
    holds(
      fc.property(wanted, free, (each, units) => {
        const waiting = each.map((quantity, n) => waitingFor(n, quantity));
        const plan = allocate(waiting, units);
        const after = waiting.map(
          (b) => plan.changes.find(({ backorder }) => backorder.entry === b.entry)?.backorder ?? b,
        );
        const given = after.map((b) => b.wanted - missingOf(b));
        const sum = (of: number[]) => of.reduce((all, n) => all + n, 0);
        expect(sum(given)).toBe(Math.min(sum(each), units.ICN + units.LAX));
        expect(sum(plan.taken.map(({ quantity }) => quantity))).toBe(sum(given));
        for (const { warehouseId, quantity } of plan.taken)
          expect(quantity).toBeLessThanOrEqual(units[warehouseId as 'ICN' | 'LAX']);
        const short = after.findIndex((b) => missingOf(b) > 0);
        // behind the first that lacks some, nobody has any
        if (short >= 0) expect(given.slice(short + 1).every((n) => n === 0)).toBe(true);
      }),
    );
  });
});

test('what is set aside ships in one parcel from each warehouse, numbered on', () => {
  const orderId = 'ORD-1' as OrderId;
  const of = (productId: string, allocated: Allocation[]) => waitingFor(1, 9, { productId, allocated });
  const [icn, lax] = ['ICN', 'LAX'].map((warehouseId) => ({ warehouseId, quantity: 2 }));
  expect(shipmentsOf([of('A', [lax!, icn!]), of('B', [icn!])], { orderId, firstShipment: 2 })).toEqual([
    {
      shipmentId: 'ORD-1-S2',
      warehouseId: 'ICN',
      lines: [
        { productId: 'A', quantity: 2 },
        { productId: 'B', quantity: 2 },
      ],
    },
    { shipmentId: 'ORD-1-S3', warehouseId: 'LAX', lines: [{ productId: 'A', quantity: 2 }] },
  ]);
});
