import { Type, type Static, type TSchema } from '@sinclair/typebox';
import * as schemas from './schemas';
import { submissionExample } from './examples';
import { SubmissionSchema, type ParsedSubmission } from '../submission';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, RETRY_AFTER_S, type ProblemCode } from './problem';

const SUBMISSION_MEMBERS: Record<keyof typeof SubmissionSchema.properties, string> = {
  orderId: 'optional; letters, digits, `.`, `_` and `-`, at most 64; an id never names a second order',
  customerId: 'required',
  items: 'required; each with productId, quantity (whole, above 0) and price (of one, above 0)',
  totalAmount: 'required; what the items add up to, within 0.01',
  currency: 'required; ISO 4217',
  shippingAddress: 'required; street, city, country and zipCode',
  timestamp: 'optional; when the order was placed, ISO 8601',
  paymentMethod: 'optional; `pm_ok` when absent',
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

/** Every schema that has a name in the OpenAPI document. */
export const COMPONENTS: TSchema[] = [OrderSubmission, ...Object.values(schemas)];

/** The body of `POST /orders`; checked by `parseSubmission`, not by this reference. */
export const SubmissionBody = Type.Unsafe<ParsedSubmission>({ $ref: 'OrderSubmission#' });

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
