import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problem';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Notes the methods of every documented path from here on; what it returns makes their other methods answer 405. */
export function trackMethods(app: FastifyInstance): () => void {
  const methodsByUrl = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method, schema }) => {
    if (!schema?.hide) methodsByUrl.set(url, [...(methodsByUrl.get(url) ?? []), ...[method].flat()]);
  });
  return () => {
    for (const [url, allowed] of new Map(methodsByUrl)) refuseOthers(app, url, allowed);
  };
}

function refuseOthers(app: FastifyInstance, url: string, allowed: string[]): void {
  const allow = METHODS.filter((method) => allowed.includes(method)).join(', ');
  const refuse = async ({ method }: { method: string }): Promise<never> => {
    throw new ProblemError('method_not_allowed', { detail: `expected ${allow}, got ${method}`, headers: { allow } });
  };
  const others = METHODS.filter((method) => !allowed.includes(method));
  // refused before a body is parsed
  app.route({ method: others, url, schema: { hide: true }, onRequest: refuse, handler: refuse });
}
