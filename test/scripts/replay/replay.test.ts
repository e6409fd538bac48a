import type { Replay } from '../../../src/domain/replay';
import { type Answers, failingGateway } from '../demo/gateway';
import { countsOf } from '../../../src/domain/replay';
import { runScript } from '../../support/run-script';

const NAME = 'failed-orders-replay-1';
const REPLAY: Replay & { links: object } = {
  name: NAME,
  from: '2025-07-09T00:00:00.000Z',
  to: '2025-07-10T00:00:00.000Z',
  failedOnly: false,
  destination: 'LIVE',
  by: 'test',
  state: 'STARTING',
  startedAt: '2025-07-10T00:00:00.000Z',
  counts: countsOf({}),
  links: { self: `/replays/${NAME}` },
};

/** What it prints against a gateway where the replay stands as it is told, one after the other. */
async function replayed(args: string[], ...states: Partial<Replay>[]) {
  const requests: string[] = [];
  const answers: Answers = (request) => {
    requests.push(request);
    if (request.startsWith('POST')) return { status: 202, body: REPLAY };
    return { body: { ...REPLAY, ...(states.length > 1 ? states.shift() : states[0]) } };
  };
  const { url, close } = await failingGateway(answers);
  const outcome = await runScript('scripts/waybill.cjs', {
    args: ['replay', ...args, '--url', url],
    env: { NO_COLOR: '1' },
  });
  await close();
  return { ...outcome, requests };
}

const FROM = ['--from', REPLAY.from];

test('tells how it is getting on, and what became of the events', async () => {
  const counts = countsOf({ FORWARDED: 3, SKIPPED: 1 });
  const { code, stdout, stderr } = await replayed(
    FROM,
    { state: 'RUNNING', counts: countsOf({ FORWARDED: 2 }), lastReplayedAt: '2025-07-09T12:00:00.000Z' },
    { state: 'CATCHING_UP', counts },
    { state: 'COMPLETED', counts },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.trim().split('\n')).toEqual([
    `${NAME}: all events from 00:00:00 UTC on 9 July 2025 to 00:00:00 UTC on 10 July 2025, to the live consumers`,
    'starting: 0 seen, 0 forwarded, 0 skipped',
    'running: 2 seen, 2 forwarded, 0 skipped, at 12:00:00 UTC on 9 July 2025',
    'all is out of the archive, catching up: 4 seen, 3 forwarded, 1 skipped',
    'completed',
    '4 seen, 3 selected, 3 forwarded, 1 skipped, 0 refused',
  ]);
});

test('with --json it prints the replay as it ended, and nothing else', async () => {
  const { code, stdout } = await replayed([...FROM, '--json'], { state: 'COMPLETED' });
  expect([code, JSON.parse(stdout)]).toEqual([0, { ...REPLAY, state: 'COMPLETED' }]);
});

test.each([
  ['failed', { state: 'FAILED', reason: 'there is no archive' }, 'failed: there is no archive'],
  ['was cancelled', { state: 'CANCELLED', cancelledBy: 'day shift' }, 'cancelled: by day shift'],
  ['left something out', { state: 'COMPLETED', counts: countsOf({ REFUSED: 1 }) }, '1 refused'],
] as [string, Partial<Replay>, string][])('one that %s ends with 1', async (_, end, line) => {
  const { code, stdout } = await replayed(FROM, end);
  expect(code).toBe(1);
  expect(stdout).toContain(line);
});

test('shows and cancels one by its name', async () => {
  const shown = await replayed(['--show', NAME], { state: 'COMPLETED' });
  expect([shown.code, shown.requests]).toEqual([0, [`GET /replays/${NAME}`]]);
  const cancelled = await replayed(['--cancel', NAME], { state: 'CANCELLED', cancelledBy: 'x' });
  expect([cancelled.code, cancelled.requests[0]]).toEqual([0, `POST /replays/${NAME}/cancel`]);
});

test.each([
  ['nothing', [], 'expected one of --from, --show, --cancel and --sandbox'],
  ['two things', [...FROM, '--show', NAME], 'expected one of --from, --show, --cancel and --sandbox'],
  ['the sandbox and another', [...FROM, '--sandbox'], 'expected one of --from, --show, --cancel and --sandbox'],
  ['a purge of nothing', ['--show', NAME, '--purge'], '--limit and --purge expect --sandbox'],
  ['a purge of some', ['--sandbox', '--purge', '--limit', '2'], 'expected one of --limit and --purge'],
  [
    'the sandbox of a queue',
    ['--sandbox', '--to-queue', 'sandbox'],
    '--failed-only, --to-queue and --name expect --from',
  ],
  ['the sandbox of failures', ['--sandbox', '--failed-only'], '--failed-only, --to-queue and --name expect --from'],
  ['what there is not', ['--since', 'x'], "unknown option '--since'"],
])('asked for %s it says what was expected', async (_, args, line) => {
  const { code, stderr } = await replayed(args);
  expect(code).toBe(2);
  expect(stderr).toContain(line);
  expect(stderr).toContain('--help');
});

test('tells what the gateway refuses, in one sentence', async () => {
  const body = { title: 'The replay has missing or wrong values', detail: '/from: expected an ISO 8601 time' };
  const { url, close } = await failingGateway(() => ({ status: 422, body }));
  const { code, stdout, stderr } = await runScript('scripts/waybill.cjs', {
    args: ['replay', '--from', 'x', '--url', url],
  });
  await close();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trim()).toBe(
    `${url} answered POST /replays with 422: The replay has missing or wrong values: /from: expected an ISO 8601 time.`,
  );
});

describe('--sandbox', () => {
  const event = { time: '2025-07-09T10:00:00Z', 'detail-type': 'Order Placed', detail: { orderId: 'ORD-1' } };
  const messages = [
    { messageId: 'm1', sentAt: REPLAY.startedAt, replayName: NAME, body: JSON.stringify(event) },
    { messageId: 'm2', sentAt: REPLAY.startedAt, body: 'no JSON' },
  ];
  /** What it prints of a sandbox like this, and what it asked for. */
  async function looked(args: string[], content: object) {
    const requests: string[] = [];
    const { url, close } = await failingGateway((request) => {
      requests.push(request);
      return { status: request.startsWith('POST') ? 202 : 200, body: content };
    });
    const env = { NO_COLOR: '1' };
    const outcome = await runScript('scripts/waybill.cjs', {
      args: ['replay', '--sandbox', ...args, '--url', url],
      env,
    });
    await close();
    return { ...outcome, requests };
  }

  test('shows what is there', async () => {
    const { code, stdout, requests } = await looked(['--limit', '2'], { count: 36, messages });
    expect([code, requests]).toEqual([0, ['GET /replays/sandbox?limit=2']]);
    expect(stdout).toMatch(new RegExp(`2025-07-09T10:00:00Z +Order Placed +ORD-1 +${NAME}`));
    expect(stdout).toContain('no JSON');
    expect(stdout).toContain('2 of about 36 events in the sandbox queue');
  });

  test('shows what is no event of ours by how it begins, and leaves out what is no text', async () => {
    const odd = { time: 7, 'detail-type': 'Odd', detail: { orderId: { n: 1 } } };
    const bodies = ['123', 'null', '{"some":"thing"}', JSON.stringify(odd), '{"detail-type":"Bare","detail":null}'];
    const others = bodies.map((body, n) => ({ messageId: `m${n}`, sentAt: REPLAY.startedAt, replayName: NAME, body }));
    const { code, stdout, stderr } = await looked([], { count: 5, messages: others });
    expect([code, stderr]).toEqual([0, '']);
    const shown = stdout
      .split('\n')
      .slice(1, 6)
      .map((line) => line.trim());
    for (const [n, begins] of ['123', 'null', '{"some":"thing"}', 'Odd', 'Bare'].entries())
      expect(shown[n]).toMatch(new RegExp(`^${begins} +${NAME}$`));
  });

  test('with --json as it is; says when there is nothing, or somebody else looks', async () => {
    const content = { count: 2, messages };
    expect(JSON.parse((await looked(['--json'], content)).stdout)).toEqual(content);
    expect((await looked([], { count: 0, messages: [] })).stdout).toBe('The sandbox queue is empty.\n');
    expect((await looked([], { count: 3, messages: [] })).stdout).toContain('somebody else looks at them');
  });

  test('--purge empties it', async () => {
    const { code, stdout, requests } = await looked(['--purge', '--by', 'kim'], { count: 36 });
    expect([code, requests]).toEqual([0, ['POST /replays/sandbox/purge']]);
    expect(stdout).toBe('The sandbox queue is being emptied: 36 events, about.\n');
  });
});
