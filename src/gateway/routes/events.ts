import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Static } from '@sinclair/typebox';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, CLOUD_EVENT_HEADERS, EVENTS_CONTENT, problems } from '../contract';
import { type ArrivedEvent, CLOUD_EVENT, CLOUD_EVENTS, MAX_EVENTS, readEvents } from '../event-body';
import { createInbox, orderIdOf } from '../../messaging/inbox';
import { EventResults } from '../schemas';
import { fieldsOfOrder, withLogFields } from '../../log-context';
import { isUnavailable } from '../unavailable';
import { ProblemError } from '../problem';

/**
 * How long the engine has for its first answer, in milliseconds. An API destination waits 5 s, and an order without an
 * answer is asked about for 2 s more.
 */
const PATIENCE_MS = 2000;

const schema = {
  tags: ['events'],
  operationId: 'takeEvents',
  summary: 'Take events',
  description:
    'For API destinations of EventBridge and whoever else delivers events: one in its envelope, or a list of up to ' +
    `${MAX_EVENTS}; or CloudEvents 1.0, structured, in batches of as many, or binary. An event is taken when the engine ` +
    'has it; what becomes of its order is under `/orders`, also when the order has wrong values. One that is early is ' +
    'kept until its order is there. An event is taken once under its source and id, whichever way and however often it ' +
    'comes; an id never stands for something else.\n\n' +
    'The status is that of the worst event: 503 when one has to be sent again, else 422 when one cannot be taken, ' +
    'else 202 or 200. So a sender that only looks at the status loses nothing: it repeats a 503 as a whole, which is safe, ' +
    'for what was taken is then `DUPLICATE`, and puts a 422 aside. The body, of a problem too, has a result for each ' +
    'event in `results`. No answer is a 409, which API destinations repeat.',
  headers: CLOUD_EVENT_HEADERS,
  body: { content: EVENTS_CONTENT },
  response: {
    200: answer(EventResults, 'There was nothing to do: all of it is there already, or ignored'),
    202: answer(EventResults, 'All of it is taken or kept, at least one event for the first time'),
    ...problems('invalid_json', 'body_too_large', 'unsupported_media_type', 'event_rejected', 'invalid_batch'),
  },
};

type EventResult = Static<typeof EventResults>['results'][number];

/** `POST /events`. */
export function eventsRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const inbox = createInbox({ rows: deps.inbox, orders: deps.orders });

  /** @throws whatever is no matter of waiting */
  async function take({ event, body }: ArrivedEvent, index: number, log: FastifyRequest['log']): Promise<EventResult> {
    const { eventId } = event;
    const place = { index, ...(eventId !== undefined && { eventId }) };
    const request = { requestId: deps.newRequestId(), patienceMs: PATIENCE_MS };
    const about = fieldsOfOrder(orderIdOf(event), event.traceparent);
    try {
      return { ...place, ...(await withLogFields(about, () => inbox.take({ event, body, ...request }))) };
    } catch (err) {
      if (!isUnavailable(err)) throw err;
      log.warn({ ...about, err, eventId }, 'an event was not taken');
      return { ...place, status: 'UNAVAILABLE', reason: 'nobody confirms that it was taken: send it again' };
    }
  }

  // by themselves, so that no other route takes these media types
  void app.register(async (scope) => {
    const routes = scope.withTypeProvider<TypeBoxTypeProvider>();
    scope.addContentTypeParser(
      [CLOUD_EVENT, CLOUD_EVENTS],
      { parseAs: 'string' },
      scope.getDefaultJsonParser('error', 'error'),
    );
    routes.post('/events', { schema, validatorCompiler: () => asItIs }, async (request, reply) => {
      const { log } = request;
      // all are finished before any answer, so that a drain leaves nothing half taken
      const taken = await Promise.allSettled(readEvents(request).map((arrival, index) => take(arrival, index, log)));
      const results = taken.map((one) => {
        if (one.status === 'rejected') throw one.reason;
        return one.value;
      });
      log.info({ results }, 'events over http');
      refuse(results);
      return reply.code(results.some(({ status }) => NEWS.has(status)) ? 202 : 200).send({ results });
    });
  });
}

/** They are read one by one: what is wrong with one is its own. */
const asItIs = () => true;

/** What is there for the first time. */
const NEWS = new Set<EventResult['status']>(['ACCEPTED', 'PARKED']);

/** @throws ProblemError with all results, when one has to be sent again, or can never be taken */
function refuse(results: EventResult[]): void {
  const extensions = { results };
  const unavailable = results.filter(({ status }) => status === 'UNAVAILABLE');
  if (unavailable.length > 0)
    throw new ProblemError('service_unavailable', { detail: summaryOf(unavailable, results), extensions });
  const rejected = results.filter(({ status }) => status === 'REJECTED');
  if (rejected.length > 0)
    throw new ProblemError('event_rejected', { detail: summaryOf(rejected, results), extensions });
}

function summaryOf(refused: EventResult[], all: EventResult[]): string {
  const [{ index, reason = '' }] = refused as [EventResult];
  if (all.length === 1) return reason;
  return `${refused.length} of ${all.length} events, the first of them at index ${index}: ${reason}`;
}
