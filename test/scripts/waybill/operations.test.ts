import { type Answers, failingGateway } from '../demo/gateway';
import { overviewExample } from '../../../src/gateway/overview-example';
import { runOnTerminal, type OnTerminal } from '../../support/run-on-terminal';
import { runScript } from '../../support/run-script';
import { storyExample } from '../../../src/gateway/story-example';

const WAYBILL = 'scripts/waybill.cjs';
const ENV = { WAYBILL_URL: '', PORT: '', NO_COLOR: '1' };

/** What it says against a gateway that answers as it is told to, and what that was asked. */
async function against(answers: Answers, ...args: string[]) {
  const asked: string[] = [];
  const { url, close } = await failingGateway((request) => {
    asked.push(request);
    return answers(request);
  });
  const outcome = await runScript(WAYBILL, { args, env: { ...ENV, WAYBILL_URL: url } });
  await close();
  return { ...outcome, asked };
}

/** The same on a terminal of 80 columns. */
async function onTerminal(answers: Answers, args: string[], typed?: OnTerminal['typed']) {
  const asked: string[] = [];
  const { url, close } = await failingGateway((request) => {
    asked.push(request);
    return answers(request);
  });
  const outcome = await runOnTerminal(WAYBILL, {
    args,
    env: { ...ENV, WAYBILL_URL: url },
    ...(typed && { typed }),
  });
  await close();
  return { ...outcome, lines: outcome.screen.trim().split('\n'), asked };
}

const tooWide = (lines: readonly string[]) => lines.filter((line) => line.length > 80);

const well = {
  ...overviewExample,
  workers: overviewExample.workers.map(({ queue, workers }) => ({ queue, workers })),
  promise: { atRisk: 0, breached: 0, orders: [] },
};
const none = { orders: 0, oldest: [] };
const quiet = { ...well, attention: { ...none, openCases: 0 }, decisions: none };

test('an overview tells of tasks that nobody does, and of orders that wait for a choice', async () => {
  const { code, stdout } = await against(
    () => ({ body: { ...overviewExample, attention: quiet.attention } }),
    'overview',
  );
  expect(code).toBe(1);
  expect(stdout).toContain('! workers: tasks of orders have waited for 41 s');
  expect(stdout).toMatch(/PENDING_DECISION .*the customer decides/);
});

test('an overview without anything wrong is 0, and says so', async () => {
  const { code, stdout } = await against(() => ({ body: quiet }), 'overview');
  expect([code, stdout.split('\n')[0]]).toEqual([0, '2025-07-09T10:51:00Z  Nothing is wrong.']);
  expect(stdout).toContain('\norders: 1 RESERVED\n');
});

test('an overview on a terminal shows what is wrong first, with what to do, in its width: 1', async () => {
  const broken = {
    ...overviewExample,
    breakers: [{ dependency: 'payment', state: 'OPEN' }],
    deadLetters: [{ class: 'BUG', parked: 3, waiting: 0 }],
    workers: [{ queue: 'orders', workers: 0 }],
    unavailable: ['queues'],
  };
  const { code, lines } = await onTerminal(() => ({ body: broken }), ['overview']);
  expect(code).toBe(1);
  expect(tooWide(lines)).toEqual([]);
  const seen = lines.join('\n');
  for (const text of [
    '✗ workers: nobody works on orders\n    → start a worker',
    '✗ what can be read: not queues',
    '! outside companies: left alone: payment\n',
    'npx waybill breakers reset payment',
    '! dead letters: 3 BUG wait for a person',
    '! orders: 1 needs a decision, 1 is late or about',
    'ORD-2025-001235',
    'the bank refuses it',
  ])
    expect(seen).toContain(text);
});

test('an overview that is watched is told again when something else is true, in lines for a program', async () => {
  const event = (id: number, data: object) => `id: ${id}\nevent: overview\ndata: ${JSON.stringify(data)}\n\n`;
  const stream = `${event(1, quiet)}${event(2, overviewExample)}event: end\ndata: {}\n\n`;
  const person = await against(() => ({ body: stream }), 'overview', '--watch');
  expect(person.asked).toEqual(['GET /live']);
  expect(person.stdout).toMatch(/Nothing is wrong\.[^]+To be seen to:/);
  const program = await against(() => ({ body: stream }), 'overview', '--watch', '--json');
  const told = program.stdout.trim().split('\n');
  expect(told.map((line) => JSON.parse(line) as object)).toEqual([quiet, overviewExample]);
});

test('the story of an order says why it does not go on and what was done, in the width of the terminal', async () => {
  const timeline = [
    ...storyExample.timeline,
    { at: '2025-07-09T10:31:00.123Z', sequence: 6, title: 'It is cancelled', operator: { by: 'kim', reason: 'twice' } },
    { at: '2025-07-09T10:31:01Z', sequence: 7, title: 'kim asks to cancel', operator: { by: 'kim', reason: 'stolen' } },
  ];
  const stuck = { ...storyExample.stuck, remedy: 'reset-breaker', dependency: 'carrier' };
  const { code, lines } = await onTerminal(
    () => ({ body: { ...storyExample, stuck, timeline } }),
    ['order', 'story', 'ORD-2025-001234'],
  );
  expect(code).toBe(0);
  expect(tooWide(lines)).toEqual([]);
  expect(lines[0]).toBe('ORD-2025-001234  PAID  Paid, and about to be shipped.');
  const seen = lines.join('\n');
  expect(seen).toContain('It does not go on: Booking the carrier fails again and again');
  expect(seen).toContain('    → npx waybill breakers reset carrier --reason …\n');
  expect(seen).toContain('2025-07-09T10:31:00Z  It is cancelled (kim: twice)\n');
  expect(seen).toContain('2025-07-09T10:31:01Z  kim asks to cancel (stolen)\n');
  expect(seen).toContain('next: GenerateShippingLabel, attempt 4, tried again at 10:30:12 UTC on 9');
});

test('what the audit trail tells is asked for as it is given, and an empty page may not be the last', async () => {
  const args = ['audit', '--by', 'night shift', '--from', '2025-07-09', '--limit', '5', '--cursor', 'c 1'];
  const { code, stdout, asked } = await against(() => ({ body: { entries: [], cursor: "it's" } }), ...args);
  expect(code).toBe(0);
  expect(asked).toEqual(['GET /audit?by=night+shift&from=2025-07-09&limit=5&cursor=c+1']);
  expect(stdout).toBe(String.raw`Nothing was done by hand in that time.
There are more: --cursor 'it'\''s'
`);
});

const question = { after: '[y/N] ', keys: 'y\r' };
const CLOSED = { caseId: 'A#1', closedAt: '2025-07-09T10:30:00Z', closedBy: 'kim', reason: 'done' };

test.each([
  ['cases', 'close', 'A#1'],
  ['order', 'cancel', 'ORD-1'],
  ['dead-letters', 'discard', 'DL-1'],
])('%s %s %s cannot be taken back: a person is asked, and nothing is done without a yes', async (...command) => {
  const args = [...command, '--reason', 'done'];
  const no = await onTerminal(() => ({ body: CLOSED }), args, { ...question, keys: '\r' });
  expect([no.code, no.asked, no.lines.at(-1)]).toEqual([1, [], 'Nothing was done.']);
  const stopped = await onTerminal(() => ({ body: CLOSED }), args, { ...question, keys: '\u0003' });
  expect([stopped.code, stopped.asked]).toEqual([130, []]);
  expect((await onTerminal(() => ({ body: CLOSED }), args, question)).asked).toHaveLength(1);
  const said = await onTerminal(() => ({ body: CLOSED }), [...args, '--yes']);
  expect([said.code, said.asked.length]).toEqual([0, 1]);
  expect(said.screen).not.toContain('[y/N]');
  expect((await against(() => ({ body: CLOSED }), ...args)).asked).toHaveLength(1);
});

test.each([
  [
    { attention: { orders: 2, oldest: [], openCases: 2 }, promise: { atRisk: 1, breached: 1, orders: [] } },
    '2 need a decision, 2 cases are open, 2 are late or about to be',
  ],
  [
    { attention: { orders: 0, oldest: [], openCases: 1 }, promise: { atRisk: 1, breached: 0, orders: [] } },
    '1 case is open, 1 is late or about to be',
  ],
])('an overview counts orders in words: %j', async (found, words) => {
  const { stdout } = await against(() => ({ body: { ...quiet, ...found } }), 'overview');
  expect(stdout).toContain(`! orders: ${words}\n`);
});

test.each([
  ['GET /live', ['overview', '--watch']],
  ['GET /orders/ORD-1/events', ['order', 'watch', 'ORD-1']],
  ['GET /orders/ORD-1/events', ['order', 'watch', 'ORD-1', '--json']],
])(
  'where nothing answers %s at all it is asked once, and that is said as other commands say it: %j',
  async (once, command) => {
    const { code, stdout, stderr, asked } = await against(() => 'break off', ...command);
    expect([code, stdout, asked]).toEqual([1, '', [once]]);
    expect(stderr).toMatch(
      /^Nothing answers at http:\S+: `npm start` starts Waybill, and --url names another gateway\.\n$/,
    );
  },
);

test('a stream that never opened is told of as it was refused; one of a gateway that answered before is tried again', async () => {
  const refused = await against(() => ({ status: 503, body: { title: 'Not now' } }), 'overview', '--watch');
  expect([refused.code, refused.asked]).toEqual([1, ['GET /live']]);
  expect(refused.stderr).toContain('answered GET /live with 503: Not now.');
  const streams = [{ status: 503, body: {} }, 'break off' as const, { body: 'event: end\ndata: {}\n\n' }];
  const placed = await against(
    (request) => {
      if (request.startsWith('POST')) return { status: 202, body: { orderId: 'ORD-1', status: 'RECEIVED' } };
      if (request.endsWith('/events')) return streams.shift()!;
      return { body: request.endsWith('/story') ? { timeline: [] } : { status: 'SHIPPED' } };
    },
    'order',
    'place',
    '--sample',
    '--watch',
  );
  expect([placed.code, placed.stderr, placed.asked.filter((one) => one.endsWith('/events')).length]).toEqual([
    0,
    '',
    3,
  ]);
});

test('a case of an order that needs attention says what was tried, why, and what is at stake', async () => {
  const attention = {
    caseId: 'NEEDS_ATTENTION#ORD-1',
    kind: 'NEEDS_ATTENTION',
    orderId: 'ORD-1',
    facts: { status: 'NEEDS_ATTENTION', tried: 'giving the money back', error: 'refused', because: 'no label' },
    amount: 59.98,
    currency: 'USD',
    state: 'OPEN',
    openedAt: '2025-07-09T10:30:00.123Z',
    lastSeenAt: '2025-07-09T10:30:00.123Z',
    links: { resolution: '/orders/ORD-1/resolution' },
  };
  const words =
    'it waits for a decision: tried giving the money back, error refused, because no label, at stake 59.98 USD';
  const shown = await against(() => ({ body: attention }), 'cases', 'show', attention.caseId);
  expect(shown.stdout.split('\n').slice(0, 3)).toEqual([
    'NEEDS_ATTENTION#ORD-1  OPEN',
    words,
    'open since 10:30:00 UTC on 9 July 2025, last found at 10:30:00 UTC on 9 July 2025',
  ]);
  const bare = { ...attention, facts: { status: 'NEEDS_ATTENTION' }, amount: undefined };
  const listed = await against(() => ({ body: { cases: [attention, bare] } }), 'cases');
  expect(listed.stdout.trim().split('\n').slice(1)).toEqual([
    `NEEDS_ATTENTION#ORD-1  2025-07-09T10:30:00Z  ${words}`,
    'NEEDS_ATTENTION#ORD-1  2025-07-09T10:30:00Z  it waits for a decision',
  ]);
});

test('a case that is closed says when, in words', async () => {
  const args = ['cases', 'close', 'A#1', '--reason', 'done'];
  const closed = await against(() => ({ body: CLOSED }), ...args);
  expect(closed.stdout).toBe('A#1 is closed, since 10:30:00 UTC on 9 July 2025 by kim: done.\n');
  const body = { ...CLOSED, state: 'CLOSED', facts: {}, openedAt: 'then', lastSeenAt: 'then', links: {} };
  const shown = await against(() => ({ body }), 'cases', 'show', 'A#1');
  expect(shown.stdout).toContain('\nclosed at 10:30:00 UTC on 9 July 2025 by kim: done\n');
});

test('an order that is shown says which state it is in', async () => {
  const body = {
    orderId: 'ORD-1',
    status: 'RESERVED',
    summary: 'It goes on.',
    payment: { charged: 0, refunded: 0 },
    shipments: [],
    states: [
      { name: 'ValidateOrder', enteredAt: 'first', exitedAt: 'then', attempts: 1 },
      { name: 'ProcessPayment', enteredAt: 'then', exitedAt: null, attempts: null },
    ],
    links: { actions: {} },
  };
  const { stdout } = await against(() => ({ body }), 'order', 'get', 'ORD-1');
  expect(stdout).toContain('first  ValidateOrder\nthen  ProcessPayment …\n');
});

test('what is tried again soon says so to the second, in words', async () => {
  const soon = '2025-07-09T10:30:12.345Z';
  const workers = [{ worker: 'worker-1', state: 'OPEN', failures: 5, openUntil: soon }];
  const breakers = [{ dependency: 'payment', state: 'OPEN', workers }];
  const seen = await against(() => ({ body: { breakers } }), 'breakers');
  expect(seen.stdout).toContain('asks again at 10:30:12 UTC on 9 July 2025\n');
  const letter = {
    id: 'DL-1',
    class: 'THROTTLED',
    severity: 'LOW',
    state: 'WAITING',
    dueAt: soon,
    queue: 'q',
    body: '',
  };
  const body = { ...letter, redrives: 0, tries: 0, story: [], attributes: {} };
  const shown = await against(() => ({ body }), 'dead-letters', 'show', 'DL-1');
  expect(shown.stdout).toContain('WAITING until 10:30:12 UTC on 9 July 2025\n');
});

test('dead letters since a time are asked about in words, before all of them are discarded', async () => {
  const args = ['dead-letters', 'discard', '--class', 'BUG', '--since', '2025-07-09T10:30:00.000Z', '--reason', 'x'];
  const { code, asked, screen } = await onTerminal(() => ({ body: {} }), args, { ...question, keys: '\r' });
  expect([code, asked]).toEqual([1, []]);
  expect(screen.replaceAll(/\s+/g, ' ')).toContain(
    'All dead letters of BUG, since 10:30:00 UTC on 9 July 2025 are discarded',
  );
});

test('what can be done about a case is told in words that a shell takes', async () => {
  const body = {
    ...CLOSED,
    state: 'OPEN',
    facts: { taken: 59.98 },
    openedAt: '2025-07-09T10:30:00Z',
    lastSeenAt: '2025-07-09T10:46:00Z',
    links: { close: '/cases/A%231/close' },
  };
  const { stdout, asked } = await against(() => ({ body }), 'cases', 'show', 'A#1');
  expect(asked).toEqual(['GET /cases/A%231']);
  expect(stdout).toContain("    → npx waybill cases close 'A#1' --reason …\n");
});
