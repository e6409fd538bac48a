import type { DeadLetterWorkbench } from '../../src/gateway/dead-letter-ports';
import { closeGateways, createGateway, engineDown, expectProblem, type ProblemBody } from './support';
import { InvalidCursorError } from '../../src/gateway/ports';
import { letterIdOf, letterOf } from '../support/letters';

afterEach(closeGateways);

const id = letterIdOf(1);
const letter = letterOf({
  id,
  class: 'BUG',
  state: 'PARKED',
  run: { workflowId: 'order-1', runId: 'run-1' },
  story: [{ at: '2026-01-01T00:00:00.000Z', what: 'DEAD', requestId: 'secret' }],
});
const known: Partial<DeadLetterWorkbench> = { read: async (asked) => (asked === id ? letter : undefined) };
const withLetters = (deadLetters: Partial<DeadLetterWorkbench> = {}) =>
  createGateway({ deadLetters: { ...known, ...deadLetters } });
const post = (url: string, payload: object, headers: Record<string, string> = {}) => ({
  method: 'POST' as const,
  url,
  headers: { 'content-type': 'application/json', ...headers },
  payload: JSON.stringify(payload),
});
const pointersOf = ({ errors = [] }: ProblemBody) => errors.map(({ pointer }) => pointer);

describe('GET /dead-letters', () => {
  test('asks for what is wanted', async () => {
    const list = jest.fn(async () => ({ deadLetters: [], cursor: 'next' }));
    const answer = await withLetters({ list }).inject({
      url: '/dead-letters?class=BUG&state=PARKED&queue=q&limit=3&cursor=c',
    });
    expect([answer.statusCode, answer.json()]).toEqual([200, { deadLetters: [], cursor: 'next' }]);
    expect(list.mock.calls).toEqual([[{ class: 'BUG', state: 'PARKED', queue: 'q', limit: 3, cursor: 'c' }]]);
  });

  test.each(['class=bug', 'state=DEAD', 'limit=0', 'limit=101'])('refuses %s', async (query) => {
    expectProblem(await withLetters().inject({ url: `/dead-letters?${query}` }), 'invalid_parameter');
  });

  test('a cursor of another list is none', async () => {
    const list = () => Promise.reject(new InvalidCursorError('expected the cursor of the page before'));
    expectProblem(await withLetters({ list }).inject({ url: '/dead-letters?cursor=c' }), 'invalid_cursor');
  });
});

describe('GET /dead-letters/{id}', () => {
  test('shows it with its story, without what only its workflow counts by', async () => {
    const answer = await withLetters().inject({ url: `/dead-letters/${id}` });
    const { version: _v, origin: _o, arrivals: _a, times: _t, run, ...shown } = letter;
    expect(answer.json()).toEqual({
      ...shown,
      workflow: run,
      story: [{ at: '2026-01-01T00:00:00.000Z', what: 'DEAD' }],
    });
  });

  test('of what there is not: 404', async () => {
    expectProblem(await withLetters().inject({ url: '/dead-letters/DL-0' }), 'dead_letter_not_found');
  });
});

describe.each(['redrive', 'discard'] as const)('POST /dead-letters/{id}/%s', (action) => {
  const url = `/dead-letters/${id}/${action}`;
  const status = action === 'redrive' ? 202 : 200;
  const body = { by: 'kim', reason: 'because' };

  test('asks for it under the caller’s key, or a new one', async () => {
    const asked = jest.fn<ReturnType<DeadLetterWorkbench['redrive']>, [string, object]>(async () => ({
      kind: 'done',
      state: 'REDRIVEN',
      redrives: 2,
      isNew: true,
    }));
    const { inject } = withLetters({ [action]: asked });
    const answer = await inject(post(url, body, { 'idempotency-key': 'key-1' }));
    expect([answer.statusCode, answer.json()]).toEqual([status, { id, state: 'REDRIVEN', redrives: 2, isNew: true }]);
    await inject(post(url, body));
    expect(asked.mock.calls.map(([of, request]) => [of, request])).toEqual([
      [id, { ...body, requestId: 'key-1' }],
      [id, { ...body, requestId: expect.stringMatching(/^req-/) as string }],
    ]);
  });

  test('what its state refuses: 409 with why', async () => {
    const refused = async () => ({ kind: 'refused' as const, reason: 'it is RESOLVED' });
    const problem = expectProblem(
      await withLetters({ [action]: refused }).inject(post(url, body)),
      'dead_letter_refused',
    );
    expect(problem).toMatchObject({ detail: 'it is RESOLVED', instance: `/dead-letters/${id}` });
  });

  test('without a name, or with one that is none: 422', async () => {
    const missing = expectProblem(await withLetters().inject(post(url, { reason: 'x' })), 'change_invalid');
    expect(pointersOf(missing)).toEqual(['/by']);
    const wrong = await withLetters().inject(post(url, { by: ' ', reason: '\u0000' }));
    expect(pointersOf(expectProblem(wrong, 'change_invalid'))).toEqual(['/by', '/reason']);
    expectProblem(await withLetters().inject(post(url, { by: 7 })), 'invalid_body');
  });

  test('of what there is not: 404, and nothing is started', async () => {
    const asked = jest.fn();
    const { inject } = withLetters({ [action]: asked });
    expectProblem(await inject(post(`/dead-letters/DL-0/${action}`, body)), 'dead_letter_not_found');
    expect(asked).not.toHaveBeenCalled();
  });

  test('without the engine: 503', async () => {
    const { inject } = withLetters({ [action]: () => Promise.reject(engineDown()) });
    expectProblem(await inject(post(url, body)), 'service_unavailable');
  });
});

test('a discard says why', async () => {
  const problem = expectProblem(
    await withLetters().inject(post(`/dead-letters/${id}/discard`, { by: 'kim' })),
    'change_invalid',
  );
  expect(pointersOf(problem)).toEqual(['/reason']);
});

describe('POST /dead-letters/redrive', () => {
  const url = '/dead-letters/redrive';

  test('starts a batch of what is asked for, times in UTC', async () => {
    const redriveAll = jest.fn(async () => ({ batchId: 'b1' }));
    const request = { class: 'BUG', since: '2026-01-02T09:00:00+09:00', queue: 'email-queue', by: 'kim' };
    const answer = await withLetters({ redriveAll }).inject(post(url, request, { 'idempotency-key': 'k' }));
    expect([answer.statusCode, answer.json()]).toEqual([
      202,
      { batchId: 'b1', links: { self: '/dead-letters/batches/b1' } },
    ]);
    const filter = { class: 'BUG', since: '2026-01-02T00:00:00.000Z', queue: 'email-queue' };
    expect(redriveAll.mock.calls).toEqual([[{ filter, by: 'kim', requestId: 'k' }]]);
  });

  test('takes what was terminated only when that is asked for', async () => {
    const redriveAll = jest.fn(async () => ({ batchId: 'b1' }));
    const { inject } = withLetters({ redriveAll });
    for (const terminated of [true, false])
      await inject(post(url, { queue: 'q', terminated, by: 'kim' }, { 'idempotency-key': 'k' }));
    expect(redriveAll.mock.calls).toMatchObject([
      [{ filter: { queue: 'q', terminated: true } }],
      [{ filter: { queue: 'q' } }],
    ]);
    expectProblem(await inject(post(url, { queue: 'q', terminated: 'yes', by: 'kim' })), 'invalid_body');
  });

  test.each([
    [{ by: 'kim' }, ['']],
    [{ class: 'bug', by: 'kim' }, ['/class']],
    [{ since: 'yesterday', by: 'kim' }, ['/since']],
    [{ since: '2026-13-45', queue: ' ' }, ['/since', '/queue', '/by']],
  ])('refuses %j', async (request, pointers) => {
    const problem = expectProblem(await withLetters().inject(post(url, request)), 'change_invalid');
    expect(pointersOf(problem)).toEqual(pointers);
  });
});

describe('POST /dead-letters/discard', () => {
  const url = '/dead-letters/discard';

  test('starts a batch of what nobody needs any more', async () => {
    const discardAll = jest.fn(async () => ({ batchId: 'b2' }));
    const request = { class: 'POISON', by: 'kim', reason: 'a test' };
    const answer = await withLetters({ discardAll }).inject(post(url, request, { 'idempotency-key': 'k' }));
    expect([answer.statusCode, answer.json()]).toEqual([
      202,
      { batchId: 'b2', links: { self: '/dead-letters/batches/b2' } },
    ]);
    expect(discardAll.mock.calls).toEqual([
      [{ filter: { class: 'POISON' }, by: 'kim', reason: 'a test', requestId: 'k' }],
    ]);
  });

  test.each([
    [{ class: 'POISON', by: 'kim' }, ['/reason']],
    [{ by: 'kim', reason: 'why' }, ['']],
  ])('refuses %j', async (request, pointers) => {
    const problem = expectProblem(await withLetters().inject(post(url, request)), 'change_invalid');
    expect(pointersOf(problem)).toEqual(pointers);
  });
});

test('a batch shows how far it is; of one that there is not: 404', async () => {
  const progress = { state: 'RUNNING', redriven: 3, underWay: 1, refused: 0, startedAt: letter.deadAt } as const;
  const progressOf = async (batchId: string) => (batchId === 'b1' ? { ...progress, cursor: 'x' } : undefined);
  const { inject } = withLetters({ progressOf });
  expect((await inject({ url: '/dead-letters/batches/b1' })).json()).toEqual({
    batchId: 'b1',
    ...progress,
    // of an earlier release it does not say these
    leftOut: 0,
    unanswered: 0,
    unansweredIds: [],
  });
  expectProblem(await inject({ url: '/dead-letters/batches/b2' }), 'batch_not_found');
});
