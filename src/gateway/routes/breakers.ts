import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { BreakerRow, GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { BREAKER_STATES, DEPENDENCIES, type Dependency, isDependency } from '../../domain/breaker';
import { BreakerReset, Breakers } from '../schemas';
import { ProblemError } from '../problem';

const listSchema = {
  tags: ['breakers'],
  operationId: 'listBreakers',
  summary: 'Show which outside companies are left alone',
  description:
    'Each process has a breaker of its own for each company. A company is shown as the worst of its processes sees it.',
  response: { 200: answer(Breakers, 'All companies'), ...problems() },
};

const resetSchema = {
  tags: ['breakers'],
  operationId: 'resetBreaker',
  summary: 'Have a company asked again',
  description:
    'Every process obeys within 5 s. Orders that wait for the company go on when their wait is over, not at once.',
  params: Type.Object({ dependency: Type.String({ description: DEPENDENCIES.join(', ') }) }),
  response: { 202: answer(BreakerReset, 'It will be'), ...problems('company_not_found') },
};

/** `GET /breakers`, `POST /breakers/{dependency}/reset`. */
export function breakerRoutes(app: FastifyInstance, { breakers }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/breakers', { schema: listSchema }, async () => {
    const rows = await breakers.list();
    return { breakers: DEPENDENCIES.map((dependency) => presentBreaker(dependency, rows)) };
  });

  routes.post('/breakers/:dependency/reset', { schema: resetSchema }, async ({ params }, reply) => {
    const dependency = dependencyOf(params.dependency);
    const resetAt = await breakers.reset(dependency);
    return reply.code(202).send({ dependency, resetAt });
  });
}

/** @throws ProblemError company_not_found */
export function dependencyOf(name: string): Dependency {
  if (isDependency(name)) return name;
  const detail = `expected one of ${DEPENDENCIES.join(', ')}, got ${JSON.stringify(name)}`;
  throw new ProblemError('company_not_found', { detail });
}

function presentBreaker(dependency: Dependency, rows: readonly BreakerRow[]) {
  const own = rows.filter((row) => row.dependency === dependency);
  const worst = Math.max(0, ...own.map(({ state }) => BREAKER_STATES.indexOf(state)));
  return { dependency, state: BREAKER_STATES[worst]!, workers: own.map(presentWorker) };
}

function presentWorker({ worker, state, failures, openUntil, updatedAt }: BreakerRow) {
  const row = { worker, state, failures, updatedAt };
  return openUntil === undefined ? row : { ...row, openUntil };
}
