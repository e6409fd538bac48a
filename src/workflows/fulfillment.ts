import type { Label } from '../domain/events';
import type { Order, Shipment } from '../domain/order';
import type { OrderRun } from './order-run';
import type { Saga } from './saga';
import { bookkeeping, carriers, undoing } from './activities';
import { failureOf, hasReason } from './failure';
import { keys } from '../domain/ids';
import { settleAll } from './saga';

export interface Fulfillment {
  run: OrderRun;
  saga: Saga;
  order: Order;
}

/** One planned shipment: AllocateWarehouse ∥ GenerateShippingLabel. */
export async function fulfill(f: Fulfillment, shipment: Shipment): Promise<Label> {
  const [, label] = await settleAll<[void, Label]>([
    allocateWarehouse(f, shipment),
    generateShippingLabel(f, shipment),
  ]);
  return label;
}

/** Confirms the warehouse that the reservation planned. */
async function allocateWarehouse({ run }: Fulfillment, shipment: Shipment): Promise<void> {
  await run.log.append({
    state: 'AllocateWarehouse',
    events: [{ type: 'Warehouse Allocated', data: { shipment } }],
    write: (batch) => bookkeeping.recordEvents({ key: keys.allocate(shipment.shipmentId), batch }),
  });
}

async function generateShippingLabel({ run, saga, order }: Fulfillment, shipment: Shipment): Promise<Label> {
  const { orderId, shippingAddress: address } = order;
  const { shipmentId } = shipment;
  const key = keys.label(shipmentId);
  const leave = run.log.enter('GenerateShippingLabel');
  saga.undoWith(async () => {
    const cancelled = await undoing.cancelShippingLabel({ key, orderId });
    if (cancelled) run.log.note({ type: 'Shipping Label Cancelled', data: { shipmentId } });
  });
  for (;;) {
    try {
      const request = { key, orderId, shipment, address };
      const { attempts, carrier, trackingNumber } = await carriers.generateShippingLabel(request);
      const label: Label = { shipmentId, carrier, trackingNumber };
      run.log.note({ type: 'Shipping Label Generated', data: label });
      leave(attempts);
      return label;
    } catch (error) {
      if (!hasReason(error)) continue;
      leave(failureOf(error).attempts);
      throw error;
    }
  }
}

/** Tells the warehouse what to pack; only once nothing can turn the order back any more. */
export async function instructPacking(
  { run, order }: Pick<Fulfillment, 'run' | 'order'>,
  shipment: Shipment,
): Promise<void> {
  const { orderId, shippingAddress: address } = order;
  await bookkeeping.instructPacking({ key: keys.packing(shipment.shipmentId), orderId, shipment, address });
  run.log.note({ type: 'Packing Instructed', data: { shipment } });
}
