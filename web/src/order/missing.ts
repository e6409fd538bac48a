import type { Order } from '../types';

type Missed = Pick<Order, 'status' | 'decision' | 'backorder' | 'unavailableItems'>;

/**
 * Units that an order lacks now, by product. What was not there when it was placed may have come since: it is missing only
 * while somebody decides or it is waited for, and where the order ended for it.
 */
export function missingOf({ status, decision, backorder, unavailableItems = [] }: Missed): ReadonlyMap<string, number> {
  const isMissed = decision !== undefined || backorder !== undefined || status === 'INVENTORY_UNAVAILABLE';
  return new Map(isMissed ? unavailableItems.map(({ productId, shortfall }) => [productId, shortfall]) : []);
}
