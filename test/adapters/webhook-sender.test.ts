import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { Resolve } from '../../src/adapters/webhooks/public-lookup';
import { createEndpointPlaces } from '../../src/adapters/webhooks/endpoint-places';
import { createWebhookSender } from '../../src/adapters/webhooks/sender';
import { freePort } from '../../scripts/lib/ports';
import { issue, makeAuthority } from '../support/certificates';
import { retryAfterSeconds } from '../../src/adapters/webhooks/retry-after';
import { signedHeaders, startReceiver, type WebhookReceiver } from '../support/webhook-receiver';

let shop: WebhookReceiver;
beforeEach(async () => void (shop = await startReceiver()));
afterEach(() => shop.close());

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OLD = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const BODY = JSON.stringify({ type: 'Order Created', timestamp: '2026-01-01T00:00:00.000Z', data: { name: 'Söhne' } });
const messageTo = (url: string, changes: { secrets?: string[]; at?: string } = {}) => ({
  url,
  secrets: [SECRET],
  id: 'msg_1',
  body: BODY,
  at: new Date().toISOString(),
  ...changes,
});
const sender = createWebhookSender({ allowPrivate: true, timeoutMs: 1000 });

/** What a shop's library says of a message. */
const verified = (n: number, secret = SECRET, change = (body: string) => body): unknown =>
  new Webhook(secret).verify(change(shop.received[n]!.body), signedHeaders(shop.received[n]!));

describe('a message', () => {
  test('is a POST of JSON that a shop can verify', async () => {
    expect(await sender.send(messageTo(`${shop.url}?shop=1`))).toEqual({ status: 204, body: '' });
    expect(shop.received).toHaveLength(1);
    expect(shop.received[0]).toMatchObject({
      path: '/hook?shop=1',
      body: BODY,
      headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1' },
    });
    expect(verified(0)).toEqual(JSON.parse(BODY));
  });

  test('with two secrets is verified by either of them, and by no other', async () => {
    await sender.send(messageTo(shop.url, { secrets: [SECRET, OLD] }));
    expect(String(shop.received[0]!.headers['webhook-signature']).split(' ')).toHaveLength(2);
    for (const secret of [SECRET, OLD]) expect(verified(0, secret)).toEqual(JSON.parse(BODY));
    expect(() => verified(0, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).toThrow(WebhookVerificationError);
  });

  test('that was changed on its way is refused, and so is one that was kept for long', async () => {
    await sender.send(messageTo(shop.url));
    expect(() => verified(0, SECRET, (body) => body.replace('Created', 'Closed'))).toThrow(WebhookVerificationError);
    await sender.send(messageTo(shop.url, { at: new Date(Date.now() - 6 * 60_000).toISOString() }));
    expect(() => verified(1)).toThrow(/too old/);
  });
});

describe('an answer', () => {
  test('that redirects is not followed', async () => {
    const elsewhere = await startReceiver();
    shop.answer((response) => void response.writeHead(307, { location: elsewhere.url }).end());
    expect(await sender.send(messageTo(shop.url))).toEqual({ status: 307, body: '' });
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  test('is read for 1 KB, however long it is', async () => {
    shop.answer((response) => {
      response.writeHead(500);
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    });
    expect(await sender.send(messageTo(shop.url))).toEqual({ status: 500, body: 'x'.repeat(1024) });
  });

  test('that begins and never ends counts by its status', async () => {
    shop.answer((response) => void response.writeHead(200).write('some'));
    expect(await sender.send(messageTo(shop.url))).toEqual({ status: 200, body: 'some' });
  });

  test('says when to come again', async () => {
    shop.answer((response) => void response.writeHead(503, { 'retry-after': '120' }).end('later'));
    expect(await sender.send(messageTo(shop.url))).toEqual({ status: 503, body: 'later', retryAfterS: 120 });
  });

  test.each([
    ['120', 120],
    ['Thu, 01 Jan 2026 00:02:00 GMT', 120],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    [undefined, undefined],
  ])('Retry-After: %s', (header, seconds) => {
    expect(retryAfterSeconds(header, Date.parse('2026-01-01T00:00:00Z'))).toBe(seconds);
  });
});

describe('no answer is told without an address', () => {
  test('nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    expect(await sender.send(messageTo(url))).toEqual({ error: 'the connection was refused' });
  });

  test('a name that there is not', async () => {
    const answer = await sender.send(messageTo('http://shop.invalid/'));
    expect(answer).toEqual({ error: expect.stringMatching(/^the name cannot be resolved/) as string });
  });

  test('a server that says nothing', async () => {
    shop.answer(() => undefined);
    expect(await sender.send(messageTo(shop.url))).toEqual({ error: 'no answer within 1 s' });
  });

  test.each([
    ['hangs up', '', 'the connection was closed without an answer'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.6\r\n', 'no answer (HPE_INVALID_CONSTANT)'],
    [
      'wants to speak something else',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      'no answer (not HTTP)',
    ],
  ])('a server that %s', async (_, words, error) => {
    const server = createServer((socket) => socket.once('data', () => socket.end(words))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await sender.send(messageTo(url))).toEqual({ error });
    server.close();
  });

  test('a certificate that nobody trusts', async () => {
    const { private: key, cert } = await issue(await makeAuthority(), 'localhost');
    const server = createTlsServer({ key, cert }, (_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    expect(await sender.send(messageTo(url))).toEqual({
      error: expect.stringMatching(/^no answer \(\w+\)$/) as string,
    });
    server.close();
  });
});

describe('without private addresses', () => {
  /** Connections that somebody made to this machine, where a name leads to it. */
  async function connectionsOf(url: (port: number) => string, resolve?: Resolve) {
    let connections = 0;
    const server = createServer((socket) => (connections++, socket.destroy())).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const careful = createWebhookSender({ allowPrivate: false, timeoutMs: 1000, ...(resolve && { resolve }) });
    const answer = await careful.send(messageTo(url((server.address() as AddressInfo).port)));
    server.close();
    return { answer, connections };
  }
  const leadsTo =
    (...addresses: string[]): Resolve =>
    (_, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback as IPv6', '::1'],
    ['loopback as IPv6 of IPv4', '::ffff:127.0.0.1'],
    ["a cloud's metadata", '169.254.169.254'],
    ['a private network', '10.1.2.3'],
  ])('a name that leads to %s is not connected to', async (_, address) => {
    const seen = await connectionsOf((port) => `https://shop.example.com:${port}/`, leadsTo(address));
    expect(seen).toEqual({ answer: { error: 'the name leads to a private network' }, connections: 0 });
  });

  test('a name that leads elsewhere the second time is judged by where it leads then', async () => {
    let looks = 0;
    const rebinding: Resolve = (name, done) => leadsTo(looks++ === 0 ? '192.0.2.1' : '127.0.0.1')(name, done);
    for (let n = 0; n < 2; n++)
      expect(await connectionsOf((port) => `https://shop.example.com:${port}/`, rebinding)).toEqual({
        answer: { error: 'the name leads to a private network' },
        connections: 0,
      });
    expect(looks).toBe(2);
  });

  test('of a name that leads to both, only the one of the internet is tried', async () => {
    const both = leadsTo('127.0.0.1', '203.0.114.1');
    const { answer, connections } = await connectionsOf((port) => `https://shop.example.com:${port}/`, both);
    expect(connections).toBe(0);
    expect(answer).not.toEqual({ error: 'the name leads to a private network' });
  });

  test.each([
    ['an address itself', (port: number) => `https://127.0.0.1:${port}/`],
    ['another way to write it', (port: number) => `https://2130706433:${port}/`],
    ['its name', (port: number) => `https://localhost:${port}/`],
  ])('%s is not connected to', async (_, url) => {
    const error = expect.stringMatching(/everybody can reach/) as string;
    expect(await connectionsOf(url)).toEqual({ answer: { error }, connections: 0 });
  });

  test('without TLS nothing is sent', async () => {
    const error = 'expected an https URL, got http:';
    const seen = await connectionsOf((port) => `http://shop.example.com:${port}/`, leadsTo('8.8.8.8'));
    expect(seen).toEqual({ answer: { error }, connections: 0 });
  });
});

test('so many places there are at a host, whatever its path, and each is free again however its post ended', async () => {
  const places = createEndpointPlaces({ perHost: 2 });
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const hanging = ['/a', '/b'].map((path) => places.during(`https://shop.example${path}`, () => answered));
  const busy = places.during('https://shop.example/c', async () => 'posted');
  await expect(busy).rejects.toMatchObject({ type: 'ENDPOINT_BUSY' });
  expect(await places.during('https://other.example/', async () => 'posted')).toBe('posted');
  answer();
  await Promise.all(hanging);
  const failing = () => Promise.reject(new Error('no'));
  for (let n = 0; n < 3; n++) await expect(places.during('https://shop.example/', failing)).rejects.toThrow('no');
  expect(await places.during('https://shop.example/', async () => 'posted')).toBe('posted');
});
