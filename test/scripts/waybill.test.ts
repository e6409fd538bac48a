import { readFileSync } from 'node:fs';
import { type Answers, failingGateway } from './demo/gateway';
import { runScript } from '../support/run-script';

const waybill = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runScript('scripts/waybill.cjs', { args, env: { WAYBILL_URL: '', PORT: '', NO_COLOR: '1', ...env } });

/** What it says against a gateway that answers as it is told to. */
async function against(answers: Answers, ...args: string[]) {
  const { url, close } = await failingGateway(answers);
  const outcome = await waybill(args, { WAYBILL_URL: url });
  await close();
  return { ...outcome, url };
}

test.each([
  [['frobnicate'], "unknown command 'frobnicate'"],
  [['order', 'list', '--color', 'x'], "unknown option '--color'"],
  [['order', 'cancel', 'ORD-1'], "required option '--reason <text>' not specified"],
  [['order', 'place'], 'expected a file, - or --sample'],
  [['order', 'place', 'order.json', '--sample'], 'expected a file, - or --sample'],
  [['order', 'resolve', 'ORD-1', '--action', 'SETTLE'], 'SETTLE takes --reference'],
  [['dead-letters', 'redrive'], 'expected an ID, or --class, --since or --queue'],
])('%j is not understood: 2, and what was expected', async (args, expected) => {
  const { code, stdout, stderr } = await waybill(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(expected);
});

test('help is no failure, and names every command', async () => {
  const { code, stdout } = await waybill(['--help']);
  expect(code).toBe(0);
  for (const name of ['order', 'inventory', 'dead-letters', 'replay', 'rebuild-view', 'reconcile', 'doctor'])
    expect(stdout).toContain(`\n  ${name} `);
});

test('it says which version it is', async () => {
  expect(await waybill(['--version'])).toMatchObject({
    code: 0,
    stdout: `${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`,
  });
});

test.each([
  [['order', 'place', 'there-is-none.json'], 'there-is-none.json cannot be read: ENOENT'],
  [['order', 'place', 'LICENSE'], 'LICENSE is not JSON'],
  [['order', 'get', 'ORD-1', '--url', 'here'], 'here is not an address like http://127.0.0.1:3000'],
  [
    ['order', 'get', 'ORD-1', '--url', 'http://127.0.0.1:9'],
    'Nothing answers at http://127.0.0.1:9: `npm start` starts Waybill, and --url names another gateway.',
  ],
])('%j is not done: 1, and one sentence', async (args, expected) => {
  const { code, stdout, stderr } = await waybill(args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(expected);
});

test('what the gateway refuses is told with all that is wrong', async () => {
  const errors = [{ pointer: '/reason', code: 'required', detail: 'expected why' }];
  const body = { title: 'The change has missing or wrong values', errors };
  const { code, stderr, url } = await against(
    () => ({ status: 422, body }),
    'order',
    'cancel',
    'ORD-1',
    '--reason',
    ' ',
  );
  expect([code, stderr.trim()]).toEqual([
    1,
    `${url} answered POST /orders/ORD-1/cancel with 422: The change has missing or wrong values.\n  reason: expected why`,
  ]);
});

test('a change that nobody confirms can be sent again under its key', async () => {
  const { code, stderr } = await against(
    () => ({ status: 503, body: { title: 'Not now' } }),
    'order',
    'resolve',
    'ORD-1',
    '--action',
    'RETRY',
    '--key',
    'K-7',
  );
  expect([code, stderr]).toEqual([1, expect.stringContaining('Send it again with --key K-7')]);
});

test.each([['break off' as const], [{ status: 500, body: {} }], [{ status: 502, body: 'Bad Gateway' }]])(
  'an order that nobody confirms (%j) can be placed again under its key: it is not placed twice',
  async (answer) => {
    const { code, stderr } = await against(() => answer, 'order', 'place', '--sample', '--key', 'K-8');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Send it again with --key K-8')]);
  },
);

test('what others wrote moves no cursor of a terminal, and makes no line of its own', async () => {
  const nasty = 'x\u001b[2J\u009b1A\u202ey\nORD-2';
  const seen = '\\u001b[2J\\u009b1A\\u202ey\\u000aORD-2';
  const letter = { id: 'DL-1', class: 'POISON', state: 'PARKED', queue: 'q', deadAt: 'then', reason: nasty };
  const listed = await against(() => ({ body: { deadLetters: [letter] } }), 'dead-letters', 'list');
  expect(listed.stdout).toContain(`x${seen}\n`);
  expect(listed.stdout.trim().split('\n')).toHaveLength(2);
  const refused = await against(() => ({ status: 404, body: { title: 'No', detail: nasty } }), 'order', 'get', 'ORD-1');
  expect(refused.stderr).toContain(`No: x${seen}.`);
  const asJson = await against(() => ({ body: { deadLetters: [letter] } }), 'dead-letters', 'list', '--json');
  expect(JSON.parse(asJson.stdout)).toEqual({ deadLetters: [letter] });
});

test('a gateway that is away for a moment ends no watching: what happened meanwhile is told later', async () => {
  const message = (id: number) => `id: ${id}\nevent: order-event\ndata: ${JSON.stringify({ sequence: id })}\n\n`;
  const streams = [message(1), `${message(2)}event: end\ndata: {"sequence":2}\n\n`];
  const timeline = [1, 2].map((sequence) => ({ at: '2025-07-09T10:30:00Z', sequence, title: `step ${sequence}` }));
  const stories = ['break off' as const, 'break off' as const, { body: { timeline } }];
  const { code, stdout, stderr } = await against(
    (request) => {
      if (request.endsWith('/events')) return { body: streams.shift() };
      return request.endsWith('/story') ? stories.shift()! : { body: { status: 'DELIVERED' } };
    },
    'order',
    'watch',
    'ORD-1',
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/ step 1$/), expect.stringMatching(/ step 2$/)]);
});

test('doctor says what does not work and what to do, and asks nothing that hangs on it', async () => {
  const args = ['doctor', '--json', '--url', 'http://127.0.0.1:9'];
  const { code, stdout } = await waybill(args, { TEMPORAL_PORT: '9', TEMPORAL_ADDRESS: '' });
  const { isWell, checks } = JSON.parse(stdout) as { isWell: boolean; checks: { name: string; state: string }[] };
  expect([code, isWell]).toEqual([1, false]);
  expect(checks).toEqual(
    expect.arrayContaining([
      { name: 'Node.js', state: 'ok', detail: process.version },
      expect.objectContaining({ name: 'packages', state: 'ok' }),
      {
        name: 'gateway',
        state: 'failed',
        detail: 'nothing answers at http://127.0.0.1:9',
        remedy: '`npm start`, or name another one with --url',
      },
      expect.objectContaining({ name: 'Temporal', state: 'failed' }),
    ]),
  );
  const names = checks.map(({ name }) => name);
  for (const name of ['workers', 'dead letters', 'queues']) expect(names).not.toContain(name);
});
