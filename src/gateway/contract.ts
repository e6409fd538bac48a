import { Type, type Static, type TSchema } from '@sinclair/typebox';
import * as schemas from './schemas';
import { inboundEventExample, submissionExample } from './examples';
import type { InboundEvent } from '../messaging/inbound-event';
import { SubmissionSchema, type ParsedSubmission } from '../submission';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, RETRY_AFTER_S, type ProblemCode } from './problem';
import { CHANNELS, DEFAULT_POLICY } from '../domain/order';

const usual = (policy: object) =>
  Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

const SUBMISSION_MEMBERS: Record<keyof typeof SubmissionSchema.properties, string> = {
  orderId: 'optional; letters, digits, `.`, `_` and `-`, at most 64; an id never names a second order',
  customerId: 'required',
  items:
    'required; each with productId, quantity (whole, above 0) and price (of one, above 0); optional: weight (of one, whole grams)',
  totalAmount: 'required; what the items add up to, within 0.01',
  currency: 'required; ISO 4217',
  shippingAddress: 'required; street, city, country and zipCode',
  timestamp: 'optional; when the order was placed, ISO 8601',
  paymentMethod: 'optional; `pm_ok` when absent',
  policy: `optional, and each of its members: how the order is treated where there is a choice; seconds where the name ends in S. Usual: ${usual(DEFAULT_POLICY)}`,
  channels: `optional; how the customer wants to be told: some of ${CHANNELS.join(', ')}; absent: all`,
};

const OrderSubmission = Type.Object(
  Object.fromEntries(
    Object.entries(SUBMISSION_MEMBERS).map(([name, description]) => {
      const schema = SubmissionSchema.properties[name as keyof typeof SUBMISSION_MEMBERS];
      return [name, { ...schema, description }];
    }),
  ),
  {
    $id: 'OrderSubmission',
    description:
      'Wrong types are refused with 400; what is missing or has a wrong value, with 422 and all of it at once.',
    examples: [submissionExample],
  },
);

/** Events in one request: as many as EventBridge puts, and SQS gives, in one; the engine takes them all at once. */
export const MAX_EVENTS = 10;

const EventEnvelope = Type.Object(
  {
    id: Type.Optional(Type.String({ description: 'echoed in the result' })),
    'detail-type': Type.Literal('Order Placed'),
    source: Type.Literal('ecommerce.orders'),
    detail: Type.Unsafe({ $ref: 'OrderSubmission#' }),
  },
  {
    $id: 'InboundEvent',
    additionalProperties: true,
    description:
      'An event in the envelope of EventBridge. The detail is an order with its `orderId`; with `origin: "waybill"` it is ' +
      "Waybill's own event and is ignored, whatever its type. Members of the envelope that are not listed are not read.",
    examples: [inboundEventExample],
  },
);

const EventOrBatch = Type.Unsafe({
  $id: 'InboundEvents',
  description: `One event, or a list of 1 to ${MAX_EVENTS}.`,
  oneOf: [
    { $ref: 'InboundEvent#' },
    { type: 'array', minItems: 1, maxItems: MAX_EVENTS, items: { $ref: 'InboundEvent#' } },
  ],
});

/** Every schema that has a name in the OpenAPI document. */
export const COMPONENTS: TSchema[] = [OrderSubmission, EventEnvelope, EventOrBatch, ...Object.values(schemas)];

/** The body of `POST /orders`; checked by `parseSubmission`, not by this reference. */
export const SubmissionBody = Type.Unsafe<ParsedSubmission>({ $ref: 'OrderSubmission#' });

/** The body of `POST /events`; checked by `parseInboundEvent`, not by this reference. */
export const EventsBody = Type.Unsafe<InboundEvent[]>({ $ref: 'InboundEvents#' });

type Headers = Record<string, TSchema>;

/** A JSON answer, by the name of its schema. */
export function answer<T extends TSchema>(schema: T, description: string, headers: Headers = {}) {
  const content = { 'application/json': { schema: Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` }) } };
  return { description, headers, content };
}

/** The problems that a route can answer with, by status; those that every route can are added. */
export function problems(...codes: ProblemCode[]) {
  const byStatus: Record<number, ProblemCode[]> = {};
  for (const code of [...codes, 'service_unavailable', 'internal_error'] as const)
    (byStatus[PROBLEMS[code].status] ??= []).push(code);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, of]) => [status, problemAnswer(Number(status), of)]),
  );
}

function problemAnswer(status: number, codes: ProblemCode[]) {
  const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; ');
  const headers: Headers = status === 503 ? { 'Retry-After': retryAfter } : {};
  const schema = Type.Unsafe<Static<typeof schemas.Problem>>({ $ref: 'Problem#' });
  return { description, headers, content: { [PROBLEM_MEDIA_TYPE]: { schema } } };
}

const retryAfter = Type.Integer({ description: `seconds; ${RETRY_AFTER_S}` });
