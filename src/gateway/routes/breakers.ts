import type { Operator } from '../../domain/operator';
import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { BreakerRow, GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { DEPENDENCIES, type Dependency, isDependency } from '../../domain/breaker';
import { BreakerReset, Breakers } from '../schemas';
import { parseBreakerReset } from '../change-bodies';
import { ProblemError } from '../problem';
import { withBody } from '../body';
import { worstBreaker } from '../worst-breaker';

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
    'Every process obeys within 5 s. Orders that wait for the company go on when their wait is over, not at once. ' +
    'With `by` and `reason` it is in the audit trail. No body is needed.',
  body: Type.Unsafe<{ operator?: Operator }>({ $ref: 'BreakerResetRequest#' }),
  params: Type.Object({ dependency: Type.String({ description: DEPENDENCIES.join(', ') }) }),
  response: {
    202: answer(BreakerReset, 'It will be'),
    ...problems(
      'invalid_json',
      'body_too_large',
      'invalid_body',
      'company_not_found',
      'unsupported_media_type',
      'change_invalid',
    ),
  },
};

/** `GET /breakers`, `POST /breakers/{dependency}/reset`. */
export function breakerRoutes(app: FastifyInstance, { breakers, newRequestId }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/breakers', { schema: listSchema }, async () => {
    const rows = await breakers.list();
    return { breakers: DEPENDENCIES.map((dependency) => presentBreaker(dependency, rows)) };
  });

  const reset = { schema: resetSchema, validatorCompiler: withBody(parseBreakerReset) };
  routes.post('/breakers/:dependency/reset', reset, async ({ params, body: { operator } }, reply) => {
    const dependency = dependencyOf(params.dependency);
    const asked = operator && { ...operator, requestId: newRequestId() };
    const resetAt = await breakers.reset({ dependency, ...(asked && { asked }) });
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
  const { state } = worstBreaker(dependency, own);
  return { dependency, state, workers: own.map(presentWorker) };
}

function presentWorker({ worker, state, failures, openUntil, updatedAt }: BreakerRow) {
  const row = { worker, state, failures, updatedAt };
  return openUntil === undefined ? row : { ...row, openUntil };
}
