import { type Static, Type } from '@sinclair/typebox';
import * as examples from './webhook-examples';
import { DELIVERY_STATES } from '../domain/webhooks';
import { MAX_TEXT } from '../domain/order';
import { oneOf, Time } from './schema-parts';

const Text = (description: string) => Type.String({ minLength: 1, maxLength: MAX_TEXT, description });
const url = Type.String({ description: 'https, without user and password; an address that everybody can reach' });
const events = Type.Array(Type.String(), {
  minItems: 1,
  maxItems: 100,
  description: 'detail-types; absent: all that are public',
});
const description = Text('for people');

export const WebhookRequest = Type.Object(
  {
    url,
    owner: Text("the customer system's name"),
    events: Type.Optional(events),
    customerId: Type.Optional(Text('only orders of this customer')),
    description: Type.Optional(description),
  },
  { $id: 'WebhookRequest', additionalProperties: false, examples: [examples.webhookRequestExample] },
);

export const WebhookChange = Type.Object(
  {
    url: Type.Optional(url),
    events: Type.Optional(Type.Union([events, Type.Null()], { description: 'null: all that are public' })),
    enabled: Type.Optional(Type.Boolean({ description: 'true also forgets what failed' })),
    description: Type.Optional(Type.Union([description, Type.Null()])),
  },
  {
    $id: 'WebhookChange',
    additionalProperties: false,
    minProperties: 1,
    description: 'What is to change; the rest stays.',
    examples: [{ enabled: true }],
  },
);

const members = {
  webhookId: Type.String(),
  owner: Type.String(),
  url: Type.String(),
  events: Type.Optional(Type.Array(Type.String(), { description: 'absent: all that are public' })),
  customerId: Type.Optional(Type.String({ description: 'only orders of this customer' })),
  description: Type.Optional(Type.String()),
  enabled: Type.Boolean({ description: 'false: it is told nothing' }),
  createdAt: Time('when it was made'),
  updatedAt: Time('when it was last changed'),
  failingSince: Type.Optional(Time('of the first attempt that failed since one succeeded')),
  failedAttempts: Type.Optional(Type.Integer({ description: 'since one succeeded' })),
  disabledAt: Type.Optional(Time('when it was disabled')),
  disabledReason: Type.Optional(Type.String({ description: '`by hand`, or what was wrong with the endpoint' })),
};

export const Webhook = Type.Object(members, { $id: 'Webhook', examples: [examples.webhookExample] });

export const WebhookCreated = Type.Object(
  {
    ...members,
    secret: Type.Optional(
      Type.String({ description: 'what messages are signed with; shown this once, and not to a request sent again' }),
    ),
  },
  { $id: 'WebhookCreated', examples: [examples.webhookCreatedExample] },
);

export const Webhooks = Type.Object(
  { webhooks: Type.Array(Type.Unsafe<Static<typeof Webhook>>({ $ref: 'Webhook#' })) },
  { $id: 'Webhooks', examples: [{ webhooks: [examples.webhookExample] }] },
);

export const WebhookDeleted = Type.Object(
  { webhookId: Type.String(), status: Type.Literal('DELETED') },
  { $id: 'WebhookDeleted', examples: [{ webhookId: examples.webhookExample.webhookId, status: 'DELETED' }] },
);

export const WebhookSecret = Type.Object(
  {
    webhookId: Type.String(),
    secret: Type.String({ description: 'shown this once' }),
    oldSecretUntil: Time('until when the secret before signs too'),
  },
  { $id: 'WebhookSecret', examples: [examples.webhookSecretExample] },
);

const Attempt = Type.Object({
  n: Type.Integer({ description: 'from 1' }),
  at: Time('when it began'),
  ms: Type.Integer({ description: 'how long it took' }),
  status: Type.Optional(Type.Integer({ description: 'of HTTP, when there was an answer' })),
  error: Type.Optional(Type.String({ description: 'why it failed' })),
  response: Type.Optional(
    Type.String({ description: 'how the answer of one that failed begins, without what looks like personal data' }),
  ),
});

const WebhookDelivery = Type.Object({
  webhookId: Type.String(),
  deliveryId: Type.String({ description: '`webhook-id` of the message, the same on each attempt' }),
  eventId: Type.String(),
  type: Type.String({ description: 'the detail-type, or `waybill.test`' }),
  orderId: Type.Optional(Type.String()),
  sequence: Type.Optional(Type.Integer()),
  at: Time('of the event'),
  state: oneOf(
    DELIVERY_STATES,
    '`PENDING`: tried again. `FAILED`: given up. `STOPPED`: the webhook was disabled, deleted, or turned to others',
  ),
  made: Type.Integer({ description: 'attempts made' }),
  attempts: Type.Array(Attempt, { description: 'the last of them, oldest first' }),
  nextAttemptAt: Type.Optional(Time('about when it is tried again; with `PENDING`')),
  reason: Type.Optional(Type.String({ description: 'with `STOPPED`' })),
  updatedAt: Time('of the last attempt'),
});

export const WebhookDeliveries = Type.Object(
  {
    deliveries: Type.Array(WebhookDelivery, { description: 'newest first' }),
    cursor: Type.Optional(Type.String({ description: 'of the next page; absent on the last' })),
  },
  { $id: 'WebhookDeliveries', examples: [{ deliveries: [examples.webhookDeliveryExample] }] },
);

export const WebhookSending = Type.Object(
  { webhookId: Type.String(), deliveryId: Type.String() },
  {
    $id: 'WebhookSending',
    examples: [
      {
        webhookId: examples.webhookDeliveryExample.webhookId,
        deliveryId: examples.webhookDeliveryExample.deliveryId,
      },
    ],
  },
);
