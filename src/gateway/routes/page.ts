import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import serveFiles from '@fastify/static';
import type { GatewayDeps } from '../ports';

// nothing from elsewhere, and no script or style in the HTML
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /`: the page for operations, where it was built; what it loads is under `/page`, named by its content. */
export function pageRoutes(app: FastifyInstance, { page }: GatewayDeps): void {
  if (page === undefined) return;
  // read once: the directory may be replaced while this process runs
  const index = readIndex(page);
  const etag = `"${createHash('sha256').update(index).digest('base64url').slice(0, 22)}"`;

  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    reply.headers({
      etag,
      'cache-control': 'no-cache',
      'content-security-policy': CSP,
      'referrer-policy': 'no-referrer',
    });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(index);
  });

  void app.register(serveFiles, {
    root: join(page, 'assets'),
    prefix: '/page/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
  });
}

function readIndex(page: string): Buffer {
  try {
    return readFileSync(join(page, 'index.html'));
  } catch (error) {
    throw new Error(`PAGE_DIR: expected the directory of a page that was built, got ${page}`, { cause: error });
  }
}
