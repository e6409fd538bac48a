import type { EventType, OrderEvent } from './events';
import type { OrderId } from './ids';
import type { OrderLine, Shipment, Shortage, ValidationError } from './order';
import type { OrderStatus, StateName, StatePassed } from './states';
import { MAX_TEXT } from './order';
import { shardOf } from './ids';

export type InventoryStatus = 'AVAILABLE' | 'PARTIAL' | 'UNAVAILABLE';

export interface ViewShipment extends Shipment {
  carrier: string;
  trackingNumber: string;
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
  errors?: ValidationError[];
  failure?: string;
  /** partitions of the indexes by status and by day */
  statusShard: string;
  dayShard: string;
}

type Scalars = Omit<OrderView, 'orderId' | 'states' | 'shipments' | 'charged' | 'refunded'>;

/** What events change in a view: the same for a view in memory and for one in a table. */
export interface ViewPatch {
  set: Partial<Scalars>;
  remove: 'currentState'[];
  append: { states: StatePassed[]; shipments: ViewShipment[] };
  add: { charged: number; refunded: number };
}

/** The status that an order has from an event on; the other events leave it as it is. */
export const STATUS_AFTER = {
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
} as const satisfies Partial<Record<EventType, OrderStatus>>;

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
  const first = events[0];
  return first && applyPatch(undefined, first.orderId, projectEvents(events));
}

/** A view with a patch applied; without a view, the first one. */
export function applyPatch(view: OrderView | undefined, orderId: OrderId, patch: ViewPatch): OrderView {
  const before = view ?? ({ orderId, states: [], shipments: [], charged: 0, refunded: 0 } as unknown as OrderView);
  const after: OrderView = {
    ...before,
    ...patch.set,
    states: [...before.states, ...patch.append.states],
    shipments: [...before.shipments, ...patch.append.shipments],
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
  const status = (STATUS_AFTER as Partial<Record<EventType, OrderStatus>>)[event.type];
  if (status) Object.assign(patch.set, { status, statusShard: `${status}#${shardOf(orderId)}` });
  projectData(event, patch);
}

function projectData(event: OrderEvent, { set, remove, append, add }: ViewPatch): void {
  const moveTo = (state: StateName) => {
    set.currentState = state;
    remove.length = 0;
  };
  const end = () => {
    delete set.currentState;
    remove[0] = 'currentState';
  };
  switch (event.type) {
    case 'Order Created': {
      const { customerId, currency, totalAmount, lines } = event.data.order;
      Object.assign(set, { customerId, currency, totalAmount, lines });
      return moveTo('ValidateOrder');
    }
    case 'Order Validated':
      return moveTo('CheckInventory');
    case 'Order Validation Failed':
      Object.assign(set, { errors: event.data.errors });
      // the key of an index: no order with a longer one, or none, is listed by it
      if (event.customerId && event.customerId.length <= MAX_TEXT) set.customerId = event.customerId;
      return end();
    case 'Inventory Reserved':
      set.inventoryStatus = 'AVAILABLE';
      return moveTo('ProcessPayment');
    case 'Inventory Partially Reserved':
      Object.assign(set, { inventoryStatus: 'PARTIAL', unavailableItems: event.data.unavailableItems });
      return moveTo('HandlePartialInventory');
    case 'Inventory Unavailable':
      Object.assign(set, { inventoryStatus: 'UNAVAILABLE', unavailableItems: event.data.unavailableItems });
      return moveTo('InventoryNotAvailable');
    case 'Payment Completed':
      add.charged += event.data.amount;
      return moveTo('StartFulfillment');
    case 'Payment Refunded':
      add.refunded += event.data.amount;
      return;
    case 'Payment Failed':
      set.failure = event.data.reason;
      return end();
    case 'Warehouse Allocated':
      return moveTo('GenerateShippingLabel');
    case 'Shipment Created': {
      const { shipment, carrier, trackingNumber } = event.data;
      append.shipments.push({ ...shipment, carrier, trackingNumber });
      return moveTo('NotifyCustomer');
    }
    case 'Order Fulfillment Failed':
      set.failure = event.data.reason;
      return end();
    case 'Inventory Shortage Reported':
    case 'Customer Notified':
      return end();
    case 'Inventory Released':
    case 'Payment Voided':
    case 'Shipping Label Generated':
    case 'Shipping Label Cancelled':
    case 'Packing Instructed':
      return;
    default:
      return event satisfies never;
  }
}
