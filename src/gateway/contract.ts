import { Type, type Static, type TSchema } from '@sinclair/typebox';
import * as deadLetterSchemas from './dead-letter-schemas';
import * as maintenanceSchemas from './maintenance-schemas';
import * as schemas from './schemas';
import { AuditPage } from './audit-schemas';
import * as webhookSchemas from './webhook-schemas';
import { CHANGE_BODIES } from './change-bodies';
import { CARRIER_MEMBERS, PAYMENT_MEMBERS } from '../contracts/accepted';
import { CLOUD_EVENT, CLOUD_EVENTS, MAX_EVENTS } from './event-body';
import { DEAD_LETTER_BODIES } from './dead-letter-bodies';
import { carrierEventExample, cloudEventExample, inboundEventExample, paymentEventExample } from './examples';
import { Overview } from './overview-schemas';
import { REPORTS } from './report-schemas';
import { OrderStory } from './story-schemas';
import { Load, LoadRequest, SandboxScenarios } from './sandbox-schemas';
import { REPLAY_SCHEMAS } from './replay-schemas';
import { submissionExample } from '../contracts/examples';
import type { ParsedSubmission } from '../submission';
import { SubmissionSchema } from '../contracts/submission';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, RETRY_AFTER_S, type ProblemCode } from './problem';

const OrderSubmission = { ...SubmissionSchema, examples: [submissionExample] };

const envelope = (source: string, types: string[], detail: TSchema) =>
  Type.Object(
    {
      id: Type.Optional(
        Type.String({ description: 'with the source, what it is known by when it comes again; echoed in the result' }),
      ),
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

const EVENTS: [source: string, types: string[], detail: TSchema][] = [
  ['ecommerce.orders', ['Order Placed'], Type.Unsafe({ $ref: 'OrderSubmission#' })],
  ['payment.service', ['Payment Completed', 'Payment Failed'], Type.Unsafe({ $ref: 'PaymentDetail#' })],
  ['carrier.updates', ['Carrier Update'], Type.Unsafe({ $ref: 'CarrierDetail#' })],
];

const EventEnvelope = Type.Unsafe({
  $id: 'InboundEvent',
  description:
    'An event in the envelope of EventBridge. With `origin: "waybill"` in its detail it is Waybill\'s own event and is ' +
    'ignored, whatever its type. Members of the envelope that are not listed are not read.',
  oneOf: EVENTS.map(([source, types, detail]) => envelope(source, types, detail)),
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

const cloudEvent = (source: string, types: string[], data: TSchema) =>
  Type.Object(
    {
      specversion: Type.Literal('1.0'),
      id: Type.String({
        description: 'with the source, what it is known by when it comes again; echoed in the result',
      }),
      source: Type.Literal(source),
      type: Type.Union(types.map((type) => Type.Literal(type))),
      time: Type.Optional(Type.String({ format: 'date-time' })),
      datacontenttype: Type.Optional(Type.Literal('application/json')),
      dataschema: Type.Optional(Type.String({ description: 'not read' })),
      dataschemaversion: Type.Optional(Type.Literal('1')),
      data,
    },
    { additionalProperties: true },
  );

const CloudEvent = Type.Unsafe({
  $id: 'CloudEvent',
  description: 'The same as a CloudEvent 1.0 in its JSON format: `type` is the detail-type, `data` the detail.',
  oneOf: EVENTS.map(([source, types, detail]) => cloudEvent(source, types, detail)),
  examples: [cloudEventExample],
});

const CloudEventBatch = Type.Unsafe({
  $id: 'CloudEventBatch',
  type: 'array',
  minItems: 1,
  maxItems: MAX_EVENTS,
  items: { $ref: 'CloudEvent#' },
});

/** Every schema that has a name in the OpenAPI document. */
export const COMPONENTS: TSchema[] = [
  OrderSubmission,
  PaymentDetail,
  CarrierDetail,
  EventEnvelope,
  EventOrBatch,
  CloudEvent,
  CloudEventBatch,
  ...CHANGE_BODIES,
  ...REPORTS,
  Overview,
  SandboxScenarios,
  LoadRequest,
  Load,
  ...REPLAY_SCHEMAS,
  OrderStory,
  ...DEAD_LETTER_BODIES,
  ...Object.values(deadLetterSchemas),
  ...Object.values(schemas),
  ...Object.values(webhookSchemas),
  ...Object.values(maintenanceSchemas),
  AuditPage,
];

/** The body of `POST /orders`; checked by `parseSubmission`, not by this reference. */
export const SubmissionBody = Type.Unsafe<ParsedSubmission>({ $ref: 'OrderSubmission#' });

const bodyOf = ($ref: string) => ({ schema: Type.Unsafe<unknown>({ $ref }) });

/** The body of `POST /events`, by its media type; checked where events are read, not by these references. */
export const EVENTS_CONTENT = {
  'application/json': bodyOf('InboundEvents#'),
  [CLOUD_EVENT]: bodyOf('CloudEvent#'),
  [CLOUD_EVENTS]: bodyOf('CloudEventBatch#'),
};

const attribute = (description: string) => Type.Optional(Type.String({ description }));

/** The attributes of a CloudEvent in binary mode. */
export const CLOUD_EVENT_HEADERS = Type.Object({
  'ce-specversion': attribute('`1.0`: the body is the data of a CloudEvent, whose attributes are in these headers'),
  'ce-id': attribute('with the source, what it is known by'),
  'ce-source': attribute('as in an envelope'),
  'ce-type': attribute('the detail-type'),
  'ce-time': attribute('ISO 8601'),
});

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

export const EVENT_STREAM = 'text/event-stream';

/** An answer that can also be a stream of server-sent events, or only that. */
export function streamAnswer<A extends { description: string; content?: object }>(
  or: A,
  { description, example }: { description: string; example: string },
) {
  const stream = Type.String({ description, examples: [example] });
  return { ...or, content: { ...or.content, [EVENT_STREAM]: { schema: stream } } as A['content'] };
}

/** The header of a reader whose stream was cut. */
export const LAST_EVENT_ID = (description: string) => Type.Optional(Type.String({ description }));

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
