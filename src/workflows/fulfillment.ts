import type { Label } from '../domain/events';
import type { OrderRun } from './order-run';
import type { Saga } from './saga';
import type { Shipment } from '../domain/order';
import { bookkeeping, carriersFor, undoing } from './activities';
import { DEFAULT_WEIGHT_G } from '../domain/order';
import { failureOf } from './failure';
import { keys } from '../domain/ids';
import { persist } from './delay';
import { settleAll } from './saga';

export interface Fulfillment {
  run: OrderRun;
  saga: Saga;
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

async function generateShippingLabel({ run, saga }: Fulfillment, shipment: Shipment): Promise<Label> {
  for (;;) {
    const version = run.life.addressVersion;
    const undo = cancelLabel(run, { shipment, version });
    saga.undoWith(undo);
    const label = await bookLabel(run, { shipment, version });
    run.log.note({ type: 'Shipping Label Generated', data: label });
    // the customer moved while it was booked: this one is cancelled, there or when the order turns back
    if (version === run.life.addressVersion) return label;
    await undo.run();
  }
}

/** How long the carriers are asked. */
const LABEL_WITHIN_S = 900;

export interface LabelOf {
  shipment: Shipment;
  /** of the address */
  version: number;
}

/** Selects and books the carrier: label and tracking number in one call. @throws why no carrier takes it */
export async function bookLabel(run: OrderRun, { shipment, version }: LabelOf): Promise<Label> {
  const { shipmentId } = shipment;
  const { orderId, shippingAddress: address } = run.life.order!;
  const key = keys.label(shipmentId, version);
  const leave = run.log.enter('GenerateShippingLabel');
  const request = { key, orderId, shipment, address, weight: weightOf(run, shipment), tellWhenDown: true };
  try {
    const { attempts, carrier, trackingNumber } = await persist(run, {
      withinS: LABEL_WITHIN_S,
      call: ({ withinS }) => carriersFor(withinS).generateShippingLabel(request),
    });
    leave(attempts);
    return { shipmentId, carrier, trackingNumber, ...(version > 1 && { version }) };
  } catch (error) {
    leave(failureOf(error).attempts);
    throw error;
  }
}

function weightOf(run: OrderRun, { lines }: Shipment): number {
  const weights = new Map(run.life.order!.lines.map(({ productId, unitWeight }) => [productId, unitWeight]));
  return lines.reduce(
    (sum, { productId, quantity }) => sum + quantity * (weights.get(productId) ?? DEFAULT_WEIGHT_G),
    0,
  );
}

/** Cancels a label, or makes sure that none is ever booked under its key. */
export function cancelLabel(run: OrderRun, { shipment, version }: LabelOf) {
  const { shipmentId } = shipment;
  const { orderId } = run.acceptance.submission;
  const key = keys.label(shipmentId, version);
  let isCancelled = false;
  const cancelled = () => {
    isCancelled = true;
    run.log.note({ type: 'Shipping Label Cancelled', data: { shipmentId, ...(version > 1 && { version }) } });
  };
  return {
    about: () => ({ step: 'CancelShippingLabel', key: keys.cancelLabel(shipmentId, version) }),
    async run() {
      if (!isCancelled && (await undoing.cancelShippingLabel({ key, orderId }))) cancelled();
    },
    settled: cancelled,
  };
}

/** Tells the warehouse what to pack; only once nothing can turn the part back any more. */
export async function instructPacking(run: OrderRun, { shipment, version }: LabelOf): Promise<void> {
  const { orderId, shippingAddress: address } = run.life.order!;
  const key = keys.packing(shipment.shipmentId, version);
  await bookkeeping.instructPacking({ key, orderId, shipment, address });
  run.log.note({ type: 'Packing Instructed', data: { shipment, ...(version > 1 && { version }) } });
}
