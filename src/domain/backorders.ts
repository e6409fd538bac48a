import type { OrderId } from './ids';
import type { Shipment, ShipmentLine } from './order';
import { shipmentIdOf } from './ids';
import { MAX_STOCK_ROWS, type StockMove, stepsAway, type Warehouse } from './inventory';

/** Units of a product that a warehouse holds for somebody. */
export interface Allocation {
  warehouseId: string;
  quantity: number;
}

/** What an order waits for, of one product. */
export interface Backorder {
  productId: string;
  /** its place in the queue of the product: since when it waits, and the order */
  entry: string;
  orderId: OrderId;
  /** units, in all */
  wanted: number;
  /** what is reserved for it already */
  allocated: Allocation[];
  /** of the destination, ISO 3166-1 alpha-2 */
  country: string;
  /** all products that the order waits for: it goes on with all of them */
  products: string[];
  /** how long the order waits at most, ISO 8601 */
  until?: string;
  /** counts the changes: nobody writes over what he has not read */
  version: number;
}

/** A change of who waits: an entry is opened, set to what it says, or removed; the last two only as it was read. */
export interface BackorderChange {
  kind: 'OPEN' | 'SET' | 'REMOVE';
  /** with the version that was read */
  backorder: Backorder;
}

/** The place in the queue of who waits since a time (ISO 8601); two of one time go by their ids. */
export const entryOf = (openedAt: string, orderId: OrderId): string => `${openedAt}#${orderId}`;

const allocatedTo = ({ allocated }: Pick<Backorder, 'allocated'>): number =>
  allocated.reduce((all, { quantity }) => all + quantity, 0);

/** Units that are still to come. */
export const missingOf = (backorder: Pick<Backorder, 'wanted' | 'allocated'>): number =>
  backorder.wanted - allocatedTo(backorder);

export interface AllocationPlan {
  /** entries that get something, as they are to be */
  changes: BackorderChange[];
  /** where it comes from, one for each warehouse */
  taken: Allocation[];
}

/**
 * Shares out units of a product: who waits longest gets all it wants before the next one gets any. Of several
 * warehouses an entry takes from those it has something of, then from the nearest to its destination.
 *
 * @param p.waiting in the order of their entries
 * @param p.free one for each warehouse
 * @param p.limit how many entries may change: they share a transaction
 */
export function planAllocation(p: {
  waiting: readonly Backorder[];
  free: readonly Allocation[];
  warehouses: readonly Warehouse[];
  limit: number;
}): AllocationPlan {
  const free = new Map(p.free.map(({ warehouseId, quantity }) => [warehouseId, quantity]));
  const taken = new Map<string, number>();
  const changes: BackorderChange[] = [];
  for (const backorder of p.waiting) {
    if (changes.length === p.limit) break;
    const given = shareOf(backorder, free, p.warehouses);
    if (given.length === 0) continue;
    for (const { warehouseId, quantity } of given) {
      add(free, warehouseId, -quantity);
      add(taken, warehouseId, quantity);
    }
    changes.push({ kind: 'SET', backorder: { ...backorder, allocated: merged([...backorder.allocated, ...given]) } });
  }
  return { changes, taken: allocationsOf(taken) };
}

function shareOf(backorder: Backorder, free: Map<string, number>, warehouses: readonly Warehouse[]): Allocation[] {
  const known = new Map(warehouses.map((warehouse) => [warehouse.warehouseId, warehouse]));
  const steps = (warehouseId: string) => {
    const warehouse = known.get(warehouseId);
    return warehouse ? stepsAway(warehouse, backorder.country) : Number.MAX_SAFE_INTEGER;
  };
  const used = new Set(backorder.allocated.map(({ warehouseId }) => warehouseId));
  const ranked = [...free]
    .filter(([, quantity]) => quantity > 0)
    .map(([warehouseId, quantity]) => ({ warehouseId, quantity, isNew: !used.has(warehouseId) }))
    .sort(
      (a, b) =>
        Number(a.isNew) - Number(b.isNew) ||
        steps(a.warehouseId) - steps(b.warehouseId) ||
        b.quantity - a.quantity ||
        (a.warehouseId < b.warehouseId ? -1 : 1),
    );
  const given: Allocation[] = [];
  let missing = missingOf(backorder);
  let more = warehousesEach(backorder.products.length) - used.size;
  for (const { warehouseId, quantity, isNew } of ranked) {
    if (missing === 0 || (isNew && more <= 0)) break;
    if (isNew) more -= 1;
    const share = Math.min(missing, quantity);
    given.push({ warehouseId, quantity: share });
    missing -= share;
  }
  return given;
}

/** From how many warehouses each of an order's products may come, so that it ships in one transaction. */
const warehousesEach = (products: number): number => Math.max(1, Math.floor((MAX_STOCK_ROWS - products) / products));

const merged = (allocations: readonly Allocation[]): Allocation[] => {
  const quantities = new Map<string, number>();
  for (const { warehouseId, quantity } of allocations) add(quantities, warehouseId, quantity);
  return allocationsOf(quantities);
};

const allocationsOf = (quantities: Map<string, number>): Allocation[] =>
  [...quantities].map(([warehouseId, quantity]) => ({ warehouseId, quantity }));

const add = (quantities: Map<string, number>, warehouseId: string, quantity: number) =>
  void quantities.set(warehouseId, (quantities.get(warehouseId) ?? 0) + quantity);

/** The moves that reserve, or give back, units of a product. */
export function allocationMoves(
  kind: 'reserve' | 'release',
  { productId, allocated }: { productId: string; allocated: readonly Allocation[] },
): StockMove[] {
  const sign = kind === 'reserve' ? 1 : -1;
  return allocated.map(({ warehouseId, quantity }) => ({
    productId,
    warehouseId,
    available: 0 - sign * quantity,
    reserved: sign * quantity,
  }));
}

/** What is set aside, by product. */
export const allocatedItems = (backorders: readonly Backorder[]): ShipmentLine[] =>
  backorders
    .map((backorder) => ({ productId: backorder.productId, quantity: allocatedTo(backorder) }))
    .filter(({ quantity }) => quantity > 0);

/** The shipments of what is set aside for an order: one for each warehouse, in the order of their ids. */
export function shipmentsOf(
  backorders: readonly Backorder[],
  { orderId, firstShipment }: { orderId: OrderId; firstShipment: number },
): Shipment[] {
  const lines = new Map<string, ShipmentLine[]>();
  for (const { productId, allocated } of backorders)
    for (const { warehouseId, quantity } of allocated)
      lines.set(warehouseId, [...(lines.get(warehouseId) ?? []), { productId, quantity }]);
  return [...lines]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([warehouseId, of], i) => ({
      shipmentId: shipmentIdOf(orderId, firstShipment + i),
      warehouseId,
      lines: of,
    }));
}
