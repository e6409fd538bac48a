import { submissionExample } from '../contracts/examples';

const links = { self: '/orders/ORD-2025-001234', events: '/orders/ORD-2025-001234/events' };
const at = (second: string) => `2025-07-09T10:30:${second}Z`;
const item = { productId: 'PROD-12345', quantity: 2, price: 29.99 };

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

const eventExampleOf = (source: string, type: string, detail: object) => ({
  id: 'b1f3c9e2-5a54-4f0e-9c41-1c8f6a6f2d10',
  'detail-type': type,
  source,
  detail,
});

export const paymentEventExample = eventExampleOf('payment.service', 'Payment Completed', {
  orderId: 'ORD-2025-001234',
  chargeKey: 'charge#ORD-2025-001234#1',
  paymentId: 'pay_1',
  amount: 59.98,
  currency: 'USD',
});

export const carrierEventExample = eventExampleOf('carrier.updates', 'Carrier Update', {
  orderId: 'ORD-2025-001234',
  trackingNumber: 'SP123456789',
  status: 'DELIVERED',
  updateId: 'SP-000123',
  occurredAt: at('50'),
});

export const cloudEventExample = {
  specversion: '1.0',
  id: '0d1c3a52-8f0e-4f3c-9a40-5f6b1d9f3e11',
  source: 'ecommerce.orders',
  type: 'Order Placed',
  time: at('00'),
  datacontenttype: 'application/json',
  data: submissionExample,
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

export const changedExample = { orderId: 'ORD-2025-001234', status: 'RESERVED', links } as const;

export const cancelledExample = { ...changedExample, outcome: 'CANCELLING' } as const;

export const returnChangedExample = {
  ...changedExample,
  status: 'DELIVERED',
  returnId: 'ORD-2025-001234-R1',
  refunded: 29.99,
  currency: 'USD',
} as const;

export const returnExample = {
  orderId: 'ORD-2025-001234',
  returnId: 'ORD-2025-001234-R1',
  status: 'RECEIVED',
  requestedAt: at('30.100'),
  updatedAt: at('45.200'),
  items: [{ productId: 'PROD-12345', quantity: 1 }],
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
  summary: 'Shipped: 1 parcel on the way; the rest is waited for until 2025-08-08T10:30:00.140Z.',
  inventoryStatus: 'PARTIAL',
  unavailableItems: [{ productId: 'PROD-12345', quantity: 2, availableQuantity: 1, shortfall: 1 }],
  items: [item],
  shippingAddress: submissionExample.shippingAddress,
  backorder: { items: [{ productId: 'PROD-12345', quantity: 1 }], until: '2025-08-08T10:30:00.140Z' },
  states: [
    { name: 'ValidateOrder', enteredAt: at('00.100'), exitedAt: at('00.120'), attempts: 1 },
    { name: 'CheckInventory', enteredAt: at('00.120'), exitedAt: at('00.140'), attempts: 1 },
    { name: 'AwaitStock', enteredAt: at('00.410'), exitedAt: null, attempts: null },
  ],
  payment: { charged: 29.99, refunded: 0, outstanding: 29.99, currency: 'USD' },
  shipments: [
    {
      shipmentId: 'ORD-2025-001234-S1',
      warehouseId: 'WH-ICN-01',
      status: 'IN_TRANSIT',
      carrier: 'Swift Parcel',
      trackingNumber: 'SP123456789',
      items: [{ productId: 'PROD-12345', quantity: 1 }],
      updatedAt: '2025-07-09T18:00:00Z',
    },
  ],
  startedAfterSeconds: 0.29,
  links: { ...links, actions: { cancel: `${links.self}/cancel`, address: `${links.self}/address` } },
} as const;

export const eventExample = {
  eventId: 'ORD-2025-001234#4',
  sequence: 4,
  type: 'Payment Completed',
  source: 'payment.service',
  at: at('00.250'),
  correlationId: '5c1d2f6e-8a49-4c8c-9d38-1f2b7a6f3f10',
  causationId: 'ORD-2025-001234#3',
  data: { chargeKey: 'charge#ORD-2025-001234#1', paymentId: 'pay_1', amount: 59.98, currency: 'USD' },
} as const;

export const stockExample = {
  productId: 'PROD-12345',
  name: 'Travel mug',
  availableQuantity: 9998,
  reservedQuantity: 0,
  waiting: 0,
  warehouses: [{ warehouseId: 'WH-ICN-01', availableQuantity: 9998, reservedQuantity: 0 }],
};

export const deliveryExample = { warehouseId: 'WH-ICN-01', quantity: 100, reference: 'DN-2025-0042' };

export const stockReceivedExample = {
  status: 'RECEIVED',
  productId: 'PROD-12345',
  ...deliveryExample,
  toBackorders: 3,
  availableQuantity: 10_095,
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

export const providerExample = { provider: 'payment', available: true, refunds: 'refused' } as const;

export const settlementExample = {
  orderId: 'ORD-2025-001234',
  chargeKey: 'charge#ORD-2025-001234#1',
  paymentId: 'pay_1',
  outcome: 'succeeded',
  amount: 59.98,
  currency: 'USD',
} as const;

export const breakerExample = {
  dependency: 'payment',
  state: 'OPEN',
  workers: [{ worker: 'worker-1#7', state: 'OPEN', failures: 3, openUntil: at('30.410'), updatedAt: at('00.410') }],
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
