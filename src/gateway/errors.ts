import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import type { ValidationError } from '../domain/order';
import { isUnavailable } from './unavailable';
import {
  pathOf,
  problemBody,
  ProblemError,
  PROBLEM_MEDIA_TYPE,
  PROBLEMS,
  sendProblem,
  type ProblemCode,
} from './problem';

/** Bytes of a body. */
export const BODY_LIMIT = 256 * 1024;

// what Fastify itself refuses, by its error codes
const FRAMEWORK_PROBLEMS: Partial<Record<string, { code: ProblemCode; detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large', detail: `expected at most ${BODY_LIMIT} bytes` },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'invalid_json', detail: 'expected a body of well-formed JSON' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'invalid_json',
    detail: 'expected a body of well-formed JSON, got an empty one',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type', detail: 'expected content-type application/json' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'bad_request', detail: 'expected as many bytes as content-length says' },
  FST_ERR_BAD_URL: { code: 'bad_request', detail: 'expected a path that is well-formed and percent-encoded' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'route_not_found', detail: 'a part of the path is longer than any id' },
  FST_ERR_HANDLER_TIMEOUT: {
    code: 'service_unavailable',
    detail: 'no answer in time; try again later',
  },
};

/** Makes every error of the app a problem (RFC 9457), unknown paths included. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>(answerError);
  app.setNotFoundHandler((request) => {
    throw new ProblemError('route_not_found', { detail: `there is no ${request.method} ${pathOf(request.url)}` });
  });
}

/** Logs an error and answers with its problem. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error, request);
  logProblem(problem, error, request);
  void sendProblem(request, reply, problem);
}

function problemOf(error: FastifyError, request: FastifyRequest): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error.validation) return invalidInput(error);
  const known = FRAMEWORK_PROBLEMS[error.code];
  if (known) return new ProblemError(known.code, { detail: known.detail });
  if (isUnavailable(error)) return new ProblemError('service_unavailable', { detail: 'try again later' });
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new ProblemError('bad_request');
  return new ProblemError('internal_error', { detail: `it is logged under the request id ${request.id}` });
}

function invalidInput({ validation = [], validationContext }: FastifyError): ProblemError {
  // what is missing is reported twice, as missing and as of the wrong type
  const errors = new Map<string, ValidationError>();
  for (const { instancePath: pointer, message: detail = 'not as expected' } of validation)
    if (!errors.has(pointer)) errors.set(pointer, { pointer, code: 'invalid', detail });
  const detail = `not as expected in the ${validationContext}: ${[...errors.keys()].join(', ')}`;
  return new ProblemError(validationContext === 'body' ? 'invalid_body' : 'invalid_parameter', {
    detail,
    errors: [...errors.values()],
  });
}

function logProblem({ code }: ProblemError, err: Error, { log }: FastifyRequest): void {
  const { status } = PROBLEMS[code];
  if (status === 500) log.error({ err, code }, 'request failed');
  else if (status === 503 && (!(err instanceof ProblemError) || err.cause !== undefined))
    log.warn({ err, code }, 'request met an unavailable service');
  else log.info({ code }, 'request refused');
}

/** Answers what is not HTTP, or does not arrive in time, on the socket itself. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const code = clientProblem(error.code);
  const body = JSON.stringify(problemBody(code));
  const head = [`HTTP/1.1 ${PROBLEMS[code].status} `, `content-type: ${PROBLEM_MEDIA_TYPE}`];
  socket.end([...head, `content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', body].join('\r\n'));
}

function clientProblem(code: string | undefined): ProblemCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'bad_request';
}
