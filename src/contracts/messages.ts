import { type TObject, type TProperties, Type } from '@sinclair/typebox';
import { Address, Amount, Count, Currency, Lines, oneOf, ProductId, Shortages, Text, Time } from './parts';
import { CHANNELS } from '../domain/order';
import { DEAD_LETTER_CLASSES } from '../domain/dead-letters';
import { FINDING_KINDS } from '../domain/reconciliation';
import { ORIGIN } from '../domain/events';
import { WEBHOOK_MEMBERS, WEBHOOK_MESSAGE } from './webhook';

/** A message of ours to a queue or topic that is no event. */
export interface OtherMessage {
  title: string;
  says: string;
  schema: TObject;
  example: object;
}

const message = (title: string, p: { says: string; members: TProperties; example: object }): OtherMessage => ({
  title,
  says: p.says,
  schema: Type.Object(p.members),
  example: p.example,
});

const Origin = Type.Literal(ORIGIN);
const OrderId = Type.String();
const Key = Text('the same for the same message, however often it comes');
const orderId = 'ORD-2025-001234';
const customerId = 'CUST-567890';

const Report = {
  key: Key,
  orderId: OrderId,
  customerId: Type.String(),
  inventoryStatus: oneOf(['AVAILABLE', 'PARTIAL', 'UNAVAILABLE']),
  availableItems: Lines,
  unavailableItems: Shortages,
  origin: Origin,
};

const report = {
  key: `reserve#${orderId}`,
  orderId,
  customerId,
  inventoryStatus: 'UNAVAILABLE',
  availableItems: [],
  unavailableItems: [{ productId: 'PROD-12345', quantity: 2, availableQuantity: 0, shortfall: 2 }],
  origin: ORIGIN,
};

/** Messages besides the events, by the name that the document has for them. */
export const OTHER_MESSAGES = {
  'packing-instruction': message('Packing instruction', {
    says: 'What a warehouse is to pack; a later one of the same shipment replaces the address.',
    members: {
      key: Key,
      orderId: OrderId,
      shipmentId: Type.String(),
      warehouseId: Type.String(),
      items: Lines,
      shippingAddress: Address,
    },
    example: {
      key: `packing#${orderId}-S1`,
      orderId,
      shipmentId: `${orderId}-S1`,
      warehouseId: 'ICN',
      items: [{ productId: 'PROD-12345', quantity: 2 }],
      shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
    },
  }),
  'partial-inventory-report': message('Partial inventory report', {
    says: 'What was missing of an order of which a part is there.',
    members: Report,
    example: { ...report, inventoryStatus: 'PARTIAL', availableItems: [{ productId: 'PROD-67890', quantity: 1 }] },
  }),
  'shortage-alert': message('Shortage alert', {
    says: 'Nothing of an order is in stock.',
    members: { alert: Type.Literal('shortage'), ...Report },
    example: { alert: 'shortage', ...report },
  }),
  'low-stock-alert': message('Low stock alert', {
    says: 'Products run out, or are waited for.',
    members: {
      alert: Type.Literal('low-stock'),
      orderId: OrderId,
      items: Type.Array(
        Type.Object({
          productId: ProductId,
          availableQuantity: Type.Optional(Type.Integer()),
          threshold: Type.Optional(Count('the one that it fell to, or below')),
          quantity: Type.Optional(Count('units that are waited for')),
        }),
      ),
      key: Key,
      at: Time('when it was so'),
      origin: Origin,
    },
    example: {
      alert: 'low-stock',
      orderId,
      items: [{ productId: 'PROD-12345', availableQuantity: 8, threshold: 10 }],
      key: `${orderId}#4`,
      at: '2025-07-09T10:30:00.000Z',
      origin: ORIGIN,
    },
  }),
  'shipping-notice': message('Shipping notice', {
    says: 'NotifyCustomer: a part of an order is on its way. `customerId` and `notificationKey` are attributes too.',
    members: {
      notificationKey: Key,
      event: Type.Literal('Shipment Created'),
      orderId: OrderId,
      customerId: Type.String(),
      message: Text('for the customer'),
      channels: Type.Optional(Type.Array(oneOf(CHANNELS))),
      correlationId: Type.Optional(Text('of what placed the order')),
      traceparent: Type.Optional(Text('W3C trace context')),
      origin: Type.Optional(Origin),
    },
    example: {
      notificationKey: `notify#${orderId}`,
      event: 'Shipment Created',
      orderId,
      customerId,
      message: `Your order ${orderId} is on its way: Globe Parcel WB1.`,
      correlationId: '5c1d2f6e-8a49-4c8c-9d38-1f2b7a6f3f10',
      origin: ORIGIN,
    },
  }),
  'customer-event': message('Customer event', {
    says: 'An event that a customer hears of; `detail` is the event.',
    members: {
      orderId: OrderId,
      event: Text('the detail-type'),
      channels: Type.Array(oneOf(CHANNELS)),
      detail: Type.Object({}, { description: 'as the schema of the event says' }),
    },
    example: {
      orderId,
      event: 'Payment Failed',
      channels: CHANNELS,
      detail: { orderId, customerId, reason: 'insufficient funds' },
    },
  }),
  'operations-alert': message('Operations alert', {
    says: 'Something that somebody has to see to; `detail` is the event.',
    members: {
      alert: Text('in words'),
      time: Time('of the event'),
      detail: Type.Object({}, { description: 'as the schema of the event says' }),
    },
    example: {
      alert: `Promise Breached: order ${orderId}`,
      time: '2025-07-09T11:00:00Z',
      detail: { orderId, afterS: 1800 },
    },
  }),
  'late-refund-alert': message('Late refund alert', {
    says: 'A payment came after its order had closed, and cannot be given back.',
    members: {
      alert: Type.Literal('late-refund'),
      key: Key,
      orderId: OrderId,
      chargeKey: Type.String(),
      amount: Amount('that lies at the company'),
      currency: Currency,
      error: Type.String(),
      origin: Origin,
    },
    example: {
      alert: 'late-refund',
      key: `refund#charge#${orderId}#1`,
      orderId,
      chargeKey: `charge#${orderId}#1`,
      amount: 59.98,
      currency: 'USD',
      error: 'the refund was refused',
      origin: ORIGIN,
    },
  }),
  'overdue-supply-alert': message('Overdue supply alert', {
    says: 'Stock that was ordered has not come in time.',
    members: {
      alert: Type.Literal('overdue-supply'),
      key: Key,
      productId: ProductId,
      outstanding: Count('units that have not come'),
      orderedAt: Time('when it was ordered'),
      origin: Origin,
    },
    example: {
      alert: 'overdue-supply',
      key: 'overdue#reorder#PROD-12345#run#1',
      productId: 'PROD-12345',
      outstanding: 200,
      orderedAt: '2025-07-09T10:30:00.000Z',
      origin: ORIGIN,
    },
  }),
  'dead-letter-alert': message('Dead letter alert', {
    says: 'A message or a workflow came to nothing, and waits for a person or for its next try.',
    members: {
      alert: Type.Literal('dead-letter'),
      key: Key,
      deadLetterId: Type.String(),
      class: oneOf(DEAD_LETTER_CLASSES),
      severity: oneOf(['INFO', 'WARNING', 'CRITICAL']),
      queue: Text('it was for, or the type of a workflow'),
      deadAt: Time('of its first death'),
      errorType: Type.Optional(Type.String()),
      reason: Type.Optional(Text('why')),
      origin: Origin,
    },
    example: {
      alert: 'dead-letter',
      key: 'dead-letter#order-intake-queue-1#1',
      deadLetterId: 'order-intake-queue-1',
      class: 'PERMANENT',
      severity: 'WARNING',
      queue: 'order-intake-queue',
      deadAt: '2025-07-09T10:30:00.000Z',
      errorType: 'InvalidOrderData',
      reason: 'expected an EventBridge event as JSON',
      origin: ORIGIN,
    },
  }),
  'case-alert': message('Case alert', {
    says: 'A reconciliation found what does not add up, and somebody has to decide.',
    members: {
      alert: Type.Literal('case'),
      key: Key,
      caseId: Type.String(),
      kind: oneOf(FINDING_KINDS),
      orderId: Type.Optional(OrderId),
      amount: Type.Optional(Amount('at stake')),
      currency: Type.Optional(Currency),
      origin: Origin,
    },
    example: {
      alert: 'case',
      key: `case#SHIPPED_UNPAID#${orderId}#1`,
      caseId: `SHIPPED_UNPAID#${orderId}`,
      kind: 'SHIPPED_UNPAID',
      orderId,
      amount: 59.98,
      currency: 'USD',
      origin: ORIGIN,
    },
  }),
  'webhook-disabled-alert': message('Disabled webhook alert', {
    says: 'An endpoint of a shop is dead, and is told nothing any more.',
    members: {
      alert: Type.Literal('webhook-disabled'),
      key: Key,
      webhookId: Type.String(),
      owner: Text("the customer system's name"),
      reason: Text('why'),
      disabledAt: Time('when it was disabled'),
      origin: Origin,
    },
    example: {
      alert: 'webhook-disabled',
      key: 'webhook-disabled#msg_1#10',
      webhookId: 'wh_3b1f0a52c4b14e0b9a6d2f6f0f6f3a10',
      owner: 'shop',
      reason: 'the endpoint answered 410 Gone',
      disabledAt: '2025-07-09T10:30:00.000Z',
      origin: ORIGIN,
    },
  }),
  'webhook-message': message('Webhook message', {
    says: 'An event, or a test, as it is posted to a webhook.',
    members: WEBHOOK_MEMBERS,
    example: WEBHOOK_MESSAGE.example,
  }),
} satisfies Record<string, OtherMessage>;

export type OtherMessageName = keyof typeof OTHER_MESSAGES;
