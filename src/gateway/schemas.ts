import { Type } from '@sinclair/typebox';
import * as examples from './examples';
import { contactMembers } from './contact';
import { EVENT_SOURCES, type EventType } from '../domain/events';
import { ORDER_STATUSES, STATES } from '../domain/states';
import { PROBLEMS, type ProblemCode } from './problem';

const oneOf = <T extends string>(values: readonly T[], description = '') =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], ...(description && { description }) });

const Time = (description: string) => Type.String({ format: 'date-time', description });
const Currency = Type.String({ description: 'ISO 4217' });
const Status = oneOf(ORDER_STATUSES);
const Amount = (description: string) => Type.Number({ description: `${description}, in decimal major units` });
const Quantity = Type.Integer();
const InventoryStatus = oneOf(['AVAILABLE', 'PARTIAL', 'UNAVAILABLE']);
const Links = Type.Object({ self: Type.String(), events: Type.String() });

const InputError = Type.Object({
  pointer: Type.String({ description: 'JSON pointer (RFC 6901) into what was sent' }),
  code: Type.String(),
  detail: Type.String({ description: 'what was expected, and what came' }),
});

const Shortages = Type.Array(
  Type.Object({
    productId: Type.String(),
    quantity: Type.Integer({ description: 'ordered' }),
    availableQuantity: Type.Integer({ description: 'what there was' }),
    shortfall: Type.Integer({ description: 'what is missing' }),
  }),
);

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'URN of the kind of problem; ends with its code' }),
    title: Type.String(),
    status: Type.Integer(),
    code: oneOf(Object.keys(PROBLEMS) as ProblemCode[]),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(Type.String({ description: 'URI reference of what the problem is about' })),
    errors: Type.Optional(Type.Array(InputError)),
  },
  { $id: 'Problem', additionalProperties: true, description: 'RFC 9457', examples: [examples.problemExample] },
);

export const OrderPlaced = Type.Object(
  {
    orderId: Type.String(),
    status: Status,
    inventoryStatus: Type.Optional(InventoryStatus),
    unavailableItems: Type.Optional(Shortages),
    links: Links,
  },
  { $id: 'OrderPlaced', examples: [examples.placedExample] },
);

const EventResult = Type.Object({
  index: Type.Integer({ description: 'place of the event in the batch, from 0' }),
  eventId: Type.Optional(Type.String({ description: 'the `id` of the event, when it has one' })),
  status: oneOf(
    ['ACCEPTED', 'DUPLICATE', 'IGNORED', 'REJECTED', 'UNAVAILABLE'],
    '`ACCEPTED`: the engine has the order, which goes on by itself. `DUPLICATE`: it had it before. ' +
      '`IGNORED`: published by Waybill itself. `REJECTED`: it can never be taken. `UNAVAILABLE`: send it again',
  ),
  orderId: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String({ description: 'why it was ignored, rejected, or not taken yet' })),
});

export const EventResults = Type.Object(
  { results: Type.Array(EventResult, { description: 'one for each event, in their order' }) },
  { $id: 'EventResults', examples: [examples.eventResultsExample] },
);

const StatePassed = Type.Object({
  name: oneOf(STATES),
  enteredAt: Time('when the order came into the state'),
  exitedAt: Type.Union([Time('when it left'), Type.Null()], { description: 'null for the state the order is in' }),
  attempts: Type.Union([Type.Integer(), Type.Null()], {
    description: "tries of the state's task, the first included; 0 when it failed and did not say; null until it ends",
  }),
});

const Shipment = Type.Object({
  shipmentId: Type.String(),
  warehouseId: Type.String(),
  carrier: Type.String(),
  trackingNumber: Type.String(),
  items: Type.Array(Type.Object({ productId: Type.String(), quantity: Quantity })),
});

export const Order = Type.Object(
  {
    orderId: Type.String(),
    status: Status,
    createdAt: Type.Optional(Time('absent as long as the order is only received')),
    updatedAt: Type.Optional(Time('of its last event')),
    customerId: Type.Optional(Type.String()),
    currency: Type.Optional(Currency),
    inventoryStatus: Type.Optional(InventoryStatus),
    unavailableItems: Type.Optional(Shortages),
    items: Type.Optional(
      Type.Array(Type.Object({ productId: Type.String(), quantity: Quantity, price: Amount('of one') }), {
        description: 'one per product',
      }),
    ),
    totalAmount: Type.Optional(Amount('as ordered')),
    errors: Type.Optional(Type.Array(InputError)),
    failure: Type.Optional(Type.String({ description: 'why payment or fulfillment failed' })),
    states: Type.Array(StatePassed, { description: 'in the order they were entered; last the one the order is in' }),
    payment: Type.Object({
      charged: Amount('taken'),
      refunded: Amount('given back'),
      currency: Type.Optional(Currency),
    }),
    shipments: Type.Array(Shipment),
    links: Links,
  },
  { $id: 'Order', examples: [examples.orderExample] },
);

const OrderSummary = Type.Object({
  orderId: Type.String(),
  status: Status,
  createdAt: Time('of its first event'),
  updatedAt: Time('of its last event'),
  customerId: Type.Optional(Type.String()),
  totalAmount: Type.Optional(Amount('as ordered')),
  currency: Type.Optional(Currency),
  inventoryStatus: Type.Optional(InventoryStatus),
  links: Links,
});

export const OrderPage = Type.Object(
  {
    orders: Type.Array(OrderSummary),
    cursor: Type.Optional(Type.String({ description: 'of the next page; absent on the last' })),
  },
  { $id: 'OrderPage', examples: [{ orders: [examples.summaryExample] }] },
);

const OrderEvent = Type.Object({
  eventId: Type.String({ description: '`<orderId>#<sequence>`' }),
  sequence: Type.Integer({ description: 'from 1, without gaps' }),
  type: oneOf(Object.keys(EVENT_SOURCES) as EventType[]),
  source: Type.String(),
  at: Time('when it was written'),
  data: Type.Record(Type.String(), Type.Unknown(), { description: 'what the event tells, by its type' }),
});

export const OrderEvents = Type.Object(
  { events: Type.Array(OrderEvent) },
  { $id: 'OrderEvents', examples: [{ events: [examples.eventExample] }] },
);

export const ProductStock = Type.Object(
  {
    productId: Type.String(),
    name: Type.Optional(Type.String()),
    availableQuantity: Quantity,
    reservedQuantity: Quantity,
    warehouses: Type.Array(
      Type.Object({ warehouseId: Type.String(), availableQuantity: Quantity, reservedQuantity: Quantity }),
    ),
  },
  { $id: 'ProductStock', examples: [examples.stockExample] },
);

export const Contact = Type.Object(
  { customerId: Type.String(), ...contactMembers },
  { $id: 'Contact', examples: [examples.contactExample] },
);

const JournalEntry = Type.Object({
  at: Time('when the provider was called'),
  provider: oneOf(['payment', 'carrier', 'notification']),
  operation: oneOf(['charge', 'refund', 'void', 'lookup', 'label', 'cancel-label', 'email', 'sms', 'push']),
  key: Type.String({ description: 'the idempotency key of the call' }),
  outcome: Type.String(),
  amount: Type.Optional(Amount('of money that the call is about')),
  currency: Type.Optional(Currency),
});

export const Journal = Type.Object(
  { entries: Type.Array(JournalEntry) },
  { $id: 'Journal', examples: [{ entries: [examples.journalExample] }] },
);

export const Readiness = Type.Object(
  { status: Type.Literal('ok'), checks: Type.Object({ engine: Type.Literal('ok'), tables: Type.Literal('ok') }) },
  { $id: 'Readiness' },
);

export const Liveness = Type.Object({ status: Type.Literal('ok') }, { $id: 'Liveness' });
