import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { DEPENDENCIES } from '../../domain/breaker';
import { dependencyOf } from './breakers';
import { Journal, Provider, ProviderChange, Providers, Settlement, SettlementRequest } from '../schemas';
import { ProblemError } from '../problem';

const journalSchema = {
  tags: ['sandbox'],
  operationId: 'getSandboxJournal',
  summary: 'Show what the sandbox providers did for an order',
  description: 'Every call that reached them, in order, repeated ones included.',
  querystring: Type.Object({
    orderId: Type.String({ minLength: 1, maxLength: 64, description: 'the id of the order' }),
  }),
  response: { 200: answer(Journal, 'The calls'), ...problems('invalid_parameter') },
};

const providersSchema = {
  tags: ['sandbox'],
  operationId: 'listSandboxProviders',
  summary: 'Show how the sandbox providers are switched',
  description: 'Until somebody switches one, it is available.',
  response: { 200: answer(Providers, 'All of them'), ...problems() },
};

const switchSchema = {
  tags: ['sandbox'],
  operationId: 'switchSandboxProvider',
  summary: 'Take a sandbox provider down or up',
  description:
    'For every order at once, until it is switched again. With `refunds` accepted, payments with `pm_refund_refused` are ' +
    'given back.',
  params: Type.Object({ provider: Type.String({ description: DEPENDENCIES.join(', ') }) }),
  body: ProviderChange,
  response: {
    200: answer(Provider, 'How it is switched now'),
    ...problems('invalid_json', 'body_too_large', 'invalid_body', 'company_not_found', 'unsupported_media_type'),
  },
};

const settleSchema = {
  tags: ['sandbox'],
  operationId: 'settleSandboxPayment',
  summary: 'Settle a payment that the sandbox left open',
  description:
    'Then the sandbox payment company tells of it by an event on the bus, `Payment Completed` or `Payment Failed`. Sent ' +
    'again, it tells and answers as the first time. A charge that was voided can still succeed: money that arrives ' +
    'nevertheless.',
  body: SettlementRequest,
  response: {
    200: answer(Settlement, 'How it was settled'),
    ...problems(
      'invalid_json',
      'body_too_large',
      'invalid_body',
      'charge_not_found',
      'charge_not_pending',
      'unsupported_media_type',
    ),
  },
};

/** What the sandbox companies did, and are to do; with sandbox adapters only. */
export function sandboxRoutes(app: FastifyInstance, { sandbox }: GatewayDeps): void {
  if (!sandbox) return;
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/sandbox/journal', { schema: journalSchema }, async ({ query }) => ({
    entries: await sandbox.entries(query.orderId),
  }));

  routes.get('/sandbox/providers', { schema: providersSchema }, async () => {
    const switches = await sandbox.providers();
    return { providers: DEPENDENCIES.map((provider) => ({ provider, ...switches[provider] })) };
  });

  routes.post('/sandbox/providers/:provider', { schema: switchSchema }, async ({ params, body }) => {
    const provider = dependencyOf(params.provider);
    return { provider, ...(await sandbox.switchProvider(provider, body)) };
  });

  routes.post('/sandbox/payments/settle', { schema: settleSchema }, async ({ body }) => {
    const settled = await sandbox.settle(body);
    if (settled === 'unknown')
      throw new ProblemError('charge_not_found', { detail: `nothing was charged under ${body.chargeKey}` });
    if (settled === 'not-pending')
      throw new ProblemError('charge_not_pending', { detail: `${body.chargeKey} is settled or was never pending` });
    return settled;
  });
}
