import { connect } from 'node:net';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/gateway/app';
import { createDeps, type Doubles } from './support';
import { PROBLEMS } from '../../src/gateway/problem';

let app: FastifyInstance | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Asks a listening gateway under a name, as a browser does that was told that the name is this machine. */
async function ask(host: string | undefined, doubles: Partial<Doubles> = {}, path = '/breakers', method = 'GET') {
  app ??= await listening(doubles);
  const { port } = app.server.address() as AddressInfo;
  const headers = host === undefined ? {} : { host: host.replace('PORT', `${port}`) };
  const asked = request({ host: '127.0.0.1', port, path, method, headers, setHost: false }).end();
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  const chunks = await answer.toArray();
  return { status: answer.statusCode, body: chunks.join('') };
}

async function listening(doubles: Partial<Doubles>): Promise<FastifyInstance> {
  const built = buildApp(createDeps({ breakers: { list: async () => [], reset: async () => 'now' }, ...doubles }));
  await built.listen({ host: '127.0.0.1', port: 0 });
  return built;
}

test.each(['localhost:PORT', 'localhost', 'LocalHost.', '127.0.0.1:PORT', '127.0.0.1', '[::1]:PORT', '127.8.8.8:80'])(
  'on loopback it is known as %s',
  async (host) => expect((await ask(host)).status).toBe(200),
);

test.each([
  'attacker.example:PORT',
  'attacker.example',
  'localhost.attacker.example',
  '127.0.0.1.attacker.example:PORT',
  'attacker.example@localhost',
  'localhost:PORT:80',
  '10.0.0.7:PORT',
  '[2001:db8::1]:PORT',
  '[localhost]',
  '',
])('on loopback %j is refused: reading, changing, the page, and what there is not', async (host) => {
  const tried = [['/breakers'], ['/'], ['/openapi.json'], ['/docs/'], ['/livez'], ['/nowhere'], ['/live']] as const;
  for (const [path] of tried) expect([path, (await ask(host, {}, path)).status]).toEqual([path, 421]);
  const { status, body } = await ask(host, {}, '/breakers/payment/reset', 'POST');
  expect(status).toBe(421);
  expect(JSON.parse(body)).toMatchObject({
    type: 'urn:waybill:problem:unknown_host',
    title: PROBLEMS.unknown_host.title,
    detail: expect.stringMatching(
      /^expected Host to be one of localhost, 127\.0\.0\.1, \[::1\], got ".*"; ALLOWED_HOSTS /,
    ),
  });
});

test('a name that was said is one of its own, at any port', async () => {
  const allowedHosts = ['Shop.example.com'];
  expect((await ask('shop.example.com:8443', { allowedHosts })).status).toBe(200);
  expect((await ask('SHOP.example.com', { allowedHosts })).status).toBe(200);
  expect((await ask('shop.example.com.attacker.example', { allowedHosts })).status).toBe(421);
  expect((await ask('localhost', { allowedHosts })).status).toBe(200);
});

test('elsewhere than on loopback every name will do, until its own are said: then addresses too, which probes use', async () => {
  expect((await ask('anything.example', { isOnLoopback: false })).status).toBe(200);
  await app!.close();
  app = undefined;
  const said = { isOnLoopback: false, allowedHosts: ['gateway'] };
  for (const host of ['gateway:3000', '10.0.0.7:3000', '[2001:db8::1]', '127.0.0.1:3000'])
    expect([host, (await ask(host, said)).status]).toEqual([host, 200]);
  expect((await ask('anything.example', said)).status).toBe(421);
});

test('who says no name, as browsers always do, is a program', async () => {
  app = await listening({});
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.end('GET /breakers HTTP/1.0\r\n\r\n');
  const answer = (await socket.toArray()).join('');
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});
