import type { Backorder, BackorderChange } from '../../../src/domain/backorders';
import type {
  Books,
  OrderRecord,
  PostingOutcome,
  StockPosting,
  StockPostingOutcome,
} from '../../../src/activities/ports';
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
  /** by product and entry */
  backorders: Map<string, Backorder>;
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
  const backorders = new Map<string, Backorder>();

  const none = () => ({ availableQuantity: 0, reservedQuantity: 0 });
  const rowsOf = (moves: StockMove[]) => [
    // the first of a product that a warehouse gets makes its row
    ...moves.map((move) => ({ move, row: warehouseStock.get(`${move.productId}/${move.warehouseId}`) ?? none() })),
    ...totalMoves(moves).map((move) => ({ move, row: inventory.get(move.productId) })),
  ];
  const holds = ({ move, row }: ReturnType<typeof rowsOf>[number]) =>
    row !== undefined && row.availableQuantity + move.available >= 0 && row.reservedQuantity + move.reserved >= 0;
  const keyOf = ({ productId, entry }: Pick<Backorder, 'productId' | 'entry'>) => `${productId} ${entry}`;
  const isAsRead = ({ kind, backorder }: BackorderChange) =>
    backorders.get(keyOf(backorder))?.version === (kind === 'OPEN' ? undefined : backorder.version);

  function stockRefusal({ ledger: step, stock = [], backorders: changes = [] }: StockPosting) {
    const result = step && ledger.get(step.key);
    if (result) return { kind: 'step-known', result } satisfies StockPostingOutcome;
    const isFree = rowsOf(stock).every(holds) && changes.every(isAsRead);
    return isFree ? undefined : ({ kind: 'stock-changed' } satisfies StockPostingOutcome);
  }

  function writeStock({ ledger: step, stock = [], backorders: changes = [] }: StockPosting): void {
    if (step) ledger.set(step.key, step.result);
    for (const move of stock) {
      const key = `${move.productId}/${move.warehouseId}`;
      if (!warehouseStock.has(key)) warehouseStock.set(key, none());
    }
    for (const { move, row } of rowsOf(stock)) {
      row!.availableQuantity += move.available;
      row!.reservedQuantity += move.reserved;
    }
    for (const { kind, backorder } of changes) {
      if (kind === 'REMOVE') backorders.delete(keyOf(backorder));
      else
        backorders.set(keyOf(backorder), kind === 'SET' ? { ...backorder, version: backorder.version + 1 } : backorder);
    }
  }

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
    return stockRefusal(posting);
  }

  return {
    orders,
    events,
    views,
    ledger,
    inventory,
    warehouseStock,
    backorders,
    async post(original) {
      const posting = structuredClone(original);
      const refused = refusal(posting);
      if (refused) return structuredClone(refused);
      const { orderId } = posting;
      if (posting.order) orders.set(orderId, posting.order);
      for (const { key, result } of posting.effects ?? []) ledger.set(key, result);
      writeStock(posting);
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
      [...warehouseStock].flatMap(([key, quantities]) => {
        const [productId = '', warehouseId = ''] = key.split('/');
        return productIds.includes(productId) ? [{ productId, warehouseId, ...quantities }] : [];
      }),
    async postStock(original) {
      const posting = structuredClone(original);
      const refused = stockRefusal(posting);
      if (refused) return structuredClone(refused);
      writeStock(posting);
      return { kind: 'posted' };
    },
    readQueue: async (productId) =>
      structuredClone(
        [...backorders.values()]
          .filter((backorder) => backorder.productId === productId)
          .sort((a, b) => (a.entry < b.entry ? -1 : 1)),
      ),
    readBackorders: async (wanted) => structuredClone(wanted.flatMap((key) => backorders.get(keyOf(key)) ?? [])),
    setStock(stock) {
      for (const { productId, warehouseId, availableQuantity } of stock) {
        warehouseStock.set(`${productId}/${warehouseId}`, { availableQuantity, reservedQuantity: 0 });
        const before = inventory.get(productId)?.availableQuantity ?? 0;
        inventory.set(productId, { availableQuantity: before + availableQuantity, reservedQuantity: 0 });
      }
    },
  };
}
