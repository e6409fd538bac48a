import * as ipaddr from 'ipaddr.js';
import type { FastifyInstance } from 'fastify';
import { isLoopback } from './sandbox/loopback';
import { ProblemError } from './problem';

/** a name or an address, with or without a port: as `Host` has it, and nothing else */
const HOST = /^(?:\[([\d.:a-f]+)\]|([^\s:/?#@\\[\]]+?))\.?(?::\d{1,5})?$/i;

export interface KnownHosts {
  /** nobody but this machine reaches the gateway */
  isOnLoopback: boolean;
  /** names that it is known by, beside those of loopback; none: elsewhere than on loopback it is known by every name */
  allowedHosts: readonly string[];
}

/**
 * Refuses requests for a name that is not the gateway's. A page of another site may point a name of its own at this
 * machine: to the browser the gateway is then the site that the page came from, and only `Host` tells.
 */
export function refuseUnknownHosts(app: FastifyInstance, { isOnLoopback, allowedHosts }: KnownHosts): void {
  if (!isOnLoopback && allowedHosts.length === 0) return;
  const names = new Set(allowedHosts.map((name) => name.toLowerCase()));

  const isKnown = (host: string): boolean => {
    const [, address, name = ''] = HOST.exec(host) ?? [];
    const called = (address ?? name).toLowerCase();
    // an address cannot be pointed elsewhere: elsewhere than on loopback it is a probe's, or a scraper's
    return names.has(called) || isLoopback(called) || (!isOnLoopback && ipaddr.isValid(called));
  };

  app.addHook('onRequest', async ({ headers: { host } }) => {
    // every browser says it
    if (host === undefined || isKnown(host)) return;
    const known = ['localhost', '127.0.0.1', '[::1]', ...names].join(', ');
    const detail = `expected Host to be one of ${known}, got ${JSON.stringify(host)}; ALLOWED_HOSTS takes more names`;
    throw new ProblemError('unknown_host', { detail });
  });
}
