import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { checked } from './replays';
import { ReplayCancellation, ReplaySandboxContent, ReplaySandboxPurge } from '../replay-schemas';
import { requireText } from '../../domain/validation';

const DEFAULT_LIMIT = 25;

const lookSchema = {
  tags: ['replays'],
  operationId: 'lookIntoReplaySandbox',
  summary: 'Show what replays put into the sandbox queue',
  description: 'Nothing is taken out. Two who look at the same time see different events. An event may name customers.',
  querystring: Type.Object({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT })),
  }),
  response: { 200: answer(ReplaySandboxContent, 'What is there'), ...problems('invalid_parameter') },
};

const purgeSchema = {
  tags: ['replays'],
  operationId: 'purgeReplaySandbox',
  summary: 'Empty the sandbox queue of replays',
  description:
    'They are copies: the archive keeps its events. May take a minute, and cannot be asked for again within one.',
  body: ReplayCancellation,
  response: {
    202: answer(ReplaySandboxPurge, 'It is being emptied'),
    ...problems('invalid_json', 'body_too_large', 'invalid_body', 'unsupported_media_type', 'replay_invalid'),
  },
};

/** `GET /replays/sandbox`, `POST /replays/sandbox/purge`: events of replays that were put aside. */
export function replaySandboxRoutes(app: FastifyInstance, { replaySandbox }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/replays/sandbox', { schema: lookSchema }, async ({ query: { limit = DEFAULT_LIMIT } }) =>
    replaySandbox.look(limit),
  );

  routes.post('/replays/sandbox/purge', { schema: purgeSchema }, async ({ body, log }, reply) => {
    const by = checked((fail) => requireText(body.by, '/by', fail));
    const count = await replaySandbox.purge();
    log.info({ by, count }, 'the sandbox queue of replays was emptied');
    return reply.code(202).send({ count });
  });
}
