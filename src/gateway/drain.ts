import type { FastifyInstance } from 'fastify';
import type { EventStreams } from './event-streams';
import { ProblemError } from './problem';

/**
 * Lets the app drain: once it closes, what is under way is finished, streams are ended, what still arrives on open connections is refused
 * with a problem, and every connection is closed with its answer instead of being kept alive.
 */
export function drainOnClose(app: FastifyInstance, streams: Pick<EventStreams, 'endAll'>): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
    // their readers go on at another server
    await streams.endAll();
  });
  app.addHook('onRequest', async (request) => {
    if (closing && request.routeOptions.url !== '/livez')
      throw new ProblemError('shutting_down', { detail: 'send the request again, to another server' });
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}
