import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problem';

/** What changes nothing. */
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses changes that a browser sends for a page of another site: whoever looks at that page would make them unknowingly,
 * since some changes need no body. Programs say neither where they come from nor of which site they are, and are let in.
 */
export function refuseOtherSites(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ method, headers }) => {
    if (READING.has(method) || !isOfAnotherSite(headers)) return;
    throw new ProblemError('other_site', { detail: `expected ${method} of a page of this gateway, or of a program` });
  });
}

/** By the older header where a browser leaves out the newer one: it does on plain HTTP, but for loopback. */
function isOfAnotherSite({ 'sec-fetch-site': site, origin, host }: FastifyRequest['headers']): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host);
}
