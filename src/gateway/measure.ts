import type { EventStreams } from './event-streams';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics';

/** What the gateway counts itself with. */
export type GatewayMetrics = Pick<Metrics, 'record' | 'text' | 'contentType'>;

/** What a method is counted as that HTTP does not know. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Counts and times every answer, by its route and never by what is asked for; `/metrics` tells what was counted. Streams
 * are left out: their time is that of whoever looks on.
 */
export function measureRequests(
  app: FastifyInstance,
  { metrics, streams }: { metrics: GatewayMetrics; streams: Pick<EventStreams, 'isStream'> },
): void {
  app.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    if (streams.isStream(reply)) return;
    const labels = {
      method: METHODS.has(method) ? method : 'other',
      route: routeOptions.url ?? 'unknown',
      status: `${reply.statusCode}`,
    };
    metrics.record('waybill_http_request_seconds', labels, reply.elapsedTime / 1000);
  });
  app.get('/metrics', { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) => {
    const text = await metrics.text();
    return reply.type(metrics.contentType).send(text);
  });
}
