import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { AuditPage } from '../audit-schemas';
import { expectTime, invalidParameter } from '../parameters';
import { InvalidCursorError } from '../ports';
import { MAX_TEXT } from '../../domain/order';
import { ProblemError } from '../problem';

const DEFAULT_LIMIT = 50;
const DAY_MS = 86_400_000;
/** what is shown when nobody says from when, and the most that can be asked for */
const [USUAL_DAYS, MAX_DAYS] = [31, 366];

const auditSchema = {
  tags: ['audit'],
  operationId: 'listAudit',
  summary: 'List what operators did by hand, newest first',
  description:
    'Who did what to which order, dead letter, case or breaker, when and why; what was refused changed nothing, and is not ' +
    'listed. Of orders within seconds, of everything else at once. A page looks back some weeks at most: one that is ' +
    'short, or empty, and has a cursor is not the last.',
  querystring: Type.Object({
    from: Type.Optional(Type.String({ description: `a time, included; ${USUAL_DAYS} days up to \`to\`` })),
    to: Type.Optional(Type.String({ description: `a time, included; now. At most ${MAX_DAYS} days after \`from\`` })),
    by: Type.Optional(
      Type.String({ minLength: 1, maxLength: MAX_TEXT, description: 'only of this name, as it was given' }),
    ),
    cursor: Type.Optional(Type.String({ minLength: 1, description: 'of the page before, with the same `by`' })),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'entries per page, at most' }),
    ),
  }),
  response: { 200: answer(AuditPage, 'A page'), ...problems('invalid_parameter', 'invalid_cursor') },
};

/** `GET /audit`. */
export function auditRoutes(app: FastifyInstance, { audit }: GatewayDeps): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get('/audit', { schema: auditSchema }, async ({ query }) => {
    const { by, cursor, limit = DEFAULT_LIMIT } = query;
    const range = rangeOf(query);
    const filter = { ...(by !== undefined && { by }), ...(cursor !== undefined && { cursor }) };
    return audit.list({ ...range, ...filter, limit }).catch(refuseCursor);
  });
}

/** @throws ProblemError for a range that is none, or too long */
function rangeOf(query: { from?: string; to?: string }): { from: string; to: string } {
  // nothing was done later, give or take a clock that is ahead
  const latest = Date.now() + DAY_MS;
  const to = query.to === undefined ? Date.now() : Math.min(expectTime(query.to, '/to'), latest);
  const from = query.from === undefined ? to - USUAL_DAYS * DAY_MS : expectTime(query.from, '/from');
  if (from > to) throw invalidParameter('/from', 'expected a time that is not after `to`, nor after tomorrow');
  if (to - from > MAX_DAYS * DAY_MS)
    throw invalidParameter('/from', `expected a time at most ${MAX_DAYS} days before \`to\``);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

function refuseCursor(error: unknown): never {
  if (error instanceof InvalidCursorError) throw new ProblemError('invalid_cursor', { detail: error.message });
  throw error;
}
