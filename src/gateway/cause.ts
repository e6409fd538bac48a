import type { Operator } from '../domain/operator';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { activeTraceparent } from '../tracing';
import { type Cause, causedBy, causeOf } from '../domain/cause';

/** Of a request whose events carry its trace on; one that is none is ignored. */
export const traceHeaders = {
  traceparent: Type.Optional(
    Type.String({ description: 'W3C trace context: the events that the request causes carry it on' }),
  ),
};

export type SentRequest = Pick<FastifyRequest, 'id' | 'headers'>;

/**
 * A request as the cause of what comes of it: by its `X-Request-Id`, the one of the answer and of the logs. Its trace is
 * the caller's, or where it is traced here its own place in that.
 *
 * @param operator who sends it, by hand
 */
export const causeOfRequest = ({ id, headers }: SentRequest, operator?: Operator): { cause?: Cause } =>
  causedBy(causeOf({ id, traceparent: activeTraceparent() ?? headers['traceparent'], operator }));
