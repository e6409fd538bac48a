import type { Books, OrderRecord, PostingOutcome } from '../../../src/activities/ports';
import type { OrderEvent } from '../../../src/domain/events';
import type { OrderView } from '../../../src/domain/projection';
import type { StockMove } from '../../../src/domain/inventory';
import { applyPatch, projectEvents } from '../../../src/domain/projection';
import { StepError } from '../../../src/domain/failures';
import { totalMoves } from '../../../src/domain/inventory';

export interface Quantities {
  availableQuantity: number;
  reservedQuantity: number;
}

export interface MemoryBooks extends Books {
  orders: Map<string, OrderRecord>;
  events: Map<string, OrderEvent[]>;
  views: Map<string, OrderView>;
  ledger: Map<string, Record<string, unknown>>;
  inventory: Map<string, Quantities>;
  warehouseStock: Map<string, Quantities>;
  setStock(stock: { productId: string; warehouseId: string; availableQuantity: number }[]): void;
}

/** The books in memory; passes the same contract as those on DynamoDB. */
export function createMemoryBooks(): MemoryBooks {
  const orders = new Map<string, OrderRecord>();
  const events = new Map<string, OrderEvent[]>();
  const views = new Map<string, OrderView>();
  const ledger = new Map<string, Record<string, unknown>>();
  const inventory = new Map<string, Quantities>();
  const warehouseStock = new Map<string, Quantities>();

  const rowsOf = (moves: StockMove[]) => [
    ...moves.map((move) => ({ move, row: warehouseStock.get(`${move.productId}/${move.warehouseId}`) })),
    ...totalMoves(moves).map((move) => ({ move, row: inventory.get(move.productId) })),
  ];
  const holds = ({ move, row }: ReturnType<typeof rowsOf>[number]) =>
    row !== undefined && row.availableQuantity + move.available >= 0 && row.reservedQuantity + move.reserved >= 0;

  function refusal(posting: Parameters<Books['post']>[0]): PostingOutcome | undefined {
    const known = posting.order && orders.get(posting.orderId);
    if (known) return { kind: 'order-known', order: known };
    const effect = posting.ledger && ledger.get(posting.ledger.key);
    if (effect) return { kind: 'step-known', result: effect };
    const [first] = posting.events;
    const lastSequence = views.get(posting.orderId)?.sequence ?? 0;
    if (first && lastSequence >= first.sequence) return { kind: 'sequence-taken', lastSequence };
    if (first && lastSequence < first.sequence - 1)
      throw new StepError('VIEW_OUT_OF_STEP', `the view is at ${lastSequence}, not at ${first.sequence - 1}`);
    if (!rowsOf(posting.stock ?? []).every(holds)) return { kind: 'stock-changed' };
    return undefined;
  }

  return {
    orders,
    events,
    views,
    ledger,
    inventory,
    warehouseStock,
    async post(original) {
      const posting = structuredClone(original);
      const refused = refusal(posting);
      if (refused) return structuredClone(refused);
      const { orderId } = posting;
      if (posting.order) orders.set(orderId, posting.order);
      if (posting.ledger) ledger.set(posting.ledger.key, posting.ledger.result);
      for (const { key, result } of posting.effects ?? []) ledger.set(key, result);
      for (const { move, row } of rowsOf(posting.stock ?? [])) {
        row!.availableQuantity += move.available;
        row!.reservedQuantity += move.reserved;
      }
      events.set(orderId, [...(events.get(orderId) ?? []), ...posting.events]);
      if (posting.events.length > 0)
        views.set(orderId, applyPatch(views.get(orderId), orderId, projectEvents(posting.events)));
      return { kind: 'posted' };
    },
    readOrder: async (orderId) => structuredClone(orders.get(orderId)),
    readView: async (orderId) => structuredClone(views.get(orderId)),
    readLedger: async (key) => structuredClone(ledger.get(key)),
    readEvents: async ({ orderId, from, to }) => structuredClone((events.get(orderId) ?? []).slice(from - 1, to)),
    readStock: async (productIds) =>
      [...warehouseStock].flatMap(([key, { availableQuantity }]) => {
        const [productId = '', warehouseId = ''] = key.split('/');
        return productIds.includes(productId) ? [{ productId, warehouseId, availableQuantity }] : [];
      }),
    setStock(stock) {
      for (const { productId, warehouseId, availableQuantity } of stock) {
        warehouseStock.set(`${productId}/${warehouseId}`, { availableQuantity, reservedQuantity: 0 });
        const before = inventory.get(productId)?.availableQuantity ?? 0;
        inventory.set(productId, { availableQuantity: before + availableQuantity, reservedQuantity: 0 });
      }
    },
  };
}
