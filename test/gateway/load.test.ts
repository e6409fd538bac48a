import type { Placement } from './support';
import { accepted, closeGateways, createGateway, engineDown, expectProblem } from './support';
import { createMixer } from '../../src/gateway/sandbox/mixer';
import { createLoad } from '../../src/gateway/sandbox/load';
import { eventually, gate } from '../support/contracts/condition';
import { type LogFields, logFields } from '../../src/log-context';
import { isLoopback } from '../../src/gateway/sandbox/loopback';
import { parseSubmission } from '../../src/submission';
import { PRODUCTS } from '../../scripts/lib/seed';
import { SANDBOX_SCENARIOS } from '../../src/gateway/sandbox/scenarios';
import { SCENARIOS } from '../../scripts/lib/scenarios';
import type { OrderId } from '../../src/domain/ids';
import type { OrderStatus } from '../../src/domain/states';
import type { LoadReport } from '../../src/gateway/sandbox/load';
import { workflowIdOf } from '../../src/domain/ids';
import { validateOrder } from '../../src/domain/validation';

afterEach(closeGateways);

describe('the scenarios', () => {
  test('each has an id of its own, and a title and a description in words', () => {
    expect(new Set(SANDBOX_SCENARIOS.map(({ id }) => id)).size).toBe(SANDBOX_SCENARIOS.length);
    for (const { title, description } of SANDBOX_SCENARIOS) {
      expect(title).toMatch(/^[A-Z][^_]+[^.]$/);
      expect(description).toMatch(/^[A-Z].+\.$/);
    }
  });

  test('each orders what there is in the sandbox, and is right but for the one that is not to be', () => {
    const products = PRODUCTS.map(({ productId }) => productId);
    for (const { id, order } of SANDBOX_SCENARIOS) {
      expect([id, parseSubmission(order).ok]).toEqual([id, true]);
      expect([id, validateOrder({ ...order, orderId: 'ORD-1' as OrderId }).valid]).toEqual([id, id !== 'invalid']);
      for (const { productId } of order.items ?? []) expect(products).toContain(productId);
    }
  });

  test('one that is called as in the demo is the same order', () => {
    const demo = new Map(SCENARIOS.map(({ name, order }) => [name, order]));
    const shared = SANDBOX_SCENARIOS.filter(({ id }) => demo.has(id));
    expect(shared.length).toBeGreaterThan(12);
    for (const { id, order } of shared) expect([id, order]).toEqual([id, demo.get(id)]);
  });

  test('GET /sandbox/scenarios lists them with whole orders, which are placed as they are', async () => {
    const { inject, placements } = createGateway();
    const { scenarios } = (await inject({ url: '/sandbox/scenarios' })).json<{ scenarios: { order: object }[] }>();
    expect(scenarios).toEqual(JSON.parse(JSON.stringify(SANDBOX_SCENARIOS)));
    const headers = { 'content-type': 'application/json' };
    for (const { order } of scenarios)
      expect((await inject({ method: 'POST', url: '/orders', headers, payload: order })).statusCode).toBe(202);
    expect(placements).toHaveLength(scenarios.length);
  });
});

test.each([
  [{ a: 1 }, 'aaaa'],
  [{ a: 2, b: 1 }, 'abaaba'],
  [{ a: 1, b: 1, c: 2 }, 'cabccabc'],
  [{ a: 0.5, b: 0.25 }, 'abaaba'],
])('a mix of %j is spread evenly: %s', (weights, expected) => {
  const next = createMixer(weights);
  expect(Array.from(expected, () => next()).join('')).toBe(expected);
});

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.10', false],
  ['waybill.example.com', false],
  ['localhost.example.com', false],
])('%s is loopback: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));

describe('load', () => {
  const start = (body: unknown) => ({
    method: 'POST' as const,
    url: '/sandbox/load',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  const PLAN = { ratePerSecond: 50, durationSeconds: 1, mix: { pm_ok: 3, pm_declined: 1 } };
  const report = async ({ inject }: Pick<ReturnType<typeof createGateway>, 'inject'>) =>
    (await inject({ url: '/sandbox/load' })).json<LoadReport>();
  const ended = (gateway: ReturnType<typeof createGateway>) =>
    eventually(
      () => report(gateway),
      ({ state, underWay }) => state === 'IDLE' && underWay === 0,
    );

  /** Each order is taken; every third one is sold out. */
  function createShop() {
    let n = 0;
    return createGateway({
      place: async (placement) => {
        const outcome = accepted(placement);
        if (outcome.kind !== 'accepted') throw new Error('never');
        return ++n % 3 === 0
          ? { ...outcome, answer: { ...outcome.answer, status: 'INVENTORY_UNAVAILABLE' as const } }
          : outcome;
      },
    });
  }

  test('none was made: idle, and nothing placed', async () => {
    const nothing = { state: 'IDLE', placed: 0, failed: 0, skipped: 0, underWay: 0, outcomes: [] };
    expect(await report(createGateway())).toEqual(nothing);
  });

  test('as many orders as the rate and the time make, in the mix, as POST /orders places them, and what came of them', async () => {
    const gateway = createShop();
    const answer = await gateway.inject(start(PLAN));
    expect([answer.statusCode, answer.json()]).toEqual([202, expect.objectContaining({ state: 'RUNNING', ...PLAN })]);
    const last = await ended(gateway);
    expect(last).toMatchObject({ ...PLAN, state: 'IDLE', placed: 50, failed: 0, skipped: 0, underWay: 0 });
    expect(last.outcomes).toEqual([
      { status: 'RESERVED', orders: 34 },
      { status: 'INVENTORY_UNAVAILABLE', orders: 16 },
    ]);
    expect(Date.parse(last.endsAt ?? '') - Date.parse(last.startedAt ?? '')).toBe(1000);
    const { placements } = gateway;
    const methods = placements.map(({ submission }) => submission.paymentMethod);
    expect(methods.filter((method) => method === 'pm_declined')).toHaveLength(12);
    expect(new Set(placements.map(({ submission }) => submission.customerId)).size).toBe(50);
    expect(new Set(placements.map(({ requestId }) => requestId)).size).toBe(50);
    for (const { fingerprint, patienceMs } of placements)
      expect([fingerprint, patienceMs]).toEqual([expect.stringMatching(/^[\w-]{43}$/), 3000]);
  });

  test('each order is a trace and has lines of its own, whoever started the load', async () => {
    const fields: LogFields[] = [];
    const gateway = createGateway({
      place: async (placement) => {
        fields.push({ ...logFields() });
        return accepted(placement);
      },
    });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const request = start({ ...PLAN, ratePerSecond: 3 });
    await gateway.inject({ ...request, headers: { ...request.headers, traceparent } });
    await ended(gateway);
    const orderId = 'ORD-generated';
    expect(fields).toEqual(
      Array.from({ length: 3 }, () => ({ orderId, workflowId: workflowIdOf(orderId as OrderId) })),
    );
  });

  test('one at a time; stopped, it places no more, and another can be made', async () => {
    const gateway = createGateway();
    await gateway.inject(start({ ...PLAN, durationSeconds: 600 }));
    expectProblem(await gateway.inject(start(PLAN)), 'load_running');
    await eventually(
      () => report(gateway),
      ({ placed }) => placed > 2,
    );
    const stopped = await gateway.inject({ method: 'DELETE', url: '/sandbox/load' });
    expect([stopped.statusCode, stopped.json()]).toEqual([200, expect.objectContaining({ state: 'IDLE' })]);
    const { placed, endsAt = '' } = await ended(gateway);
    expect(Date.parse(endsAt)).toBeLessThanOrEqual(Date.now());
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await report(gateway)).placed).toBe(placed);
    expect((await gateway.inject(start({ ...PLAN, ratePerSecond: 1 }))).statusCode).toBe(202);
    expect(await ended(gateway)).toMatchObject({ ratePerSecond: 1, placed: 1 });
  });

  test('stopped without any: nothing happens', async () => {
    const { inject } = createGateway();
    const answer = await inject({ method: 'DELETE', url: '/sandbox/load' });
    expect([answer.statusCode, answer.json()]).toEqual([200, expect.objectContaining({ state: 'IDLE', placed: 0 })]);
  });

  test('an engine that is not there: the orders fail, and it says why', async () => {
    const gateway = createGateway({
      place: async () => {
        throw engineDown();
      },
    });
    await gateway.inject(start({ ...PLAN, ratePerSecond: 5 }));
    const { placed, failed, lastFailure } = await ended(gateway);
    expect([placed, failed, lastFailure]).toEqual([0, 5, 'the engine cannot be reached']);
  });

  test('an engine that hangs is not flooded: what is due beside 200 that wait is skipped', async () => {
    const hanging = gate();
    const load = createLoad({
      scenarios: SANDBOX_SCENARIOS,
      place: async (): Promise<OrderStatus> => {
        await hanging.opened;
        return 'RESERVED';
      },
    });
    // 10 s of it come due at once, as after a machine's sleep
    jest.useFakeTimers({ now: 0 });
    load.start({ ratePerSecond: 50, durationSeconds: 10, mix: { pm_ok: 1 } });
    jest.setSystemTime(20_000);
    jest.runOnlyPendingTimers();
    jest.useRealTimers();
    expect(load.report()).toMatchObject({ state: 'IDLE', placed: 0, skipped: 300, underWay: 200 });
    hanging.open();
    await load.close();
    expect(load.report()).toMatchObject({ placed: 200, failed: 0, skipped: 300, underWay: 0 });
  });

  test('when the gateway ends, no more are placed, and those under way are waited for', async () => {
    const hanging = gate();
    const placed: Placement[] = [];
    const gateway = createGateway({
      place: async (placement) => {
        await hanging.opened;
        placed.push(placement);
        return accepted(placement);
      },
    });
    await gateway.inject(start({ ...PLAN, durationSeconds: 600 }));
    await eventually(
      () => report(gateway),
      ({ underWay }) => underWay > 2,
    );
    const closing = gateway.app.close();
    const { length } = gateway.placements;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([gateway.placements.length, placed.length]).toEqual([length, 0]);
    hanging.open();
    await closing;
    expect(placed).toHaveLength(length);
  });

  test('a gateway that others reach makes none, and says why', async () => {
    const gateway = createGateway({ isOnLoopback: false });
    const problem = expectProblem(await gateway.inject(start(PLAN)), 'load_refused');
    expect(problem.detail).toBe('expected HOST to be a loopback address, such as 127.0.0.1');
    expect(gateway.placements).toEqual([]);
    expect((await gateway.inject({ url: '/sandbox/scenarios' })).statusCode).toBe(200);
  });

  test('scenarios that there are not are named', async () => {
    const { inject } = createGateway();
    const problem = expectProblem(await inject(start({ ...PLAN, mix: { pm_ok: 1, 'a/b': 2 } })), 'load_invalid');
    expect(problem.errors).toEqual([
      {
        pointer: '/mix/a~1b',
        code: 'unknown',
        detail: 'expected the id of a scenario of GET /sandbox/scenarios, got "a/b"',
      },
    ]);
  });

  test.each<[string, object, RegExp]>([
    ['51 a second', { ratePerSecond: 51 }, /less or equal to 50/],
    ['a rate of nothing', { ratePerSecond: 0 }, /greater or equal to 0.1/],
    ['more than ten minutes', { durationSeconds: 601 }, /less or equal to 600/],
    ['half a second', { durationSeconds: 0.5 }, /integer/],
    ['a weight of nothing', { mix: { pm_ok: 0 } }, /greater than 0/],
    ['no mix', { mix: {} }, /at least 1/],
    ['a name that there is not', { rate: 1 }, /Unexpected property/],
  ])('%s is refused, with what was expected', async (_, changes, expected) => {
    const gateway = createGateway();
    const problem = expectProblem(await gateway.inject(start({ ...PLAN, ...changes })), 'invalid_body');
    expect(JSON.stringify(problem.errors)).toMatch(expected);
    expect((await report(gateway)).state).toBe('IDLE');
  });

  test('without sandbox companies there is none of it', async () => {
    const { inject } = createGateway({ sandbox: null });
    for (const url of ['/sandbox/scenarios', '/sandbox/load']) expectProblem(await inject({ url }), 'route_not_found');
  });
});
