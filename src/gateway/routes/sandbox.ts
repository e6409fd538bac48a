import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { Journal } from '../schemas';

const schema = {
  tags: ['sandbox'],
  operationId: 'getSandboxJournal',
  summary: 'Show what the sandbox providers did for an order',
  description: 'Every call that reached them, in order, repeated ones included.',
  querystring: Type.Object({
    orderId: Type.String({ minLength: 1, maxLength: 64, description: 'the id of the order' }),
  }),
  response: { 200: answer(Journal, 'The calls'), ...problems('invalid_parameter') },
};

/** `GET /sandbox/journal`, with sandbox adapters only. */
export function sandboxRoutes(app: FastifyInstance, { sandbox }: GatewayDeps): void {
  if (!sandbox) return;
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();
  routes.get('/sandbox/journal', { schema }, async ({ query }) => ({ entries: await sandbox.entries(query.orderId) }));
}
