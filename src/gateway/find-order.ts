import type { GatewayDeps } from './ports';
import type { OrderId } from '../domain/ids';
import type { OrderView } from '../domain/projection';
import { orderNotFound } from './order-id';

/**
 * Finds an order.
 *
 * @returns undefined for one that is not in the read model yet
 * @throws ProblemError when nobody knows it
 */
export async function findOrder(
  { reader, orders }: Pick<GatewayDeps, 'reader' | 'orders'>,
  orderId: OrderId,
): Promise<OrderView | undefined> {
  const view = await reader.readView(orderId);
  if (!view && !(await orders.isKnown(orderId))) throw orderNotFound(orderId);
  return view;
}
