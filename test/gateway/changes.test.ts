import type { Change, ChangeOutcome, OrderClient } from '../../src/client';
import type { OrderView } from '../../src/domain/projection';
import { closeGateways, createGateway, engineDown, expectProblem, ORDER_ID, timeOf } from './support';
import { StepError } from '../../src/domain/failures';

afterEach(closeGateways);

type ChangeName =
  'decide' | 'cancel' | 'changeAddress' | 'requestReturn' | 'receiveReturn' | 'inspectReturn' | 'resolve';
type Outcome = ChangeOutcome<object>;

const RETURN_ID = `${ORDER_ID}-R1`;
const links = { self: `/orders/${ORDER_ID}`, events: `/orders/${ORDER_ID}/events` };
const done = (more: object = {}): Outcome => ({
  kind: 'done',
  answer: { orderId: ORDER_ID, status: 'DELIVERED', ...more },
});

/** A gateway whose engine gives every change one outcome, and what it was asked. */
function gatewayOf(outcome: Outcome | Error, view?: Partial<OrderView>) {
  const calls: [name: string, change: Change][] = [];
  const make = (name: ChangeName) => async (change: Change) => {
    calls.push([name, change]);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const names: ChangeName[] = [
    'decide',
    'cancel',
    'changeAddress',
    'requestReturn',
    'receiveReturn',
    'inspectReturn',
    'resolve',
  ];
  const orders = Object.fromEntries(names.map((name) => [name, make(name)])) as Partial<OrderClient>;
  const reader = { readView: async () => view as OrderView | undefined };
  return { ...createGateway({ orders, reader }), calls };
}

const post = (path: string, body?: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST' as const,
  url: `/orders/${ORDER_ID}${path}`,
  ...(body === undefined
    ? { headers }
    : {
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
});

const address = { street: '7 Side St', city: 'Seoul', country: 'KR', zipCode: '54321' };
const items = [{ productId: 'PROD-12345', quantity: 1 }];
const inspected = [{ productId: 'PROD-12345', quantity: 1, outcome: 'RESTOCK' }];

interface Case {
  path: string;
  body?: object;
  name: ChangeName;
  args: object;
  operator?: object;
  /** it says which sending it is */
  keyed: boolean;
  status: number;
}

const CASES: Case[] = [
  { path: '/cancel', body: { reason: 'twice' }, name: 'cancel', args: { reason: 'twice' }, keyed: false, status: 200 },
  { path: '/cancel', name: 'cancel', args: {}, keyed: false, status: 200 },
  { path: '/decision', body: { choice: 'WAIT' }, name: 'decide', args: { choice: 'WAIT' }, keyed: false, status: 200 },
  { path: '/address', body: address, name: 'changeAddress', args: { address }, keyed: true, status: 200 },
  {
    path: '/cancel',
    body: { by: 'kim', reason: 'a fraud' },
    name: 'cancel',
    // why an operator asks is no part of the change, and nobody outside is told
    args: {},
    operator: { by: 'kim', reason: 'a fraud' },
    keyed: false,
    status: 200,
  },
  {
    path: '/decision',
    body: { choice: 'WAIT', by: 'kim', reason: 'the customer called' },
    name: 'decide',
    args: { choice: 'WAIT' },
    operator: { by: 'kim', reason: 'the customer called' },
    keyed: false,
    status: 200,
  },
  {
    path: '/address',
    body: { ...address, by: 'kim', reason: 'the customer called' },
    name: 'changeAddress',
    args: { address },
    operator: { by: 'kim', reason: 'the customer called' },
    keyed: true,
    status: 200,
  },
  {
    path: '/resolution',
    body: { action: 'SETTLE', by: 'night shift', reference: 'wire 4711' },
    name: 'resolve',
    args: { action: 'SETTLE', by: 'night shift', reference: 'wire 4711' },
    operator: { by: 'night shift' },
    keyed: true,
    status: 200,
  },
  {
    path: '/returns',
    body: { items: [...items, ...items], reason: 'small' },
    name: 'requestReturn',
    args: { items: [{ productId: 'PROD-12345', quantity: 2 }], reason: 'small' },
    keyed: true,
    status: 201,
  },
  {
    path: `/returns/${RETURN_ID}/receive`,
    name: 'receiveReturn',
    args: { returnId: RETURN_ID },
    keyed: false,
    status: 200,
  },
  {
    path: `/returns/${RETURN_ID}/inspect`,
    body: { items: inspected },
    name: 'inspectReturn',
    args: { returnId: RETURN_ID, items: inspected },
    keyed: false,
    status: 200,
  },
];

describe.each(CASES)('POST /orders/{orderId}$path $body', ({ path, body, name, args, operator, keyed, status }) => {
  test('asks the order for it, and shows how the order stands then', async () => {
    const { inject, calls } = gatewayOf(done({ returnId: RETURN_ID }));
    const answer = await inject(post(path, body));
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ orderId: ORDER_ID, status: 'DELIVERED', links });
    expect(answer.headers['location']).toBe(status === 201 ? `/orders/${ORDER_ID}/returns/${RETURN_ID}` : undefined);
    const requestId = keyed ? (expect.stringMatching(/^req-/) as string) : 'once';
    const cause = { causationId: 'req-1', ...(operator && { operator }) };
    expect(calls).toEqual([[name, { orderId: ORDER_ID, requestId, cause, ...args }]]);
  });

  test('is 202 while the order is not through with it, with the key that it is sent again with', async () => {
    const { inject, calls } = gatewayOf({ kind: 'pending' });
    const answer = await inject(post(path, body));
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ orderId: ORDER_ID, links });
    expect(answer.json()).not.toHaveProperty('status');
    expect(answer.headers['idempotency-key']).toBe(keyed ? calls[0]![1].requestId : undefined);
  });

  test('is 409 with the reason when it is too late, also when the order is closed', async () => {
    const refused = await gatewayOf({ kind: 'refused', reason: 'it is too late' }).inject(post(path, body));
    expect(expectProblem(refused, 'change_refused')).toMatchObject({ detail: 'it is too late', instance: links.self });
    const closed = await gatewayOf({ kind: 'closed' }).inject(post(path, body));
    expect(expectProblem(closed, 'change_refused').detail).toContain('closed');
  });

  test('is 404 for an order that nobody knows, or nobody can', async () => {
    expectProblem(await gatewayOf({ kind: 'unknown' }).inject(post(path, body)), 'order_not_found');
    const { inject, calls } = gatewayOf(done());
    const request = post(path, body);
    expectProblem(await inject({ ...request, url: request.url.replace(ORDER_ID, 'a%20b') }), 'order_not_found');
    expect(calls).toEqual([]);
  });

  test.each([engineDown(), new StepError('SERVICE_UNAVAILABLE', 'throttled')])(
    'is 503 when nobody can say, and tells how to send it again: %s',
    async (error) => {
      const { inject, calls } = gatewayOf(error);
      const answer = await inject(post(path, body));
      const { detail } = expectProblem(answer, 'service_unavailable');
      const key = keyed ? calls[0]![1].requestId : undefined;
      expect(detail).toContain(key === undefined ? 'send the same again:' : `Idempotency-Key ${key}`);
      expect(answer.headers['idempotency-key']).toBe(key);
    },
  );

  test('met by a defect is a 500 that tells nothing of it', async () => {
    const answer = await gatewayOf(new TypeError('secret of the inside')).inject(post(path, body));
    expectProblem(answer, 'internal_error');
    expect(answer.body).not.toContain('secret');
  });
});

test.each(CASES.filter(({ keyed }) => keyed))('$path goes by the key of its caller', async ({ path, body }) => {
  const { inject, calls } = gatewayOf({ kind: 'pending' });
  const answer = await inject(post(path, body, { 'idempotency-key': 'mine' }));
  expect([calls[0]![1].requestId, answer.headers['idempotency-key']]).toEqual(['mine', 'mine']);
  const wrong = await inject(post(path, body, { 'idempotency-key': 'schlüssel' }));
  expectProblem(wrong, 'invalid_parameter');
});

describe('a body', () => {
  const WRONG: [path: string, body: unknown, pointers: string[]][] = [
    ['/cancel', { reason: 'a\u0000b' }, ['/reason']],
    ['/decision', {}, ['/choice']],
    ['/decision', { choice: 'KEEP' }, ['/choice']],
    ['/address', {}, ['/street', '/city', '/country', '/zipCode']],
    ['/address', { ...address, street: ' ', city: 'x'.repeat(257) }, ['/street', '/city']],
    // a name needs a reason, and a reason a name, unless it may be the customer's own
    ['/cancel', { by: 'kim' }, ['/reason']],
    ['/cancel', { by: ' ', reason: ' ' }, ['/by', '/reason']],
    ['/cancel', { by: 'x'.repeat(257), reason: 'a\u0000' }, ['/by', '/reason']],
    ['/decision', { choice: 'WAIT', by: 'kim' }, ['/reason']],
    ['/decision', { reason: 'the customer called' }, ['/choice', '/by']],
    ['/address', { ...address, by: 'kim', reason: '' }, ['/reason']],
    ['/address', { ...address, country: '', reason: 'moved' }, ['/by', '/country']],
    ['/returns', {}, ['/items']],
    ['/returns', { items: [] }, ['/items']],
    [
      '/returns',
      { items: [{ quantity: 0 }, { productId: 'P', quantity: 1.5 }] },
      ['/items/0/productId', '/items/0/quantity', '/items/1/quantity'],
    ],
    [`/returns/${RETURN_ID}/inspect`, { items }, ['/items/0/outcome']],
    [
      `/returns/${RETURN_ID}/inspect`,
      { items: [{ outcome: 'BURN' }] },
      ['/items/0/productId', '/items/0/quantity', '/items/0/outcome'],
    ],
    ['/resolution', {}, ['/action', '/by']],
    ['/resolution', { action: 'SKIP', by: 'night shift' }, ['/reason']],
    ['/resolution', { action: 'SETTLE', by: 'night shift', reason: 'done' }, ['/reference']],
    ['/resolution', { action: 'GUESS', by: '' }, ['/action', '/by']],
  ];

  test.each(WRONG)('with missing or wrong values is 422, with all of them: %s %j', async (path, body, pointers) => {
    const { inject, calls } = gatewayOf(done());
    const { errors = [] } = expectProblem(await inject(post(path, body)), 'change_invalid');
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
    for (const { detail } of errors) expect(detail).toContain('expected');
    expect(calls).toEqual([]);
  });

  test.each([
    ['/cancel', { reason: 7 }, ['/reason']],
    ['/cancel', [], ['']],
    ['/decision', 'text', ['']],
    ['/decision', { choice: 'WAIT', by: 7, reason: [] }, ['/by', '/reason']],
    ['/address', { ...address, street: {} }, ['/street']],
    ['/returns', { items: 'all' }, ['/items']],
    ['/resolution', { by: 1, action: 2 }, ['/action', '/by']],
  ])('of other types is 400: %s %j', async (path, body, pointers) => {
    const { inject, calls } = gatewayOf(done());
    const sent = body === 'text' ? '"text"' : body;
    const { errors = [] } = expectProblem(await inject(post(path, sent)), 'invalid_body');
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
    expect(calls).toEqual([]);
  });

  test('that is no JSON is refused as everywhere', async () => {
    const { inject } = gatewayOf(done());
    expectProblem(await inject(post('/cancel', '{"reason":')), 'invalid_json');
    expectProblem(await inject(post('/cancel', {}, { 'content-type': 'text/plain' })), 'unsupported_media_type');
  });

  test('keeps nothing that a change does not have', async () => {
    const { inject, calls } = gatewayOf(done());
    await inject(post('/decision', { choice: 'WAIT', patienceMs: 9, orderId: 'other', requestId: 'other' }));
    const cause = { causationId: 'req-1' };
    expect(calls).toEqual([['decide', { orderId: ORDER_ID, requestId: 'once', cause, choice: 'WAIT' }]]);
  });
});

test('a cancellation that came after the carrier names the return', async () => {
  const answer = await gatewayOf(done({ outcome: 'RETURN_REQUESTED', returnId: RETURN_ID })).inject(post('/cancel'));
  expect(answer.json()).toMatchObject({ outcome: 'RETURN_REQUESTED', returnId: RETURN_ID });
});

test.each([
  ['USD', 1999, 19.99],
  ['JPY', 1999, 1999],
  ['KWD', 1999, 1.999],
])('what an inspection refunded is told in decimals: %s', async (currency, refunded, shown) => {
  const { inject } = gatewayOf(done({ returnId: RETURN_ID, refunded, currency }));
  const answer = await inject(post(`/returns/${RETURN_ID}/inspect`, { items: inspected }));
  expect(answer.json()).toMatchObject({ refunded: shown, currency });
});

describe('a return', () => {
  const steps = [
    { returnId: RETURN_ID, status: 'REQUESTED', at: timeOf(1), items },
    { returnId: `${ORDER_ID}-R2`, status: 'REQUESTED', at: timeOf(2), items },
    { returnId: RETURN_ID, status: 'RECEIVED', at: timeOf(3) },
  ] as const;
  const get = (returnId: string) => ({ url: `/orders/${ORDER_ID}/returns/${returnId}` });

  test('is shown where its order named it', async () => {
    const { inject } = gatewayOf(done(), { returns: [...steps] as OrderView['returns'] & {} });
    const answer = await inject(get(RETURN_ID));
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      orderId: ORDER_ID,
      returnId: RETURN_ID,
      status: 'RECEIVED',
      requestedAt: timeOf(1),
      updatedAt: timeOf(3),
      items,
      links,
    });
  });

  test.each([`${ORDER_ID}-R3`, `${ORDER_ID}-R0`, `${ORDER_ID}-R`, 'OTHER-R1', `${ORDER_ID}-R1x`])(
    'that there is none of is 404: %s',
    async (returnId) => {
      const { inject } = gatewayOf(done(), { returns: [...steps] as OrderView['returns'] & {} });
      expectProblem(await inject(get(returnId)), 'return_not_found');
    },
  );

  test('of another order is not even asked for', async () => {
    const { inject, calls } = gatewayOf(done());
    expectProblem(await inject(post('/returns/OTHER-R1/receive')), 'return_not_found');
    expectProblem(await inject(post('/returns/OTHER-R1/inspect', { items: inspected })), 'return_not_found');
    expect(calls).toEqual([]);
  });
});
