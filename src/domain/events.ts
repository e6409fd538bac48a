import type { OrderId } from './ids';
import type { Order, Shipment, ShipmentLine, Shortage, ValidationError } from './order';
import type { StatePassed } from './states';
import { eventIdOf, keys } from './ids';
import { toDecimal } from './money';

/** A booked label: the carrier that takes a shipment and the number it can be followed by. */
export interface Label {
  shipmentId: string;
  carrier: string;
  trackingNumber: string;
}

/** Money that moved, in minor units. */
export interface Payment {
  chargeKey: string;
  amount: number;
  currency: string;
}

/** What each event tells, by its detail-type; amounts are in minor units. */
export interface EventData {
  'Order Created': { order: Order };
  'Order Validated': Record<string, never>;
  'Order Validation Failed': { errors: ValidationError[] };
  'Inventory Reserved': { shipments: Shipment[] };
  'Inventory Partially Reserved': {
    shipments: Shipment[];
    availableItems: ShipmentLine[];
    unavailableItems: Shortage[];
  };
  'Inventory Unavailable': { unavailableItems: Shortage[] };
  'Inventory Shortage Reported': { unavailableItems: Shortage[] };
  'Inventory Released': { shipments: Shipment[] };
  'Payment Completed': Payment & { paymentId: string };
  'Payment Refunded': Payment;
  'Payment Voided': { chargeKey: string };
  'Payment Failed': { reason: string };
  'Warehouse Allocated': { shipment: Shipment };
  'Shipping Label Generated': Label;
  'Shipping Label Cancelled': { shipmentId: string };
  'Packing Instructed': { shipment: Shipment };
  'Shipment Created': Label & { shipment: Shipment };
  'Customer Notified': { notificationKey: string };
  'Order Fulfillment Failed': { reason: string };
}

export type EventType = keyof EventData;

/** An event before it has its number. */
export type NewEvent = { [T in EventType]: { type: T; data: EventData[T] } }[EventType];

/** An event of an order as it is stored: numbered without gaps from 1, never changed. */
export type OrderEvent = NewEvent & {
  orderId: OrderId;
  sequence: number;
  /** when it was written, ISO 8601 */
  at: string;
  /** who the order is for, where known; carried for those who subscribe */
  customerId?: string;
  /** the states that the order went through since its last event */
  states: StatePassed[];
};

/** Whose event it is on the bus; names of requirements D and E where they give one. */
export const EVENT_SOURCES: Record<EventType, string> = {
  'Order Created': 'ecommerce.orders',
  'Order Validated': 'order.validation',
  'Order Validation Failed': 'order.validation',
  'Inventory Reserved': 'inventory.service',
  'Inventory Partially Reserved': 'inventory.service',
  'Inventory Unavailable': 'inventory.service',
  'Inventory Shortage Reported': 'inventory.service',
  'Inventory Released': 'inventory.service',
  'Payment Completed': 'payment.service',
  'Payment Refunded': 'payment.service',
  'Payment Voided': 'payment.service',
  'Payment Failed': 'payment.service',
  'Warehouse Allocated': 'shipping.service',
  'Shipping Label Generated': 'shipping.service',
  'Shipping Label Cancelled': 'shipping.service',
  'Packing Instructed': 'shipping.service',
  'Shipment Created': 'shipping.service',
  'Customer Notified': 'customer.notification',
  'Order Fulfillment Failed': 'ecommerce.orders',
};

/** The mark on everything Waybill publishes: rules that start or move workflows leave it out, so that nothing loops. */
export const ORIGIN = 'waybill';

/** An entry for the bus: money in decimals, the order's number and the event's id in the detail. */
export interface BusEvent {
  source: string;
  detailType: EventType;
  /** ISO 8601 */
  time: string;
  detail: Record<string, unknown>;
}

/** An order's event as it goes over the bus. */
export function toBusEvent(event: OrderEvent): BusEvent {
  const { orderId, sequence, at, customerId, type } = event;
  const envelope = { origin: ORIGIN, eventId: eventIdOf(orderId, sequence), orderId, sequence, at };
  const detail = { ...publicData(event), ...envelope, ...(customerId === undefined ? {} : { customerId }) };
  return { source: EVENT_SOURCES[type], detailType: type, time: at, detail };
}

/** What an event tells, with its money as decimals: as it goes over the bus and HTTP. */
export function publicData(event: NewEvent): Record<string, unknown> {
  switch (event.type) {
    case 'Order Created':
      return publicOrder(event.data.order);
    case 'Payment Completed':
    case 'Payment Refunded':
      return { ...event.data, amount: toDecimal(event.data.amount, event.data.currency) };
    case 'Order Validation Failed':
      return { status: 'VALIDATION_FAILED', errors: event.data.errors };
    case 'Order Validated':
      return { status: 'VALIDATED' };
    default:
      return { ...event.data };
  }
}

function publicOrder({ lines, totalAmount, currency, placedAt, ...order }: Order): Record<string, unknown> {
  const items = lines.map(({ productId, quantity, unitPrice }) => ({
    productId,
    quantity,
    price: toDecimal(unitPrice, currency),
  }));
  const timestamp = placedAt === undefined ? {} : { timestamp: placedAt };
  return { ...order, ...timestamp, items, totalAmount: toDecimal(totalAmount, currency), currency };
}

/** The effect outside our books that an event tells of, by its idempotency key. */
export function effectOf(event: OrderEvent): { key: string; result: Record<string, unknown> } | undefined {
  switch (event.type) {
    case 'Payment Completed':
      return { key: event.data.chargeKey, result: { ...event.data } };
    case 'Payment Refunded':
      return { key: keys.refund(event.data.chargeKey), result: { ...event.data } };
    case 'Payment Voided':
      return { key: keys.void(event.data.chargeKey), result: { ...event.data } };
    case 'Shipping Label Generated':
      return { key: keys.label(event.data.shipmentId), result: { ...event.data } };
    case 'Shipping Label Cancelled':
      return { key: keys.cancelLabel(event.data.shipmentId), result: { ...event.data } };
    case 'Packing Instructed':
      return { key: keys.packing(event.data.shipment.shipmentId), result: { ...event.data } };
    case 'Customer Notified':
      return { key: event.data.notificationKey, result: { ...event.data } };
    default:
      return undefined;
  }
}

/** What a step appends: the events and the states since the last append, and the state whose task the step is. */
export interface EventBatch {
  orderId: OrderId;
  /** the workflow's first run */
  runId: string;
  customerId?: string;
  /** the number of the batch's first event, as far as the workflow knows */
  firstSequence: number;
  /** facts of steps that do not append themselves */
  noted?: NewEvent[];
  /** the step's own */
  events: NewEvent[];
  states: StatePassed[];
  /** closed by the step itself, which knows its time and its attempts */
  state?: Pick<StatePassed, 'name' | 'ordinal' | 'enteredAt'>;
}

/** Numbers the events of a batch, what was noted first; the first of them carries the states. */
export function numberEvents(batch: EventBatch, p: { at: string; attempt: number }): OrderEvent[] {
  const { orderId, customerId, firstSequence, noted = [], state } = batch;
  const exitedAt = state && p.at > state.enteredAt ? p.at : (state?.enteredAt ?? p.at);
  const states = state ? [...batch.states, { ...state, exitedAt, attempts: p.attempt }] : batch.states;
  return [...noted, ...batch.events].map((event, i) => ({
    ...event,
    orderId,
    sequence: firstSequence + i,
    at: p.at,
    ...(customerId === undefined ? {} : { customerId }),
    states: i === 0 ? states : [],
  }));
}
