import { Type } from '@sinclair/typebox';
import { CARRIER_STATUSES } from '../domain/events';
import { Currency, oneOf } from './parts';
import { ORDER_ID_PATTERN } from '../domain/ids';
import { SENT_ENVELOPE } from './envelope';
import { SubmissionSchema } from './submission';

/** What a payment company tells of a charge. */
export const PAYMENT_MEMBERS = {
  orderId: Type.Optional(Type.String({ description: 'required, unless `order` has it' })),
  chargeKey: Type.Optional(Type.String({ description: 'the key of the charge; absent: it goes by its `paymentId`' })),
  paymentId: Type.String(),
  amount: Type.Number({ description: 'in decimal major units' }),
  currency: Currency,
  reason: Type.Optional(Type.String({ description: 'why a payment failed' })),
};

/** What a carrier tells of a parcel. */
export const CARRIER_MEMBERS = {
  orderId: Type.String(),
  trackingNumber: Type.String(),
  status: oneOf(CARRIER_STATUSES),
  updateId: Type.String({ description: "the carrier's; the same one again is dropped" }),
  occurredAt: Type.Optional(Type.String({ format: 'date-time' })),
};

const { orderId: _, ...ORDER_MEMBERS } = SubmissionSchema.properties;
const OrderId = Type.String({ pattern: ORDER_ID_PATTERN, description: 'never names a second order' });

/** An order inside an event: it has its id. */
const Order = Type.Object(
  { orderId: OrderId, ...ORDER_MEMBERS },
  { description: 'What is missing of it or has a wrong value ends the order as `Order Validation Failed`.' },
);

/** The details of events from outside that start or move an order, by source and detail-type. */
export const ACCEPTED = {
  'Order Placed': {
    source: 'ecommerce.orders',
    detail: { ...Order.properties, ...SENT_ENVELOPE },
    says: 'An order. What is missing of it or has a wrong value ends it as `Order Validation Failed`.',
  },
  'Payment Completed': {
    source: 'payment.service',
    detail: { ...PAYMENT_MEMBERS, order: Type.Optional(Order), ...SENT_ENVELOPE },
    says: 'A charge succeeded; with an `order` it was paid elsewhere, and starts here.',
  },
  'Payment Failed': {
    source: 'payment.service',
    detail: { ...PAYMENT_MEMBERS, ...SENT_ENVELOPE },
    says: 'A charge failed.',
  },
  'Carrier Update': {
    source: 'carrier.updates',
    detail: { ...CARRIER_MEMBERS, ...SENT_ENVELOPE },
    says: 'What a carrier says of a parcel; the same update again is dropped.',
  },
  'Shipment Created': {
    source: 'shipping.service',
    detail: { orderId: Type.String(), customerId: Type.String(), ...SENT_ENVELOPE },
    says: 'A parcel that is none of ours: its customer is told, and nothing else. Without order or customer it is ignored.',
  },
} as const;
