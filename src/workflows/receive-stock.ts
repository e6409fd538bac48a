import { ApplicationFailure, getExternalWorkflowHandle, type SignalDefinition } from '@temporalio/workflow';
import type { Delivery, RefusedDelivery } from '../activities/receiving';
import type { DeliveryRefusal, StockReceived } from './stock-messages';
import { replenishmentWorkflowId, workflowIdOf } from '../domain/ids';
import { stock } from './activities';
import { stockArrivedSignal } from './messages';
import { stockReceivedSignal } from './stock-messages';

/** How many are woken at one time. */
const WAKE_AT_ONCE = 50;

/**
 * Takes a delivery into stock, once, and wakes whom it serves: the orders that have all they waited for, and the
 * replenishment of the product.
 *
 * @throws ApplicationFailure of a type of {@link DeliveryRefusal}: nothing was received
 */
export async function receiveStockWorkflow(delivery: Delivery): Promise<StockReceived> {
  const { productId, quantity } = delivery;
  const receipt = await stock.receiveStock(delivery);
  if (receipt.kind !== 'RECEIVED') throw refused(delivery, receipt);
  await tell(replenishmentWorkflowId(productId), stockReceivedSignal, { quantity });
  const { orders, toBackorders, availableQuantity } = receipt;
  for (let i = 0; i < orders.length; i += WAKE_AT_ONCE)
    await Promise.all(
      orders
        .slice(i, i + WAKE_AT_ONCE)
        .map(({ orderId }) => tell(workflowIdOf(orderId), stockArrivedSignal, { productId })),
    );
  return { ...delivery, toBackorders, availableQuantity };
}

/** Tells a workflow, where there is one that still listens. */
async function tell<T>(workflowId: string, signal: SignalDefinition<[T]>, news: T): Promise<void> {
  // an external signal fails for one reason only: nobody is there any more
  await getExternalWorkflowHandle(workflowId)
    .signal(signal, news)
    .catch(() => undefined);
}

function refused({ productId, warehouseId, reference }: Delivery, why: RefusedDelivery): ApplicationFailure {
  const failure = (type: DeliveryRefusal, message: string) => ApplicationFailure.nonRetryable(message, type);
  switch (why.kind) {
    case 'UNKNOWN_PRODUCT':
      return failure(why.kind, `there is no product ${JSON.stringify(productId)}`);
    case 'UNKNOWN_WAREHOUSE':
      return failure(why.kind, `expected one of ${why.expected.join(', ')}, got ${JSON.stringify(warehouseId)}`);
    case 'REFERENCE_USED':
      return failure(why.kind, `expected a new reference, or the delivery that ${reference} came with first`);
    default:
      return why satisfies never;
  }
}
