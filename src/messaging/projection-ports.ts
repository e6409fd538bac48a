import type { Addition, OrderCursor } from '../domain/projections';
import type { Lookup } from '../domain/lookups';
import type { AuditEntry } from '../domain/audit';
import type { OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';

/** The projections and the events that they are made of. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface ProjectionStore {
  /** consistent */
  readCursor(orderId: OrderId): Promise<OrderCursor | undefined>;
  /** consistent; in order of their sequence, from the one after `after` */
  readEvents(p: { orderId: OrderId; after: number; limit: number }): Promise<OrderEvent[]>;
  /**
   * Moves the cursor and adds, all of it or nothing.
   *
   * @param p.before where the cursor was; `undefined`: nowhere
   * @param p.additions rows of their own, 99 at most
   * @returns false when the cursor is not there any more
   */
  write(p: { before: number | undefined; cursor: OrderCursor; additions: Addition[] }): Promise<boolean>;
}

/** Where orders are found by what they tell. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface Lookups {
  /** Writes them down, none of them twice; the same again changes nothing. */
  note(lookups: readonly Lookup[]): Promise<void>;
}

/** What operators did by hand. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface AuditTrail {
  /** Writes a line; the same again changes nothing. */
  write(entry: AuditEntry): Promise<void>;
}

/** Long orders as they were on the way. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface Snapshots {
  /** Keeps the order as of an event that it has; the same again changes nothing. */
  take(p: { orderId: OrderId; sequence: number }): Promise<void>;
}

/** The status of the orders as accepted. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface OrderStatuses {
  /**
   * Sets an order's status to that of the read model, unless it is of a later event.
   *
   * @returns the last event that is in it; `undefined` when there is no such order
   */
  bringUpToDate(orderId: OrderId): Promise<number | undefined>;
}
