import { createLiveOverview } from '../../src/gateway/live-overview';
import { closeGateways, createGateway, expectProblem, NOTHING_TO_SEE } from './support';
import { openStream, type ReceivedStream } from '../support/event-stream';
import type { Overview } from '../../src/gateway/overview-schemas';

const streams: ReceivedStream[] = [];

afterEach(async () => {
  jest.useRealTimers();
  for (const stream of streams.splice(0)) stream.close();
  await closeGateways();
});

/** An overview of some open cases, at another time in each reading. */
function createDesk() {
  const desk = {
    openCases: 0,
    reads: 0,
    isAway: false,
    read: async (): Promise<Overview> => {
      desk.reads++;
      if (desk.isAway) throw new Error('the tables are away');
      const at = new Date(Date.UTC(2025, 6, 9) + desk.reads).toISOString();
      return { ...NOTHING_TO_SEE, at, attention: { orders: 0, openCases: desk.openCases, oldest: [] } };
    },
  };
  return desk;
}

function createLive() {
  jest.useFakeTimers();
  const desk = createDesk();
  const errors: unknown[] = [];
  const live = createLiveOverview({ overview: desk, onError: (error) => errors.push(error) });
  const listen = (p: { has?: string; isFull?: boolean } = {}) => {
    const told: { id: string; openCases: number }[] = [];
    const state = { told, isFull: p.isFull ?? false };
    const tell = (event: string): boolean => {
      const [, id = '', data = ''] = /^id: (.*)\nevent: overview\ndata: (.*)\n\n$/.exec(event) ?? [];
      told.push({ id, openCases: (JSON.parse(data) as Overview).attention.openCases });
      return !state.isFull;
    };
    return Object.assign(state, live.listen({ has: p.has, tell }));
  };
  return { desk, errors, listen };
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const casesOf = ({ told }: { told: { openCases: number }[] }) => told.map(({ openCases }) => openCases);

test('one reading every two seconds for all who listen, none when nobody does', async () => {
  const { desk, listen } = createLive();
  await pass(10_000);
  expect(desk.reads).toBe(0);
  const all = Array.from({ length: 50 }, () => listen());
  await pass(10_100);
  expect(desk.reads).toBe(6);
  for (const listener of all) listener.leave();
  await pass(60_000);
  expect(desk.reads).toBe(6);
  expect(jest.getTimerCount()).toBe(0);
});

test('who listens is told at first, and when something but the time changed', async () => {
  const { desk, listen } = createLive();
  const first = listen();
  await pass(10_000);
  expect(casesOf(first)).toEqual([0]);
  desk.openCases = 3;
  await pass(2000);
  expect(casesOf(first)).toEqual([0, 3]);
  const second = listen();
  expect(casesOf(second)).toEqual([3]);
  const [, changed] = first.told;
  expect(changed!.id).toMatch(/^[\w-]{22}$/);
  const third = listen({ has: changed!.id });
  await pass(10_000);
  expect(casesOf(third)).toEqual([]);
  desk.openCases = 0;
  await pass(2000);
  expect(third.told).toEqual([first.told[0]]);
});

test('who cannot take more gets the last of what changed meanwhile', async () => {
  const { desk, listen } = createLive();
  const slow = listen({ isFull: true });
  await pass(2000);
  for (const openCases of [1, 2, 3, 4, 5]) {
    desk.openCases = openCases;
    await pass(2000);
  }
  expect(casesOf(slow)).toEqual([0]);
  slow.isFull = false;
  slow.resume();
  expect(casesOf(slow)).toEqual([0, 5]);
});

test('what cannot be read is read later', async () => {
  const { desk, errors, listen } = createLive();
  desk.isAway = true;
  const listener = listen();
  await pass(5000);
  expect(errors).toHaveLength(3);
  desk.isAway = false;
  await pass(2000);
  expect(casesOf(listener)).toEqual([0]);
});

async function listening(desk: ReturnType<typeof createDesk>, p: { maxStreams?: number } = {}) {
  const { app } = createGateway({ overview: desk, ...p });
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/live`;
  return async (headers: Record<string, string> = {}) => {
    const stream = await openStream(url, headers);
    streams.push(stream);
    return stream;
  };
}

test('over HTTP: told, cut, and told nothing again until it changes', async () => {
  const desk = createDesk();
  const follow = await listening(desk);
  const first = await follow({ accept: '*/*' });
  expect(first.headers['content-type']).toBe('text/event-stream');
  await first.until(({ events }) => events.length === 1);
  const [event] = first.events;
  expect(event).toMatchObject({ event: 'overview' });
  expect(JSON.parse(event!.data)).toMatchObject({ states: [], unavailable: [] });
  first.close();
  const second = await follow({ 'last-event-id': event!.id! });
  const other = await follow({ 'last-event-id': 'what it was once' });
  await other.until(({ events }) => events.length === 1);
  expect(second.events).toEqual([]);
  desk.openCases = 1;
  await second.until(({ events }) => events.length === 1);
  expect(JSON.parse(second.events[0]!.data)).toMatchObject({ attention: { openCases: 1 } });
});

test('it counts as one of the streams that may be open', async () => {
  const follow = await listening(createDesk(), { maxStreams: 1 });
  await follow();
  const refused = await follow();
  expect(refused.status).toBe(503);
});

test('whoever does not take a stream gets none: 406; other methods: 405', async () => {
  const { inject } = createGateway();
  expectProblem(await inject({ url: '/live', headers: { accept: 'application/json' } }), 'not_acceptable');
  expectProblem(await inject({ url: '/live', method: 'POST' }), 'method_not_allowed');
  expect((await inject({ url: '/live', method: 'HEAD' })).statusCode).toBe(405);
});
