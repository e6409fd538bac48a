import type { Replay } from '../../src/domain/replay';
import type { ReplayDesk } from '../../src/gateway/ports';
import { closeGateways, createGateway, engineDown, expectProblem } from './support';
import { countsOf } from '../../src/domain/replay';

afterEach(closeGateways);

const NAME = 'failed-orders-replay-night';
const FROM = new Date(Date.now() - 3_600_000).toISOString();
const TO = new Date(Date.now() - 60_000).toISOString();
const REQUEST = {
  name: NAME,
  from: FROM,
  to: TO,
  failedOnly: true,
  destination: 'SANDBOX',
  by: 'night shift',
} as const;
const SENT = { name: NAME, from: FROM, to: TO, failedOnly: true, toQueue: 'sandbox', by: 'night shift' };
const REPLAY: Replay = {
  ...REQUEST,
  state: 'RUNNING',
  startedAt: TO,
  counts: countsOf({ FORWARDED: 3, SKIPPED: 4, REFUSED: 1 }),
};

const post = (replays: Partial<ReplayDesk>, payload: object, path = '') =>
  createGateway({ replays }).inject({
    method: 'POST',
    url: `/replays${path}`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });

describe('POST /replays', () => {
  const start = jest.fn<ReturnType<ReplayDesk['start']>, Parameters<ReplayDesk['start']>>(async () => 'started');
  beforeEach(() => start.mockClear());

  test('starts one, and says where it can be followed', async () => {
    const answer = await post({ start }, SENT);
    expect(answer.statusCode).toBe(202);
    expect(answer.headers['location']).toBe(`/replays/${NAME}`);
    expect(answer.json()).toMatchObject({ ...REQUEST, state: 'STARTING', counts: { seen: 0 } });
    expect(start).toHaveBeenCalledWith(REQUEST);
  });

  test('without more than from and by: all events until now, to the live consumers, under a name of its own', async () => {
    const answer = await post({ start }, { from: FROM, by: 'x' });
    expect(answer.json()).toMatchObject({ failedOnly: false, destination: 'LIVE', from: FROM });
    const [{ name, to }] = start.mock.calls[0]!;
    expect(name).toMatch(/^failed-orders-replay-\d{8}T\d{6}Z-\w{4}$/);
    expect(Date.now() - Date.parse(to)).toBeLessThan(60_000);
  });

  test('the same sent again is the one that goes on, also without its end', async () => {
    const { to: _to, ...open } = SENT;
    for (const sent of [SENT, open]) {
      const answer = await post({ start, read: async () => REPLAY }, sent);
      expect([answer.statusCode, answer.json<Replay>().counts]).toEqual([202, REPLAY.counts]);
    }
    expect(start).toHaveBeenLastCalledWith(REQUEST);
  });

  test('a name belongs to one replay, by what is written and by what the engine has', async () => {
    expectProblem(await post({ start, read: async () => ({ ...REPLAY, failedOnly: false }) }, SENT), 'replay_conflict');
    expect(start).not.toHaveBeenCalled();
    expectProblem(await post({ start: async () => 'conflict' }, SENT), 'replay_conflict');
  });

  const tooLate = new Date(Date.now() + 3_600_000).toISOString();
  test.each([
    ['no start', { from: undefined }, '/from', 'expected the time of the first event, ISO 8601'],
    ['a start that is no time', { from: 'yesterday' }, '/from', 'expected an ISO 8601 time, got "yesterday"'],
    ['an end before the start', { from: TO, to: FROM }, '/from', `expected a time before ${FROM}, got ${TO}`],
    ['an end that has not come', { to: tooLate }, '/to', 'expected a time that has come, it is'],
    [
      'a start before the archive',
      { from: '2001-01-01T00:00:00Z' },
      '/from',
      'within the 365 days that the archive keeps',
    ],
    [
      'a live queue',
      { toQueue: 'order-intake-queue' },
      '/toQueue',
      'expected "sandbox", which is replay-sandbox-queue',
    ],
    ['another name', { name: 'mine' }, '/name', 'expected failed-orders-replay- and'],
    ['nobody', { by: ' ' }, '/by', 'expected a text that is not empty'],
  ])('%s is refused', async (_, changes, pointer, detail) => {
    const { errors } = expectProblem(await post({ start }, { ...SENT, ...changes }), 'replay_invalid');
    expect(errors).toEqual([
      { pointer, code: expect.any(String) as string, detail: expect.stringContaining(detail) as string },
    ]);
    expect(start).not.toHaveBeenCalled();
  });

  test.each([
    ['a number for a time', { from: 5 }],
    ['a member that there is not', { form: FROM }],
  ])('%s is no request', async (_, changes) => {
    expectProblem(await post({ start }, { ...SENT, ...changes }), 'invalid_body');
  });

  test('the queue goes by its own name too', async () => {
    expect((await post({ start }, { ...SENT, toQueue: 'replay-sandbox-queue' })).statusCode).toBe(202);
  });

  test('without the engine: 503', async () => {
    expectProblem(await post({ start: () => Promise.reject(engineDown()) }, SENT), 'service_unavailable');
  });
});

describe('GET /replays/{name}', () => {
  const get = (replays: Partial<ReplayDesk>, name = NAME) =>
    createGateway({ replays }).inject({ url: `/replays/${name}` });

  test('shows it as it is written down', async () => {
    const answer = await get({ read: async () => REPLAY });
    expect([answer.statusCode, answer.json()]).toEqual([200, { ...REPLAY, links: { self: `/replays/${NAME}` } }]);
  });

  test('shows what was asked for before anybody has taken it up', async () => {
    expect((await get({ requestOf: async () => REQUEST })).json()).toMatchObject({ ...REQUEST, state: 'STARTING' });
  });

  test.each([NAME, 'order-1'])('%s: 404 when there is none', async (name) => {
    expectProblem(await get({}, name), 'replay_not_found');
  });
});

describe('POST /replays/{name}/cancel', () => {
  const by = { by: 'day shift' };
  const path = `/${NAME}/cancel`;

  test('asks for its end', async () => {
    const cancel = jest.fn<ReturnType<ReplayDesk['cancel']>, [object]>(async () => 'asked');
    expect((await post({ read: async () => REPLAY, cancel }, by, path)).statusCode).toBe(202);
    expect(cancel).toHaveBeenCalledWith({ name: NAME, by: 'day shift' });
  });

  test('one that was cancelled stays so; any other that is over is said to be', async () => {
    const cancelled = async (): Promise<Replay> => ({ ...REPLAY, state: 'CANCELLED', cancelledBy: 'x' });
    expect((await post({ read: cancelled }, by, path)).statusCode).toBe(202);
    const done = async (): Promise<Replay> => ({ ...REPLAY, state: 'COMPLETED' });
    expect(expectProblem(await post({ read: done }, by, path), 'replay_over').detail).toBe(
      `${NAME} is over: COMPLETED`,
    );
    expectProblem(await post({}, by, path), 'replay_not_found');
    expectProblem(await post({ read: done }, {}, path), 'replay_invalid');
  });
});

describe('/replays/sandbox', () => {
  const content = { count: 2, messages: [{ messageId: 'm', sentAt: TO, replayName: NAME, body: '{}' }] };

  test('shows what is there, so many as are asked for', async () => {
    const look = jest.fn(async () => content);
    const { inject } = createGateway({ replaySandbox: { look } });
    expect((await inject({ url: '/replays/sandbox' })).json()).toEqual(content);
    expect((await inject({ url: '/replays/sandbox?limit=3' })).statusCode).toBe(200);
    expect(look.mock.calls).toEqual([[25], [3]]);
    expectProblem(await inject({ url: '/replays/sandbox?limit=101' }), 'invalid_parameter');
  });

  test('is emptied by somebody with a name', async () => {
    const purge = jest.fn(async () => 36);
    const { inject } = createGateway({ replaySandbox: { purge } });
    const asked = (payload: object) => inject({ method: 'POST', url: '/replays/sandbox/purge', payload });
    expectProblem(await asked({}), 'replay_invalid');
    expect(purge).not.toHaveBeenCalled();
    const answer = await asked({ by: 'kim' });
    expect([answer.statusCode, answer.json()]).toEqual([202, { count: 36 }]);
  });
});
