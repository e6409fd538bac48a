import { Type } from '@sinclair/typebox';
import { CHANNELS, DEFAULT_POLICY, type OrderPolicy } from '../domain/order';

export const Item = Type.Object({
  productId: Type.Optional(Type.String()),
  quantity: Type.Optional(Type.Number()),
  price: Type.Optional(Type.Number()),
  weight: Type.Optional(Type.Number()),
});

export const Policy = Type.Object({
  onShortage: Type.Optional(Type.String()),
  onNoAnswer: Type.Optional(Type.String()),
  onUnavailable: Type.Optional(Type.String()),
  decisionWithinS: Type.Optional(Type.Number()),
  backorderWithinS: Type.Optional(Type.Number()),
  paymentWithinS: Type.Optional(Type.Number()),
  pendingPaymentWithinS: Type.Optional(Type.Number()),
  returnWithinS: Type.Optional(Type.Number()),
  payment: Type.Optional(Type.String()),
} satisfies Record<keyof OrderPolicy, unknown>);

export const ShippingAddress = Type.Object({
  street: Type.Optional(Type.String()),
  city: Type.Optional(Type.String()),
  country: Type.Optional(Type.String()),
  zipCode: Type.Optional(Type.String()),
});

const usual = Object.entries(DEFAULT_POLICY)
  .map(([name, value]) => `${name} ${value}`)
  .join(', ');

const told = (description: string) => ({ description });

/**
 * The shape of an order as shops send it, over HTTP and as the detail of `Order Placed`. Only types are checked here;
 * what is missing or has a wrong value is ValidateOrder's to say, so that all of it is said at once.
 */
export const SubmissionSchema = Type.Object(
  {
    orderId: Type.Optional(
      Type.String(told('optional; letters, digits, `.`, `_` and `-`, at most 64; an id never names a second order')),
    ),
    customerId: Type.Optional(Type.String(told('required'))),
    items: Type.Optional(
      Type.Array(
        Item,
        told(
          'required; each with productId, quantity (whole, above 0) and price (of one, above 0); optional: weight (of one, whole grams)',
        ),
      ),
    ),
    totalAmount: Type.Optional(Type.Number(told('required; what the items add up to, within 0.01'))),
    currency: Type.Optional(Type.String(told('required; ISO 4217'))),
    shippingAddress: Type.Optional(
      Type.Object(ShippingAddress.properties, told('required; street, city, country and zipCode')),
    ),
    timestamp: Type.Optional(Type.String(told('optional; when the order was placed, ISO 8601'))),
    paymentMethod: Type.Optional(Type.String(told('optional; `pm_ok` when absent'))),
    policy: Type.Optional(
      Type.Object(
        Policy.properties,
        told(
          `optional, and each of its members: how the order is treated where there is a choice; seconds where the name ends in S. Usual: ${usual}`,
        ),
      ),
    ),
    channels: Type.Optional(
      Type.Array(
        Type.String(),
        told(`optional; how the customer wants to be told: some of ${CHANNELS.join(', ')}; absent: all`),
      ),
    ),
  },
  {
    $id: 'OrderSubmission',
    description:
      'Wrong types are refused with 400; what is missing or has a wrong value, with 422 and all of it at once.',
  },
);
