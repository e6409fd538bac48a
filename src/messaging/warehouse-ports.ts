import type { OrderId } from '../domain/ids';
import type { ShipmentLine, ShippingAddress } from '../domain/order';

/** A parcel that a warehouse is to pack. */
export interface PackingOrder {
  key: string;
  orderId: OrderId;
  shipmentId: string;
  /** from 1; raised when the address changed: a later one takes the place of those before it */
  version: number;
  warehouseId: string;
  items: ShipmentLine[];
  shippingAddress: ShippingAddress;
}

/** SUPERSEDED: the warehouse has a later version of the same parcel already. */
export type PackingOutcome = 'TAKEN' | 'SUPERSEDED';

/**
 * Whoever packs. Idempotent by the key, and of one parcel the latest version counts, in whatever order they come. Throws
 * `StepError` PROVIDER_UNAVAILABLE when the instruction was not taken, OUTCOME_UNKNOWN when there was no answer,
 * CIRCUIT_OPEN when the warehouse was out of order lately and is not asked.
 */
export interface WarehouseDesk {
  pack(order: PackingOrder): Promise<PackingOutcome>;
}
