import type { FastifyInstance } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import type { OrderId } from '../../src/domain/ids';
import type { AwsCall } from '../../src/adapters/aws/clients';
import { booksOn, connectToEmulator, type Emulator } from '../support/contracts/emulator';
import { buildApp } from '../../src/gateway/app';
import { createCuttableProxy, type CuttableProxy } from '../support/cuttable-proxy';
import { createDeps } from './support';
import { createOrderReader } from '../../src/adapters/aws/order-reader';
import { openStream, type ReceivedStream, sequencesOf } from '../support/event-stream';
import { createStories, upTo } from '../support/order-stories';

const STREAMS = 1000;

let emulator: Emulator;
/** the gateway's own way to its tables */
let tables: CuttableProxy;
let aws: Emulator;
let app: FastifyInstance;
let gateway: string;
const calls: AwsCall[] = [];
const streams: ReceivedStream[] = [];

beforeAll(async () => {
  emulator = connectToEmulator();
  const direct = process.env['AWS_ENDPOINT_URL']!;
  tables = await createCuttableProxy({ port: Number(new URL(direct).port) });
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${tables.port}`;
  aws = connectToEmulator({ observe: (call) => calls.push(call) });
  // the endpoint is read with the first call
  await createOrderReader(aws).ping();
  process.env['AWS_ENDPOINT_URL'] = direct;
  app = buildApp({ ...createDeps({ maxStreams: STREAMS + 10 }), reader: createOrderReader(aws) });
  gateway = await app.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
  tables.mend();
});

afterAll(async () => {
  await app.close();
  aws.destroy();
  emulator.destroy();
  tables.close();
});

async function follow(orderId: string, p: { from?: string; has?: number } = {}): Promise<ReceivedStream> {
  const headers = p.has === undefined ? {} : { 'last-event-id': `${p.has}` };
  const stream = await openStream(`${p.from ?? gateway}/orders/${orderId}/events`, headers);
  streams.push(stream);
  return stream;
}

const stories = () => createStories(booksOn(emulator));

test('cut in the middle, and again: who comes back with Last-Event-ID has every event once, and the end', async () => {
  const { begin, append, close } = stories();
  const orderId = await begin(3);
  const way = await createCuttableProxy({ port: (app.server.address() as AddressInfo).port });
  const from = `http://127.0.0.1:${way.port}`;
  const first = await follow(orderId, { from });
  await first.until(({ events }) => events.length === 3);
  way.cut();
  await first.until(({ end }) => end === 'cut');
  await append(orderId, 2);
  way.mend();
  const second = await follow(orderId, { from, has: sequencesOf(first).at(-1)! });
  await append(orderId, 4);
  await second.until(({ events }) => events.length === 6);
  way.cut();
  await second.until(({ end }) => end === 'cut');
  await close(orderId);
  way.mend();
  const third = await follow(orderId, { from, has: sequencesOf(second).at(-1)! });
  await third.until(({ end }) => end !== undefined);
  expect([...sequencesOf(first), ...sequencesOf(second), ...sequencesOf(third)]).toEqual(upTo(10));
  expect(third.events.at(-1)).toEqual({ event: 'end', data: '{"sequence":10}' });
  way.close();
});

test('an order that was over before anybody came: all of it, and the end', async () => {
  const { begin, close } = stories();
  const orderId = await begin(4);
  await close(orderId);
  const stream = await follow(orderId);
  await stream.until(({ end }) => end === 'ended');
  expect(sequencesOf(stream)).toEqual(upTo(5));
});

test('the tables go away and come back: the stream stays, and misses nothing', async () => {
  const { begin, append } = stories();
  const orderId = await begin(2);
  const stream = await follow(orderId);
  await stream.until(({ events }) => events.length === 2);
  tables.cut();
  await append(orderId, 3);
  await delay(1500);
  expect([stream.end, sequencesOf(stream)]).toEqual([undefined, [1, 2]]);
  const refused = await follow(await begin(1));
  expect(refused.status).toBe(503);
  tables.mend();
  await stream.until(({ events }) => events.length === 5);
  expect(sequencesOf(stream)).toEqual(upTo(5));
});

test('a thousand streams: each gets every event of its order, once and in order; the tables are asked in batches', async () => {
  const { begin, append, close } = stories();
  const orders = 300;
  const orderIds: OrderId[] = [];
  for (let n = 0; n < orders; n += 50) orderIds.push(...(await Promise.all(upTo(50).map(() => begin(2)))));
  calls.length = 0;

  const followers: { orderId: OrderId; stream: ReceivedStream }[] = [];
  for (let n = 0; n < STREAMS; n += 100)
    followers.push(
      ...(await Promise.all(
        upTo(100).map(async (i) => {
          const orderId = orderIds[(n + i) % orders]!;
          return { orderId, stream: await follow(orderId) };
        }),
      )),
    );
  expect(followers.filter(({ stream }) => stream.status !== 200)).toEqual([]);
  const expected = new Map(orderIds.map((orderId) => [orderId, 2]));
  for (const round of upTo(3)) {
    const moving = orderIds.filter((_, i) => i % 3 !== round - 1);
    for (let n = 0; n < moving.length; n += 50)
      await Promise.all(moving.slice(n, n + 50).map((orderId) => append(orderId, 2)));
    for (const orderId of moving) expected.set(orderId, expected.get(orderId)! + 2);
  }
  for (let n = 0; n < orders; n += 50) await Promise.all(orderIds.slice(n, n + 50).map(close));
  for (const { stream } of followers) await stream.until(({ end }) => end !== undefined, 'the end of a stream');

  for (const { orderId, stream } of followers)
    expect({ orderId, got: sequencesOf(stream) }).toEqual({ orderId, got: upTo(expected.get(orderId)! + 1) });

  // nothing is read for one order, or for one stream
  expect([...new Set(calls.map(({ command }) => command))]).toEqual(['BatchGetItemCommand']);
  const keysOf = (table: string) =>
    calls.flatMap(({ input }) => {
      const { Keys } = (input as { RequestItems: Record<string, { Keys: unknown[] }> }).RequestItems[table] ?? {};
      return Keys ? [Keys.length] : [];
    });
  const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
  const [looks, readings] = [keysOf(aws.tables.view), keysOf(aws.tables.events)];
  // what there was before a reader came, for each of them, and each later event once, however many follow its order
  const later = total([...expected.values()].map((events) => events - 2 + 1));
  expect(total(readings)).toBeLessThanOrEqual(2 * STREAMS + later);
  expect(readings.length).toBeLessThan(STREAMS / 2);
  expect(Math.max(...looks, ...readings)).toBeLessThanOrEqual(100);
  // on the whole a look is for many orders at once
  expect(total(looks) / looks.length).toBeGreaterThan(20);
}, 180_000);
