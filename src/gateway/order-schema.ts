import { type TProperties, Type } from '@sinclair/typebox';
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
  Units,
} from './schema-parts';
import { CARRIER_STATUSES } from '../domain/events';
import { SHORTAGE_CHOICES } from '../domain/order';
import { STATES } from '../domain/states';
import { orderExample } from './examples';

const Path = (description: string) => Type.Optional(Type.String({ description }));
const within = <T extends TProperties>(description: string, properties: T) => Type.Object(properties, { description });

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
  status: oneOf(
    ['AWAITING_PICKUP', ...CARRIER_STATUSES],
    'where the parcel is; `LOST` and `RETURNED`, to the sender: what was paid for it is given back',
  ),
  carrier: Type.String(),
  trackingNumber: Type.String({ description: 'of the label that counts: a new address gives another' }),
  items: Units,
  updatedAt: Type.Optional(Time('when the carrier last told of it')),
  deliveredAt: Type.Optional(Time('when the carrier told that it was delivered')),
});

const Return = Type.Object({
  returnId: Type.String(),
  status: oneOf(['REQUESTED', 'RECEIVED', 'INSPECTED', 'EXPIRED'], '`EXPIRED`: it never arrived'),
  items: Type.Array(Type.Object({ productId: Type.String(), quantity: Quantity }), {
    description: 'what is to come back',
  }),
  requestedAt: Type.Optional(Time('when the customer asked for it')),
  receivedAt: Type.Optional(Time('when the goods arrived')),
  inspectedAt: Type.Optional(Time('when it was decided what is refunded')),
  expiredAt: Type.Optional(Time('when it was no longer waited for')),
});

const Actions = Type.Object(
  {
    cancel: Path('of what has shipped, a return is made'),
    decision: Path('one of `decision.choices`'),
    address: Path('as long as a parcel waits for its carrier'),
    returns: Path('of what was delivered'),
    resolution: Path('of `attention`'),
  },
  { description: 'what can be asked for now, each with a POST to the path; whatever is not here would be refused' },
);

const Waiting = {
  decision: Type.Optional(
    within('a part is there, and the customer chooses what becomes of the order', {
      choices: Type.Array(oneOf(SHORTAGE_CHOICES)),
      until: Time('then the policy decides'),
      links: Type.Object({ decide: Type.String({ description: 'where the choice is posted to' }) }),
    }),
  ),
  backorder: Type.Optional(
    within('what the order waits for', { items: Units, until: Time('when it is no longer waited for') }),
  ),
  pendingPayment: Type.Optional(
    within('a payment of which the payment company tells later', {
      chargeKey: Type.String({ description: 'the idempotency key of the charge' }),
      amount: Amount('what is to be taken'),
      currency: Currency,
      until: Time('when it is given up'),
    }),
  ),
  delayed: Type.Optional(
    within('another company is out of order, and the order waits for it', {
      dependency: Type.String({ description: 'such as `payment`' }),
      since: Time('when it began'),
      until: Time('until when it is not even tried'),
    }),
  ),
  attention: Type.Optional(
    within('something cannot be undone, and somebody has to decide', {
      n: Type.Integer({ description: 'counts those of the order, from 1' }),
      step: Type.String({ description: 'what was tried' }),
      key: Type.String({ description: 'the idempotency key of it' }),
      error: Type.String(),
      because: Type.Optional(Type.String({ description: 'why it has to be done; absent in older ones' })),
      amount: Type.Optional(Amount('money at stake')),
      currency: Type.Optional(Currency),
      since: Time('when it was given to somebody'),
      links: Type.Object({ resolve: Type.String({ description: 'where the resolution is posted to' }) }),
    }),
  ),
};

const Payment = Type.Object({
  charged: Amount('taken'),
  refunded: Amount('given back'),
  authorized: Type.Optional(Amount('held, and taken when it ships')),
  pending: Type.Optional(Amount('of which the payment company tells later')),
  outstanding: Type.Optional(Amount('still to be taken, as far as that is known; held and pending money included')),
  currency: Type.Optional(Currency),
});

const Item = Type.Object({
  productId: Type.String(),
  quantity: Quantity,
  price: Amount('of one'),
  weight: Type.Optional(Type.Integer({ description: 'of one, in grams' })),
});

export const Order = Type.Object(
  {
    orderId: Type.String(),
    status: Status,
    summary: Type.String({ description: 'where the order stands, in plain words' }),
    asOf: Type.Optional(
      Type.Integer({ description: 'the order as it was at its event of this number; absent: as it is' }),
    ),
    createdAt: Type.Optional(Time('absent as long as the order is only received')),
    updatedAt: Type.Optional(Time('of its last event')),
    closedAt: Type.Optional(Time('when its life ended')),
    customerId: Type.Optional(Type.String()),
    currency: Type.Optional(Currency),
    inventoryStatus: Type.Optional(InventoryStatus),
    unavailableItems: Type.Optional(Shortages),
    items: Type.Optional(Type.Array(Item, { description: 'one per product' })),
    totalAmount: Type.Optional(Amount('as ordered')),
    shippingAddress: Type.Optional(
      within('where it goes now', {
        street: Type.String(),
        city: Type.String(),
        country: Type.String(),
        zipCode: Type.String(),
      }),
    ),
    errors: Type.Optional(Type.Array(InputError)),
    failure: Type.Optional(
      Type.String({ description: 'why payment or fulfillment failed, or the order was cancelled' }),
    ),
    ...Waiting,
    cancellation: Type.Optional(
      within('the customer asked for it', { reason: Type.Optional(Type.String()), at: Time('when') }),
    ),
    states: Type.Array(StatePassed, { description: 'in the order they were entered; last the one the order is in' }),
    payment: Payment,
    shipments: Type.Array(Shipment),
    returns: Type.Optional(Type.Array(Return)),
    promise: Type.Optional(
      oneOf(['AT_RISK', 'BREACHED'], 'of shipping within 30 minutes: absent as long as nothing speaks against it'),
    ),
    startedAfterSeconds: Type.Optional(Type.Number({ description: 'from received to shipping started' })),
    links: Type.Composite([Links, Type.Object({ actions: Actions })]),
  },
  { $id: 'Order', examples: [orderExample] },
);
