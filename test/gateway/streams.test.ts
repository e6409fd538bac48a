import { connect, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { createMetrics } from '../../src/metrics';
import { createEventStreams, type EventStream } from '../../src/gateway/event-streams';
import { createGateway, closeGateways, type Doubles, engineDown, eventsOf, HAPPY, ORDER_ID } from './support';
import { logFields } from '../../src/log-context';
import { fold } from '../../src/domain/projection';
import { openStream, type ReceivedStream, sequencesOf } from '../support/event-stream';
import { StepError } from '../../src/domain/failures';

const events = eventsOf(HAPPY);
const apps: FastifyInstance[] = [];
const streams: ReceivedStream[] = [];

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  await Promise.all([closeGateways(), ...apps.splice(0).map((app) => app.close())]);
});

/** A store of one order that grows. */
function createStore({ known = events.length, isOver = false } = {}) {
  const store = {
    known,
    isOver,
    isAway: false,
    stored: events,
    append: (more: { isOver?: boolean } = {}) => {
      store.known++;
      store.isOver = more.isOver ?? false;
    },
  };
  const there = () => {
    if (store.isAway) throw new StepError('SERVICE_UNAVAILABLE', 'the tables are away');
    return store.stored.slice(0, store.known);
  };
  const reader: Doubles['reader'] = {
    readView: async () => (there().length > 0 ? fold(there()) : undefined),
    listEvents: async ({ after = 0 }) => there().slice(after),
    readSequences: async (ids) => {
      const { length } = there();
      const has = length > 0 && ids.includes(ORDER_ID);
      return new Map(has ? [[ORDER_ID, { sequence: length, isOver: store.isOver }]] : []);
    },
    readEvents: async (keys) =>
      there().filter(({ sequence }) => keys.some((key) => key.sequence === sequence && key.orderId === ORDER_ID)),
  };
  return Object.assign(store, { reader });
}

async function listening(doubles: Partial<Doubles>) {
  const { app, inject } = createGateway(doubles);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const path = `/orders/${ORDER_ID}/events`;
  const follow = async (headers: Record<string, string> = {}, query = '') => {
    const stream = await openStream(`${url}${path}${query}`, headers);
    streams.push(stream);
    return stream;
  };
  return { app, inject, url, path, follow };
}

const expectProblem = (stream: ReceivedStream, status: number, code: string): void => {
  expect(stream.headers['content-type']).toMatch('application/problem+json');
  expect([stream.status, (JSON.parse(stream.body) as { code: string }).code]).toEqual([status, code]);
};

test('a stream brings the events as the list does, then those that come, and ends with the order', async () => {
  const store = createStore({ known: 5 });
  const { follow, inject, path } = await listening({ reader: store.reader });
  const stream = await follow({ 'x-request-id': 'mine' });
  expect(stream).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'mine',
    },
  });
  await stream.until(({ events: got }) => got.length === 5);
  store.append();
  await stream.until(({ events: got }) => got.length === 6);
  expect(stream.end).toBeUndefined();
  store.append({ isOver: true });
  await stream.until(({ end }) => end !== undefined);
  const { events: listed } = (await inject({ url: path })).json<{ events: { sequence: number }[] }>();
  expect(listed).toHaveLength(7);
  expect(stream.events.map(({ data, ...rest }) => ({ ...rest, data: JSON.parse(data) as unknown }))).toEqual([
    ...listed.map((data) => ({ id: `${data.sequence}`, event: 'order-event', data })),
    { event: 'end', data: { sequence: 7 } },
  ]);
  expect(stream.end).toBe('ended');
  expect(stream.retry).toBeGreaterThanOrEqual(1000);
});

test.each<[string, Record<string, string>, string, number[]]>([
  ['Last-Event-ID', { 'last-event-id': '4' }, '', [5, 6, 7]],
  ['after', {}, '?after=5', [6, 7]],
  ['Last-Event-ID of a reader that once began after another', { 'last-event-id': '6' }, '?after=2', [7]],
  ['an empty Last-Event-ID', { 'last-event-id': '' }, '?after=6', [7]],
  ['the last event', { 'last-event-id': '7' }, '', []],
  ['more than there is', { 'last-event-id': '900' }, '', []],
])('goes on after %s', async (_name, headers, query, expected) => {
  const { follow } = await listening({ reader: createStore({ isOver: true }).reader });
  const stream = await follow(headers, query);
  await stream.until(({ end }) => end !== undefined);
  expect(sequencesOf(stream)).toEqual(expected);
  expect(stream.events.at(-1)).toEqual({ event: 'end', data: '{"sequence":7}' });
});

test('readings for all have neither the order nor the trace of who came first on their lines', async () => {
  const store = createStore({ known: 2 });
  const seen: unknown[] = [];
  const noting = {
    ...store.reader,
    readEvents: async (keys: Parameters<NonNullable<Doubles['reader']['readEvents']>>[0]) => {
      seen.push(logFields());
      return store.reader.readEvents!(keys);
    },
  };
  const { follow } = await listening({ reader: noting });
  const stream = await follow({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
  await stream.until(({ events: got }) => got.length === 2);
  store.append();
  await stream.until(({ events: got }) => got.length === 3);
  expect(new Set(seen.map((fields) => JSON.stringify(fields)))).toEqual(new Set(['{}']));
});

test.each(['x', '-1', '1.5', '0x10', '1e3', '9'.repeat(30), '1, 2'])('Last-Event-ID %j: 400', async (lastEventId) => {
  const { follow } = await listening({ reader: createStore().reader });
  const stream = await follow({ 'last-event-id': lastEventId });
  await stream.until(({ end }) => end !== undefined);
  expectProblem(stream, 400, 'invalid_parameter');
  expect(JSON.parse(stream.body)).toMatchObject({
    detail: expect.stringContaining('expected Last-Event-ID to be the sequence of an event') as string,
    errors: [{ pointer: '/last-event-id' }],
  });
});

test('an order that nobody knows: 404; one that only the engine knows is waited for', async () => {
  const store = createStore({ known: 0 });
  let isKnown = false;
  const { follow } = await listening({ reader: store.reader, isKnown: async () => isKnown });
  const refused = await follow();
  await refused.until(({ end }) => end !== undefined);
  expectProblem(refused, 404, 'order_not_found');
  isKnown = true;
  const stream = await follow();
  expect(stream.status).toBe(200);
  await delay(400);
  expect(stream.events).toEqual([]);
  store.append();
  store.append();
  await stream.until(({ events: got }) => got.length === 2);
  expect(sequencesOf(stream)).toEqual([1, 2]);
});

test('without the tables, or without an engine that is needed, no stream is opened: 503', async () => {
  const store = createStore({ known: 0 });
  const { follow } = await listening({ reader: store.reader, isKnown: () => Promise.reject(engineDown()) });
  for (const isAway of [true, false]) {
    store.isAway = isAway;
    const refused = await follow();
    await refused.until(({ end }) => end !== undefined);
    expectProblem(refused, 503, 'service_unavailable');
    expect(refused.headers['retry-after']).toBe('5');
  }
});

test('while the tables are away streams stay open, and then go on', async () => {
  const store = createStore({ known: 2 });
  const { follow } = await listening({ reader: store.reader });
  const stream = await follow();
  await stream.until(({ events: got }) => got.length === 2);
  store.isAway = true;
  store.append();
  await delay(1500);
  expect([stream.end, sequencesOf(stream)]).toEqual([undefined, [1, 2]]);
  store.isAway = false;
  store.append();
  await stream.until(({ events: got }) => got.length === 4);
  expect(sequencesOf(stream)).toEqual([1, 2, 3, 4]);
});

test('a stream outlives the time that other requests have', async () => {
  const store = createStore({ known: 1 });
  const { follow } = await listening({ reader: store.reader });
  const stream = await follow();
  await delay(11_000);
  expect(stream.end).toBeUndefined();
  store.append();
  await stream.until(({ events: got }) => got.length === 2);
});

test('no more streams than there may be; one that ends makes room', async () => {
  const { follow, inject, path } = await listening({ reader: createStore().reader, maxStreams: 2 });
  const [first] = [await follow(), await follow()];
  const refused = await follow();
  await refused.until(({ end }) => end !== undefined);
  expectProblem(refused, 503, 'too_many_streams');
  expect(refused.headers['retry-after']).toBe('5');
  expect((await inject({ url: path })).statusCode).toBe(200);
  first?.close();
  let again = await follow();
  for (let tries = 0; again.status === 503 && tries < 50; tries++) {
    await delay(20);
    again = await follow();
  }
  expect(again.status).toBe(200);
});

test('open streams are counted as such, and none of them as a request of its length', async () => {
  const metrics = createMetrics({ process: 'gateway' });
  const store = createStore();
  const { follow, inject } = await listening({ reader: store.reader, maxStreams: 2, metrics });
  const told = async (name: string) =>
    (await inject({ url: '/metrics' })).body.split('\n').filter((line) => line.startsWith(name));
  expect(await told('waybill_open_streams')).toEqual(['waybill_open_streams 0']);
  const [first, second] = [await follow(), await follow()];
  expect(await told('waybill_open_streams')).toEqual(['waybill_open_streams 2']);
  // refused, it is a request like others
  const refused = await follow();
  await refused.until(({ end }) => end !== undefined);
  // one goes away, the other is told that the order is over
  first?.close();
  store.append({ isOver: true });
  await second?.until(({ end }) => end === 'ended');
  for (let tries = 0; (await told('waybill_open_streams'))[0] !== 'waybill_open_streams 0' && tries < 250; tries++)
    await delay(20);
  expect(await told('waybill_open_streams')).toEqual(['waybill_open_streams 0']);
  const requests = await told('waybill_http_request_seconds_count{');
  expect(requests.filter((line) => line.includes('/events'))).toEqual([
    'waybill_http_request_seconds_count{method="GET",route="/orders/:orderId/events",status="503"} 1',
  ]);
});

test('HEAD says what the list would be, and opens nothing', async () => {
  const { url, path } = await listening({ reader: createStore().reader, maxStreams: 1 });
  for (let n = 0; n < 3; n++) {
    const answer = await fetch(`${url}${path}`, { method: 'HEAD', headers: { accept: 'text/event-stream' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  }
});

test('a gateway that stops ends its streams at once, those of readers that do not read too', async () => {
  const store = createStore();
  const { follow, app, url, path } = await listening({ reader: store.reader });
  const stream = await follow();
  await stream.until(({ events: got }) => got.length === 7);
  const deaf = connect(Number(new URL(url).port), '127.0.0.1');
  deaf.on('error', () => undefined);
  deaf.pause();
  deaf.write(`GET ${path} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`);
  await delay(200);
  const closed = app.close();
  await stream.until(({ end }) => end !== undefined);
  expect(stream.end).toBe('ended');
  await closed;
  deaf.destroy();
});

test('readers that go away while their order is looked up leave nothing behind', async () => {
  const store = createStore();
  let reads = 0;
  const slowly = {
    ...store.reader,
    readSequences: async (ids: readonly OrderId[]) => {
      reads++;
      await delay(150);
      return store.reader.readSequences!(ids);
    },
  };
  const { url, path, follow } = await listening({ reader: slowly, maxStreams: 1 });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`);
  await delay(50);
  socket.destroy();
  await delay(300);
  const before = reads;
  await delay(1000);
  expect(reads).toBe(before);
  expect((await follow()).status).toBe(200);
});

/** Streams beside a store, with what a reader gets in the hands of the test. */
async function bareStreams(p: { max?: number; heartbeatMs?: number }) {
  const opened: { stream: EventStream; ready: number; closed: number }[] = [];
  const all = createEventStreams({ max: p.max ?? 10, ...p });
  const app = fastify();
  apps.push(app);
  app.get('/', async (_request, reply) => {
    const one = { ready: 0, closed: 0 };
    const stream = all.open(reply, { onReady: () => one.ready++, onClose: () => one.closed++ });
    opened.push(Object.assign(one, { stream }));
    return reply;
  });
  app.addHook('preClose', () => all.endAll());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { all, opened, port, url: `http://127.0.0.1:${port}/` };
}

test('heartbeats come to those who read', async () => {
  const { url } = await bareStreams({ heartbeatMs: 30 });
  const stream = await openStream(url);
  streams.push(stream);
  await stream.until(({ comments }) => comments >= 5);
  expect(stream.events).toEqual([]);
});

test('who does not read is told to wait, and dropped; who reads slowly is not', async () => {
  const { all, opened, url } = await bareStreams({ heartbeatMs: 200 });
  const [deaf, slow] = [await openStream(url), await openStream(url)];
  streams.push(deaf, slow);
  deaf.pause();
  const text = `data: ${'x'.repeat(1 << 20)}\n\n`;
  // more than the system takes
  for (const { stream } of opened) for (let n = 0; n < 16; n++) stream.write(text);
  const [ofDeaf, ofSlow] = opened;
  // reads for a moment in each heartbeat
  const reading = setInterval(() => {
    slow.resume();
    setTimeout(() => slow.pause(), 3);
  }, 10);
  for (let waited = 0; ofDeaf?.closed === 0 && waited < 5000; waited += 20) await delay(20);
  expect(ofDeaf).toMatchObject({ closed: 1, ready: 0 });
  await slow.until(({ events: got }) => got.length === 16);
  clearInterval(reading);
  expect(ofSlow).toMatchObject({ closed: 0 });
  expect(all.count()).toBe(1);
});

test('a slow reader gets the end of an ended stream, too; one that takes nothing is dropped', async () => {
  const { all, opened, url } = await bareStreams({ heartbeatMs: 250 });
  const [slow, deaf] = [await openStream(url), await openStream(url)];
  streams.push(slow, deaf);
  slow.pause();
  deaf.pause();
  const text = `data: ${'x'.repeat(1 << 20)}\n\n`;
  for (const { stream } of opened) {
    for (let n = 0; n < 16; n++) stream.write(text);
    stream.end();
    expect(stream.write('data: too late\n\n')).toBe(false);
  }
  const reading = setInterval(() => {
    slow.resume();
    setTimeout(() => slow.pause(), 3);
  }, 10);
  await slow.until(({ events: got, end }) => got.length === 16 || end === 'cut');
  clearInterval(reading);
  slow.resume();
  await slow.until(({ end }) => end !== undefined);
  expect([slow.end, slow.events.length]).toEqual(['ended', 16]);
  for (let waited = 0; all.count() > 0 && waited < 5000; waited += 20) await delay(20);
  expect([all.count(), opened.map(({ closed }) => closed)]).toEqual([0, [1, 1]]);
});

test('a gateway that stops does not wait for readers that never take what is on its way to them', async () => {
  const { all, opened, url } = await bareStreams({});
  const deaf = await openStream(url);
  streams.push(deaf);
  deaf.pause();
  const text = `data: ${'x'.repeat(1 << 20)}\n\n`;
  for (let n = 0; n < 16; n++) opened[0]?.stream.write(text);
  await all.endAll();
  for (let waited = 0; all.count() > 0 && waited < 1000; waited += 20) await delay(20);
  expect([all.count(), opened[0]?.closed]).toEqual([0, 1]);
  expect(() => all.expectRoom()).toThrow('open the stream again, to another server');
});

test('a slow reader loses its stream, not its events', async () => {
  const long = Array.from({ length: 400 }, (_, i): OrderEvent => {
    const [first] = events as [OrderEvent];
    const reason = `${i} ${'x'.repeat(50_000)}`;
    return { ...first, sequence: i + 1, type: 'Payment Failed', data: { reason } };
  });
  const store = createStore({ known: 400, isOver: true });
  store.stored = long;
  const { follow } = await listening({ reader: store.reader });
  const slow = await follow();
  await slow.until(({ events: got }) => got.length > 0);
  slow.pause();
  await delay(1000);
  const had = sequencesOf(slow);
  // what is on its way to it is bounded, whatever there is
  expect(had.length).toBeLessThan(400);
  slow.close();
  const again = await follow({ 'last-event-id': `${had.at(-1)}` });
  await again.until(({ end }) => end !== undefined);
  expect([...had, ...sequencesOf(again)]).toEqual(long.map(({ sequence }) => sequence));
});
