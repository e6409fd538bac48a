import type { Cause } from '../domain/cause';
import type { AcceptAnswer, CarrierNews, PaymentNews } from './messages';
import type { CarrierStatus, Label, NewEvent } from '../domain/events';
import type { EndState } from '../domain/states';
import type { LogPosition } from './order-log';
import type { Order, Shipment, ShipmentLine } from '../domain/order';
import { amountOf, linesOf, unitsOf } from '../domain/order';
import { CANCELLED } from './failure';

/** One charge under one key: what is known of its outcome decides how it is undone. Amounts in minor units. */
export interface Charge {
  key: string;
  amount: number;
  currency: string;
  /** OPEN: nobody knows yet */
  kind: 'OPEN' | 'CHARGED' | 'AUTHORIZED' | 'PENDING' | 'DECLINED' | 'VOIDED';
  paymentId?: string;
  /** why it was declined, or failed */
  reason?: string;
  /** what told that */
  cause?: Cause;
  /** what was really taken, and given back of it */
  taken: number;
  refunded: number;
}

/** A shipment on its way. */
export interface Parcel {
  shipment: Shipment;
  label: Label;
  /** of the label: raised with each one that replaced another */
  version: number;
  /** the address that it was tried to move it to */
  movedTo?: number;
  status?: CarrierStatus;
}

export interface ReturnCase {
  returnId: string;
  items: ShipmentLine[];
  status: 'REQUESTED' | 'RECEIVED' | 'INSPECTED' | 'EXPIRED';
  /** milliseconds: until when it is waited for */
  until: number;
  /** of the inspection */
  refunded?: number;
}

/** Units that an order waits for. */
export interface Backorder {
  items: ShipmentLine[];
  /** milliseconds */
  until: number;
  /** ISO 8601 */
  since: string;
}

/** Everything was given back; the event tells why, unless that was told already. */
export interface Ended {
  kind: 'ENDED';
  state: EndState;
  event?: NewEvent;
}

/**
 * All that an order's run has to know of its life so far: what a run hands to the next one when the history has grown
 * long. Plain data.
 */
export interface OrderLife {
  /** present from ValidateOrder on */
  order?: Order;
  log?: LogPosition;
  answer?: AcceptAnswer;
  /** milliseconds */
  receivedAt: number;
  /** parts that were reserved; the first is 1 */
  parts: number;
  charges: Charge[];
  /** what payment company said, of charges that it was not accounted for yet */
  paymentNews: PaymentNews[];
  parcels: Parcel[];
  /** units that the customer has paid for and keeps, by product */
  kept: Record<string, number>;
  returns: ReturnCase[];
  backorder?: Backorder;
  /** `returnId`: parcels were on their way, they come back; `isEngines`: nobody but the engine was told */
  cancel?: { reason?: string; returnId?: string; isDone?: true; isEngines?: true; cause?: Cause };
  /** some of what it waits for was set aside */
  stockArrived?: true;
  /** raised with each change */
  addressVersion: number;
  attentions: number;
  delays: number;
  /** milliseconds: until when the customer may send something back; from delivery on */
  returnUntil?: number;
  /** ISO 8601: since when it waits for its parcels; absent while it does something */
  awaitsSince?: string;
  /** carriers' news that were not looked at yet */
  carrierNews: CarrierNews[];
  /** what was answered to changes, by their update ids */
  answers: Record<string, object>;
}

/** Why an order is cancelled. */
export const reasonOf = ({ reason = CANCELLED }: NonNullable<OrderLife['cancel']>): string => reason;

export const newLife = (receivedAt: number): OrderLife => ({
  receivedAt,
  parts: 0,
  charges: [],
  paymentNews: [],
  parcels: [],
  kept: {},
  returns: [],
  addressVersion: 1,
  attentions: 0,
  delays: 0,
  carrierNews: [],
  answers: {},
});

/** Counts units into what the customer keeps, or out of it; answers by how much its value changed, in minor units. */
export function keep(life: OrderLife, lines: readonly ShipmentLine[], sign: 1 | -1): number {
  const before = valueKept(life);
  for (const { productId, quantity } of lines) life.kept[productId] = (life.kept[productId] ?? 0) + sign * quantity;
  return Math.abs(valueKept(life) - before);
}

/** What the customer still keeps of some units. */
export const keptOf = (life: OrderLife, lines: readonly ShipmentLine[]): ShipmentLine[] =>
  takeUpTo(unitsKept(life), lines);

/** Takes units out of what there is, as far as there are any; answers what was taken. */
export function takeUpTo(units: Map<string, number>, lines: readonly ShipmentLine[]): ShipmentLine[] {
  return lines.flatMap(({ productId, quantity }) => {
    const there = units.get(productId) ?? 0;
    const taken = Math.min(quantity, there);
    units.set(productId, there - taken);
    return taken > 0 ? [{ productId, quantity: taken }] : [];
  });
}

/** What more units cost, beside those that the customer keeps already. */
export function priceOf(life: OrderLife, lines: readonly ShipmentLine[]): number {
  return amountOf(life.order!, [...linesKept(life), ...lines]) - valueKept(life);
}

/** Minor units. */
export const valueKept = (life: OrderLife): number => amountOf(life.order!, linesKept(life));

export const unitsKept = ({ kept }: OrderLife): Map<string, number> => new Map(Object.entries(kept));

export const linesKept = (life: OrderLife): ShipmentLine[] => linesOf(unitsKept(life));

const FINAL: ReadonlySet<CarrierStatus> = new Set(['DELIVERED', 'LOST', 'RETURNED']);

/** How far a parcel is: news of less are late. */
export const progressOf = (status?: CarrierStatus): number =>
  status === undefined ? 0 : FINAL.has(status) ? 3 : status === 'IN_TRANSIT' ? 2 : 1;

/** Its label can still be replaced. */
export const waitsForCarrier = ({ status }: Parcel): boolean => progressOf(status) === 0;

export const isFinal = ({ status }: Parcel): boolean => status !== undefined && FINAL.has(status);

/** Its goods are still to come, or to be looked at. */
export const isOpen = ({ status }: ReturnCase): boolean => status === 'REQUESTED' || status === 'RECEIVED';

/** Units that the customer keeps and that are in no return which is still open, by product. */
export function unclaimed(life: OrderLife): Map<string, number> {
  const units = unitsKept(life);
  for (const { items } of life.returns.filter(isOpen)) take(units, items);
  return positive(units);
}

/** Units that can be sent back: those of them that have arrived. */
export function returnable(life: OrderLife): Map<string, number> {
  const units = unclaimed(life);
  for (const parcel of life.parcels) if (!isFinal(parcel)) take(units, parcel.shipment.lines);
  return positive(units);
}

function take(units: Map<string, number>, lines: readonly ShipmentLine[]): void {
  for (const { productId, quantity } of lines) units.set(productId, (units.get(productId) ?? 0) - quantity);
}

const positive = (units: Map<string, number>) => new Map([...units].filter(([, quantity]) => quantity > 0));

/** Why items cannot be sent back; `undefined` when they can. */
export function excessOf(items: readonly ShipmentLine[], units: Map<string, number>): string | undefined {
  for (const [productId, quantity] of unitsOf(items)) {
    const left = units.get(productId) ?? 0;
    if (quantity > left)
      return `expected at most ${left} of ${productId}, delivered and not on its way back; got ${quantity}`;
  }
  return undefined;
}
