import type { FastifyInstance } from 'fastify';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { accepted, closeGateways, createGateway, expectProblem, ORDER_ID, post, SAMPLE } from './support';

afterEach(closeGateways);

describe('every request', () => {
  test.each([
    ['trace-1', 'trace-1'],
    ['has spaces', 'req-1'],
    ['x'.repeat(129), 'req-1'],
  ])('has an id: sent %j, answered %j', async (sent, answered) => {
    const answer = await createGateway().inject({ url: '/livez', headers: { 'x-request-id': sent } });
    expect(answer.headers).toMatchObject({ 'x-request-id': answered, 'x-content-type-options': 'nosniff' });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
  });

  test('for an order has another id inside: a client may repeat its own', async () => {
    const { inject, placements } = createGateway();
    await inject(post(SAMPLE, { 'x-request-id': 'trace-1' }));
    expect(placements[0]?.requestId).toBe('req-1');
  });
});

describe('a path or method that is not there', () => {
  test.each([
    ['GET', '/', 'route_not_found'],
    ['GET', '/nothing?customerId=CUST-1', 'route_not_found'],
    ['POST', '/nothing', 'route_not_found'],
    ['GET', '/docs/static/nothing', 'route_not_found'],
    ['GET', '/orders/%ff', 'bad_request'],
    ['GET', `/orders/${'x'.repeat(1025)}`, 'route_not_found'],
  ] as const)('%s %s', async (method, url, code) => {
    const problem = expectProblem(await createGateway().inject({ method, url }), code);
    expect(problem.instance).toBe(url.split('?', 1)[0]);
  });

  test.each([
    ['DELETE', '/orders', 'GET, HEAD, POST'],
    ['POST', `/orders/${ORDER_ID}`, 'GET, HEAD'],
    ['PUT', '/inventory/PROD-12345', 'GET, HEAD'],
    ['OPTIONS', '/livez', 'GET, HEAD'],
  ] as const)('%s %s: 405, whatever the body', async (method, url, allow) => {
    const headers = { 'content-type': 'application/xml' };
    const answer = await createGateway().inject({ method, url, headers, payload: '<x/>' });
    expectProblem(answer, 'method_not_allowed');
    expect(answer.headers['allow']).toBe(allow);
  });
});

describe('on a real port', () => {
  test('an order is placed', async () => {
    const url = await listen(createGateway().app);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/orders`, { method: 'POST', headers, body: JSON.stringify(SAMPLE) });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/orders/${ORDER_ID}`);
    expect(await answer.json()).toMatchObject({ orderId: ORDER_ID, status: 'RESERVED' });
  });

  test('a body without end is refused at its limit', async () => {
    const socket = connect(Number(new URL(await listen(createGateway().app)).port), '127.0.0.1');
    socket.on('error', () => {});
    const answer = text(socket);
    const head = [
      'POST /orders HTTP/1.1',
      'host: localhost',
      'content-type: application/json',
      'transfer-encoding: chunked',
    ];
    socket.write([...head, '', '50000', '"'.padEnd(0x50000, 'x')].join('\r\n'));
    expectProblem(parseAnswer(await answer), 'body_too_large');
  });

  test.each([
    ['is not HTTP', 'hello\r\n\r\n', 400, 'bad_request'],
    ['has huge headers', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('what %s is answered with a problem', async (_name, sent, status, code) => {
    const socket = connect(Number(new URL(await listen(createGateway().app)).port), '127.0.0.1');
    socket.write(sent);
    const [head, body] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*content-type: application/problem\\+json`));
    expect(JSON.parse(body ?? '')).toMatchObject({ status, code });
  });
});

describe('while it closes', () => {
  test('what is under way is answered, what comes is refused, and no connection stays', async () => {
    let answerSlowly = (): void => {};
    const slow = new Promise<void>((resolve) => (answerSlowly = resolve));
    const { app, placements } = createGateway({ place: async (placement) => slow.then(() => accepted(placement)) });
    const port = Number(new URL(await listen(app)).port);

    const underWay = await begin(port, `POST /orders`, JSON.stringify(SAMPLE));
    const answer = underWay.finish();
    const late = await Promise.all(['/livez', '/readyz', '/orders/x'].map((path) => begin(port, `GET ${path}`)));
    while (placements.length === 0) await sleep(5);
    const closed = app.close();
    await sleep(50);

    const [live, ready, order] = await Promise.all(late.map((request) => request.finish()));
    expect(live).toMatchObject({ statusCode: 200, headers: { connection: 'close' } });
    for (const refused of [ready, order]) {
      expectProblem(refused!, 'shutting_down');
      expect(refused?.headers['connection']).toBe('close');
    }
    answerSlowly();
    expect(await answer).toMatchObject({ statusCode: 202, headers: { connection: 'close' } });
    await closed;
  });
});

const listen = (app: FastifyInstance): Promise<string> => app.listen({ host: '127.0.0.1', port: 0 });

/** Sends a request up to its last byte, so that its connection is not idle; `finish` sends that, and reads the answer. */
async function begin(port: number, line: string, body = '') {
  const socket = connect(port, '127.0.0.1');
  const head = [
    `${line} HTTP/1.1`,
    'host: localhost',
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  const request = [...head, '', body].join('\r\n');
  await new Promise<void>((resolve) => void socket.write(request.slice(0, -1), () => resolve()));
  await sleep(50);
  return {
    async finish() {
      const answer = text(socket);
      socket.write(request.slice(-1));
      return parseAnswer(await answer);
    },
  };
}

function parseAnswer(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2) as [string, string]));
  return { statusCode: Number(status.split(' ')[1]), headers, json: (): unknown => JSON.parse(body) };
}
