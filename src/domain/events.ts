import type { Operator } from './operator';
import type { Cause } from './cause';
import type { OrderId } from './ids';
import type {
  Channel,
  Order,
  Shipment,
  ShipmentLine,
  ShippingAddress,
  Shortage,
  ShortageChoice,
  ValidationError,
} from './order';
import type { OrderStatus, StatePassed } from './states';
import { CHANNELS } from './order';
import { eventIdOf, keys } from './ids';
import { toDecimal } from './money';

/** A booked label: the carrier that takes a shipment and the number it can be followed by. */
export interface Label {
  shipmentId: string;
  carrier: string;
  trackingNumber: string;
  /** of the address that it was booked for; absent: the first */
  version?: number;
}

/** Money that moved, in minor units. */
export interface Payment {
  chargeKey: string;
  amount: number;
  currency: string;
}

/** Money given back, in minor units. */
export interface Refund extends Payment {
  /** the provider's key of it; absent: the one of the whole charge */
  refundKey?: string;
  /** what it was for: a shipment or a return; absent: the order did not go on */
  cause?: string;
  /** of who gave it back by hand */
  reference?: string;
}

/** What a carrier says of a parcel; the last three are final. */
export const CARRIER_STATUSES = ['PICKED_UP', 'IN_TRANSIT', 'DELIVERED', 'LOST', 'RETURNED'] as const;
export type CarrierStatus = (typeof CARRIER_STATUSES)[number];

export interface CarrierUpdate {
  shipmentId: string;
  status: CarrierStatus;
  /** the carrier's */
  updateId: string;
  /** the carrier's time, ISO 8601 */
  occurredAt?: string;
  /** the parcel was further already: told, and nothing else */
  superseded?: true;
}

/** An undo that does not work: somebody has to decide. */
export interface Attention {
  /** counts those of an order, from 1 */
  n: number;
  /** what was tried, such as RefundPayment */
  step: string;
  /** the idempotency key of it */
  key: string;
  error: string;
  /** why it has to be done, such as `the payment failed: …`; absent in events of earlier releases */
  because?: string;
  /** money at stake, minor units */
  amount?: number;
  currency?: string;
}

export const RESOLUTIONS = ['RETRY', 'SKIP', 'SETTLE'] as const;
/** RETRY tries again; SKIP goes on without; SETTLE: it was done by hand, under a reference. */
export type ResolutionAction = (typeof RESOLUTIONS)[number];

export interface Resolution {
  action: ResolutionAction;
  /** who decided */
  by: string;
  reason?: string;
  reference?: string;
}

/** What became of returned goods; REJECT: they are not what was sent, nothing is refunded. */
export const INSPECTION_OUTCOMES = ['RESTOCK', 'WRITE_OFF', 'REJECT'] as const;
export type InspectionOutcome = (typeof INSPECTION_OUTCOMES)[number];

export interface InspectedItem extends ShipmentLine {
  outcome: InspectionOutcome;
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
  /** `waits`: the order goes on as a back-order; otherwise it ends */
  'Inventory Shortage Reported': { unavailableItems: Shortage[]; waits?: true };
  'Inventory Released': { shipments: Shipment[] };
  'Decision Requested': {
    availableItems: ShipmentLine[];
    unavailableItems: Shortage[];
    choices: readonly ShortageChoice[];
    until: string;
  };
  /** `policy`: there was no answer, or none was asked for; `customer`: anybody else, also an operator for the customer */
  'Decision Made': { choice: ShortageChoice; by: 'customer' | 'policy' };
  'Order Backordered': { items: ShipmentLine[]; until: string };
  /** the stock of the rest arrived and is reserved */
  'Backorder Filled': { shipments: Shipment[] };
  /** the rest is not waited for any more; `status`: of the order from here on */
  'Backorder Ended': { items: ShipmentLine[]; reason: string; status: OrderStatus };
  /** a product is running out; one alert for each time it falls below a threshold */
  'Stock Low': { items: { productId: string; availableQuantity: number; threshold: number }[] };
  'Inventory Restocked': { shipments: Shipment[]; cause: string };
  'Inventory Written Off': { items: ShipmentLine[]; cause: string };
  /** an outside company is out of order: the order waits for it */
  'Order Delayed': { dependency: string; until: string };
  /** held, not taken */
  'Payment Authorized': Payment & { paymentId: string };
  /** the payment company decides later */
  'Payment Pending': Payment & { paymentId: string; until: string };
  /** `late`: the order had been given up */
  'Payment Completed': Payment & { paymentId: string; late?: true };
  'Payment Refunded': Refund;
  'Payment Voided': { chargeKey: string };
  'Payment Failed': { reason: string };
  'Warehouse Allocated': { shipment: Shipment };
  'Shipping Label Generated': Label;
  'Shipping Label Cancelled': { shipmentId: string; version?: number };
  /** another label for a parcel that waits for its carrier: the address changed */
  'Shipping Label Replaced': Label & { version: number };
  'Address Changed': { address: ShippingAddress; version: number };
  /** `version`: of the label; absent: the first */
  'Packing Instructed': { shipment: Shipment; version?: number };
  /** `amount`: what its goods cost; `startedAfterMs`: since the order was received */
  'Shipment Created': Label & { shipment: Shipment; amount?: number; currency?: string; startedAfterMs?: number };
  /** picked up, in transit, and whatever comes after the end; `first`: the parcel was not there yet */
  'Shipment Tracked': CarrierUpdate & { first?: true };
  'Shipment Delivered': CarrierUpdate;
  'Shipment Lost': CarrierUpdate;
  'Shipment Returned': CarrierUpdate;
  /** every parcel came to its end, and the customer has at least one */
  'Order Delivered': Record<string, never>;
  /** 20 minutes, and then 30, without a shipment (requirements A5) */
  'Order At Risk': { afterS: number };
  'Promise Breached': { afterS: number };
  'Cancellation Requested': { reason?: string };
  'Order Cancelled': { reason: string };
  'Return Requested': { returnId: string; items: ShipmentLine[]; reason?: string };
  'Return Received': { returnId: string };
  /** it was announced and never came */
  'Return Expired': { returnId: string };
  /** `amount`: what is refunded */
  'Return Inspected': { returnId: string; items: InspectedItem[]; amount: number; currency: string };
  /** the customer keeps nothing: the end */
  'Order Returned': Record<string, never>;
  'Attention Needed': Attention;
  /** `status`: of the order from here on */
  'Attention Resolved': Resolution & { n: number; step: string; key: string; status: OrderStatus };
  /** the last event: nothing more happens to the order */
  'Order Closed': Record<string, never>;
  'Customer Notified': { notificationKey: string };
  'Order Fulfillment Failed': { reason: string };
}

export type EventType = keyof EventData;

/** What an event tells. */
type Fact = { [T in EventType]: { type: T; data: EventData[T] } }[EventType];

/** An event before it has its number; `cause`: where it is somebody's request or news, and not the event before it. */
export type NewEvent = Fact & { cause?: Cause };

/** An event of an order as it is stored: numbered without gaps from 1, never changed. */
export type OrderEvent = Fact & {
  orderId: OrderId;
  sequence: number;
  /** when it was written, ISO 8601 */
  at: string;
  /** who the order is for, where known; carried for those who subscribe */
  customerId?: string;
  /** how the customer wants to be told; absent: on every channel */
  channels?: Channel[];
  /** of what placed the order: the same in all of its events; absent in those of earlier releases */
  correlationId?: string;
  /** of what caused this one: a request, an event of somebody else's, or the event before it; absent alike */
  causationId?: string;
  /** the trace of the cause, or else of what placed the order; W3C, where there was one */
  traceparent?: string;
  /** who asked for it by hand; never published */
  operator?: Operator;
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
  'Inventory Restocked': 'inventory.service',
  'Inventory Written Off': 'inventory.service',
  'Stock Low': 'inventory.service',
  'Backorder Filled': 'inventory.service',
  'Backorder Ended': 'inventory.service',
  'Order Backordered': 'inventory.service',
  'Decision Requested': 'ecommerce.orders',
  'Decision Made': 'ecommerce.orders',
  'Order Delayed': 'ecommerce.orders',
  'Order At Risk': 'ecommerce.orders',
  'Promise Breached': 'ecommerce.orders',
  'Cancellation Requested': 'ecommerce.orders',
  'Order Cancelled': 'ecommerce.orders',
  'Order Delivered': 'ecommerce.orders',
  'Order Returned': 'ecommerce.orders',
  'Order Closed': 'ecommerce.orders',
  'Address Changed': 'ecommerce.orders',
  'Attention Needed': 'ecommerce.orders',
  'Attention Resolved': 'ecommerce.orders',
  'Return Requested': 'returns.service',
  'Return Received': 'returns.service',
  'Return Expired': 'returns.service',
  'Return Inspected': 'returns.service',
  'Payment Authorized': 'payment.service',
  'Payment Pending': 'payment.service',
  'Payment Completed': 'payment.service',
  'Payment Refunded': 'payment.service',
  'Payment Voided': 'payment.service',
  'Payment Failed': 'payment.service',
  'Warehouse Allocated': 'shipping.service',
  'Shipping Label Generated': 'shipping.service',
  'Shipping Label Cancelled': 'shipping.service',
  'Shipping Label Replaced': 'shipping.service',
  'Shipment Tracked': 'shipping.service',
  'Shipment Delivered': 'shipping.service',
  'Shipment Lost': 'shipping.service',
  'Shipment Returned': 'shipping.service',
  'Packing Instructed': 'shipping.service',
  'Shipment Created': 'shipping.service',
  'Customer Notified': 'customer.notification',
  'Order Fulfillment Failed': 'ecommerce.orders',
};

/** The mark on everything Waybill publishes: rules that start or move workflows leave it out, so that nothing loops. */
export const ORIGIN = 'waybill';

/** The version of every event's schema; another one would be published beside it. */
export const SCHEMA_VERSION = 1;

/** What every event on the bus carries beside what it tells. */
export interface Envelope {
  origin: typeof ORIGIN;
  eventId: string;
  orderId: string;
  sequence: number;
  /** when it was written, ISO 8601 */
  at: string;
  schemaVersion: typeof SCHEMA_VERSION;
  correlationId: string;
  causationId: string;
  traceparent?: string;
  customerId?: string;
  channels?: Channel[];
  /** the order chose none: `channels` has all */
  channelsByDefault?: true;
}

/** An entry for the bus: money in decimals, the order's number and the event's id in the detail. */
export type BusEvent = {
  [T in EventType]: {
    source: string;
    detailType: T;
    /** ISO 8601 */
    time: string;
    detail: PublicData[T] & Envelope;
  };
}[EventType];

/** An order's event as it goes over the bus. */
export function toBusEvent(event: OrderEvent): BusEvent {
  const { orderId, sequence, at, customerId, channels, type } = event;
  const envelope: Envelope = {
    origin: ORIGIN,
    eventId: eventIdOf(orderId, sequence),
    orderId,
    sequence,
    at,
    schemaVersion: SCHEMA_VERSION,
    ...lineageOf(event),
    ...(customerId !== undefined && { customerId, ...publicChannels(channels) }),
  };
  const detail = { ...publicData(event), ...envelope };
  return { source: EVENT_SOURCES[type], detailType: type, time: at, detail } as BusEvent;
}

/** What an event hangs together with; of events that were stored without it, as far as their numbers tell. */
export function lineageOf(event: OrderEvent): Pick<Envelope, 'correlationId' | 'causationId' | 'traceparent'> {
  const { orderId, sequence, correlationId = orderId, traceparent } = event;
  const { causationId = before({ orderId, sequence, placedBy: correlationId }) } = event;
  return { correlationId, causationId, ...(traceparent !== undefined && { traceparent }) };
}

/** What comes before an event of an order: the one before it, or what placed the order. */
const before = (p: { orderId: OrderId; sequence: number; placedBy: string }): string =>
  p.sequence > 1 ? eventIdOf(p.orderId, p.sequence - 1) : p.placedBy;

/** Always a list, which rules can pass on; whether the order chose it, or the customer's own preference holds. */
const publicChannels = (channels: Channel[] | undefined): Pick<Envelope, 'channels' | 'channelsByDefault'> =>
  channels ? { channels } : { channels: [...CHANNELS], channelsByDefault: true };

/** An order with its money as decimals. */
export interface PublicOrder extends Omit<Order, 'lines' | 'placedAt'> {
  /** when the shop says it was placed, ISO 8601 */
  timestamp?: string;
  /** `weight`: grams, of one */
  items: { productId: string; quantity: number; price: number; weight?: number }[];
}

/** What each event tells outside: with its money as decimals. */
export interface PublicData extends Omit<EventData, 'Order Created' | 'Order Validated' | 'Order Validation Failed'> {
  'Order Created': PublicOrder;
  'Order Validated': { status: 'VALIDATED' };
  'Order Validation Failed': { status: 'VALIDATION_FAILED'; errors: ValidationError[] };
}

/** What an event tells, with its money as decimals: as it goes over the bus and HTTP. */
export function publicData(event: NewEvent): PublicData[EventType] {
  switch (event.type) {
    case 'Order Created':
      return publicOrder(event.data.order);
    case 'Payment Authorized':
    case 'Payment Pending':
    case 'Payment Completed':
    case 'Payment Refunded':
    case 'Return Inspected':
      return { ...event.data, amount: toDecimal(event.data.amount, event.data.currency) };
    case 'Order Validation Failed':
      return { status: 'VALIDATION_FAILED', errors: event.data.errors };
    case 'Order Validated':
      return { status: 'VALIDATED' };
    case 'Shipment Created':
    case 'Attention Needed': {
      const { amount, currency } = event.data;
      const money = amount === undefined || currency === undefined ? {} : { amount: toDecimal(amount, currency) };
      return { ...event.data, ...money };
    }
    default:
      return { ...event.data };
  }
}

function publicOrder({ lines, totalAmount, currency, placedAt, ...order }: Order): PublicOrder {
  const items = lines.map(({ productId, quantity, unitPrice, unitWeight }) => ({
    productId,
    quantity,
    price: toDecimal(unitPrice, currency),
    ...(unitWeight !== undefined && { weight: unitWeight }),
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
      return { key: event.data.refundKey ?? keys.refund(event.data.chargeKey), result: { ...event.data } };
    case 'Payment Voided':
      return { key: keys.void(event.data.chargeKey), result: { ...event.data } };
    case 'Shipping Label Generated':
      return { key: keys.label(event.data.shipmentId, event.data.version), result: { ...event.data } };
    case 'Shipping Label Cancelled':
      return { key: keys.cancelLabel(event.data.shipmentId, event.data.version), result: { ...event.data } };
    case 'Shipping Label Replaced':
      return { key: keys.label(event.data.shipmentId, event.data.version), result: { ...event.data } };
    case 'Packing Instructed':
      return { key: keys.packing(event.data.shipment.shipmentId, event.data.version), result: { ...event.data } };
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
  channels?: Channel[];
  /** of what placed the order */
  correlationId?: string;
  /** the id of what placed it, where that is another: the first event's cause */
  placedBy?: string;
  /** the trace of what placed it */
  traceparent?: string;
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
  const { orderId, customerId, channels, traceparent, firstSequence, noted = [], state } = batch;
  const { correlationId = orderId, placedBy = correlationId } = batch;
  const exitedAt = state && p.at > state.enteredAt ? p.at : (state?.enteredAt ?? p.at);
  const states = state ? [...batch.states, { ...state, exitedAt, attempts: p.attempt }] : batch.states;
  return [...noted, ...batch.events].map(({ cause, ...fact }, i) => {
    const sequence = firstSequence + i;
    const trace = cause?.traceparent ?? traceparent;
    return {
      ...fact,
      orderId,
      sequence,
      at: p.at,
      ...(customerId === undefined ? {} : { customerId }),
      ...(channels === undefined ? {} : { channels }),
      correlationId,
      causationId: cause?.causationId ?? before({ orderId, sequence, placedBy }),
      ...(trace === undefined ? {} : { traceparent: trace }),
      ...(cause?.operator && { operator: cause.operator }),
      states: i === 0 ? states : [],
    };
  });
}
