import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { BulkRedrive } from '../../dead-letter-client';
import type { DeadLetter as Letter, DeadLetterClass, DeadLetterState } from '../../domain/dead-letters';
import type { DeskAnswer, DeskRequest } from '../../domain/dead-letter-desk';
import type { GatewayDeps } from '../ports';
import { answer, idempotencyKey, problems } from '../contract';
import { DEAD_LETTER_CLASSES, DEAD_LETTER_STATES } from '../../domain/dead-letters';
import { DeadLetter, DeadLetterAnswer, DeadLetterPage, RedriveBatch, RedriveProgress } from '../dead-letter-schemas';
import { InvalidCursorError } from '../ports';
import { parseBulkDiscard, parseBulkRedrive, parseDiscard, parseRedrive } from '../dead-letter-bodies';
import { ProblemError } from '../problem';
import { withBody } from '../body';

const DEFAULT_LIMIT = 25;

const tags = ['dead letters'];
const params = Type.Object({ id: Type.String({ description: 'of the dead letter' }) });
const headers = Type.Object({
  'idempotency-key': idempotencyKey(
    'The same sent again with the same key is done once, and answered as the first time.',
  ),
});

const listSchema = {
  tags,
  operationId: 'listDeadLetters',
  summary: 'List dead letters, newest first',
  description: 'By their first death; what is RESOLVED or DISCARDED too, unless a state is asked for.',
  querystring: Type.Object({
    class: Type.Optional(Type.String({ pattern: `^(${DEAD_LETTER_CLASSES.join('|')})$` })),
    state: Type.Optional(Type.String({ pattern: `^(${DEAD_LETTER_STATES.join('|')})$` })),
    queue: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'like `order-intake-queue`' })),
    cursor: Type.Optional(Type.String({ minLength: 1, description: 'of the page before, with the same filters' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT })),
  }),
  response: { 200: answer(DeadLetterPage, 'A page'), ...problems('invalid_parameter', 'invalid_cursor') },
};

const showSchema = {
  tags,
  operationId: 'getDeadLetter',
  summary: 'Show a dead letter',
  description: 'With its body as it came, which may name customers, and its story.',
  params,
  response: { 200: answer(DeadLetter, 'The dead letter'), ...problems('dead_letter_not_found') },
};

const refusals = problems(
  'invalid_json',
  'body_too_large',
  'invalid_body',
  'invalid_parameter',
  'dead_letter_not_found',
  'dead_letter_refused',
  'unsupported_media_type',
  'change_invalid',
);

const redriveSchema = {
  tags,
  operationId: 'redriveDeadLetter',
  summary: 'Send a dead letter back to where it was for',
  description: 'Twice at once it goes once. What becomes of it is in its story.',
  params,
  headers,
  body: Type.Unsafe<Asked>({ $ref: 'RedriveRequest#' }),
  response: { 202: answer(DeadLetterAnswer, 'It is recorded, and goes back'), ...refusals },
};

const discardSchema = {
  tags,
  operationId: 'discardDeadLetter',
  summary: 'Give a dead letter up',
  description: 'Its record stays, with who did it and why.',
  params,
  headers,
  body: Type.Unsafe<Asked>({ $ref: 'DiscardRequest#' }),
  response: { 200: answer(DeadLetterAnswer, 'It is given up'), ...refusals },
};

const bulkSchema = {
  tags,
  operationId: 'redriveDeadLetters',
  summary: 'Send all dead letters of a class, since a time, or of a queue back',
  description:
    'Those that wait or are parked, and died before it began. It goes on by itself, whatever fails. ' +
    'Workflows that somebody terminated are left out, and counted, unless a class is asked for, or `terminated`.',
  headers,
  body: Type.Unsafe<Asked & Pick<BulkRedrive, 'filter'>>({ $ref: 'BulkRedriveRequest#' }),
  response: {
    202: answer(RedriveBatch, 'It goes on by itself'),
    ...problems(
      'invalid_json',
      'body_too_large',
      'invalid_body',
      'invalid_parameter',
      'unsupported_media_type',
      'change_invalid',
    ),
  },
};

const bulkDiscardSchema = {
  ...bulkSchema,
  description: 'Those that wait or are parked, and died before it began. It goes on by itself, whatever fails.',
  operationId: 'discardDeadLetters',
  summary: 'Discard all dead letters of a class, since a time, or of a queue',
  body: Type.Unsafe<Asked & Pick<BulkRedrive, 'filter'>>({ $ref: 'BulkDiscardRequest#' }),
};

const batchSchema = {
  tags,
  operationId: 'getRedriveBatch',
  summary: 'Show how far a bulk redrive, or a bulk discard, is',
  description: 'It goes on whether or not anybody looks.',
  params: Type.Object({ batchId: Type.String() }),
  response: { 200: answer(RedriveProgress, 'How far it is'), ...problems('batch_not_found') },
};

type Asked = Omit<DeskRequest, 'requestId'>;

/** `/dead-letters`: what failed, and what is to be done about it. */
export function deadLetterRoutes(app: FastifyInstance, { deadLetters, newRequestId }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  /** Only of what has a record: a request of any other would start a workflow of nothing. */
  async function find(id: string): Promise<Letter> {
    const letter = await deadLetters.read(id);
    if (letter) return letter;
    throw new ProblemError('dead_letter_not_found', { detail: `there is no dead letter ${id.slice(0, 64)}` });
  }

  async function ask(id: string, made: Promise<DeskAnswer>) {
    const given = await made;
    if (given.kind === 'refused')
      throw new ProblemError('dead_letter_refused', { detail: given.reason, instance: `/dead-letters/${id}` });
    const { state, redrives, isNew } = given;
    return { id, state, redrives, isNew };
  }

  routes.get('/dead-letters', { schema: listSchema }, async ({ query }) => {
    const { class: kind, state, queue, cursor, limit = DEFAULT_LIMIT } = query;
    const filter = {
      ...(kind !== undefined && { class: kind as DeadLetterClass }),
      ...(state !== undefined && { state: state as DeadLetterState }),
      ...(queue !== undefined && { queue }),
    };
    return deadLetters.list({ ...filter, limit, ...(cursor !== undefined && { cursor }) }).catch(refuseCursor);
  });

  routes.get('/dead-letters/:id', { schema: showSchema }, async ({ params: { id } }) => present(await find(id)));

  const redrive = { schema: redriveSchema, validatorCompiler: withBody(parseRedrive) };
  routes.post('/dead-letters/:id/redrive', redrive, async (request, reply) => {
    const { id } = await find(request.params.id);
    const requestId = request.headers['idempotency-key'] ?? newRequestId();
    return reply.code(202).send(await ask(id, deadLetters.redrive(id, { ...request.body, requestId })));
  });

  const discard = { schema: discardSchema, validatorCompiler: withBody(parseDiscard) };
  routes.post('/dead-letters/:id/discard', discard, async (request) => {
    const { id } = await find(request.params.id);
    const requestId = request.headers['idempotency-key'] ?? newRequestId();
    return ask(id, deadLetters.discard(id, { ...request.body, requestId }));
  });

  const begun = ({ batchId }: { batchId: string }) => ({
    batchId,
    links: { self: `/dead-letters/batches/${batchId}` },
  });

  const bulk = { schema: bulkSchema, validatorCompiler: withBody(parseBulkRedrive) };
  routes.post('/dead-letters/redrive', bulk, async ({ body, headers: given }, reply) => {
    const requestId = given['idempotency-key'] ?? newRequestId();
    return reply.code(202).send(begun(await deadLetters.redriveAll({ ...body, requestId })));
  });

  const bulkDiscard = { schema: bulkDiscardSchema, validatorCompiler: withBody(parseBulkDiscard) };
  routes.post('/dead-letters/discard', bulkDiscard, async ({ body, headers: given }, reply) => {
    const requestId = given['idempotency-key'] ?? newRequestId();
    return reply.code(202).send(begun(await deadLetters.discardAll({ ...body, requestId })));
  });

  routes.get('/dead-letters/batches/:batchId', { schema: batchSchema }, async ({ params: { batchId } }) => {
    const progress = await deadLetters.progressOf(batchId);
    if (!progress) throw new ProblemError('batch_not_found', { detail: `there is no batch ${batchId.slice(0, 64)}` });
    const { state, redriven, discarded, underWay, refused, startedAt } = progress;
    const { leftOut = 0, unanswered = 0, unansweredIds = [] } = progress;
    const done = { redriven, ...(discarded !== undefined && { discarded }), underWay, refused };
    const counts = { ...done, leftOut, unanswered, unansweredIds };
    return { batchId, state, ...counts, startedAt };
  });
}

/** What people see: not what its workflow counts by. */
function present({ version: _version, origin: _origin, arrivals: _arrivals, times: _times, run, ...letter }: Letter) {
  const story = letter.story.map(({ requestId: _requestId, ...entry }) => entry);
  return { ...letter, story, ...(run && { workflow: run }) };
}

function refuseCursor(error: unknown): never {
  if (error instanceof InvalidCursorError) throw new ProblemError('invalid_cursor', { detail: error.message });
  throw error;
}
