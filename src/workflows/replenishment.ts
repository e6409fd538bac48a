import { condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ReplenishmentEnd, ReplenishmentInput } from './stock-messages';
import { keys } from '../domain/ids';
import { stock, suppliers } from './activities';
import { stockReceivedSignal } from './stock-messages';

/**
 * Reorders a product that runs out, once at a time: the id is the product's. Orders, waits until as much came, and looks
 * again; ends when there is enough, and for what we do not sell. What does not come in time is operations' to ask for.
 */
export async function replenishmentWorkflow(input: ReplenishmentInput): Promise<ReplenishmentEnd> {
  const { productId, quantity, overdueAfterS } = input;
  let received = 0;
  setHandler(stockReceivedSignal, (delivery) => void (received += delivery.quantity));

  for (let n = 1; ; n++) {
    const key = keys.reorder(productId, workflowInfo().runId, n);
    const orderedAt = new Date().toISOString();
    received = 0;
    const reordered = await suppliers.orderFromSupplier({ key, productId, quantity });
    if (reordered.kind !== 'ORDERED') return { productId, orders: n - 1, outstanding: 0 };
    const isThere = await condition(() => received >= reordered.quantity, overdueAfterS * 1000);
    if (!isThere) {
      const outstanding = reordered.quantity - received;
      await stock.reportOverdueSupply({ key: keys.overdue(key), productId, outstanding, orderedAt });
      return { productId, orders: n, outstanding };
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof replenishmentWorkflow>(input);
  }
}
