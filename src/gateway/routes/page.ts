import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
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
  if (page !== undefined) void app.register(servePage, { page });
}

async function servePage(app: FastifyInstance, { page }: { page: string }): Promise<void> {
  // read once: the directory may be replaced while this process runs
  const index = await readIndex(page);
  const etag = `"${createHash('sha256').update(index).digest('base64url').slice(0, 22)}"`;
  const headers = {
    etag,
    'cache-control': 'no-cache',
    'content-security-policy': CSP,
    'referrer-policy': 'no-referrer',
  };

  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    reply.headers(headers);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(index);
  });

  await app.register(serveFiles, {
    root: join(page, 'assets'),
    prefix: '/page/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
  });
}

async function readIndex(page: string): Promise<Buffer> {
  return readFile(join(page, 'index.html')).catch((cause: unknown) => {
    throw new Error(`PAGE_DIR: expected the directory of a page that was built, got ${page}`, { cause });
  });
}
