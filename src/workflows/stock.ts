import type { ShipmentLine } from '../domain/order';
import { bookkeeping } from './activities';
import { wakeOrders } from './wake';

/** Stock that came back goes to those who wait for it. */
export async function offerStock(lines: readonly ShipmentLine[]): Promise<void> {
  const productIds = [...new Set(lines.map(({ productId }) => productId))];
  const { orders } = await bookkeeping.offerStock({ productIds });
  await wakeOrders(orders);
}
