import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { negotiate } from '@fastify/accept-negotiator';
import type { OrderEvent } from '../../domain/events';
import type { OrderId } from '../../domain/ids';
import type { StreamingDeps } from '../ports';
import { answer, EVENT_STREAM, LAST_EVENT_ID, problems, streamAnswer } from '../contract';
import { createChangeTail } from '../change-tail';
import { expectOrderId, orderNotFound, OrderParams } from '../order-id';
import { findOrder } from '../find-order';
import { OrderEvents } from '../schemas';
import { presentEvent } from '../present';
import { ProblemError } from '../problem';
import { sseEvent } from '../sse';

const schema = {
  tags: ['orders'],
  operationId: 'listOrderEvents',
  summary: "List an order's events, or follow them",
  description:
    'Everything that happened to the order, in sequence: as a list, or with `Accept: text/event-stream` as a stream ' +
    'that goes on until the order is over. Each event comes once, none is left out; a reader that comes back with ' +
    '`Last-Event-ID` gets what it does not have.',
  params: OrderParams,
  querystring: Type.Object({
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'only events with a higher sequence' })),
  }),
  headers: Type.Object({
    'last-event-id': LAST_EVENT_ID('the sequence of the last event that a reader of a stream has; before `after`'),
  }),
  response: {
    200: streamAnswer(answer(OrderEvents, 'The events'), {
      description:
        'Events named `order-event`, with their sequence as `id` and as in the list as `data`; in the end one named ' +
        '`end`, whose data has the sequence of the last event: the order is over, and the reader need not come back.',
      example: 'id: 1\nevent: order-event\ndata: {"eventId":"ORD-1#1","sequence":1,…}\n\n',
    }),
    ...problems('invalid_parameter', 'order_not_found', 'too_many_streams'),
  },
};

/** `GET /orders/{orderId}/events`. */
export function orderEventsRoute(app: FastifyInstance, deps: StreamingDeps): void {
  const { reader, orders, streams } = deps;
  const onError = (err: unknown) => app.log.warn({ err }, 'the orders that are followed could not be read');
  const tail = createChangeTail({ reader, onError });

  async function follow(p: { orderId: OrderId; after: number; reply: FastifyReply }): Promise<FastifyReply> {
    const { orderId, after, reply } = p;
    streams.expectRoom();
    const progress = await tail.look(orderId);
    if (!progress && !(await orders.isKnown(orderId))) throw orderNotFound(orderId);
    const stream = streams.open(reply, { onReady: () => watching.resume(), onClose: () => watching.leave() });
    const watching = tail.watch({
      orderId,
      after,
      progress,
      take: (events) => stream.write(events.map(wireEvent).join('')),
      end(sequence) {
        stream.write(sseEvent({ event: 'end', data: JSON.stringify({ sequence }) }));
        stream.end();
      },
    });
    return reply;
  }

  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .get('/orders/:orderId/events', { schema }, async ({ params, query, headers, method }, reply) => {
      const orderId = expectOrderId(params.orderId);
      if (method === 'GET' && wantsStream(headers))
        return follow({ orderId, after: lastEventOf(headers) ?? query.after ?? 0, reply });
      const events = await reader.listEvents({ orderId, ...query });
      if (events.length === 0) await findOrder(deps, orderId);
      return { events: events.map(presentEvent) };
    });
}

const wantsStream = ({ accept = '' }: FastifyRequest['headers']): boolean =>
  negotiate(accept, ['application/json', EVENT_STREAM]) === EVENT_STREAM;

function lastEventOf({ 'last-event-id': id }: { 'last-event-id'?: string }): number | undefined {
  if (id === undefined || id === '') return undefined;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  const detail = `expected Last-Event-ID to be the sequence of an event, such as 7, got ${JSON.stringify(id)}`;
  throw new ProblemError('invalid_parameter', {
    detail,
    errors: [{ pointer: '/last-event-id', code: 'invalid', detail }],
  });
}

/** as it goes over the wire; the same event goes to all who follow its order */
const wire = new WeakMap<OrderEvent, string>();

function wireEvent(event: OrderEvent): string {
  const known = wire.get(event);
  if (known !== undefined) return known;
  const data = JSON.stringify(presentEvent(event));
  const text = sseEvent({ id: event.sequence, event: 'order-event', data });
  wire.set(event, text);
  return text;
}
