import type { InventoryStatus } from './projection';
import type { Order, Shipment, ShipmentLine, Shortage } from './order';
import { shipmentIdOf } from './ids';

/** What a warehouse can still promise of a product. */
export interface WarehouseStock {
  productId: string;
  warehouseId: string;
  availableQuantity: number;
}

export interface Warehouse {
  warehouseId: string;
  /** ISO 3166-1 alpha-2 */
  country: string;
  city: string;
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
const MAX_STOCK_ROWS = 80;

/**
 * Plans which warehouse gives what, over the stock as it was read: as few shipments as possible, from the
 * destination's own country first, then from the warehouse that has most.
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
  return { shipments, ...itemsOf(lines, missing, p.stock) };
}

type Stock = Map<string, number>;

const stockOf = ({ warehouseId }: Warehouse, stock: readonly WarehouseStock[]): Stock =>
  new Map(stock.filter((s) => s.warehouseId === warehouseId).map((s) => [s.productId, s.availableQuantity]));

function best(candidates: [Warehouse, Stock][], missing: Stock, country: string): [Warehouse, Stock] {
  const ranked = candidates.map(([warehouse, stock]) => ({
    candidate: [warehouse, stock] as [Warehouse, Stock],
    rank: rankOf(stock, missing, warehouse.country === country),
  }));
  ranked.sort((a, b) => compare(b.rank, a.rank) || (a.candidate[0].warehouseId < b.candidate[0].warehouseId ? -1 : 1));
  return ranked[0]!.candidate;
}

/** Serves all of it, then is in the country, then serves most units, then has most left. */
function rankOf(stock: Stock, missing: Stock, domestic: boolean): number[] {
  const units = sum(take(stock, missing).map(({ quantity }) => quantity));
  const left = sum([...missing.keys()].map((productId) => stock.get(productId) ?? 0));
  return [units === sum([...missing.values()]) ? 1 : 0, units > 0 && domestic ? 1 : 0, units, left];
}

const compare = (a: number[], b: number[]): number => a.map((x, i) => x - b[i]!).find((x) => x !== 0) ?? 0;

function take(stock: Stock, missing: Stock): ShipmentLine[] {
  return [...missing]
    .map(([productId, wanted]) => ({ productId, quantity: Math.min(wanted, stock.get(productId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

function itemsOf(lines: Order['lines'], missing: Stock, stock: readonly WarehouseStock[]) {
  const availableItems: ShipmentLine[] = [];
  const unavailableItems: Shortage[] = [];
  for (const { productId, quantity } of lines) {
    const shortfall = missing.get(productId) ?? 0;
    if (quantity > shortfall) availableItems.push({ productId, quantity: quantity - shortfall });
    if (shortfall > 0)
      unavailableItems.push({ productId, quantity, shortfall, availableQuantity: total(stock, productId) });
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

type MoveKind = 'reserve' | 'release' | 'ship';

/** The moves of stock that reserve, release or ship what is planned. */
export function stockMoves(kind: MoveKind, shipments: readonly Shipment[]): StockMove[] {
  const sign = { reserve: [-1, 1], release: [1, -1], ship: [0, -1] }[kind] as [number, number];
  return shipments.flatMap(({ warehouseId, lines }) =>
    lines.map(({ productId, quantity }) => ({
      productId,
      warehouseId,
      available: sign[0] * quantity,
      reserved: sign[1] * quantity,
    })),
  );
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
