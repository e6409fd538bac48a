import { Type } from '@sinclair/typebox';
import {
  Address,
  Amount,
  Choice,
  Count,
  Currency,
  Flag,
  Line,
  Lines,
  oneOf,
  ProductId,
  Shipment,
  Shipments,
  Shortages,
  Status,
  Text,
  Time,
} from './parts';
import { CARRIER_STATUSES, INSPECTION_OUTCOMES, RESOLUTIONS } from '../domain/events';
import { CHANNELS, SHORTAGE_CHOICES } from '../domain/order';

const Reason = Text('why');
const Payment = {
  chargeKey: Text('the idempotency key of the charge'),
  amount: Amount('of money that moved'),
  currency: Currency,
};
const PaymentId = Text("the payment company's id");
const Label = { shipmentId: Type.String(), carrier: Type.String(), trackingNumber: Type.String() };
const Version = Count('of the label: raised with each address; absent: the first');
const CarrierUpdate = {
  shipmentId: Type.String(),
  status: oneOf(CARRIER_STATUSES),
  updateId: Text("the carrier's id of what it said"),
  occurredAt: Type.Optional(Time("the carrier's time")),
  superseded: Type.Optional(Flag('the parcel was further already')),
};
const Attention = {
  n: Count('counts those of an order, from 1'),
  step: Text('what was tried'),
  key: Text('the idempotency key of it'),
};
const Seconds = Count('seconds since the order was received');

const Policy = Type.Partial(
  Type.Object({
    onShortage: oneOf(['ASK', ...SHORTAGE_CHOICES] as const),
    onNoAnswer: Choice,
    onUnavailable: oneOf(['END', 'WAIT'] as const),
    decisionWithinS: Type.Number(),
    backorderWithinS: Type.Number(),
    paymentWithinS: Type.Number(),
    pendingPaymentWithinS: Type.Number(),
    returnWithinS: Type.Number(),
    payment: oneOf(['CHARGE', 'AUTHORIZE'] as const),
  }),
  { description: 'how the order is treated where it is not the usual; seconds where the name ends in S' },
);

/** What each event tells, by its detail-type, as it goes over the bus. */
export const PUBLISHED = {
  'Order Created': {
    orderId: Type.String(),
    customerId: Type.String(),
    items: Type.Array(
      Type.Object({
        productId: ProductId,
        quantity: Count('units'),
        price: Amount('of one'),
        weight: Type.Optional(Type.Number({ description: 'grams, of one' })),
      }),
    ),
    totalAmount: Amount('of the order'),
    currency: Currency,
    shippingAddress: Address,
    paymentMethod: Type.String(),
    policy: Type.Optional(Policy),
    channels: Type.Optional(Type.Array(oneOf(CHANNELS))),
    timestamp: Type.Optional(Time('when the shop says it was placed')),
  },
  'Order Validated': { status: Type.Literal('VALIDATED') },
  'Order Validation Failed': {
    status: Type.Literal('VALIDATION_FAILED'),
    errors: Type.Array(
      Type.Object({
        pointer: Text('JSON pointer (RFC 6901) into the order as sent'),
        code: Type.String(),
        detail: Text('what was expected, and what came'),
      }),
    ),
  },
  'Inventory Reserved': { shipments: Shipments },
  'Inventory Partially Reserved': { shipments: Shipments, availableItems: Lines, unavailableItems: Shortages },
  'Inventory Unavailable': { unavailableItems: Shortages },
  'Inventory Shortage Reported': {
    unavailableItems: Shortages,
    waits: Type.Optional(Flag('the order goes on as a back-order; otherwise it ends')),
  },
  'Inventory Released': { shipments: Shipments },
  'Decision Requested': {
    availableItems: Lines,
    unavailableItems: Shortages,
    choices: Type.Array(Choice),
    until: Time('after it the policy decides'),
  },
  'Decision Made': {
    choice: Choice,
    by: oneOf(['customer', 'policy'] as const, 'policy: there was no answer, or none was asked for'),
  },
  'Order Backordered': { items: Lines, until: Time('how long it is waited for') },
  'Backorder Filled': { shipments: Shipments },
  'Backorder Ended': { items: Lines, reason: Reason, status: Status },
  'Stock Low': {
    items: Type.Array(
      Type.Object({
        productId: ProductId,
        availableQuantity: Type.Integer(),
        threshold: Count('the one that it fell to, or below'),
      }),
    ),
  },
  'Inventory Restocked': { shipments: Shipments, cause: Text('a return, or a shipment that came back') },
  'Inventory Written Off': { items: Lines, cause: Text('a return') },
  'Order Delayed': { dependency: Text('the company that is out of order'), until: Time('tried again then') },
  'Payment Authorized': { ...Payment, paymentId: PaymentId },
  'Payment Pending': { ...Payment, paymentId: PaymentId, until: Time('how long it is waited for') },
  'Payment Completed': {
    ...Payment,
    paymentId: PaymentId,
    late: Type.Optional(Flag('the order had been given up: it goes back')),
  },
  'Payment Refunded': {
    ...Payment,
    refundKey: Type.Optional(Text("the provider's key of it; absent: the one of the whole charge")),
    cause: Type.Optional(Text('a shipment or a return; absent: the order did not go on')),
    reference: Type.Optional(Text('of who gave it back by hand')),
  },
  'Payment Voided': { chargeKey: Payment.chargeKey },
  'Payment Failed': { reason: Reason },
  'Warehouse Allocated': { shipment: Shipment },
  'Shipping Label Generated': { ...Label, version: Type.Optional(Version) },
  'Shipping Label Cancelled': { shipmentId: Type.String(), version: Type.Optional(Version) },
  'Shipping Label Replaced': { ...Label, version: Version },
  'Address Changed': { address: Address, version: Version },
  'Packing Instructed': { shipment: Shipment, version: Type.Optional(Version) },
  'Shipment Created': {
    ...Label,
    version: Type.Optional(Version),
    shipment: Shipment,
    amount: Type.Optional(Amount('what its goods cost')),
    currency: Type.Optional(Currency),
    startedAfterMs: Type.Optional(Type.Number({ description: 'milliseconds since the order was received' })),
  },
  'Shipment Tracked': { ...CarrierUpdate, first: Type.Optional(Flag('the parcel was not there yet')) },
  'Shipment Delivered': CarrierUpdate,
  'Shipment Lost': CarrierUpdate,
  'Shipment Returned': CarrierUpdate,
  'Order Delivered': {},
  'Order At Risk': { afterS: Seconds },
  'Promise Breached': { afterS: Seconds },
  'Cancellation Requested': { reason: Type.Optional(Reason) },
  'Order Cancelled': { reason: Reason },
  'Return Requested': { returnId: Type.String(), items: Lines, reason: Type.Optional(Reason) },
  'Return Received': { returnId: Type.String() },
  'Return Expired': { returnId: Type.String() },
  'Return Inspected': {
    returnId: Type.String(),
    items: Type.Array(Type.Object({ ...Line.properties, outcome: oneOf(INSPECTION_OUTCOMES) })),
    amount: Amount('what is refunded'),
    currency: Currency,
  },
  'Order Returned': {},
  'Attention Needed': {
    ...Attention,
    error: Text('what went wrong'),
    because: Type.Optional(Text('why it has to be done; absent in events of earlier releases')),
    amount: Type.Optional(Amount('at stake')),
    currency: Type.Optional(Currency),
  },
  'Attention Resolved': {
    ...Attention,
    action: oneOf(RESOLUTIONS),
    by: Text('who decided'),
    reason: Type.Optional(Reason),
    reference: Type.Optional(Text('of what was done by hand')),
    status: Status,
  },
  'Order Closed': {},
  'Customer Notified': { notificationKey: Type.String() },
  'Order Fulfillment Failed': { reason: Reason },
} as const;

/** What is said on the bus besides an order's own events. */
export const ANSWERS = {
  'Inventory Checked': {
    source: 'inventory.service',
    says: 'What of an order is in stock at this moment; nothing is reserved.',
    detail: {
      status: oneOf(['AVAILABLE', 'PARTIAL', 'UNAVAILABLE'] as const),
      availableItems: Lines,
      unavailableItems: Shortages,
    },
  },
} as const;
