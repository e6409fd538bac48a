import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { MAX_TEXT } from '../../domain/order';
import { ProblemError } from '../problem';
import { ProductStock } from '../schemas';

const schema = {
  tags: ['inventory'],
  operationId: 'getInventory',
  summary: "Show a product's stock",
  description: 'What can be ordered, what is reserved for orders, in all and by warehouse.',
  params: Type.Object({ productId: Type.String({ description: 'the id of the product' }) }),
  response: { 200: answer(ProductStock, 'The stock'), ...problems('product_not_found') },
};

/** `GET /inventory/{productId}`. */
export function inventoryRoutes(app: FastifyInstance, { reader }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/inventory/:productId', { schema }, async ({ params: { productId } }) => {
    const isId = productId !== '' && productId.length <= MAX_TEXT;
    const stock = isId ? await reader.readInventory(productId) : undefined;
    if (!stock)
      throw new ProblemError('product_not_found', { detail: `there is no product ${JSON.stringify(productId)}` });
    return stock;
  });
}
