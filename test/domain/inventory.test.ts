import fc from 'fast-check';
import type { Order, Shipment } from '../../src/domain/order';
import type { OrderId } from '../../src/domain/ids';
import {
  lowStock,
  MAX_SHIPMENTS,
  planReservation,
  stockMoves,
  totalMoves,
  type Warehouse,
  type WarehouseStock,
} from '../../src/domain/inventory';
import { MAX_PRODUCTS } from '../../src/domain/validation';
import { holds } from '../support/contracts/runs';
import { WAREHOUSES } from '../support/orders';

const ORDER_ID = 'ORD-1' as OrderId;
const addressIn = (country: string) => ({ street: '1 Street', city: 'City', country, zipCode: '1' });

function orderOf(wanted: Record<string, number>, country = 'KR'): Pick<Order, 'orderId' | 'lines' | 'shippingAddress'> {
  const lines = Object.entries(wanted).map(([productId, quantity]) => ({
    productId,
    quantity,
    unitPrice: 1,
    amount: quantity,
  }));
  return { orderId: ORDER_ID, lines, shippingAddress: addressIn(country) };
}

/** Stock as a table: warehouse → product → units. */
const stockOf = (stock: Record<string, Record<string, number>>) =>
  Object.entries(stock).flatMap(([warehouseId, products]) =>
    Object.entries(products).map(([productId, availableQuantity]) => ({
      warehouseId,
      productId,
      availableQuantity,
      reservedQuantity: 0,
    })),
  );

/** A plan as text: `ICN: A×2, B×1`. */
const asText = (shipments: readonly Shipment[]) =>
  shipments.map(
    ({ warehouseId, lines }) =>
      `${warehouseId}: ${lines.map(({ productId, quantity }) => `${productId}×${quantity}`).join(', ')}`,
  );

const unitsOf = (lines: readonly { productId: string; quantity: number }[]) => {
  const units = new Map<string, number>();
  for (const { productId, quantity } of lines) units.set(productId, (units.get(productId) ?? 0) + quantity);
  return units;
};

const warehouse = (warehouseId: string, country: string): Warehouse => ({ warehouseId, country, city: warehouseId });
const MANY = ['KR', 'KR', 'US', 'US', 'JP', 'DE'].map((country, i) => warehouse(`W${i}`, country));

const placed = (warehouseId: string, country: string, latitude: number, longitude: number): Warehouse => ({
  ...warehouse(warehouseId, country),
  place: { latitude, longitude },
});
/** Berlin twice, Warsaw, and Tokyo by the middle of its country. */
const PLACES = [
  placed('BER', 'DE', 52.5, 13.4),
  placed('BEX', 'DE', 52.4, 13.5),
  placed('WAW', 'PL', 52.2, 21),
  warehouse('NRT', 'JP'),
];

describe('planReservation', () => {
  test.each([
    {
      name: 'takes all from the only warehouse that has it',
      wanted: { A: 2 },
      stock: { LAX: { A: 5 } },
      plan: ['LAX: A×2'],
      status: 'AVAILABLE',
    },
    {
      name: 'prefers the destination’s own country when both have everything',
      wanted: { A: 2 },
      stock: { ICN: { A: 2 }, LAX: { A: 100 } },
      plan: ['ICN: A×2'],
      status: 'AVAILABLE',
    },
    {
      name: 'prefers one warehouse abroad that has everything to two shipments',
      wanted: { A: 2, B: 1 },
      stock: { ICN: { A: 2 }, LAX: { A: 2, B: 1 } },
      plan: ['LAX: A×2, B×1'],
      status: 'AVAILABLE',
    },
    {
      name: 'starts in the destination’s country when nobody has everything',
      wanted: { A: 5 },
      stock: { ICN: { A: 2 }, LAX: { A: 4 } },
      plan: ['ICN: A×2', 'LAX: A×3'],
      status: 'AVAILABLE',
    },
    {
      name: 'reserves what there is of what is missing',
      wanted: { A: 5, B: 1 },
      stock: { ICN: { A: 2 }, LAX: { A: 1 } },
      plan: ['ICN: A×2', 'LAX: A×1'],
      status: 'PARTIAL',
    },
    {
      name: 'reserves a single unit of a single line',
      wanted: { A: 100, B: 100 },
      stock: { LAX: { B: 1 } },
      plan: ['LAX: B×1'],
      status: 'PARTIAL',
    },
    {
      name: 'plans nothing when nothing is left',
      wanted: { A: 1 },
      stock: { ICN: { A: 0 } },
      plan: [],
      status: 'UNAVAILABLE',
    },
    { name: 'plans nothing of what nobody knows', wanted: { A: 1 }, stock: {}, plan: [], status: 'UNAVAILABLE' },
  ])('$name', ({ wanted, stock, plan, status }) => {
    const planned = planReservation({ order: orderOf(wanted), stock: stockOf(stock), warehouses: WAREHOUSES });
    expect(asText(planned.shipments)).toEqual(plan);
    expect(planned.status).toBe(status);
  });

  test.each<{ name: string; to: string; rows: [string, number, number][]; plan: string[] }>([
    {
      name: 'of two abroad that have everything, takes from the nearer one',
      to: 'FR',
      rows: [
        ['BER', 5, 0],
        ['NRT', 500, 0],
      ],
      plan: ['BER: A×4'],
    },
    {
      name: 'takes from one far away that has everything rather than from two that are near',
      to: 'FR',
      rows: [
        ['BER', 2, 0],
        ['WAW', 2, 0],
        ['NRT', 4, 0],
      ],
      plan: ['NRT: A×4'],
    },
    {
      name: 'starts with the one that has most when nobody has everything and none is in the country',
      to: 'FR',
      rows: [
        ['BER', 1, 0],
        ['NRT', 3, 0],
      ],
      plan: ['NRT: A×3', 'BER: A×1'],
    },
    {
      name: 'of two in one place, takes from the one that is less busy',
      to: 'FR',
      rows: [
        ['BER', 500, 500],
        ['BEX', 50, 0],
      ],
      plan: ['BEX: A×4'],
    },
    {
      name: 'of two that are as busy, within a tenth, takes from the one that has more left',
      to: 'FR',
      rows: [
        ['BER', 50, 1],
        ['BEX', 80, 7],
      ],
      plan: ['BEX: A×4'],
    },
    {
      name: 'prefers the near one, however busy',
      to: 'FR',
      rows: [
        ['BER', 4, 400],
        ['WAW', 400, 0],
      ],
      plan: ['BER: A×4'],
    },
    {
      name: 'does without the distance to a country that nobody has on a map',
      to: 'ZZ',
      rows: [
        ['BER', 5, 0],
        ['NRT', 500, 0],
      ],
      plan: ['NRT: A×4'],
    },
  ])('$name', ({ to, rows, plan }) => {
    const stock: WarehouseStock[] = rows.map(([warehouseId, availableQuantity, reservedQuantity]) => ({
      warehouseId,
      productId: 'A',
      availableQuantity,
      reservedQuantity,
    }));
    const planned = planReservation({ order: orderOf({ A: 4 }, to), stock, warehouses: PLACES });
    expect(asText(planned.shipments)).toEqual(plan);
  });

  test('says what is available and what is missing, by line', () => {
    const stock = stockOf({ ICN: { A: 2 }, LAX: { A: 1 } });
    const planned = planReservation({ order: orderOf({ A: 5, B: 1, C: 2 }), stock, warehouses: WAREHOUSES });
    expect(planned.availableItems).toEqual([{ productId: 'A', quantity: 3 }]);
    expect(planned.unavailableItems).toEqual([
      { productId: 'A', quantity: 5, availableQuantity: 3, shortfall: 2 },
      { productId: 'B', quantity: 1, availableQuantity: 0, shortfall: 1 },
      { productId: 'C', quantity: 2, availableQuantity: 0, shortfall: 2 },
    ]);
  });

  test('numbers the shipments of the order', () => {
    const stock = stockOf({ ICN: { A: 1 }, LAX: { A: 1 } });
    const { shipments } = planReservation({ order: orderOf({ A: 2 }), stock, warehouses: WAREHOUSES });
    expect(shipments.map(({ shipmentId }) => shipmentId)).toEqual(['ORD-1-S1', 'ORD-1-S2']);
  });

  test('an order of the most products, each in two halves, stays within one transaction of 100 rows', () => {
    const halves = stockOf({ ICN: mostProducts(1), LAX: mostProducts(1) });
    const planned = planReservation({ order: orderOf(mostProducts(2)), stock: halves, warehouses: WAREHOUSES });
    expect(planned.status).toBe('PARTIAL');
    expect(rowsOf(planned.shipments)).toBeLessThanOrEqual(ROOM);
  });

  test('an order of the most products gets all of them from a warehouse that has them', () => {
    const stock = stockOf({ ICN: mostProducts(2) });
    const planned = planReservation({ order: orderOf(mostProducts(2)), stock, warehouses: WAREHOUSES });
    expect(planned.status).toBe('AVAILABLE');
    expect(planned.availableItems).toHaveLength(MAX_PRODUCTS);
  });
});

const mostProducts = (quantity: number) =>
  Object.fromEntries(Array.from({ length: MAX_PRODUCTS }, (_, i) => [`P${i}`, quantity]));

// ledger, view and a handful of events are beside these in the transaction
const ROOM = 80;
const rowsOf = (shipments: readonly Shipment[]) => {
  const moves = stockMoves('reserve', shipments);
  return moves.length + totalMoves(moves).length;
};

describe('for any order and any stock', () => {
  const productIds = Array.from({ length: MAX_PRODUCTS }, (_, i) => `P${i}`);
  const wanted = fc.dictionary(fc.constantFrom(...productIds), fc.integer({ min: 1, max: 30 }), {
    minKeys: 1,
    noNullPrototype: true,
  });
  const stock = fc
    .dictionary(
      fc.constantFrom(...MANY.map(({ warehouseId }) => warehouseId)),
      fc.dictionary(fc.constantFrom(...productIds), fc.integer({ min: 0, max: 30 }), {
        maxKeys: 40,
        noNullPrototype: true,
      }),
      { noNullPrototype: true },
    )
    .map(stockOf);
  const world = fc.record({ wanted, stock, country: fc.constantFrom('KR', 'US', 'BR') }).map((p) => {
    const order = orderOf(p.wanted, p.country);
    return { order, stock: p.stock, plan: planReservation({ order, stock: p.stock, warehouses: MANY }) };
  });

  test('no more is planned than a warehouse has, or than was ordered', () => {
    holds(
      fc.property(world, ({ order, stock: there, plan }) => {
        for (const { warehouseId, lines } of plan.shipments)
          for (const { productId, quantity } of lines) {
            const row = there.find((s) => s.productId === productId && s.warehouseId === warehouseId);
            expect(quantity).toBeGreaterThan(0);
            expect(quantity).toBeLessThanOrEqual(row?.availableQuantity ?? 0);
          }
        const planned = unitsOf(plan.shipments.flatMap(({ lines }) => lines));
        for (const [productId, units] of planned)
          expect(units).toBeLessThanOrEqual(order.lines.find((line) => line.productId === productId)?.quantity ?? 0);
      }),
    );
  });

  test('what is available is the sum of the shipments, and with what is missing it is the order', () => {
    holds(
      fc.property(world, ({ order, plan }) => {
        expect(unitsOf(plan.availableItems)).toEqual(
          new Map(
            order.lines
              .map(
                ({ productId }) =>
                  [productId, unitsOf(plan.shipments.flatMap(({ lines }) => lines)).get(productId) ?? 0] as const,
              )
              .filter(([, units]) => units > 0),
          ),
        );
        const missing = plan.unavailableItems.map(({ productId, shortfall }) => ({ productId, quantity: shortfall }));
        const all = unitsOf([...plan.availableItems, ...missing]);
        expect(all).toEqual(
          new Map([...all.keys()].map((id) => [id, order.lines.find((l) => l.productId === id)!.quantity])),
        );
        expect(all.size).toBe(order.lines.length);
      }),
    );
  });

  test('it is AVAILABLE when nothing is missing, UNAVAILABLE when nothing is there, else PARTIAL', () => {
    holds(
      fc.property(world, ({ plan }) => {
        const expected =
          plan.unavailableItems.length === 0 ? 'AVAILABLE' : plan.availableItems.length > 0 ? 'PARTIAL' : 'UNAVAILABLE';
        expect(plan.status).toBe(expected);
      }),
    );
  });

  test('something is reserved whenever a unit of any line is there', () => {
    holds(
      fc.property(world, ({ order, stock: there, plan }) => {
        const ordered = new Set(order.lines.map(({ productId }) => productId));
        const any = there.some(({ productId, availableQuantity }) => availableQuantity > 0 && ordered.has(productId));
        expect(plan.status !== 'UNAVAILABLE').toBe(any);
      }),
    );
  });

  test('there are few enough shipments, one per warehouse, and few enough rows', () => {
    holds(
      fc.property(world, ({ plan: { shipments } }) => {
        expect(shipments.length).toBeLessThanOrEqual(MAX_SHIPMENTS);
        expect(new Set(shipments.map(({ warehouseId }) => warehouseId)).size).toBe(shipments.length);
        expect(rowsOf(shipments)).toBeLessThanOrEqual(ROOM);
      }),
    );
  });

  test('there is one shipment when one warehouse has everything', () => {
    holds(
      fc.property(world, ({ order, stock: there, plan }) => {
        const hasAll = ({ warehouseId }: Warehouse) =>
          order.lines.every(({ productId, quantity }) =>
            there.some(
              (s) => s.warehouseId === warehouseId && s.productId === productId && s.availableQuantity >= quantity,
            ),
          );
        if (!MANY.some(hasAll)) return;
        expect(plan.shipments).toHaveLength(1);
        const domestic = MANY.filter(hasAll).some(({ country }) => country === order.shippingAddress.country);
        const from = MANY.find(({ warehouseId }) => warehouseId === plan.shipments[0]!.warehouseId)!;
        if (domestic) expect(from.country).toBe(order.shippingAddress.country);
      }),
    );
  });

  test('the plan is the same whatever order stock and warehouses are read in', () => {
    holds(
      fc.property(world, fc.nat(), ({ order, stock: there, plan }, n) => {
        const rotated = <T>(all: readonly T[]) => [
          ...all.slice(n % (all.length || 1)),
          ...all.slice(0, n % (all.length || 1)),
        ];
        expect(planReservation({ order, stock: rotated(there), warehouses: rotated(MANY) })).toEqual(plan);
      }),
    );
  });

  test('reserving and releasing, or reserving and shipping, leaves nothing reserved', () => {
    const sum = (...moves: ReturnType<typeof stockMoves>[]) => ({
      available: moves.flat().reduce((all, { available }) => all + available, 0),
      reserved: moves.flat().reduce((all, { reserved }) => all + reserved, 0),
    });
    holds(
      fc.property(world, ({ plan: { shipments, availableItems } }) => {
        const units = availableItems.reduce((all, { quantity }) => all + quantity, 0);
        const [reserve, release, ship] = (['reserve', 'release', 'ship'] as const).map((kind) =>
          stockMoves(kind, shipments),
        );
        expect(sum(reserve!, release!)).toEqual({ available: 0, reserved: 0 });
        expect(sum(reserve!, ship!)).toEqual({ available: 0 - units, reserved: 0 });
      }),
    );
  });

  test('the totals of the products move as their warehouses do, once per product', () => {
    holds(
      fc.property(world, ({ plan: { shipments, availableItems } }) => {
        const totals = totalMoves(stockMoves('reserve', shipments));
        const expected = availableItems.map(({ productId, quantity }) => ({
          productId,
          available: -quantity,
          reserved: quantity,
        }));
        const byProduct = (a: { productId: string }, b: { productId: string }) => (a.productId < b.productId ? -1 : 1);
        expect(totals.toSorted(byProduct)).toEqual(expected.toSorted(byProduct));
      }),
    );
  });
});

describe('a product runs out', () => {
  test.each<{ before: number; taken: number; threshold?: number; alert?: number }>([
    { before: 12, taken: 1 },
    { before: 11, taken: 1, alert: 10 },
    { before: 11, taken: 5, alert: 10 },
    { before: 11, taken: 6, alert: 5 },
    { before: 10, taken: 1 },
    { before: 6, taken: 1, alert: 5 },
    { before: 5, taken: 4 },
    { before: 5, taken: 5, alert: 0 },
    { before: 99, taken: 99, alert: 0 },
    { before: 3, taken: 3, threshold: 0, alert: 0 },
    { before: 3, taken: 2, threshold: 0 },
  ])('$taken of $before, threshold $threshold: $alert', ({ before, taken, threshold = 10, alert }) => {
    // in two warehouses: what counts is all there is
    const stock = stockOf({ ICN: { A: before - 1 }, LAX: { A: 1 } });
    const shipments = [{ shipmentId: 'S', warehouseId: 'ICN', lines: [{ productId: 'A', quantity: taken }] }];
    const expected = { productId: 'A', availableQuantity: before - taken, threshold: alert };
    expect(lowStock({ stock, shipments, threshold })).toEqual(alert === undefined ? [] : [expected]);
  });
});

test('moves of one product in one warehouse are one move, whatever parcels they are in', () => {
  const parcel = { shipmentId: 'S', warehouseId: 'ICN', lines: [{ productId: 'A', quantity: 2 }] };
  expect(stockMoves('restock', [parcel, { ...parcel, shipmentId: 'T' }])).toEqual([
    { productId: 'A', warehouseId: 'ICN', available: 4, reserved: 0 },
  ]);
});
