import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { InspectedItem } from '../../domain/events';
import type { InspectionAnswer, ReturnAnswer } from '../../workflows/messages';
import type { OrderId } from '../../domain/ids';
import type { ShipmentLine } from '../../domain/order';
import * as bodies from '../change-bodies';
import { answer, problems } from '../contract';
import { changeProblems, keyAnswer, KeyHeaders, makeChange, once, sendingOf } from '../change';
import { expectOrderId, OrderParams } from '../order-id';
import { linksOf } from '../present';
import { ProblemError } from '../problem';
import { Return, ReturnChanged } from '../schemas';
import { toDecimal } from '../../domain/money';
import { withBody } from '../body';

const PENDING = 'The order has taken it and goes on by itself; what becomes of it is under `/orders/{orderId}`';
const tags = ['returns'];
const params = Type.Object({
  ...OrderParams.properties,
  returnId: Type.String({ description: 'the id of the return, as its request was answered' }),
});
const location = { Location: Type.String({ description: 'the path of the return' }) };
const pending = answer(ReturnChanged, PENDING);

const requestSchema = {
  tags,
  operationId: 'requestReturn',
  summary: 'Ask to return items of an order',
  description: 'After delivery, as long as the order allows; at most what was delivered and is not on its way back.',
  params: OrderParams,
  headers: KeyHeaders,
  body: Type.Unsafe<{ items: ShipmentLine[]; reason?: string }>({ $ref: 'ReturnRequest#' }),
  response: {
    201: answer(ReturnChanged, 'The return is expected', location),
    202: answer(ReturnChanged, PENDING, keyAnswer),
    ...changeProblems('invalid_parameter'),
  },
};

const receiveSchema = {
  tags,
  operationId: 'receiveReturn',
  summary: 'Say that a return has arrived',
  description: 'Sent again, it is answered as the first time. It has no body.',
  params,
  response: {
    200: answer(ReturnChanged, 'The return is there'),
    202: pending,
    ...problems('order_not_found', 'return_not_found', 'change_refused'),
  },
};

const inspectSchema = {
  tags,
  operationId: 'inspectReturn',
  summary: 'Say what became of returned items',
  description:
    'What was paid for items that are put back or written off is refunded. Sent again, it is answered as the first time.',
  params,
  body: Type.Unsafe<{ items: InspectedItem[] }>({ $ref: 'Inspection#' }),
  response: {
    200: answer(ReturnChanged, 'The return is settled'),
    202: pending,
    ...changeProblems('return_not_found'),
  },
};

const showSchema = {
  tags,
  operationId: 'getReturn',
  summary: 'Show a return',
  description: 'Where it is; what was refunded for it is among the events of its order.',
  params,
  response: { 200: answer(Return, 'The return'), ...problems('order_not_found', 'return_not_found') },
};

/** Returns of an order's items, from asked for to settled. */
export function returnRoutes(app: FastifyInstance, { orders, reader, newRequestId }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  const request = { schema: requestSchema, validatorCompiler: withBody(bodies.parseReturnRequest) };
  routes.post('/orders/:orderId/returns', request, async (sent, reply) => {
    const orderId = expectOrderId(sent.params.orderId);
    const sending = sendingOf(sent, sent.headers['idempotency-key'] ?? newRequestId());
    const made = await makeChange(orderId, sending, (change) => orders.requestReturn({ ...change, ...sent.body }));
    const path = made.answer && { location: pathOf(orderId, made.answer.returnId) };
    return reply
      .code(made.answer ? 201 : 202)
      .headers({ ...made.headers, ...path })
      .send(shown({ orderId, ...made.answer }));
  });

  routes.post('/orders/:orderId/returns/:returnId/receive', { schema: receiveSchema }, async (sent, reply) => {
    const { orderId, returnId } = expectReturnId(sent.params);
    const made = await makeChange(orderId, once(sent), (change) => orders.receiveReturn({ ...change, returnId }));
    return reply.code(made.answer ? 200 : 202).send(shown({ orderId, returnId, ...made.answer }));
  });

  const inspect = { schema: inspectSchema, validatorCompiler: withBody(bodies.parseInspection) };
  routes.post('/orders/:orderId/returns/:returnId/inspect', inspect, async (sent, reply) => {
    const { orderId, returnId } = expectReturnId(sent.params);
    const made = await makeChange(orderId, once(sent), (change) =>
      orders.inspectReturn({ ...change, returnId, ...sent.body }),
    );
    return reply.code(made.answer ? 200 : 202).send(shown({ orderId, returnId, ...made.answer }));
  });

  routes.get('/orders/:orderId/returns/:returnId', { schema: showSchema }, async (sent) => {
    const { orderId, returnId } = expectReturnId(sent.params);
    const steps = (await reader.readView(orderId))?.returns?.filter((step) => step.returnId === returnId) ?? [];
    const [first, last] = [steps[0], steps.at(-1)];
    if (!first || !last) throw returnNotFound(returnId);
    const { at: requestedAt, items = [] } = first;
    return { orderId, returnId, status: last.status, requestedAt, updatedAt: last.at, items, links: linksOf(orderId) };
  });
}

const pathOf = (orderId: OrderId, returnId: string) => `${linksOf(orderId).self}/returns/${returnId}`;

/** A change of a return, its money in decimals. */
function shown({ orderId, ...made }: { orderId: OrderId } & Partial<ReturnAnswer & InspectionAnswer>) {
  const { refunded, currency, ...rest } = made;
  const money =
    refunded === undefined || currency === undefined ? {} : { refunded: toDecimal(refunded, currency), currency };
  return { orderId, ...rest, ...money, links: linksOf(orderId) };
}

const returnNotFound = (returnId: string) =>
  new ProblemError('return_not_found', { detail: `there is no return ${JSON.stringify(returnId)}` });

/** @throws ProblemError for what can be no id of a return of the order; see `returnIdOf` */
function expectReturnId(path: { orderId: string; returnId: string }): { orderId: OrderId; returnId: string } {
  const orderId = expectOrderId(path.orderId);
  const { returnId } = path;
  const isOfOrder = returnId.startsWith(`${orderId}-R`) && /^[1-9]\d{0,8}$/.test(returnId.slice(orderId.length + 2));
  if (!isOfOrder) throw returnNotFound(returnId);
  return { orderId, returnId };
}
