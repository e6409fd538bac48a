import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problem';

/** Refuses bodies in another charset than UTF-8, as which they would be read. */
export function expectUtf8(app: FastifyInstance): void {
  app.addHook('preParsing', async ({ headers }) => {
    const charset = charsetOf(headers['content-type']);
    if (charset === undefined || /^utf-?8$/i.test(charset)) return;
    const detail = `expected content-type application/json in UTF-8, got charset ${charset}`;
    throw new ProblemError('unsupported_media_type', { detail });
  });
}

function charsetOf(contentType = ''): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1];
}
