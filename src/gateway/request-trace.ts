import { context, isSpanContextValid, type Span, trace } from '@opentelemetry/api';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { beginSpan, contextFromHeaders, failSpan, SpanKind } from '../tracing';
import { fieldsOfOrder, inLogFields, type LogFields } from '../log-context';
import { orderAttributes } from '../domain/trace';

/** What a request's lines have, and the span that it is. */
interface Place {
  fields: LogFields;
  span?: Span;
}

const places = new WeakMap<FastifyRequest, Place>();

/** Lines of a request name its order and its trace, the first and the last one too. */
export class RequestLog extends LogController {
  override incomingRequest(request: FastifyRequest, reply: FastifyReply): void {
    inLogFields(placeOf(request).fields, () => super.incomingRequest(request, reply));
  }

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    inLogFields(placeOf(request).fields, () => super.requestCompleted(error, request, reply));
  }
}

/** Makes each request a span, in the trace that its headers name, and has all that it leads to in it. */
export function traceRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { fields, span } = placeOf(request);
    const within = span ? trace.setSpan(context.active(), span) : context.active();
    inLogFields(fields, () => context.with(within, done));
  });
  app.addHook('onError', async (request, _reply, error) => {
    const { span } = placeOf(request);
    if (span && ((error as { statusCode?: number }).statusCode ?? 500) >= 500) failSpan(span, error);
  });
  app.addHook('onResponse', async (request, { statusCode }) => {
    placeOf(request).span?.setAttribute('http.response.status_code', statusCode).end();
  });
}

function placeOf(request: FastifyRequest): Place {
  const known = places.get(request);
  if (known) return known;
  const { orderId } = (request.params ?? {}) as { orderId?: string };
  const span = isTraced(request) ? begin(request, orderId) : undefined;
  const fields = { ...fieldsOfOrder(orderId, request.headers['traceparent']), ...(span && traceOf(span)) };
  const place = { fields, ...(span && { span }) };
  places.set(request, place);
  return place;
}

/** Not of what is not worth a line, and not of a stream, which lasts as long as somebody looks at it. */
const isTraced = ({ headers, routeOptions: { url, logLevel } }: FastifyRequest): boolean =>
  url !== undefined && logLevel !== 'warn' && headers.accept !== 'text/event-stream';

const begin = ({ headers, method, routeOptions: { url = '' } }: FastifyRequest, orderId: string | undefined): Span =>
  beginSpan({
    name: `${method} ${url}`,
    kind: SpanKind.SERVER,
    parent: contextFromHeaders(headers),
    attributes: {
      'http.request.method': method,
      'http.route': url,
      ...orderAttributes(orderId === undefined ? {} : { orderId }),
    },
  });

function traceOf(span: Span): Pick<LogFields, 'traceId'> {
  const place = span.spanContext();
  return isSpanContextValid(place) ? { traceId: place.traceId } : {};
}
