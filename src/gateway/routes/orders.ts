import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { OrderId } from '../../domain/ids';
import type { OrderView } from '../../domain/projection';
import { answer, problems } from '../contract';
import { expectOrderId, orderNotFound, OrderParams } from '../order-id';
import { Order, OrderEvents } from '../schemas';
import { presentEvent, presentOrder, presentPastOrder, presentReceived } from '../present';
import { ProblemError } from '../problem';

const orderSchema = {
  tags: ['orders'],
  operationId: 'getOrder',
  summary: 'Show an order',
  description:
    'Where it stands, what it waits for and who has to decide, what was paid, where its parcels and returns are, what it ' +
    'went through, and what can be asked for now.',
  params: OrderParams,
  querystring: Type.Object({
    asOf: Type.Optional(
      // an integer would be made of 1.5
      Type.Number({
        minimum: 1,
        multipleOf: 1,
        description: 'the number of an event: the order as it was then, and no actions',
      }),
    ),
  }),
  response: {
    200: answer(Order, 'The order'),
    ...problems('invalid_parameter', 'order_not_found', 'sequence_not_reached'),
  },
};

const eventsSchema = {
  tags: ['orders'],
  operationId: 'listOrderEvents',
  summary: "List an order's events",
  description: 'Everything that happened to the order, in sequence.',
  params: OrderParams,
  querystring: Type.Object({
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'only events with a higher sequence' })),
  }),
  response: {
    200: answer(OrderEvents, 'The events'),
    ...problems('invalid_parameter', 'order_not_found', 'not_acceptable'),
  },
};

/** `GET /orders/{orderId}` and its events: all from the read model. */
export function orderRoutes(app: FastifyInstance, { orders, reader, history }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  /** @returns undefined for an order that is not in the read model yet */
  async function findOrder(orderId: OrderId): Promise<OrderView | undefined> {
    const view = await reader.readView(orderId);
    if (!view && !(await orders.isKnown(orderId))) throw orderNotFound(orderId);
    return view;
  }

  async function findPast(orderId: OrderId, asOf: number): Promise<OrderView> {
    const view = await history.loadOrder(orderId, { asOf });
    if (view?.sequence === asOf) return view;
    if (!view) await findOrder(orderId);
    const detail = `expected asOf of at most ${view?.sequence ?? 0}, the order's last event, got ${asOf}`;
    throw new ProblemError('sequence_not_reached', { detail, errors: [{ pointer: '/asOf', code: 'invalid', detail }] });
  }

  routes.get('/orders/:orderId', { schema: orderSchema }, async ({ params, query }) => {
    const orderId = expectOrderId(params.orderId);
    if (query.asOf !== undefined) return presentPastOrder(await findPast(orderId, query.asOf));
    const view = await findOrder(orderId);
    return view ? presentOrder(view) : presentReceived(orderId);
  });

  routes.get('/orders/:orderId/events', { schema: eventsSchema }, async ({ params, query, headers }) => {
    const orderId = expectOrderId(params.orderId);
    if (acceptsOnlyEventStream(headers.accept))
      throw new ProblemError('not_acceptable', { detail: 'expected application/json to be acceptable' });
    const events = await reader.listEvents({ orderId, ...query });
    if (events.length === 0) await findOrder(orderId);
    return { events: events.map(presentEvent) };
  });
}

function acceptsOnlyEventStream(accept = ''): boolean {
  return accept.split(',').every((range) => range.split(';', 1)[0]?.trim().toLowerCase() === 'text/event-stream');
}
