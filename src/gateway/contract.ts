import { Type, type Static, type TSchema } from '@sinclair/typebox';
import * as schemas from './schemas';
import { CHANGE_BODIES } from './change-bodies';
import { carrierEventExample, inboundEventExample, paymentEventExample } from './examples';
import { submissionExample } from '../contracts/examples';
import type { InboundEvent } from '../messaging/inbound-event';
import type { ParsedSubmission } from '../submission';
import { CARRIER_MEMBERS, PAYMENT_MEMBERS } from '../contracts/accepted';
import { SubmissionSchema } from '../contracts/submission';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, RETRY_AFTER_S, type ProblemCode } from './problem';

const OrderSubmission = { ...SubmissionSchema, examples: [submissionExample] };

/** Events in one request: as many as EventBridge puts, and SQS gives, in one; the engine takes them all at once. */
export const MAX_EVENTS = 10;

const envelope = (source: string, types: string[], detail: TSchema) =>
  Type.Object(
    {
      id: Type.Optional(Type.String({ description: 'echoed in the result' })),
      'detail-type': Type.Union(types.map((type) => Type.Literal(type))),
      source: Type.Literal(source),
      detail,
    },
    { additionalProperties: true },
  );

const PaymentDetail = Type.Object(
  { ...PAYMENT_MEMBERS, order: Type.Optional(Type.Unsafe({ $ref: 'OrderSubmission#' })) },
  { $id: 'PaymentDetail', description: 'With an `order`, a completed payment starts it: it was paid elsewhere.' },
);

const CarrierDetail = Type.Object(CARRIER_MEMBERS, { $id: 'CarrierDetail' });

const EventEnvelope = Type.Unsafe({
  $id: 'InboundEvent',
  description:
    'An event in the envelope of EventBridge. With `origin: "waybill"` in its detail it is Waybill\'s own event and is ' +
    'ignored, whatever its type. Members of the envelope that are not listed are not read.',
  oneOf: [
    envelope('ecommerce.orders', ['Order Placed'], Type.Unsafe({ $ref: 'OrderSubmission#' })),
    envelope('payment.service', ['Payment Completed', 'Payment Failed'], Type.Unsafe({ $ref: 'PaymentDetail#' })),
    envelope('carrier.updates', ['Carrier Update'], Type.Unsafe({ $ref: 'CarrierDetail#' })),
  ],
  examples: [inboundEventExample, paymentEventExample, carrierEventExample],
});

const EventOrBatch = Type.Unsafe({
  $id: 'InboundEvents',
  description: `One event, or a list of 1 to ${MAX_EVENTS}.`,
  oneOf: [
    { $ref: 'InboundEvent#' },
    { type: 'array', minItems: 1, maxItems: MAX_EVENTS, items: { $ref: 'InboundEvent#' } },
  ],
});

/** Every schema that has a name in the OpenAPI document. */
export const COMPONENTS: TSchema[] = [
  OrderSubmission,
  PaymentDetail,
  CarrierDetail,
  EventEnvelope,
  EventOrBatch,
  ...CHANGE_BODIES,
  ...Object.values(schemas),
];

/** The body of `POST /orders`; checked by `parseSubmission`, not by this reference. */
export const SubmissionBody = Type.Unsafe<ParsedSubmission>({ $ref: 'OrderSubmission#' });

/** The body of `POST /events`; checked by `parseInboundEvent`, not by this reference. */
export const EventsBody = Type.Unsafe<InboundEvent[]>({ $ref: 'InboundEvents#' });

/** The header by which a request that is sent again is known. */
export const idempotencyKey = (does: string) =>
  Type.Optional(
    Type.String({ pattern: '^[\\x20-\\x7e]{1,255}$', description: `${does} 1 to 255 printable characters.` }),
  );

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
