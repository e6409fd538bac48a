import type { Static } from '@sinclair/typebox';
import type { SubmissionSchema } from '../submission';

const links = { self: '/orders/ORD-2025-001234', events: '/orders/ORD-2025-001234/events' };
const at = (second: string) => `2025-07-09T10:30:${second}Z`;
const item = { productId: 'PROD-12345', quantity: 2, price: 29.99 };

export const submissionExample: Static<typeof SubmissionSchema> = {
  orderId: 'ORD-2025-001234',
  customerId: 'CUST-567890',
  items: [item],
  totalAmount: 59.98,
  currency: 'USD',
  shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
  timestamp: at('00'),
};

export const inboundEventExample = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'Order Placed',
  source: 'ecommerce.orders',
  account: '123456789012',
  time: at('00'),
  region: 'us-east-1',
  resources: [],
  detail: submissionExample,
};

export const eventResultsExample = {
  results: [
    {
      index: 0,
      eventId: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
      status: 'ACCEPTED',
      orderId: 'ORD-2025-001234',
    },
  ],
} as const;

export const placedExample = {
  orderId: 'ORD-2025-001234',
  status: 'RESERVED',
  inventoryStatus: 'AVAILABLE',
  links,
} as const;

export const summaryExample = {
  orderId: 'ORD-2025-001234',
  status: 'SHIPPED',
  createdAt: at('00.120'),
  updatedAt: at('00.410'),
  customerId: 'CUST-567890',
  totalAmount: 59.98,
  currency: 'USD',
  inventoryStatus: 'AVAILABLE',
  links,
} as const;

export const orderExample = {
  ...summaryExample,
  items: [item],
  states: [
    { name: 'ValidateOrder', enteredAt: at('00.100'), exitedAt: at('00.120'), attempts: 1 },
    { name: 'CheckInventory', enteredAt: at('00.120'), exitedAt: at('00.140'), attempts: 1 },
  ],
  payment: { charged: 59.98, refunded: 0, currency: 'USD' },
  shipments: [
    {
      shipmentId: 'ORD-2025-001234-S1',
      warehouseId: 'WH-ICN-01',
      carrier: 'Swift Parcel',
      trackingNumber: 'SP123456789',
      items: [{ productId: 'PROD-12345', quantity: 2 }],
    },
  ],
} as const;

export const eventExample = {
  eventId: 'ORD-2025-001234#4',
  sequence: 4,
  type: 'Payment Completed',
  source: 'payment.service',
  at: at('00.250'),
  data: { chargeKey: 'charge#ORD-2025-001234#1', paymentId: 'pay_1', amount: 59.98, currency: 'USD' },
} as const;

export const stockExample = {
  productId: 'PROD-12345',
  name: 'Travel mug',
  availableQuantity: 9998,
  reservedQuantity: 0,
  warehouses: [{ warehouseId: 'WH-ICN-01', availableQuantity: 9998, reservedQuantity: 0 }],
};

export const contactExample = {
  customerId: 'CUST-567890',
  email: 'customer@example.com',
  phone: '+821012345678',
  channels: ['EMAIL', 'SMS'],
} as const;

export const journalExample = {
  at: at('00.240'),
  provider: 'payment',
  operation: 'charge',
  key: 'charge#ORD-2025-001234#1',
  outcome: 'charged',
  amount: 59.98,
  currency: 'USD',
} as const;

export const problemExample = {
  type: 'urn:waybill:problem:order_invalid',
  title: 'The order has missing or wrong values',
  status: 422,
  code: 'order_invalid',
  detail: 'order ORD-2025-001234 is stored as VALIDATION_FAILED; its id stays used',
  instance: '/orders/ORD-2025-001234',
  errors: [{ pointer: '/items/0/quantity', code: 'not_positive', detail: 'expected a whole number above 0, got 0' }],
};
