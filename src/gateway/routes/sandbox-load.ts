import { AsyncResource } from 'node:async_hooks';
import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { OrderStatus } from '../../domain/states';
import type { SandboxOrder } from '../sandbox/orders';
import { answer, problems } from '../contract';
import { fieldsOfOrder, inLogFields } from '../../log-context';
import { inSpan, SpanKind } from '../../tracing';
import { createLoad } from '../sandbox/load';
import { Load, LoadRequest, SandboxScenarios } from '../sandbox-schemas';
import { placeOrder } from '../place';
import { ProblemError } from '../problem';
import { SANDBOX_SCENARIOS } from '../sandbox/scenarios';

const scenariosSchema = {
  tags: ['sandbox'],
  operationId: 'listSandboxScenarios',
  summary: 'Show orders that are worth trying',
  description: 'Each goes its own way: what fails in it, fails on purpose. Each time one is placed it is a new order.',
  response: { 200: answer(SandboxScenarios, 'The scenarios'), ...problems() },
};

const reportSchema = {
  tags: ['sandbox'],
  operationId: 'getSandboxLoad',
  summary: 'Show how the load stands',
  description: 'Of the load that this gateway makes, or made last; it is forgotten when the gateway ends.',
  response: { 200: answer(Load, 'How it stands'), ...problems() },
};

const startSchema = {
  tags: ['sandbox'],
  operationId: 'startSandboxLoad',
  summary: 'Make load',
  description:
    'Places orders of the scenarios at a rate, for a time, as `POST /orders` does; one load at a time, of 50 customers. Only ' +
    'where the gateway listens on loopback. The stock of the sandbox may run out: `outcomes` shows it.',
  body: LoadRequest,
  response: {
    202: answer(Load, 'It is being made'),
    ...problems(
      'invalid_json',
      'body_too_large',
      'invalid_body',
      'load_refused',
      'load_running',
      'unsupported_media_type',
      'load_invalid',
    ),
  },
};

const stopSchema = {
  tags: ['sandbox'],
  operationId: 'stopSandboxLoad',
  summary: 'Stop the load',
  description: 'No more orders are placed; those that are under way go on. Without any load nothing happens.',
  response: { 200: answer(Load, 'How it stands then'), ...problems() },
};

/** Orders to try, and many of them; with sandbox adapters only. */
export function sandboxLoadRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  if (!deps.sandbox) return;
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();
  // not in the trace of the request that starts the load: each order is one of its own
  const place = AsyncResource.bind((order: SandboxOrder) => placeNew(deps, order));
  const load = createLoad({ scenarios: SANDBOX_SCENARIOS, place });
  // the orders under way need the engine, which is left after the app
  app.addHook('preClose', () => load.close());

  routes.get('/sandbox/scenarios', { schema: scenariosSchema }, async () => ({ scenarios: [...SANDBOX_SCENARIOS] }));

  routes.get('/sandbox/load', { schema: reportSchema }, async () => load.report());

  routes.post('/sandbox/load', { schema: startSchema }, async ({ body }, reply) => {
    if (!deps.isOnLoopback)
      throw new ProblemError('load_refused', { detail: 'expected HOST to be a loopback address, such as 127.0.0.1' });
    const errors = load.unknownIn(body.mix).map((id) => ({
      pointer: `/mix/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      code: 'unknown',
      detail: `expected the id of a scenario of GET /sandbox/scenarios, got ${JSON.stringify(id)}`,
    }));
    if (errors.length > 0)
      throw new ProblemError('load_invalid', { detail: `${errors.length} of the mix are no scenarios`, errors });
    if (!load.start(body))
      throw new ProblemError('load_running', { detail: 'wait for its end, or stop it with DELETE /sandbox/load' });
    return reply.code(202).send(load.report());
  });

  routes.delete('/sandbox/load', { schema: stopSchema }, async () => {
    load.stop();
    return load.report();
  });
}

async function placeNew(deps: GatewayDeps, body: SandboxOrder): Promise<OrderStatus> {
  const orderId = deps.newOrderId();
  const span = { name: 'place an order of the load', kind: SpanKind.INTERNAL };
  const place = () => inSpan(span, () => placeOrder(deps, { orderId, body }));
  const outcome = await inLogFields(fieldsOfOrder(orderId), place);
  if (outcome.kind === 'pending') return 'RECEIVED';
  if (outcome.kind === 'conflict') throw new Error(`the new id ${orderId} belongs to another order`);
  return outcome.answer.status;
}
