import type { FastifyInstance } from 'fastify';
import type { FastifyValidationResult } from 'fastify/types/schema';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { AcceptAnswer } from '../../workflows/messages';
import type { GatewayDeps } from '../ports';
import type { OrderSubmission, ValidationError } from '../../domain/order';
import { answer, idempotencyKey, problems, SubmissionBody } from '../contract';
import { causeOfRequest, traceHeaders } from '../cause';
import { orderIdForKey, parseSubmission, type ParsedSubmission } from '../../submission';
import { isOrderId, type OrderId } from '../../domain/ids';
import { linksOf, pick } from '../present';
import { OrderPlaced } from '../schemas';
import { placeOrder } from '../place';
import { ProblemError } from '../problem';
import { isUnavailable } from '../unavailable';
import { validateOrder } from '../../domain/validation';
import { withBody } from '../body';

/** Errors that one answer lists: more than an order of the largest size can have. */
const MAX_ERRORS = 1000;

const REPLAYED = { 'idempotent-replayed': 'true' };
const replayedHeader = Type.Literal('true', { description: 'the order was there before' });
const locationHeader = Type.String({ description: 'the path of the order' });

const schema = {
  tags: ['orders'],
  operationId: 'placeOrder',
  summary: 'Place an order',
  description:
    'The answer comes after validation and the attempt to reserve the stock; when that takes over 3 s, with status RECEIVED. ' +
    'The same orderId, or the same customer and Idempotency-Key, sent again is not placed again.',
  headers: Type.Object({
    'idempotency-key': idempotencyKey('For a body without an orderId: the same customer and key give the same order.'),
    ...traceHeaders,
  }),
  body: SubmissionBody,
  response: {
    200: answer(OrderPlaced, 'The order was there before; where it is now', { 'Idempotent-Replayed': replayedHeader }),
    202: answer(OrderPlaced, 'The order is accepted and goes on by itself', { Location: locationHeader }),
    ...problems(
      'invalid_json',
      'body_too_large',
      'invalid_body',
      'invalid_parameter',
      'order_conflict',
      'unsupported_media_type',
      'order_invalid',
      'idempotency_key_reused',
    ),
  },
};

/** `POST /orders`. */
export function placeOrderRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.post('/orders', { schema, validatorCompiler: withBody(parseBody) }, async (sent, reply) => {
    const { body, headers } = sent;
    const key = headers['idempotency-key'];
    const orderId = orderIdOf(body, key) ?? deps.newOrderId();
    const outcome = await placeOrder(deps, { orderId, body, ...causeOfRequest(sent) }).catch((error: unknown) => {
      throw isUnavailable(error) ? unconfirmed(orderId, error) : error;
    });
    const location = linksOf(orderId).self;
    switch (outcome.kind) {
      case 'accepted':
        return reply
          .code(202)
          .headers({ location })
          .send(placed(validOf(outcome.answer)));
      case 'pending':
        return reply
          .code(202)
          .headers({ location })
          .send(placed({ orderId, status: 'RECEIVED' }));
      case 'replayed': {
        const first = validOf(outcome.answer, REPLAYED);
        return reply
          .code(200)
          .headers(REPLAYED)
          .send(placed((await deps.reader.readView(orderId)) ?? first));
      }
      case 'conflict':
        throw conflict(orderId, body.orderId === undefined);
      default:
        return outcome satisfies never;
    }
  });
}

const parseBody: FastifyValidationResult = (value: unknown) => {
  const parsed = parseSubmission(value);
  if (parsed.ok) return { value: parsed.submission };
  const { length } = parsed.errors;
  const detail = `expected an order, got other types in ${length} ${length === 1 ? 'place' : 'places'}`;
  return { error: new ProblemError('invalid_body', { detail, errors: parsed.errors.slice(0, MAX_ERRORS) }) };
};

function orderIdOf(body: ParsedSubmission, key: string | undefined): OrderId | undefined {
  const { orderId, customerId } = body;
  if (orderId === undefined) {
    if (key === undefined) return undefined;
    return orderIdForKey({ key, ...(customerId === undefined ? {} : { customerId }) });
  }
  if (isOrderId(orderId)) return orderId;
  const validation = validateOrder({ ...body, orderId: orderId as OrderId } satisfies OrderSubmission);
  const errors = validation.valid ? [] : validation.errors;
  throw invalid({ detail: 'the order is not stored: it has no usable id', errors });
}

/** The order may be under way: what makes sending it again safe is its id, which the caller may not know yet. */
function unconfirmed(orderId: OrderId, cause: unknown): ProblemError {
  const location = linksOf(orderId).self;
  const detail = `send the same body again with orderId ${orderId}: then it is placed once, whatever became of this request`;
  const problem = new ProblemError('service_unavailable', { detail, instance: location, headers: { location } });
  problem.cause = cause;
  return problem;
}

type Placed = Pick<AcceptAnswer, 'orderId' | 'status' | 'inventoryStatus' | 'unavailableItems'>;

const placed = (order: Placed) => ({
  ...pick(order, 'orderId', 'status', 'inventoryStatus', 'unavailableItems'),
  links: linksOf(order.orderId),
});

/** @throws ProblemError when the order was refused */
function validOf(accepted: AcceptAnswer, headers: Record<string, string> = {}): AcceptAnswer {
  const { orderId, status, errors = [] } = accepted;
  if (status !== 'VALIDATION_FAILED') return accepted;
  const detail = `order ${orderId} is stored as ${status}; its id stays used`;
  throw invalid({ detail, errors, headers, instance: linksOf(orderId).self });
}

function invalid(options: {
  detail: string;
  errors: ValidationError[];
  headers?: Record<string, string>;
  instance?: string;
}) {
  return new ProblemError('order_invalid', options);
}

function conflict(orderId: OrderId, byKey: boolean): ProblemError {
  if (byKey)
    return new ProblemError('idempotency_key_reused', { detail: `expected the body of order ${orderId} again` });
  return new ProblemError('order_conflict', {
    detail: `expected a new id, or the body that ${orderId} came with first`,
  });
}
