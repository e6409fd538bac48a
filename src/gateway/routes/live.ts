import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { negotiate } from '@fastify/accept-negotiator';
import type { StreamingDeps } from '../ports';
import { createLiveOverview } from '../live-overview';
import { EVENT_STREAM, LAST_EVENT_ID, problems, streamAnswer } from '../contract';
import { ProblemError } from '../problem';

const schema = {
  tags: ['overview'],
  operationId: 'followOverview',
  summary: 'Follow how everything stands',
  description:
    'A stream of server-sent events: the overview, and again whenever it changes. A reader that comes back with ' +
    '`Last-Event-ID` is told nothing until something else is true.',
  headers: Type.Object({ 'last-event-id': LAST_EVENT_ID('the id of the last overview that the reader has') }),
  response: {
    200: streamAnswer(
      { description: 'The overview, live' },
      {
        description:
          'Events named `overview`; their `data` is the overview, their `id` stands for all of it but its time.',
        example: 'id: 0Qx3kq2zv1\nevent: overview\ndata: {"at":"2025-07-09T10:30:00.000Z",…}\n\n',
      },
    ),
    ...problems('invalid_parameter', 'not_acceptable', 'too_many_streams'),
  },
};

/** `GET /live`. */
export function liveRoute(app: FastifyInstance, { overview, streams }: StreamingDeps): void {
  const onError = (err: unknown) => app.log.warn({ err }, 'the overview could not be read');
  const live = createLiveOverview({ overview, onError });
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .get('/live', { schema, exposeHeadRoute: false }, async ({ headers }, reply) => {
      if (!acceptsStream(headers.accept))
        throw new ProblemError('not_acceptable', { detail: `expected ${EVENT_STREAM} to be acceptable` });
      const stream = streams.open(reply, { onReady: () => listening.resume(), onClose: () => listening.leave() });
      const listening = live.listen({ has: headers['last-event-id'], tell: (event) => stream.write(event) });
      return reply;
    });
}

const acceptsStream = (accept = '*/*'): boolean =>
  /(^|,)\s*(\*|text)\/\*\s*($|[,;])/.test(accept) || negotiate(accept, [EVENT_STREAM]) !== null;
