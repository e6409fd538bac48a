import type { Static } from '@sinclair/typebox';
import type { EventData, EventType } from '../domain/events';
import type { Order, OrderSubmission, Shipment } from '../domain/order';
import type { OrderId } from '../domain/ids';
import type { SubmissionSchema } from './submission';
import { numberEvents, toBusEvent } from '../domain/events';
import { validateOrder } from '../domain/validation';

const sample = {
  orderId: 'ORD-2025-001234',
  customerId: 'CUST-567890',
  items: [{ productId: 'PROD-12345', quantity: 2, price: 29.99 }],
  totalAmount: 59.98,
  currency: 'USD',
  shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
  timestamp: '2025-07-09T10:30:00Z',
} satisfies Static<typeof SubmissionSchema>;

/** The sample order of requirements E. */
export const submissionExample: Static<typeof SubmissionSchema> = sample;

/** ids as they come with requests and events */
const PLACED_BY = '5c1d2f6e-8a49-4c8c-9d38-1f2b7a6f3f10';
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

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
  const until = '2025-07-10T10:30:00.000Z';
  const { lines } = shipment;
  const returnId = `${orderId}-R1`;
  const attention = { n: 1, step: 'RefundPayment', key: `refund#${chargeKey}` };
  const update = { shipmentId: shipment.shipmentId, updateId: 'scan-1', occurredAt: '2025-07-09T18:00:00.000Z' };
  const choices = ['SHIP_AVAILABLE', 'WAIT', 'CANCEL'] as const;
  const address = { street: '456 Oak Ave', city: 'Busan', country: 'KR', zipCode: '48058' };
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
    'Inventory Restocked': { type: 'Inventory Restocked', data: { shipments: [shipment], cause: returnId } },
    'Inventory Written Off': { type: 'Inventory Written Off', data: { items: lines, cause: returnId } },
    'Stock Low': {
      type: 'Stock Low',
      data: { items: [{ productId: 'PROD-12345', availableQuantity: 8, threshold: 10 }] },
    },
    'Decision Requested': { type: 'Decision Requested', data: { availableItems, unavailableItems, choices, until } },
    'Decision Made': { type: 'Decision Made', data: { choice: 'WAIT', by: 'customer' } },
    'Order Backordered': { type: 'Order Backordered', data: { items: availableItems, until } },
    'Backorder Filled': { type: 'Backorder Filled', data: { shipments: [shipment] } },
    'Backorder Ended': {
      type: 'Backorder Ended',
      data: { items: availableItems, reason: 'nothing arrived in time', status: 'SHIPPED' },
    },
    'Order Delayed': { type: 'Order Delayed', data: { dependency: 'payment', until } },
    'Payment Authorized': { type: 'Payment Authorized', data: { chargeKey, amount, currency, paymentId: 'pay_1' } },
    'Payment Pending': { type: 'Payment Pending', data: { chargeKey, amount, currency, paymentId: 'pay_1', until } },
    'Payment Completed': { type: 'Payment Completed', data: { chargeKey, amount, currency, paymentId: 'pay_1' } },
    'Payment Refunded': { type: 'Payment Refunded', data: { chargeKey, amount, currency } },
    'Payment Voided': { type: 'Payment Voided', data: { chargeKey } },
    'Payment Failed': { type: 'Payment Failed', data: { reason } },
    'Warehouse Allocated': { type: 'Warehouse Allocated', data: { shipment } },
    'Shipping Label Generated': { type: 'Shipping Label Generated', data: label },
    'Shipping Label Cancelled': { type: 'Shipping Label Cancelled', data: { shipmentId: shipment.shipmentId } },
    'Shipping Label Replaced': {
      type: 'Shipping Label Replaced',
      data: { ...label, trackingNumber: 'WB2', version: 2 },
    },
    'Address Changed': { type: 'Address Changed', data: { address, version: 2 } },
    'Packing Instructed': { type: 'Packing Instructed', data: { shipment } },
    'Shipment Created': {
      type: 'Shipment Created',
      data: { ...label, shipment, amount, currency, startedAfterMs: 410 },
    },
    'Shipment Tracked': { type: 'Shipment Tracked', data: { ...update, status: 'PICKED_UP', first: true } },
    'Shipment Delivered': { type: 'Shipment Delivered', data: { ...update, status: 'DELIVERED', updateId: 'scan-2' } },
    'Shipment Lost': { type: 'Shipment Lost', data: { ...update, status: 'LOST', updateId: 'scan-2' } },
    'Shipment Returned': { type: 'Shipment Returned', data: { ...update, status: 'RETURNED', updateId: 'scan-2' } },
    'Order Delivered': { type: 'Order Delivered', data: {} },
    'Order At Risk': { type: 'Order At Risk', data: { afterS: 1200 } },
    'Promise Breached': { type: 'Promise Breached', data: { afterS: 1800 } },
    'Cancellation Requested': { type: 'Cancellation Requested', data: { reason: 'ordered twice' } },
    'Order Cancelled': { type: 'Order Cancelled', data: { reason: 'ordered twice' } },
    'Return Requested': { type: 'Return Requested', data: { returnId, items: lines, reason: 'too small' } },
    'Return Received': { type: 'Return Received', data: { returnId } },
    'Return Expired': { type: 'Return Expired', data: { returnId } },
    'Return Inspected': {
      type: 'Return Inspected',
      data: { returnId, items: lines.map((line) => ({ ...line, outcome: 'RESTOCK' })), amount, currency },
    },
    'Order Returned': { type: 'Order Returned', data: {} },
    'Attention Needed': {
      type: 'Attention Needed',
      data: { ...attention, error: 'the refund was refused', because: 'no carrier goes there', amount, currency },
    },
    'Attention Resolved': {
      type: 'Attention Resolved',
      data: { ...attention, action: 'SETTLE', by: 'night shift', reference: 'bank transfer 17', status: 'PAID' },
    },
    'Order Closed': { type: 'Order Closed', data: {} },
    'Customer Notified': { type: 'Customer Notified', data: { notificationKey: `notify#${orderId}` } },
    'Order Fulfillment Failed': { type: 'Order Fulfillment Failed', data: { reason } },
  };
}

function orderExample(): Order {
  const validation = validateOrder(sample as unknown as OrderSubmission);
  if (!validation.valid) throw new Error(JSON.stringify(validation.errors));
  return validation.order;
}

/** The detail of each event of ours as it goes over the bus. */
export const publishedExamples = Object.fromEntries(
  numberEvents(
    {
      orderId: sample.orderId as OrderId,
      runId: '',
      customerId: sample.customerId,
      correlationId: PLACED_BY,
      traceparent: TRACEPARENT,
      firstSequence: 1,
      events: Object.values(eventOfEachType(orderExample())),
      states: [],
    },
    { at: '2025-07-09T10:30:00.000Z', attempt: 1 },
  ).map((event) => [event.type, toBusEvent(event).detail]),
) as unknown as Record<EventType, Record<string, unknown>>;

const { orderId: ORDER_ID, customerId: CUSTOMER_ID } = sample;

const payment = {
  orderId: ORDER_ID,
  chargeKey: `charge#${ORDER_ID}#1`,
  paymentId: 'pay_1',
  amount: 59.98,
  currency: 'USD',
};

/** The detail of each event from outside. */
export const acceptedExamples = {
  'Order Placed': { ...submissionExample, schemaVersion: 1, traceparent: TRACEPARENT },
  'Payment Completed': payment,
  'Payment Failed': { ...payment, reason: 'insufficient funds' },
  'Carrier Update': {
    orderId: ORDER_ID,
    trackingNumber: 'SP123456789',
    status: 'DELIVERED',
    updateId: 'SP-000123',
    occurredAt: '2025-07-12T09:15:00Z',
  },
  'Shipment Created': { orderId: ORDER_ID, customerId: CUSTOMER_ID },
};

/** The detail of what answers a stock enquiry. */
export const answerExamples = {
  'Inventory Checked': {
    origin: 'waybill',
    eventId: `inventory-check#${PLACED_BY}`,
    orderId: ORDER_ID,
    at: '2025-07-09T10:30:00.000Z',
    schemaVersion: 1,
    correlationId: PLACED_BY,
    causationId: PLACED_BY,
    status: 'PARTIAL',
    availableItems: [{ productId: 'PROD-12345', quantity: 1 }],
    unavailableItems: [{ productId: 'PROD-12345', quantity: 2, availableQuantity: 1, shortfall: 1 }],
  },
};
