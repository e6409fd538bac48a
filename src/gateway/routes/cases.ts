import type { FastifyInstance } from 'fastify';
import { type TUnsafe, Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { Case, CaseClosing, CasePage } from '../maintenance-schemas';
import { CASE_STATES, type CaseState } from '../../domain/cases';
import { InvalidCursorError } from '../ports';
import { isOrderId } from '../../domain/ids';
import { NEEDS_ATTENTION, presentAttention, presentCase } from '../present-case';
import { ProblemError } from '../problem';

const DEFAULT_LIMIT = 50;

const CaseParams = Type.Object({ caseId: Type.String({ description: 'the id of the case, percent-encoded' }) });

// the validator knows patterns, and whoever reads the document the words
const StateParam = Type.String({
  enum: [...CASE_STATES],
  pattern: `^(${CASE_STATES.join('|')})$`,
  default: 'OPEN',
}) as unknown as TUnsafe<CaseState>;

const listSchema = {
  tags: ['cases'],
  operationId: 'listCases',
  summary: 'List what somebody has to see to',
  description:
    'Orders that wait for a decision (`NEEDS_ATTENTION`), then what reconciliation found and could not mend, newest first; ' +
    'each with what can be done.',
  querystring: Type.Object({
    state: Type.Optional(StateParam),
    cursor: Type.Optional(Type.String({ minLength: 1, description: 'of the page before, with the same state' })),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'cases per page, at most' }),
    ),
  }),
  response: { 200: answer(CasePage, 'A page of cases'), ...problems('invalid_parameter', 'invalid_cursor') },
};

const caseSchema = {
  tags: ['cases'],
  operationId: 'getCase',
  summary: 'Show a case',
  description: 'What was found, since when, and what can be done.',
  params: CaseParams,
  response: { 200: answer(Case, 'The case'), ...problems('case_not_found') },
};

const closeSchema = {
  tags: ['cases'],
  operationId: 'closeCase',
  summary: 'Close a case',
  description:
    'Once: who closes it again hears how it was closed. It opens again when its facts change, or when it comes back after ' +
    'it had gone. An order that needs attention is resolved instead.',
  params: CaseParams,
  body: CaseClosing,
  response: {
    200: answer(Case, 'It is closed'),
    ...problems(
      'invalid_json',
      'body_too_large',
      'invalid_body',
      'case_not_found',
      'case_not_closable',
      'unsupported_media_type',
    ),
  },
};

/** where a page begins: among the orders that need attention, or among the cases after them */
const OF_ORDERS = 'o.';
const OF_CASES = 'c.';

/** `GET /cases`, `GET /cases/{caseId}`, `POST /cases/{caseId}/close`. */
export function caseRoutes(app: FastifyInstance, { cases, reader, newRequestId }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  async function attentionPage(p: { limit: number; cursor?: string }) {
    const { orders, cursor } = await reader.listOrders({ ...p, status: NEEDS_ATTENTION });
    const views = await Promise.all(orders.map(({ orderId }) => reader.readView(orderId)));
    const found = orders.map((order, n) => presentAttention(order, views[n]));
    return { cases: found, ...(cursor !== undefined && { cursor: `${OF_ORDERS}${cursor}` }) };
  }

  async function casePage(p: { state: CaseState; limit: number; cursor?: string }) {
    const page = await cases.list(p);
    return {
      cases: page.cases.map(presentCase),
      ...(page.cursor !== undefined && { cursor: `${OF_CASES}${page.cursor}` }),
    };
  }

  routes.get('/cases', { schema: listSchema }, async ({ query }) => {
    const { state = 'OPEN', limit = DEFAULT_LIMIT, cursor = state === 'OPEN' ? OF_ORDERS : OF_CASES } = query;
    try {
      if (cursor.startsWith(OF_CASES)) return await casePage({ state, limit, ...after(cursor) });
      if (!cursor.startsWith(OF_ORDERS) || state !== 'OPEN')
        throw new InvalidCursorError('expected the cursor of the page before, unchanged, with the same state');
      const orders = await attentionPage({ limit, ...after(cursor) });
      if ('cursor' in orders || orders.cases.length === limit) return { cursor: OF_CASES, ...orders };
      const rest = await casePage({ state, limit: limit - orders.cases.length });
      return { ...rest, cases: [...orders.cases, ...rest.cases] };
    } catch (error) {
      if (!(error instanceof InvalidCursorError)) throw error;
      throw new ProblemError('invalid_cursor', { detail: error.message });
    }
  });

  routes.get('/cases/:caseId', { schema: caseSchema }, async ({ params: { caseId } }) => {
    const attention = await attentionOf(caseId);
    if (attention) return attention;
    const found = await cases.read(caseId);
    if (!found) throw caseNotFound(caseId);
    return presentCase(found);
  });

  routes.post('/cases/:caseId/close', { schema: closeSchema }, async ({ params: { caseId }, body }) => {
    if (await attentionOf(caseId)) {
      const detail = 'expected a resolution of the order: POST /orders/{orderId}/resolution';
      throw new ProblemError('case_not_closable', { detail });
    }
    const closed = await cases.close({ caseId, ...body, at: new Date().toISOString(), requestId: newRequestId() });
    if (!closed) throw caseNotFound(caseId);
    return presentCase(closed);
  });

  async function attentionOf(caseId: string) {
    const orderId = caseId.slice(NEEDS_ATTENTION.length + 1);
    if (!caseId.startsWith(`${NEEDS_ATTENTION}#`) || !isOrderId(orderId)) return undefined;
    const view = await reader.readView(orderId);
    return view?.attention ? presentAttention(view, view) : undefined;
  }
}

const after = (cursor: string) => (cursor.length > 2 ? { cursor: cursor.slice(2) } : {});

const caseNotFound = (caseId: string) =>
  new ProblemError('case_not_found', { detail: `there is no case ${JSON.stringify(caseId)}` });
