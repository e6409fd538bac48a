import type { Attention, CarrierStatus, CarrierUpdate, EventType, NewEvent, OrderEvent, Payment } from './events';
import type { OrderId } from './ids';
import type {
  OrderLine,
  Shipment,
  ShipmentLine,
  ShippingAddress,
  Shortage,
  ShortageChoice,
  ValidationError,
} from './order';
import type { OrderStatus, StateName, StatePassed } from './states';
import { MAX_TEXT } from './order';
import { shardOf } from './ids';

export type InventoryStatus = 'AVAILABLE' | 'PARTIAL' | 'UNAVAILABLE';

export interface ViewShipment extends Shipment {
  carrier: string;
  trackingNumber: string;
}

/** A step on a parcel's way; the last one of a shipment is where it is. */
export interface TrackingStep {
  shipmentId: string;
  status: CarrierStatus;
  at: string;
}

/** A label that took another one's place. */
export interface LabelReplacement {
  shipmentId: string;
  carrier: string;
  trackingNumber: string;
}

/** How an order stands to the promise to ship within 30 minutes, where it does not keep it. */
export const LATENESSES = ['AT_RISK', 'BREACHED'] as const;
export type Lateness = (typeof LATENESSES)[number];

export type ReturnStatus = 'REQUESTED' | 'RECEIVED' | 'INSPECTED' | 'EXPIRED';

/** A step of a return; the last one of it is where it stands. */
export interface ReturnStep {
  returnId: string;
  status: ReturnStatus;
  at: string;
  /** what is to come back; with the first step */
  items?: ShipmentLine[];
}

/** OrderStatusView: an order as it is read. Amounts in minor units. */
export interface OrderView {
  orderId: OrderId;
  /** of the last event that is in the view */
  sequence: number;
  status: OrderStatus;
  createdAt: string;
  updatedAt: string;
  /** the state the order is in since its last event; absent once it ended */
  currentState?: StateName;
  /** when it came into it; it may have been there before */
  currentSince?: string;
  states: StatePassed[];
  customerId?: string;
  currency?: string;
  totalAmount?: number;
  lines?: OrderLine[];
  inventoryStatus?: InventoryStatus;
  unavailableItems?: Shortage[];
  charged: number;
  refunded: number;
  shipments: ViewShipment[];
  /** held under an authorisation and not taken */
  authorized?: number;
  /** how the parcels went; absent in views written before there was any */
  tracking?: TrackingStep[];
  labels?: LabelReplacement[];
  returns?: ReturnStep[];
  shippingAddress?: ShippingAddress;
  /** what the customer has to decide, until when */
  decision?: { choices: readonly ShortageChoice[]; until: string };
  /** what is waited for, until when */
  backorder?: { items: ShipmentLine[]; until: string };
  /** a payment that the company decides later, in minor units */
  pendingPayment?: Payment & { until: string };
  /** an outside company that the order waits for */
  delayed?: { dependency: string; since: string; until: string };
  /** what somebody has to decide, since when */
  attention?: Attention & { since: string };
  /** of the promise to ship within 30 minutes */
  promise?: Lateness;
  /** since when it is so, as long as nothing ships and the order goes on; and the partition of the index of those */
  lateSince?: string;
  lateShard?: string;
  /** partition of the index of orders that have not ended; there exactly as long as `currentState` */
  openShard?: string;
  /**
   * partition, by UTC day, of the index of orders that changed; of events that bring an order into a state it is taken
   * away, for then the order is in the index of open ones
   */
  changedShard?: string;
  /** milliseconds from received to shipping started */
  startedAfterMs?: number;
  cancellation?: { reason?: string; at: string };
  closedAt?: string;
  errors?: ValidationError[];
  failure?: string;
  /** partitions of the indexes by status and by day */
  statusShard: string;
  dayShard: string;
}

type Lists = 'states' | 'shipments' | 'tracking' | 'labels' | 'returns';
type Sums = 'charged' | 'refunded';
type Scalars = Omit<OrderView, 'orderId' | Lists | Sums>;
/** what is there for a time only */
type Passing =
  | 'currentState'
  | 'currentSince'
  | 'decision'
  | 'backorder'
  | 'pendingPayment'
  | 'authorized'
  | 'delayed'
  | 'attention'
  | 'lateSince'
  | 'lateShard'
  | 'openShard'
  | 'changedShard';

/** What events change in a view: the same for a view in memory and for one in a table. */
export interface ViewPatch {
  set: Partial<Scalars>;
  remove: Passing[];
  append: { states: StatePassed[]; shipments: ViewShipment[] } & Partial<Pick<Required<OrderView>, Lists>>;
  add: { charged: number; refunded: number };
}

/** The status that an order has from an event on; the other events leave it as it is. */
const STATUS_AFTER = {
  'Order Created': 'RECEIVED',
  'Order Validated': 'VALIDATED',
  'Order Validation Failed': 'VALIDATION_FAILED',
  'Inventory Reserved': 'RESERVED',
  'Inventory Partially Reserved': 'RESERVED',
  'Inventory Unavailable': 'INVENTORY_UNAVAILABLE',
  'Payment Completed': 'PAID',
  'Payment Failed': 'PAYMENT_FAILED',
  'Shipment Created': 'SHIPPED',
  'Order Fulfillment Failed': 'FULFILLMENT_FAILED',
  'Decision Requested': 'PENDING_DECISION',
  'Order Backordered': 'BACKORDERED',
  'Backorder Filled': 'RESERVED',
  'Order Delivered': 'DELIVERED',
  'Order Cancelled': 'CANCELLED',
  'Order Returned': 'RETURNED',
  'Attention Needed': 'NEEDS_ATTENTION',
} as const satisfies Partial<Record<EventType, OrderStatus>>;

/** The events that can change an order's status; of some their data says to what. */
export const STATUS_EVENTS: readonly EventType[] = [
  ...(Object.keys(STATUS_AFTER) as EventType[]),
  'Backorder Ended',
  'Attention Resolved',
];

/** What consecutive events of one order change in its view, as one patch. */
export function projectEvents(events: readonly OrderEvent[]): ViewPatch {
  const patch: ViewPatch = {
    set: {},
    remove: [],
    append: { states: [], shipments: [] },
    add: { charged: 0, refunded: 0 },
  };
  for (const event of events) projectEvent(event, patch);
  return patch;
}

/** The view of an order from all its events. */
export function fold(events: readonly OrderEvent[]): OrderView | undefined {
  return continueFold(undefined, events);
}

/** The view of an order from an earlier one and the events after it; without one, from all its events. */
export function continueFold(view: OrderView | undefined, events: readonly OrderEvent[]): OrderView | undefined {
  const first = events[0];
  return first ? applyPatch(view, first.orderId, projectEvents(events)) : view;
}

/** Raised when events make another view than before: views that were kept say nothing then. */
export const VIEW_FORMAT = 3;

/** Events of an order from one snapshot of it to the next. */
export const SNAPSHOT_EVERY = 100;

/** A view with a patch applied; without a view, the first one. */
export function applyPatch(view: OrderView | undefined, orderId: OrderId, patch: ViewPatch): OrderView {
  const before = view ?? ({ orderId, states: [], shipments: [], charged: 0, refunded: 0 } as unknown as OrderView);
  const lists = Object.entries(patch.append).map(([name, items]) => [
    name,
    [...((before[name as Lists] as unknown[] | undefined) ?? []), ...items],
  ]);
  const after: OrderView = {
    ...before,
    ...patch.set,
    ...(Object.fromEntries(lists) as Pick<OrderView, 'states' | 'shipments'>),
    charged: before.charged + patch.add.charged,
    refunded: before.refunded + patch.add.refunded,
  };
  for (const name of patch.remove) delete after[name];
  return after;
}

function projectEvent(event: OrderEvent, patch: ViewPatch): void {
  const { orderId, sequence, at } = event;
  patch.append.states.push(...event.states);
  Object.assign(patch.set, { sequence, updatedAt: at });
  if (sequence === 1) Object.assign(patch.set, { createdAt: at, dayShard: `${at.slice(0, 10)}#${shardOf(orderId)}` });
  const status = statusAfter(event);
  if (status) Object.assign(patch.set, { status, statusShard: `${status}#${shardOf(orderId)}` });
  projectData(event, patch);
}

/** The status that an order has from an event on; `undefined`: as before. */
export function statusAfter(event: NewEvent): OrderStatus | undefined {
  if (event.type === 'Attention Resolved' || event.type === 'Backorder Ended') return event.data.status;
  // the order is over: the money comes, and goes back
  if (event.type === 'Payment Completed' && event.data.late) return undefined;
  return (STATUS_AFTER as Partial<Record<EventType, OrderStatus>>)[event.type];
}

const ENDS: ReadonlySet<OrderStatus> = new Set(['CANCELLED', 'RETURNED', 'PAYMENT_FAILED', 'FULFILLMENT_FAILED']);
const isEnd = (status: OrderStatus): boolean => ENDS.has(status);

/** The orders of a shard that changed on a UTC day, such as `2025-07-09`, and are in no state since. */
export const changedPartition = (day: string, shard: number): string => `${day}#${shard}`;

function projectData(event: OrderEvent, patch: ViewPatch): void {
  const { set, append, add } = patch;
  const { at, orderId } = event;
  const put = (values: Partial<Scalars>) => {
    Object.assign(set, values);
    patch.remove = patch.remove.filter((name) => !(name in values));
  };
  const drop = (...names: Passing[]) => {
    for (const name of names) delete set[name];
    patch.remove = [...new Set([...patch.remove, ...names])];
  };
  const shard = shardOf(orderId);
  const moveTo = (currentState: StateName) => {
    put({ currentState, currentSince: at, openShard: String(shard) });
    drop('changedShard');
  };
  const end = (...names: Passing[]) =>
    drop('currentState', 'currentSince', 'openShard', 'lateSince', 'lateShard', ...names);
  const late = (promise: Lateness) => put({ promise, lateSince: at, lateShard: `${promise}#${shard}` });
  const track = ({ shipmentId, status }: CarrierUpdate) => {
    (append.tracking ??= []).push({ shipmentId, status, at });
  };
  const returns = (step: Omit<ReturnStep, 'at'>) => void (append.returns ??= []).push({ ...step, at });
  // whether the order had ended before this one, no event says
  put({ changedShard: changedPartition(at.slice(0, 10), shard) });
  switch (event.type) {
    case 'Order Created': {
      const { customerId, currency, totalAmount, lines, shippingAddress } = event.data.order;
      put({ customerId, currency, totalAmount, lines, shippingAddress });
      return moveTo('ValidateOrder');
    }
    case 'Order Validated':
      return moveTo('CheckInventory');
    case 'Order Validation Failed':
      put({ errors: event.data.errors });
      // the key of an index: no order with a longer one, or none, is listed by it
      if (event.customerId && event.customerId.length <= MAX_TEXT) put({ customerId: event.customerId });
      return end();
    case 'Inventory Reserved':
      put({ inventoryStatus: 'AVAILABLE' });
      return moveTo('ProcessPayment');
    case 'Inventory Partially Reserved':
      put({ inventoryStatus: 'PARTIAL', unavailableItems: event.data.unavailableItems });
      return moveTo('HandlePartialInventory');
    case 'Inventory Unavailable':
      put({ inventoryStatus: 'UNAVAILABLE', unavailableItems: event.data.unavailableItems });
      return moveTo('InventoryNotAvailable');
    case 'Decision Requested': {
      const { choices, until } = event.data;
      return put({ decision: { choices, until } });
    }
    case 'Decision Made':
      drop('decision');
      return moveTo(event.data.choice === 'CANCEL' ? 'RollbackTransaction' : 'ProcessPayment');
    case 'Order Backordered':
      put({ backorder: event.data });
      return moveTo('AwaitStock');
    case 'Backorder Filled':
      drop('backorder');
      return moveTo('ProcessPayment');
    case 'Backorder Ended': {
      const { status } = event.data;
      drop('backorder');
      return status === 'INVENTORY_UNAVAILABLE' || status === 'CANCELLED' ? end() : moveTo('AwaitDelivery');
    }
    case 'Order Delayed':
      return put({ delayed: { ...event.data, since: at } });
    case 'Payment Pending': {
      const { chargeKey, amount, currency, until } = event.data;
      drop('delayed');
      return put({ pendingPayment: { chargeKey, amount, currency, until } });
    }
    case 'Payment Authorized':
      drop('delayed', 'pendingPayment');
      put({ authorized: event.data.amount });
      return moveTo('StartFulfillment');
    case 'Payment Completed':
      add.charged += event.data.amount;
      drop('delayed', 'pendingPayment', 'authorized');
      return event.data.late ? undefined : moveTo('StartFulfillment');
    case 'Payment Refunded':
      add.refunded += event.data.amount;
      return event.data.cause === undefined ? undefined : moveTo('AwaitDelivery');
    case 'Payment Voided':
      return drop('delayed', 'pendingPayment', 'authorized');
    case 'Payment Failed':
      put({ failure: event.data.reason });
      return end('delayed', 'pendingPayment');
    case 'Warehouse Allocated':
      return moveTo('GenerateShippingLabel');
    case 'Shipment Created': {
      const { shipment, carrier, trackingNumber, startedAfterMs } = event.data;
      append.shipments.push({ ...shipment, carrier, trackingNumber });
      drop('delayed', 'lateSince', 'lateShard');
      if (startedAfterMs !== undefined) put({ startedAfterMs });
      return moveTo('NotifyCustomer');
    }
    case 'Shipping Label Replaced': {
      const { shipmentId, carrier, trackingNumber } = event.data;
      return void (append.labels ??= []).push({ shipmentId, carrier, trackingNumber });
    }
    case 'Address Changed':
      return put({ shippingAddress: event.data.address });
    case 'Shipment Tracked':
      return event.data.first ? track(event.data) : undefined;
    case 'Shipment Delivered':
      return track(event.data);
    case 'Shipment Lost':
    case 'Shipment Returned':
      track(event.data);
      return moveTo('CompensateShipment');
    case 'Return Requested':
      returns({ returnId: event.data.returnId, status: 'REQUESTED', items: event.data.items });
      return moveTo('HandleReturn');
    case 'Return Received':
      return returns({ returnId: event.data.returnId, status: 'RECEIVED' });
    case 'Return Expired':
      returns({ returnId: event.data.returnId, status: 'EXPIRED' });
      return moveTo('AwaitDelivery');
    case 'Return Inspected':
      returns({ returnId: event.data.returnId, status: 'INSPECTED' });
      return moveTo('AwaitDelivery');
    case 'Order At Risk':
      return late('AT_RISK');
    case 'Promise Breached':
      return late('BREACHED');
    case 'Cancellation Requested':
      return put({ cancellation: { ...event.data, at } });
    case 'Attention Needed':
      put({ attention: { ...event.data, since: at } });
      return moveTo('NeedsAttention');
    case 'Attention Resolved': {
      const { status } = event.data;
      const parcels = status === 'SHIPPED' || status === 'DELIVERED';
      drop('attention');
      // money that came too late, and did not go back at once
      if (isEnd(status)) return end();
      return moveTo(parcels ? 'AwaitDelivery' : 'RollbackTransaction');
    }
    case 'Order Cancelled':
    case 'Order Fulfillment Failed':
      put({ failure: event.data.reason });
      return end('delayed', 'decision', 'pendingPayment');
    case 'Customer Notified':
      // the clock may strike between shipment and notification
      drop('lateSince', 'lateShard');
      return moveTo('AwaitDelivery');
    case 'Inventory Shortage Reported':
      return event.data.waits ? undefined : end();
    case 'Order Returned':
      return end();
    case 'Order Closed':
      put({ closedAt: at });
      return end('decision', 'backorder', 'pendingPayment', 'delayed');
    case 'Inventory Released':
    case 'Inventory Restocked':
    case 'Inventory Written Off':
    case 'Stock Low':
    case 'Shipping Label Generated':
    case 'Shipping Label Cancelled':
    case 'Packing Instructed':
    case 'Order Delivered':
      return;
    default:
      return event satisfies never;
  }
}
