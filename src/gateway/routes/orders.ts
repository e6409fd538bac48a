import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { OrderId } from '../../domain/ids';
import type { OrderView } from '../../domain/projection';
import { answer, problems } from '../contract';
import { expectOrderId, OrderParams } from '../order-id';
import { findOrder } from '../find-order';
import { Order } from '../schemas';
import { presentOrder, presentPastOrder, presentReceived } from '../present';
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

/** `GET /orders/{orderId}`, from the read model. */
export function orderRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const { history } = deps;
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  async function findPast(orderId: OrderId, asOf: number): Promise<OrderView> {
    const view = await history.loadOrder(orderId, { asOf });
    if (view?.sequence === asOf) return view;
    if (!view) await findOrder(deps, orderId);
    const detail = `expected asOf of at most ${view?.sequence ?? 0}, the order's last event, got ${asOf}`;
    throw new ProblemError('sequence_not_reached', { detail, errors: [{ pointer: '/asOf', code: 'invalid', detail }] });
  }

  routes.get('/orders/:orderId', { schema: orderSchema }, async ({ params, query }) => {
    const orderId = expectOrderId(params.orderId);
    if (query.asOf !== undefined) return presentPastOrder(await findPast(orderId, query.asOf));
    const view = await findOrder(deps, orderId);
    return view ? presentOrder(view) : presentReceived(orderId);
  });
}
