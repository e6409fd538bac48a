import type { FastifyInstance } from 'fastify';
import { type Static, Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps, OrderFilter } from '../ports';
import { answer, problems } from '../contract';
import { expectMoment, invalidParameter } from '../parameters';
import { InvalidCursorError, SEARCH_KEYS } from '../ports';
import { MAX_TEXT } from '../../domain/order';
import { OrderPage } from '../schemas';
import { ORDER_STATUSES, type OrderStatus } from '../../domain/states';
import { presentSummary } from '../present';
import { ProblemError } from '../problem';

const DEFAULT_LIMIT = 25;

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: MAX_TEXT, description }));

const Query = Type.Object({
  q: text('the id of an order, else a tracking number, else the id of a customer, else that of a product'),
  orderId: text('this order only'),
  trackingNumber: text('orders with a parcel of this number, also of a label that was replaced'),
  customerId: text('orders of this customer only'),
  productId: text('orders of this product only'),
  status: Type.Optional(Type.String({ enum: [...ORDER_STATUSES], description: 'orders in this status only' })),
  from: Type.Optional(Type.String({ description: 'created at this time or later; of a day its first moment, UTC' })),
  to: Type.Optional(Type.String({ description: 'created at this time or earlier; of a day its last moment, UTC' })),
  cursor: Type.Optional(Type.String({ minLength: 1, description: 'of the page before, with the same parameters' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'orders per page, at most' }),
  ),
});

const listSchema = {
  tags: ['orders'],
  operationId: 'listOrders',
  summary: 'List and search orders, newest first',
  description:
    'By their creation, which never changes: page by page each order comes once, however it changes meanwhile. One of ' +
    '`q`, `orderId`, `trackingNumber`, `customerId` and `productId` can be given, with `status`, `from` and `to`. A page may ' +
    'be shorter than `limit`, or empty, and have a cursor: the status left so many out. What orders ship and contain is found ' +
    'within seconds of its event; a refused order is found by its id, its customer and its time.',
  querystring: Query,
  response: { 200: answer(OrderPage, 'A page of orders'), ...problems('invalid_parameter', 'invalid_cursor') },
};

/** `GET /orders`: from the read model. */
export function orderListRoutes(app: FastifyInstance, { reader }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/orders', { schema: listSchema }, async ({ query }) => {
    const { limit = DEFAULT_LIMIT, cursor, ...given } = query;
    const page = { ...filterOf(given), limit, ...(cursor !== undefined && { cursor }) };
    const { orders, ...rest } = await reader.listOrders(page).catch(refuseCursor);
    return { orders: orders.map(presentSummary), ...rest };
  });
}

/** @throws ProblemError for what is none, and for what excludes one another */
function filterOf(asked: Omit<Static<typeof Query>, 'cursor' | 'limit'>): OrderFilter {
  const { q, status, from, to, ...keys } = asked;
  const given = (['q', ...SEARCH_KEYS] as const).filter((name) => asked[name] !== undefined);
  if (given.length > 1)
    throw invalidParameter(`/${given[1]}`, `expected one of q, ${SEARCH_KEYS.join(', ')}, got ${given.join(' and ')}`);
  const filter: OrderFilter = {
    ...keys,
    ...(q !== undefined && { q: expectWords(q) }),
    ...(status !== undefined && { status: expectStatus(status) }),
    ...(from !== undefined && { from: expectMoment(from, '/from', 'first') }),
    ...(to !== undefined && { to: expectMoment(to, '/to', 'last') }),
  };
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to)
    throw invalidParameter('/from', 'expected a time that is not after `to`');
  return filter;
}

/** What was typed or pasted into a box has blanks around it. */
function expectWords(q: string): string {
  const words = q.trim();
  if (words === '') throw invalidParameter('/q', 'expected something to look for, got blanks');
  return words;
}

function expectStatus(given: string): OrderStatus {
  const status = ORDER_STATUSES.find((known) => known === given);
  if (status) return status;
  throw invalidParameter('/status', `expected one of ${ORDER_STATUSES.join(', ')}`);
}

function refuseCursor(error: unknown): never {
  if (!(error instanceof InvalidCursorError)) throw error;
  const detail = error.message;
  throw new ProblemError('invalid_cursor', { detail, errors: [{ pointer: '/cursor', code: 'invalid', detail }] });
}
