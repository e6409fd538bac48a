import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { buildPage } from '../../scripts/lib/page';
import { buildApp } from '../../src/gateway/app';
import { createDeps } from './support';

/** Bytes of the whole page, compressed. */
const BUDGET = 150_000;

let page: string;
let app: FastifyInstance;

beforeAll(async () => {
  page = await mkdtemp(join(tmpdir(), 'waybill-page-'));
  await buildPage(page);
  app = buildApp(createDeps({ page }));
}, 60_000);
afterAll(async () => {
  await app?.close();
  await rm(page, { recursive: true, force: true });
});

const assets = () => readdir(join(page, 'assets'));
const plain = async () => (await assets()).filter((name) => !/\.(br|gz)$/.test(name));
const index = async () => (await app.inject('/')).body;

test('all that the page loads, compressed, is less than 150 KB', async () => {
  const compressed = (await assets()).filter((name) => name.endsWith('.gz'));
  expect(compressed.length).toBe((await plain()).length);
  const sizes = await Promise.all(compressed.map(async (name) => (await stat(join(page, 'assets', name))).size));
  const all = sizes.reduce((sum, size) => sum + size, (await readFile(join(page, 'index.html'))).length);
  expect(all).toBeLessThan(BUDGET);
  // it is all there
  expect(all).toBeGreaterThan(20_000);
});

test('the page names what it loads by its content, all of it its own', async () => {
  const named = [...(await index()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  const loaded = named.filter((path) => path !== '/docs');
  expect(loaded.length).toBe(3);
  for (const path of loaded) {
    expect(path).toMatch(/^\/page\/\w+-[A-Z0-9]{8}\.(js|css|svg)$/);
    expect((await app.inject(path)).statusCode).toBe(200);
  }
});

test('it is asked for again each time, and sent again only when it changed', async () => {
  const first = await app.inject('/');
  expect(first.statusCode).toBe(200);
  expect(first.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(first.headers['cache-control']).toBe('no-cache');
  const again = await app.inject({ url: '/', headers: { 'if-none-match': String(first.headers['etag']) } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('it may run nothing but its own files', async () => {
  const { headers, body } = await app.inject('/');
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])('what it loads is sent as %s, and kept for good', async (encoding, decompress) => {
  const name = (await plain()).find((one) => one.endsWith('.js'))!;
  const response = await app.inject({ url: `/page/${name}`, headers: { 'accept-encoding': encoding } });
  expect(response.headers['content-encoding']).toBe(encoding);
  expect(response.headers['content-type']).toMatch(/^(text|application)\/javascript/);
  expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(decompress(response.rawPayload)).toEqual(await readFile(join(page, 'assets', name)));
});

test('no file of another place is served', async () => {
  for (const path of ['/page/../index.html', '/page/%2e%2e/index.html', '/page/nothing.js']) {
    const response = await app.inject(path);
    expect([path, response.statusCode]).toEqual([path, 404]);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  }
});

test('without a page there is none, and the API is as it was', async () => {
  const bare = buildApp(createDeps());
  expect((await bare.inject('/')).statusCode).toBe(404);
  expect((await bare.inject('/livez')).statusCode).toBe(200);
  await bare.close();
});

test('a directory that holds no page stops the start, and says what was expected', async () => {
  const broken = buildApp(createDeps({ page: '/nowhere/page' }));
  await expect(broken.ready()).rejects.toThrow(
    'PAGE_DIR: expected the directory of a page that was built, got /nowhere/page',
  );
});

test('the page is no part of the API that is described', async () => {
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: object }>();
  expect(Object.keys(paths).filter((path) => path === '/' || path.startsWith('/page'))).toEqual([]);
});
