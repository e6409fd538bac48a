import type { Operator } from '../../domain/operator';
import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { OrderId } from '../../domain/ids';
import type { Resolution as Resolved } from '../../domain/events';
import type { ShippingAddress, ShortageChoice } from '../../domain/order';
import * as bodies from '../change-bodies';
import { answer } from '../contract';
import { changeProblems, keyAnswer, KeyHeaders, makeChange, once, sendingOf, type Made } from '../change';
import { expectOrderId, OrderParams } from '../order-id';
import { linksOf } from '../present';
import { OrderCancelled, OrderChanged } from '../schemas';
import { withBody } from '../body';

const PENDING = 'The order has taken the change and goes on by itself; what becomes of it is under `/orders/{orderId}`';
const BY_HAND = " With `by` and `reason` it is an operator's, and in the audit trail.";
const changed = { 200: answer(OrderChanged, 'How the order stands now') };
const common = { tags: ['changes'], params: OrderParams };

/** present: an operator asks for it */
interface ByHand {
  operator?: Operator;
}

const cancelSchema = {
  ...common,
  operationId: 'cancelOrder',
  summary: 'Cancel an order',
  description:
    'At any time before its end. What has not been handed to a carrier turns back, with its money; what has is to be ' +
    'returned: then the answer names the return. No body is needed.' +
    BY_HAND,
  body: Type.Unsafe<{ reason?: string } & ByHand>({ $ref: 'Cancellation#' }),
  response: {
    200: answer(OrderCancelled, 'What becomes of the order'),
    202: answer(OrderCancelled, PENDING),
    ...changeProblems(),
  },
};

const decisionSchema = {
  ...common,
  operationId: 'decideOrder',
  summary: 'Decide what becomes of an order that is partly there',
  description:
    'While its status is `PENDING_DECISION`. The same decision sent again is answered as the first time.' + BY_HAND,
  body: Type.Unsafe<{ choice: ShortageChoice } & ByHand>({ $ref: 'Decision#' }),
  response: { ...changed, 202: answer(OrderChanged, PENDING), ...changeProblems() },
};

const addressSchema = {
  ...common,
  operationId: 'changeAddress',
  summary: 'Change where an order goes',
  description: 'Until a carrier has its parcels; a label that is there already is replaced.' + BY_HAND,
  headers: KeyHeaders,
  body: Type.Unsafe<{ address: ShippingAddress } & ByHand>({ $ref: 'AddressChange#' }),
  response: { ...changed, 202: answer(OrderChanged, PENDING, keyAnswer), ...changeProblems('invalid_parameter') },
};

const resolutionSchema = {
  ...common,
  operationId: 'resolveOrder',
  summary: 'Settle what an order cannot undo by itself',
  description:
    'While its status is `NEEDS_ATTENTION`: `RETRY` tries again, `SKIP` goes on without, `SETTLE` takes it as done by hand.',
  headers: KeyHeaders,
  body: Type.Unsafe<Resolved>({ $ref: 'Resolution#' }),
  response: { ...changed, 202: answer(OrderChanged, PENDING, keyAnswer), ...changeProblems('invalid_parameter') },
};

/** Changes that a customer, and operations, make of an order. */
export function changeRoutes(app: FastifyInstance, { orders, newRequestId }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();
  const statusOf = ({ answer: made }: Made<object>) => (made ? 200 : 202);
  const shown = <T extends object>(orderId: OrderId, { answer: made }: Made<T>) => ({
    orderId,
    ...made,
    links: linksOf(orderId),
  });

  const cancel = { schema: cancelSchema, validatorCompiler: withBody(bodies.parseCancellation) };
  routes.post('/orders/:orderId/cancel', cancel, async (sent, reply) => {
    const { operator, ...body } = sent.body;
    const orderId = expectOrderId(sent.params.orderId);
    const made = await makeChange(orderId, once(sent, operator), (change) => orders.cancel({ ...change, ...body }));
    return reply.code(statusOf(made)).send(shown(orderId, made));
  });

  const decide = { schema: decisionSchema, validatorCompiler: withBody(bodies.parseDecision) };
  routes.post('/orders/:orderId/decision', decide, async (sent, reply) => {
    const { operator, ...body } = sent.body;
    const orderId = expectOrderId(sent.params.orderId);
    const made = await makeChange(orderId, once(sent, operator), (change) => orders.decide({ ...change, ...body }));
    return reply.code(statusOf(made)).send(shown(orderId, made));
  });

  const move = { schema: addressSchema, validatorCompiler: withBody(bodies.parseAddress) };
  routes.post('/orders/:orderId/address', move, async (sent, reply) => {
    const { params, body, headers } = sent;
    const { address, operator } = body;
    const orderId = expectOrderId(params.orderId);
    const sending = sendingOf(sent, headers['idempotency-key'] ?? newRequestId(), operator);
    const made = await makeChange(orderId, sending, (change) => orders.changeAddress({ ...change, address }));
    return reply.code(statusOf(made)).headers(made.headers).send(shown(orderId, made));
  });

  const resolve = { schema: resolutionSchema, validatorCompiler: withBody(bodies.parseResolution) };
  routes.post('/orders/:orderId/resolution', resolve, async (sent, reply) => {
    const { params, body, headers } = sent;
    const { by, reason } = body;
    const orderId = expectOrderId(params.orderId);
    const operator = { by, ...(reason !== undefined && { reason }) };
    const sending = sendingOf(sent, headers['idempotency-key'] ?? newRequestId(), operator);
    const made = await makeChange(orderId, sending, (change) => orders.resolve({ ...change, ...body }));
    return reply.code(statusOf(made)).headers(made.headers).send(shown(orderId, made));
  });
}
