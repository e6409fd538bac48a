import { type Static, type TUnsafe, Type } from '@sinclair/typebox';
import * as examples from './examples';
import { ORDER_ID_PATTERN as REFERENCE_PATTERN } from '../domain/ids';
import { contactMembers } from './contact';
import { EVENT_SOURCES, type EventType } from '../domain/events';
import { BREAKER_STATES, DEPENDENCIES } from '../domain/breaker';
import { ORDER_STATUSES } from '../domain/states';
import { PROBLEMS, type ProblemCode } from './problem';
import { SEARCH_KEYS, SETTLEMENT_OUTCOMES } from './ports';
import {
  Amount,
  Currency,
  InputError,
  InventoryStatus,
  Links,
  oneOf,
  Quantity,
  Shortages,
  Status,
  Time,
} from './schema-parts';

/** The same in a request: checked, and what was expected is told. */
const checkedOneOf = <T extends string>(values: readonly T[], description: string) =>
  Type.String({ enum: [...values], pattern: `^(${values.join('|')})$`, description }) as unknown as TUnsafe<T>;

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

const changedMembers = {
  orderId: Type.String(),
  status: Type.Optional(oneOf(ORDER_STATUSES, 'of the order now; absent while it is not through with the change')),
};

export const OrderChanged = Type.Object(
  { ...changedMembers, links: Links },
  { $id: 'OrderChanged', examples: [examples.changedExample] },
);

export const OrderCancelled = Type.Object(
  {
    ...changedMembers,
    outcome: Type.Optional(
      oneOf(
        ['CANCELLING', 'RETURN_REQUESTED'],
        '`CANCELLING`: it turns back. `RETURN_REQUESTED`: its parcels come back',
      ),
    ),
    returnId: Type.Optional(Type.String({ description: 'with `RETURN_REQUESTED`' })),
    links: Links,
  },
  { $id: 'OrderCancelled', examples: [examples.cancelledExample] },
);

export const ReturnChanged = Type.Object(
  {
    ...changedMembers,
    returnId: Type.Optional(Type.String({ description: 'absent while the order is not through with the request' })),
    refunded: Type.Optional(Amount('given back for what was inspected')),
    currency: Type.Optional(Currency),
    links: Links,
  },
  { $id: 'ReturnChanged', examples: [examples.returnChangedExample] },
);

export const Return = Type.Object(
  {
    orderId: Type.String(),
    returnId: Type.String(),
    status: oneOf(['REQUESTED', 'RECEIVED', 'INSPECTED']),
    requestedAt: Time('when it was asked for'),
    updatedAt: Time('of its last step'),
    items: Type.Array(Type.Object({ productId: Type.String(), quantity: Quantity }), {
      description: 'what was to come back',
    }),
    links: Links,
  },
  { $id: 'Return', examples: [examples.returnExample] },
);

const EventResult = Type.Object({
  index: Type.Integer({ description: 'place of the event in the batch, from 0' }),
  eventId: Type.Optional(Type.String({ description: 'the `id` of the event, when it has one' })),
  status: oneOf(
    ['ACCEPTED', 'PARKED', 'DUPLICATE', 'IGNORED', 'REJECTED', 'UNAVAILABLE'],
    '`ACCEPTED`: the engine has it, and its order goes on by itself. `PARKED`: it is kept until its order is there. ' +
      '`DUPLICATE`: it was taken before. `IGNORED`: there is nothing to do. `REJECTED`: it cannot be taken. ' +
      '`UNAVAILABLE`: send it again',
  ),
  orderId: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String({ description: 'why it was ignored, parked, rejected, or not taken yet' })),
});

export const EventResults = Type.Object(
  { results: Type.Array(EventResult, { description: 'one for each event, in their order' }) },
  { $id: 'EventResults', examples: [examples.eventResultsExample] },
);

export { Order } from './order-schema';

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
    matched: Type.Optional(oneOf(SEARCH_KEYS, 'what `q` was; absent where nothing was found by it')),
  },
  { $id: 'OrderPage', examples: [{ orders: [examples.summaryExample], matched: 'trackingNumber' }] },
);

const OrderEvent = Type.Object({
  eventId: Type.String({ description: '`<orderId>#<sequence>`' }),
  sequence: Type.Integer({ description: 'from 1, without gaps' }),
  type: oneOf(Object.keys(EVENT_SOURCES) as EventType[]),
  source: Type.String(),
  at: Time('when it was written'),
  correlationId: Type.String({ description: 'of what placed the order: the same in all of its events' }),
  causationId: Type.String({ description: 'of the request or event that caused this one, or the event before it' }),
  traceparent: Type.Optional(Type.String({ description: 'the trace that it is part of, W3C' })),
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
    waiting: Type.Integer({ description: 'units that orders wait for, beside what is set aside for them' }),
    warehouses: Type.Array(
      Type.Object({ warehouseId: Type.String(), availableQuantity: Quantity, reservedQuantity: Quantity }),
    ),
  },
  { $id: 'ProductStock', examples: [examples.stockExample] },
);

export const Delivery = Type.Object(
  {
    warehouseId: Type.String({ minLength: 1, maxLength: 64, description: 'where it arrived' }),
    quantity: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'units' }),
    reference: Type.Optional(
      Type.String({
        pattern: REFERENCE_PATTERN,
        description: "the sender's number of the delivery; it never names a second one. Or as Idempotency-Key",
      }),
    ),
  },
  { $id: 'Delivery', examples: [examples.deliveryExample] },
);

export const StockReceived = Type.Object(
  {
    status: oneOf(
      ['RECEIVED', 'RECEIVING'],
      '`RECEIVING`: it goes on by itself; send it again to hear what became of it',
    ),
    productId: Type.String(),
    warehouseId: Type.String(),
    quantity: Quantity,
    reference: Type.String(),
    toBackorders: Type.Optional(Type.Integer({ description: 'units that went to orders that waited' })),
    availableQuantity: Type.Optional(
      Type.Integer({ description: 'units that can be ordered then, in all warehouses' }),
    ),
  },
  { $id: 'StockReceived', examples: [examples.stockReceivedExample] },
);

export const Contact = Type.Object(
  { customerId: Type.String(), ...contactMembers },
  { $id: 'Contact', examples: [examples.contactExample] },
);

const JournalEntry = Type.Object({
  at: Time('when the provider was called'),
  provider: oneOf(DEPENDENCIES),
  operation: oneOf([
    'charge',
    'capture',
    'settle',
    'refund',
    'void',
    'lookup',
    'label',
    'cancel-label',
    'reorder',
    'pack',
    'email',
    'sms',
    'push',
  ]),
  key: Type.String({ description: 'the idempotency key of the call' }),
  outcome: Type.String(),
  amount: Type.Optional(Amount('of money that the call is about')),
  currency: Type.Optional(Currency),
  carrier: Type.Optional(Type.String({ description: 'who took or refused a parcel' })),
});

export const Journal = Type.Object(
  { entries: Type.Array(JournalEntry) },
  { $id: 'Journal', examples: [{ entries: [examples.journalExample] }] },
);

const ProviderSwitch = {
  available: Type.Boolean({ description: 'false: it answers every call with an error' }),
  refunds: checkedOneOf(['accepted', 'refused'], 'of payments with `pm_refund_refused`'),
};

export const ProviderChange = Type.Partial(Type.Object(ProviderSwitch), {
  $id: 'ProviderChange',
  additionalProperties: false,
  minProperties: 1,
  description: 'What is to change; the rest stays.',
  examples: [{ available: false }],
});

export const Provider = Type.Object(
  { provider: oneOf(DEPENDENCIES), ...ProviderSwitch },
  { $id: 'Provider', examples: [examples.providerExample] },
);

export const Providers = Type.Object(
  { providers: Type.Array(Type.Unsafe<Static<typeof Provider>>({ $ref: 'Provider#' })) },
  { $id: 'Providers', examples: [{ providers: [examples.providerExample] }] },
);

const ChargeKey = Type.String({ minLength: 1, maxLength: 256, description: 'the idempotency key of the charge' });

export const SettlementRequest = Type.Object(
  { chargeKey: ChargeKey, outcome: checkedOneOf(SETTLEMENT_OUTCOMES, 'how the payment ends') },
  {
    $id: 'SettlementRequest',
    additionalProperties: false,
    examples: [{ chargeKey: examples.settlementExample.chargeKey, outcome: 'succeeded' }],
  },
);

export const Settlement = Type.Object(
  {
    orderId: Type.String(),
    chargeKey: ChargeKey,
    paymentId: Type.String(),
    outcome: oneOf(SETTLEMENT_OUTCOMES, 'of the first settling'),
    amount: Amount('of the charge'),
    currency: Currency,
    reason: Type.Optional(Type.String()),
  },
  { $id: 'Settlement', examples: [examples.settlementExample] },
);

const BreakerState = oneOf(BREAKER_STATES, 'CLOSED lets calls through, OPEN none, HALF_OPEN one whose answer decides');

const Breaker = Type.Object({
  dependency: oneOf(DEPENDENCIES),
  state: BreakerState,
  workers: Type.Array(
    Type.Object({
      worker: Type.String({ description: 'host and process' }),
      state: BreakerState,
      failures: Type.Integer({ description: 'outages in a row, at the last count' }),
      openUntil: Type.Optional(Time('when it asks again; absent when CLOSED')),
      updatedAt: Time('when the process last said so'),
    }),
    { description: 'the processes that have something to tell; the breakers of others are closed' },
  ),
});

export const Breakers = Type.Object(
  { breakers: Type.Array(Breaker) },
  { $id: 'Breakers', examples: [{ breakers: [examples.breakerExample] }] },
);

export const BreakerReset = Type.Object(
  { dependency: oneOf(DEPENDENCIES), resetAt: Time('when it was asked for') },
  { $id: 'BreakerReset', examples: [{ dependency: 'payment', resetAt: examples.breakerExample.workers[0].updatedAt }] },
);

export const Readiness = Type.Object(
  { status: Type.Literal('ok'), checks: Type.Object({ engine: Type.Literal('ok'), tables: Type.Literal('ok') }) },
  { $id: 'Readiness' },
);

export const Liveness = Type.Object({ status: Type.Literal('ok') }, { $id: 'Liveness' });
