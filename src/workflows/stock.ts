import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { OrderId } from '../domain/ids';
import type { ShipmentLine } from '../domain/order';
import { bookkeeping } from './activities';
import { stockArrivedSignal } from './messages';
import { workflowIdOf } from '../domain/ids';

/** Stock that came back goes to those who wait for it. */
export async function offerStock(lines: readonly ShipmentLine[]): Promise<void> {
  const productIds = [...new Set(lines.map(({ productId }) => productId))];
  const { orders } = await bookkeeping.offerStock({ productIds });
  for (const { orderId, productId } of orders) await wake(orderId, productId);
}

/** An order that has closed in the meantime has given up its place. */
async function wake(orderId: OrderId, productId: string): Promise<void> {
  await getExternalWorkflowHandle(workflowIdOf(orderId))
    .signal(stockArrivedSignal, { productId })
    .catch(() => undefined);
}
