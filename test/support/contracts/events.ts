import type { EventData, EventType, NewEvent, OrderEvent } from '../../../src/domain/events';
import type { Order, Shipment } from '../../../src/domain/order';
import type { OrderId } from '../../../src/domain/ids';
import type { OrderSubmission } from '../../../src/domain/order';
import { numberEvents } from '../../../src/domain/events';
import { sampleOrder, uniqueId } from '../orders';
import { validateOrder } from '../../../src/domain/validation';

/** The sample order, validated. */
export function sampleValidOrder(changes: Partial<OrderSubmission> = {}): Order {
  const validation = validateOrder(sampleOrder(changes));
  if (!validation.valid) throw new Error(JSON.stringify(validation.errors));
  return validation.order;
}

export const sampleShipment = (orderId: OrderId, changes: Partial<Shipment> = {}): Shipment => ({
  shipmentId: `${orderId}-S1`,
  warehouseId: 'ICN',
  lines: [{ productId: 'PROD-12345', quantity: 2 }],
  ...changes,
});

/** One event of each type, of the same order. */
export function eventOfEachType(order: Order): { [T in EventType]: { type: T; data: EventData[T] } } {
  const { orderId, currency, totalAmount: amount } = order;
  const shipment = sampleShipment(orderId);
  const chargeKey = `charge#${orderId}#1`;
  const label = { shipmentId: shipment.shipmentId, carrier: 'Globe Parcel', trackingNumber: 'WB1' };
  const unavailableItems = [{ productId: 'PROD-12345', quantity: 2, availableQuantity: 1, shortfall: 1 }];
  const availableItems = [{ productId: 'PROD-12345', quantity: 1 }];
  const reason = 'insufficient funds';
  return {
    'Order Created': { type: 'Order Created', data: { order } },
    'Order Validated': { type: 'Order Validated', data: {} },
    'Order Validation Failed': {
      type: 'Order Validation Failed',
      data: { errors: [{ pointer: '/items', code: 'required', detail: 'expected' }] },
    },
    'Inventory Reserved': { type: 'Inventory Reserved', data: { shipments: [shipment] } },
    'Inventory Partially Reserved': {
      type: 'Inventory Partially Reserved',
      data: { shipments: [shipment], availableItems, unavailableItems },
    },
    'Inventory Unavailable': { type: 'Inventory Unavailable', data: { unavailableItems } },
    'Inventory Shortage Reported': { type: 'Inventory Shortage Reported', data: { unavailableItems } },
    'Inventory Released': { type: 'Inventory Released', data: { shipments: [shipment] } },
    'Payment Completed': { type: 'Payment Completed', data: { chargeKey, amount, currency, paymentId: 'pay_1' } },
    'Payment Refunded': { type: 'Payment Refunded', data: { chargeKey, amount, currency } },
    'Payment Voided': { type: 'Payment Voided', data: { chargeKey } },
    'Payment Failed': { type: 'Payment Failed', data: { reason } },
    'Warehouse Allocated': { type: 'Warehouse Allocated', data: { shipment } },
    'Shipping Label Generated': { type: 'Shipping Label Generated', data: label },
    'Shipping Label Cancelled': { type: 'Shipping Label Cancelled', data: { shipmentId: shipment.shipmentId } },
    'Packing Instructed': { type: 'Packing Instructed', data: { shipment } },
    'Shipment Created': { type: 'Shipment Created', data: { ...label, shipment } },
    'Customer Notified': { type: 'Customer Notified', data: { notificationKey: `notify#${orderId}` } },
    'Order Fulfillment Failed': { type: 'Order Fulfillment Failed', data: { reason } },
  };
}

export const EVENT_TYPES = Object.keys(eventOfEachType(sampleValidOrder())) as EventType[];

/** Numbers events as a step does that appends them together. */
export function numbered(
  orderId: OrderId,
  events: NewEvent[],
  { firstSequence = 1, at = '2025-07-09T10:30:00.000Z', customerId = 'CUST-567890' } = {},
): OrderEvent[] {
  const ordinal = firstSequence;
  const passed = { name: 'ValidateOrder', ordinal, enteredAt: at, exitedAt: at, attempts: 1 } as const;
  const batch = { orderId, runId: 'run-1', customerId, firstSequence, events, states: [passed] };
  return numberEvents(batch, { at, attempt: 1 });
}

/** `n` events of an order that has nothing else. */
export function someEvents(n: number, { orderId = uniqueId(), at = '2025-07-09T10:30:00.000Z' } = {}): OrderEvent[] {
  const event: NewEvent = { type: 'Order Validated', data: {} };
  return numbered(
    orderId,
    Array.from({ length: n }, () => event),
    { at },
  );
}
