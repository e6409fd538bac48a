import { ApplicationFailure } from '@temporalio/workflow';
import type { Delivery, RefusedDelivery } from '../activities/receiving';
import type { DeliveryRefusal, StockReceived } from './stock-messages';
import { replenishmentWorkflowId } from '../domain/ids';
import { stock } from './activities';
import { stockReceivedSignal } from './stock-messages';
import { tell, wakeOrders } from './wake';

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
  await wakeOrders(orders);
  return { ...delivery, toBackorders, availableQuantity };
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
