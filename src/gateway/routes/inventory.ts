import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { ReceiveOutcome } from '../../stock-client';
import { answer, problems } from '../contract';
import { Delivery, ProductStock, StockReceived } from '../schemas';
import { isOrderId as isReference, ORDER_ID_PATTERN as REFERENCE_PATTERN } from '../../domain/ids';
import { isPlainText, MAX_TEXT } from '../../domain/order';
import { ProblemError } from '../problem';

/** How long the caller waits for what became of a delivery before it is only RECEIVING, in milliseconds. */
const PATIENCE_MS = 3000;

const params = Type.Object({ productId: Type.String({ description: 'the id of the product' }) });

const stockSchema = {
  tags: ['inventory'],
  operationId: 'getInventory',
  summary: "Show a product's stock",
  description: 'What can be ordered, what is reserved for orders, and what orders wait for; in all and by warehouse.',
  params,
  response: { 200: answer(ProductStock, 'The stock'), ...problems('product_not_found') },
};

const REPLAYED = { 'idempotent-replayed': 'true' };
const replayedHeader = Type.Literal('true', { description: 'the delivery was sent before' });

const receiveSchema = {
  tags: ['inventory'],
  operationId: 'receiveStock',
  summary: 'Take a delivery into stock',
  description:
    'Orders that wait for the product get it first, longest first; the rest can be ordered. The same delivery sent again ' +
    'under its reference is not taken again. One that is refused may be sent again under its reference once it is right.',
  params,
  headers: Type.Object({
    'idempotency-key': Type.Optional(
      Type.String({ pattern: REFERENCE_PATTERN, description: 'the reference, where the body has none' }),
    ),
  }),
  body: Delivery,
  response: {
    200: answer(StockReceived, 'It is in stock', { 'Idempotent-Replayed': replayedHeader }),
    202: answer(StockReceived, 'It is taken, and goes on by itself'),
    ...problems(
      'invalid_json',
      'body_too_large',
      'invalid_body',
      'invalid_parameter',
      'product_not_found',
      'delivery_conflict',
      'unsupported_media_type',
      'delivery_invalid',
    ),
  },
};

/** `GET /inventory/{productId}` and deliveries into it. */
export function inventoryRoutes(app: FastifyInstance, { reader, stock }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/inventory/:productId', { schema: stockSchema }, async ({ params: { productId } }) => {
    const found = isProductId(productId) ? await reader.readInventory(productId) : undefined;
    if (!found) throw productNotFound(productId);
    return found;
  });

  routes.post('/inventory/:productId/receive', { schema: receiveSchema }, async (request, reply) => {
    const { productId } = request.params;
    const { warehouseId, quantity } = request.body;
    if (!isProductId(productId)) throw productNotFound(productId);
    const reference = referenceOf(request.body.reference, request.headers['idempotency-key']);
    const delivery = { productId, warehouseId, quantity, reference };
    const outcome = await stock.receive({ ...delivery, patienceMs: PATIENCE_MS });
    switch (outcome.kind) {
      case 'received':
      case 'replayed':
        return reply
          .code(200)
          .headers(outcome.kind === 'replayed' ? REPLAYED : {})
          .send({ status: 'RECEIVED', ...outcome.received });
      case 'pending':
        return reply.code(202).send({ status: 'RECEIVING', ...delivery });
      case 'conflict': {
        const detail = `expected a new reference, or the delivery that ${reference} came with first`;
        throw new ProblemError('delivery_conflict', { detail });
      }
      case 'refused':
        throw refusal(productId, outcome);
      default:
        return outcome satisfies never;
    }
  });
}

const isProductId = (text: string): boolean => text !== '' && text.length <= MAX_TEXT && isPlainText(text);

const productNotFound = (productId: string) =>
  new ProblemError('product_not_found', { detail: `there is no product ${JSON.stringify(productId)}` });

/** @throws ProblemError when there is none, or two */
function referenceOf(named: string | undefined, key: string | undefined): string {
  const reference = named ?? key;
  if (reference === undefined) throw invalid('/reference', 'required', 'expected one, here or as Idempotency-Key');
  if (named !== undefined && key !== undefined && named !== key)
    throw invalid('/reference', 'invalid', `expected that of the Idempotency-Key, ${key}, got ${named}`);
  if (!isReference(reference)) throw invalid('/reference', 'invalid', `expected ${REFERENCE_PATTERN}`);
  return reference;
}

function refusal(productId: string, { refusal: why, reason }: Extract<ReceiveOutcome, { kind: 'refused' }>) {
  switch (why) {
    case 'UNKNOWN_PRODUCT':
      return productNotFound(productId);
    case 'UNKNOWN_WAREHOUSE':
      return invalid('/warehouseId', 'unknown', reason);
    default:
      return why satisfies never;
  }
}

function invalid(pointer: string, code: string, detail: string): ProblemError {
  return new ProblemError('delivery_invalid', {
    detail: `the delivery is not taken: ${detail}`,
    errors: [{ pointer, code, detail }],
  });
}
