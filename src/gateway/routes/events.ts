import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FastifyValidationResult } from 'fastify/types/schema';
import type { Static } from '@sinclair/typebox';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, EventsBody, MAX_EVENTS, problems } from '../contract';
import { EventResults } from '../schemas';
import { type InboundEvent, parseInboundEvent } from '../../messaging/inbound-event';
import { isUnavailable } from '../unavailable';
import { ProblemError } from '../problem';
import { takeEvent } from '../../messaging/take-event';

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
    `${MAX_EVENTS}. An event is taken when the engine has it; what becomes of its order is under \`/orders\`, also when ` +
    'the order has wrong values.\n\n' +
    'The status is that of the worst event: 503 when one has to be sent again, else 422 when one cannot be taken, ' +
    'else 202 or 200. So a sender that only looks at the status loses nothing: it repeats a 503 as a whole, which is safe, ' +
    'for what was taken is then `DUPLICATE`, and puts a 422 aside. The body, of a problem too, has a result for each ' +
    'event in `results`. No answer is a 409, which API destinations repeat.',
  body: EventsBody,
  response: {
    200: answer(EventResults, 'There was nothing to do: all of it is there already, or ignored'),
    202: answer(EventResults, 'All of it is taken, at least one event for the first time'),
    ...problems('invalid_json', 'body_too_large', 'unsupported_media_type', 'event_rejected', 'invalid_batch'),
  },
};

type EventResult = Static<typeof EventResults>['results'][number];

/** `POST /events`. */
export function eventsRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  /** @throws whatever is no matter of waiting */
  async function take(event: InboundEvent, index: number, log: FastifyRequest['log']): Promise<EventResult> {
    const { eventId } = event;
    const place = { index, ...(eventId !== undefined && { eventId }) };
    const request = { requestId: deps.newRequestId(), patienceMs: PATIENCE_MS };
    try {
      const taken = await takeEvent({ event, orders: deps.orders, ...request });
      // nobody keeps it here: whether it comes too early or is about no order is its sender's to know
      return { ...place, ...taken, status: taken.status === 'EARLY' ? 'REJECTED' : taken.status };
    } catch (err) {
      if (!isUnavailable(err)) throw err;
      log.warn({ err, eventId }, 'the engine did not take an event');
      return { ...place, status: 'UNAVAILABLE', reason: 'the engine does not confirm that it has it: send it again' };
    }
  }

  routes.post('/events', { schema, validatorCompiler: () => parseBody }, async ({ body, log }, reply) => {
    // all are finished before any answer, so that a drain leaves nothing half taken
    const taken = await Promise.allSettled(body.map((event, index) => take(event, index, log)));
    const results = taken.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    log.info({ results }, 'events over http');
    refuse(results);
    return reply.code(results.some(({ status }) => status === 'ACCEPTED') ? 202 : 200).send({ results });
  });
}

const parseBody: FastifyValidationResult = (body: unknown) => {
  const events: unknown[] = Array.isArray(body) ? body : [body];
  if (events.length > 0 && events.length <= MAX_EVENTS) return { value: events.map(parseInboundEvent) };
  const detail = `expected 1 to ${MAX_EVENTS} events, got ${events.length}`;
  return { error: new ProblemError('invalid_batch', { detail }) };
};

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
