import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { OrderId } from '../../domain/ids';
import type { OrderView } from '../../domain/projection';
import { answer, problems } from '../contract';
import { expectOrderId, OrderParams } from '../order-id';
import { findOrder } from '../find-order';
import { InvalidCursorError } from '../ports';
import { Order, OrderPage } from '../schemas';
import { ORDER_STATUSES, type OrderStatus } from '../../domain/states';
import { presentOrder, presentPastOrder, presentReceived, presentSummary } from '../present';
import { ProblemError } from '../problem';

const DEFAULT_LIMIT = 25;

const listSchema = {
  tags: ['orders'],
  operationId: 'listOrders',
  summary: 'List orders, newest first',
  description: 'By creation with a customer, by last change without.',
  querystring: Type.Object({
    customerId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'orders of this customer only' }),
    ),
    status: Type.Optional(Type.String({ enum: [...ORDER_STATUSES], description: 'orders in this status only' })),
    cursor: Type.Optional(Type.String({ minLength: 1, description: 'of the page before, with the same filters' })),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'orders per page, at most' }),
    ),
  }),
  response: { 200: answer(OrderPage, 'A page of orders'), ...problems('invalid_parameter', 'invalid_cursor') },
};

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

/** `GET /orders` and `GET /orders/{orderId}`, from the read model. */
export function orderRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const { reader, history } = deps;
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  async function findPast(orderId: OrderId, asOf: number): Promise<OrderView> {
    const view = await history.loadOrder(orderId, { asOf });
    if (view?.sequence === asOf) return view;
    if (!view) await findOrder(deps, orderId);
    const detail = `expected asOf of at most ${view?.sequence ?? 0}, the order's last event, got ${asOf}`;
    throw new ProblemError('sequence_not_reached', { detail, errors: [{ pointer: '/asOf', code: 'invalid', detail }] });
  }

  routes.get('/orders', { schema: listSchema }, async ({ query }) => {
    const { status, limit = DEFAULT_LIMIT, ...filter } = query;
    const page = { ...filter, limit, ...(status !== undefined && { status: expectStatus(status) }) };
    const { orders: found, ...next } = await reader.listOrders(page).catch(refuseCursor);
    return { orders: found.map(presentSummary), ...next };
  });

  routes.get('/orders/:orderId', { schema: orderSchema }, async ({ params, query }) => {
    const orderId = expectOrderId(params.orderId);
    if (query.asOf !== undefined) return presentPastOrder(await findPast(orderId, query.asOf));
    const view = await findOrder(deps, orderId);
    return view ? presentOrder(view) : presentReceived(orderId);
  });
}

function expectStatus(text: string): OrderStatus {
  const status = ORDER_STATUSES.find((known) => known === text);
  if (status) return status;
  const detail = `expected one of ${ORDER_STATUSES.join(', ')}`;
  throw new ProblemError('invalid_parameter', { detail, errors: [{ pointer: '/status', code: 'invalid', detail }] });
}

function refuseCursor(error: unknown): never {
  if (!(error instanceof InvalidCursorError)) throw error;
  const detail = error.message;
  throw new ProblemError('invalid_cursor', { detail, errors: [{ pointer: '/cursor', code: 'invalid', detail }] });
}
