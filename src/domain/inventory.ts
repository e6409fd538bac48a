import type { InventoryStatus } from './projection';
import type { Order, Shipment, ShipmentLine, Shortage } from './order';
import { centerOf, distanceKm, type Place } from './geography';
import { shipmentIdOf } from './ids';

/** What a warehouse can still promise of a product, and what it has promised and not shipped yet. */
export interface WarehouseStock {
  productId: string;
  warehouseId: string;
  availableQuantity: number;
  reservedQuantity: number;
}

export interface Warehouse {
  warehouseId: string;
  /** ISO 3166-1 alpha-2 */
  country: string;
  city: string;
  /** absent: the middle of its country */
  place?: Place;
}

/** How the units of an order are taken from the warehouses, and what is missing. */
export interface ReservationPlan {
  status: InventoryStatus;
  shipments: Shipment[];
  availableItems: ShipmentLine[];
  unavailableItems: Shortage[];
}

/** Shipments that one order may be split into: each adds rows to the transaction that ships it. */
export const MAX_SHIPMENTS = 3;
/** Rows of stock, totals and warehouses together, that one transaction has room for beside events, ledger and view. */
export const MAX_STOCK_ROWS = 80;

/**
 * Plans which warehouse gives what, over the stock as it was read: as few shipments as possible, from near the
 * destination. One warehouse after the other is picked, each time the best of those left for what is still missing:
 *
 * 1. one that has all of it
 * 2. one in the destination's country that has any of it
 * 3. the one that has most units of it
 * 4. the nearest to the destination, in steps of {@link NEAR_KM}
 * 5. the one with the least load, in tenths: of its units of these products, those that are reserved
 * 6. the one that has most of these products left, then the first by its id
 *
 * @returns AVAILABLE when every unit is planned, PARTIAL as soon as one is, UNAVAILABLE when none is
 */
export function planReservation(p: {
  order: Pick<Order, 'orderId' | 'lines' | 'shippingAddress'>;
  stock: readonly WarehouseStock[];
  warehouses: readonly Warehouse[];
}): ReservationPlan {
  const { orderId, lines, shippingAddress } = p.order;
  const missing = new Map(lines.map(({ productId, quantity }) => [productId, quantity]));
  const candidates = new Map(p.warehouses.map((warehouse) => [warehouse, stockOf(warehouse, p.stock)]));
  let rows = MAX_STOCK_ROWS - lines.length;
  const picked: { warehouseId: string; lines: ShipmentLine[] }[] = [];

  while (candidates.size > 0 && picked.length < MAX_SHIPMENTS) {
    const [warehouse, stock] = best([...candidates], missing, shippingAddress.country);
    candidates.delete(warehouse);
    const taken = take(stock, missing).slice(0, rows);
    if (taken.length === 0) break;
    for (const { productId, quantity } of taken) missing.set(productId, (missing.get(productId) ?? 0) - quantity);
    rows -= taken.length;
    picked.push({ warehouseId: warehouse.warehouseId, lines: taken });
  }
  const shipments = picked.map((pick, i) => ({ shipmentId: shipmentIdOf(orderId, i + 1), ...pick }));
  return { shipments, ...itemsOf(lines, missing, (productId) => total(p.stock, productId)) };
}

/** What there is of an order, wherever it is; of warehouses and shipments nothing is promised. */
export function availabilityOf(
  lines: readonly ShipmentLine[],
  available: ReadonlyMap<string, number>,
): Omit<ReservationPlan, 'shipments'> {
  const units = (productId: string) => Math.max(0, available.get(productId) ?? 0);
  const missing = lines.map(
    ({ productId, quantity }) => [productId, Math.max(0, quantity - units(productId))] as const,
  );
  return itemsOf(lines, new Map(missing), units);
}

/** units that are available, by product */
type Stock = Map<string, number>;

interface Candidate {
  available: Stock;
  reserved: Stock;
}

function stockOf({ warehouseId }: Warehouse, stock: readonly WarehouseStock[]): Candidate {
  const rows = stock.filter((row) => row.warehouseId === warehouseId);
  return {
    available: new Map(rows.map((row) => [row.productId, row.availableQuantity])),
    reserved: new Map(rows.map((row) => [row.productId, row.reservedQuantity])),
  };
}

function best(candidates: [Warehouse, Candidate][], missing: Stock, country: string): [Warehouse, Stock] {
  const ranked = candidates.map(([warehouse, candidate]) => ({
    warehouse,
    stock: candidate.available,
    rank: rankOf(candidate, missing, { warehouse, country }),
  }));
  ranked.sort((a, b) => compare(b.rank, a.rank) || (a.warehouse.warehouseId < b.warehouse.warehouseId ? -1 : 1));
  return [ranked[0]!.warehouse, ranked[0]!.stock];
}

/** Compared from the left, the greater one first. */
function rankOf(
  { available, reserved }: Candidate,
  missing: Stock,
  { warehouse, country }: { warehouse: Warehouse; country: string },
): number[] {
  const units = sum(take(available, missing).map(({ quantity }) => quantity));
  const left = unitsOf(available, missing);
  const held = unitsOf(reserved, missing);
  return [
    units === sum([...missing.values()]) ? 1 : 0,
    units > 0 && warehouse.country === country ? 1 : 0,
    units,
    -stepsAway(warehouse, country),
    -Math.floor((10 * held) / Math.max(1, left + held)),
    left,
  ];
}

/** Kilometres that make no difference: a country is not a point. */
const NEAR_KM = 250;

/** How far a warehouse is from a country, in steps of {@link NEAR_KM}; what nobody knows is farther than everything. */
export function stepsAway({ place, country: from }: Warehouse, country: string): number {
  const [start, end] = [place ?? centerOf(from), centerOf(country)];
  return start && end ? Math.floor(distanceKm(start, end) / NEAR_KM) : Number.MAX_SAFE_INTEGER;
}

const unitsOf = (stock: Stock, products: Stock): number =>
  sum([...products.keys()].map((productId) => stock.get(productId) ?? 0));

const compare = (a: number[], b: number[]): number => a.map((x, i) => x - b[i]!).find((x) => x !== 0) ?? 0;

function take(stock: Stock, missing: Stock): ShipmentLine[] {
  return [...missing]
    .map(([productId, wanted]) => ({ productId, quantity: Math.min(wanted, stock.get(productId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

function itemsOf(lines: readonly ShipmentLine[], missing: Stock, unitsIn: (productId: string) => number) {
  const availableItems: ShipmentLine[] = [];
  const unavailableItems: Shortage[] = [];
  for (const { productId, quantity } of lines) {
    const shortfall = missing.get(productId) ?? 0;
    if (quantity > shortfall) availableItems.push({ productId, quantity: quantity - shortfall });
    if (shortfall > 0) unavailableItems.push({ productId, quantity, shortfall, availableQuantity: unitsIn(productId) });
  }
  const status: InventoryStatus =
    unavailableItems.length === 0 ? 'AVAILABLE' : availableItems.length > 0 ? 'PARTIAL' : 'UNAVAILABLE';
  return { status, availableItems, unavailableItems };
}

const sum = (numbers: number[]): number => numbers.reduce((all, n) => all + n, 0);
const total = (stock: readonly WarehouseStock[], productId: string): number =>
  sum(stock.filter((s) => s.productId === productId).map((s) => s.availableQuantity));

/** What a reservation takes from, gives back to, or moves out of a warehouse's stock of a product. */
export interface StockMove {
  productId: string;
  warehouseId: string;
  available: number;
  reserved: number;
}

type MoveKind = 'reserve' | 'release' | 'ship' | 'restock';

/** The moves of stock that reserve, release, ship or take back what is planned: one for each product and warehouse. */
export function stockMoves(kind: MoveKind, shipments: readonly Shipment[]): StockMove[] {
  const sign = { reserve: [-1, 1], release: [1, -1], ship: [0, -1], restock: [1, 0] }[kind] as [number, number];
  const moves = new Map<string, StockMove>();
  for (const { warehouseId, lines } of shipments)
    for (const { productId, quantity } of lines) {
      const row = JSON.stringify([productId, warehouseId]);
      const { available, reserved } = moves.get(row) ?? { available: 0, reserved: 0 };
      moves.set(row, {
        productId,
        warehouseId,
        available: available + sign[0] * quantity,
        reserved: reserved + sign[1] * quantity,
      });
    }
  return [...moves.values()];
}

/** The same moves on the totals of the products, one per product. */
export function totalMoves(moves: readonly StockMove[]): Omit<StockMove, 'warehouseId'>[] {
  const totals = new Map<string, Omit<StockMove, 'warehouseId'>>();
  for (const { productId, available, reserved } of moves) {
    const known = totals.get(productId) ?? { productId, available: 0, reserved: 0 };
    totals.set(productId, {
      productId,
      available: known.available + available,
      reserved: known.reserved + reserved,
    });
  }
  return [...totals.values()];
}

/** A product that is running out. */
export interface LowStock {
  productId: string;
  /** in all warehouses */
  availableQuantity: number;
  /** the lowest one that it fell to */
  threshold: number;
}

/**
 * The products whose stock a reservation lets fall to a threshold, to half of it, or to nothing. Orders at one time may
 * each see only their own part of a fall and miss a threshold: the next one catches it.
 */
export function lowStock(p: {
  stock: readonly WarehouseStock[];
  shipments: readonly Shipment[];
  threshold: number;
}): LowStock[] {
  const thresholds = [0, Math.floor(p.threshold / 2), p.threshold];
  return totalMoves(stockMoves('reserve', p.shipments)).flatMap(({ productId, available }) => {
    const before = total(p.stock, productId);
    const availableQuantity = before + available;
    const threshold = thresholds.find((limit) => before > limit && availableQuantity <= limit);
    return threshold === undefined ? [] : [{ productId, availableQuantity, threshold }];
  });
}
