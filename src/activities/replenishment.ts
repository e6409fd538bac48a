import type { Books, Messenger, OverdueSupply, Supplier, SupplyOrder } from './ports';
import { asStep } from './step';
import { missingOf } from '../domain/backorders';

export interface ReplenishmentDeps {
  books: Books;
  supplier: Supplier;
  messenger: Messenger;
  /** units in all warehouses from which on a product is running out */
  lowStockThreshold: number;
}

/** Units that a supplier was asked for, or why none were. */
export type Reordered =
  | { kind: 'ORDERED'; supplyOrderId: string; quantity: number }
  | { kind: 'ENOUGH' }
  /** no warehouse ever had it: anybody may order what we do not sell */
  | { kind: 'UNKNOWN_PRODUCT' };

/** Ordering what runs out. */
export function createReplenishmentActivities({ books, supplier, messenger, lowStockThreshold }: ReplenishmentDeps) {
  return {
    /**
     * Orders units of a product, and those that orders wait for on top. An alert may be old: it is the stock of now that
     * says whether any are needed.
     */
    orderFromSupplier: asStep(async ({ key, productId, quantity }: SupplyOrder): Promise<Reordered> => {
      const [stock, queue] = [await books.readStock([productId]), await books.readQueue(productId)];
      if (stock.length === 0) return { kind: 'UNKNOWN_PRODUCT' };
      const available = stock.reduce((all, { availableQuantity }) => all + availableQuantity, 0);
      const waitedFor = queue.reduce((all, backorder) => all + missingOf(backorder), 0);
      if (available > lowStockThreshold && waitedFor === 0) return { kind: 'ENOUGH' };
      return { kind: 'ORDERED', ...(await supplier.order({ key, productId, quantity: quantity + waitedFor })) };
    }),

    reportOverdueSupply: asStep((overdue: OverdueSupply): Promise<void> => messenger.reportOverdueSupply(overdue)),
  };
}
