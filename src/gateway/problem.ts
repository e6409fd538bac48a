import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ValidationError } from '../domain/order';

/** Every error that the gateway answers with. The code is the last part of the problem's type; see RFC 9457. */
export const PROBLEMS = {
  bad_request: { status: 400, title: 'The request cannot be understood' },
  invalid_json: { status: 400, title: 'The body is not JSON' },
  body_too_large: { status: 400, title: 'The body is too large' },
  invalid_body: { status: 400, title: 'The body does not have the expected shape' },
  invalid_parameter: { status: 400, title: 'A parameter or header is not what is expected' },
  invalid_cursor: { status: 400, title: 'The cursor is not one that a page came with' },
  other_site: { status: 403, title: 'Changes are not taken from pages of other sites' },
  load_refused: { status: 403, title: 'Load is made only where nobody else reaches the gateway' },
  unknown_host: { status: 421, title: 'The gateway is not known by that name' },
  route_not_found: { status: 404, title: 'There is nothing under this path' },
  order_not_found: { status: 404, title: 'The order is not known' },
  return_not_found: { status: 404, title: 'The order has no such return' },
  contact_not_found: { status: 404, title: 'Nobody said how the customer can be reached' },
  product_not_found: { status: 404, title: 'The product is not known' },
  company_not_found: { status: 404, title: 'There is no such outside company' },
  replay_not_found: { status: 404, title: 'There is no replay of this name' },
  run_not_found: { status: 404, title: 'There was no such run' },
  case_not_found: { status: 404, title: 'There is no such case' },
  schema_not_found: { status: 404, title: 'No event has a schema of this name' },
  charge_not_found: { status: 404, title: 'The sandbox payment company does not know the charge' },
  webhook_not_found: { status: 404, title: 'The webhook is not known' },
  webhook_delivery_not_found: { status: 404, title: 'Nothing of this id was sent to the webhook' },
  dead_letter_not_found: { status: 404, title: 'There is no such dead letter' },
  batch_not_found: { status: 404, title: 'There is no such batch' },
  method_not_allowed: { status: 405, title: 'The path does not have this method' },
  not_acceptable: { status: 406, title: 'There is no such representation' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  order_conflict: { status: 409, title: 'The id belongs to an order with another body' },
  charge_not_pending: { status: 409, title: 'The charge was not left open' },
  run_conflict: { status: 409, title: 'One with other options goes on' },
  case_not_closable: { status: 409, title: 'The case goes when its order is resolved' },
  delivery_conflict: { status: 409, title: 'The reference belongs to another delivery' },
  replay_conflict: { status: 409, title: 'The name belongs to another replay' },
  replay_over: { status: 409, title: 'The replay is over' },
  webhook_conflict: { status: 409, title: 'The idempotency key belongs to another webhook' },
  dead_letter_refused: { status: 409, title: 'The dead letter cannot be treated so, or not any more' },
  load_running: { status: 409, title: 'Load is made already' },
  unsupported_media_type: { status: 415, title: 'The body is not application/json in UTF-8' },
  order_invalid: { status: 422, title: 'The order has missing or wrong values' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to an order with another body' },
  delivery_invalid: { status: 422, title: 'The delivery has missing or wrong values' },
  load_invalid: { status: 422, title: 'The load has missing or wrong values' },
  replay_invalid: { status: 422, title: 'The replay has missing or wrong values' },
  change_refused: { status: 409, title: 'The order cannot be changed so, or not any more' },
  change_invalid: { status: 422, title: 'The change has missing or wrong values' },
  sequence_not_reached: { status: 422, title: 'The order does not have the event yet' },
  webhook_invalid: { status: 422, title: 'The webhook has missing or wrong values' },
  event_rejected: { status: 422, title: 'An event can never be taken' },
  invalid_batch: { status: 422, title: 'The batch has no events, or too many' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'The request failed' },
  service_unavailable: { status: 503, title: 'A service that is needed cannot be reached' },
  too_many_streams: { status: 503, title: 'As many live streams are open as there may be' },
  shutting_down: { status: 503, title: 'The server is shutting down' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

const PROBLEM_TYPE_PREFIX = 'urn:waybill:problem:';
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Seconds after which a request that met a 503 may come again. */
export const RETRY_AFTER_S = 5;

export interface ProblemOptions {
  /** what was expected and what came */
  detail?: string;
  /** URI reference of what the problem is about; the request's path when there is none */
  instance?: string;
  errors?: ValidationError[];
  headers?: Record<string, string>;
  /** members beside those of RFC 9457 */
  extensions?: Record<string, unknown>;
}

/** An error that is answered as the problem it names. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly code: ProblemCode,
    readonly options: ProblemOptions = {},
  ) {
    super(options.detail ?? PROBLEMS[code].title);
  }
}

/** A problem as it is sent; also what is written where there is no reply, only a socket. */
export function problemBody(code: ProblemCode, { detail, instance, errors, extensions }: ProblemOptions = {}) {
  const { status, title } = PROBLEMS[code];
  const members = { type: `${PROBLEM_TYPE_PREFIX}${code}`, title, status, code, detail, instance, errors };
  return { ...members, ...extensions };
}

/** Answers a request with a problem. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: ProblemError): FastifyReply {
  const { status } = PROBLEMS[problem.code];
  const instance = problem.options.instance ?? pathOf(request.url);
  return reply
    .code(status)
    .type(PROBLEM_MEDIA_TYPE)
    .headers({ 'x-request-id': request.id, ...(status === 503 ? { 'retry-after': String(RETRY_AFTER_S) } : {}) })
    .headers(problem.options.headers ?? {})
    .send(problemBody(problem.code, { ...problem.options, instance }));
}

/** The path of a URL, without its query: that may name customers. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
