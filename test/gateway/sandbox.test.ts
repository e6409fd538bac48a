import { closeGateways, createGateway, createMemorySandbox, expectProblem, ORDER_ID } from './support';
import { createSandboxPayments } from '../../src/adapters/sandbox/payment';
import { keys } from '../../src/domain/ids';

afterEach(closeGateways);

const USUAL = { available: true, refunds: 'refused' };
const chargeKey = keys.charge(ORDER_ID, 1);

function setUp() {
  const sandbox = createMemorySandbox();
  const { inject } = createGateway({ sandbox });
  const payments = createSandboxPayments({ journal: sandbox.journal, timeoutMs: 100 });
  return {
    sandbox,
    get: (url: string) => inject({ url }),
    send: (url: string, payload: unknown) =>
      inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify(payload),
      }),
    charge: (paymentMethod: string) =>
      payments.charge({ key: chargeKey, orderId: ORDER_ID, amount: 5998, currency: 'USD', paymentMethod }),
  };
}

describe('POST /sandbox/providers/{provider}', () => {
  test.each(['payment', 'carrier', 'supplier', 'notification', 'warehouse'] as const)(
    'takes %s down and up',
    async (provider) => {
      const { send, sandbox } = setUp();
      const answer = await send(`/sandbox/providers/${provider}`, { available: false });
      expect([answer.statusCode, answer.json()]).toEqual([200, { provider, ...USUAL, available: false }]);
      expect(await sandbox.provider(provider)).toEqual({ ...USUAL, available: false });
      expect((await send(`/sandbox/providers/${provider}`, { available: true })).json()).toEqual({
        provider,
        ...USUAL,
      });
    },
  );

  test('has refunds accepted, and leaves the rest', async () => {
    const { send, sandbox } = setUp();
    await send('/sandbox/providers/payment', { available: false });
    await send('/sandbox/providers/payment', { refunds: 'accepted' });
    expect(await sandbox.provider('payment')).toEqual({ available: false, refunds: 'accepted' });
  });

  test.each<[string, unknown, RegExp]>([
    ['another word', { refunds: 'maybe' }, /accepted\|refused/],
    ['a number', { available: 1 }, /boolean/],
    ['a name that there is not', { avaliable: false }, /Unexpected property/],
    ['nothing', {}, /at least 1/],
    ['a list', [], /object/],
  ])('refuses %s, says what was expected, and changes nothing', async (_, body, expected) => {
    const { send, sandbox } = setUp();
    const problem = expectProblem(await send('/sandbox/providers/payment', body), 'invalid_body');
    expect(JSON.stringify(problem.errors)).toMatch(expected);
    expect(await sandbox.provider('payment')).toEqual(USUAL);
  });

  test('of a company that there is not: 404', async () => {
    expectProblem(await setUp().send('/sandbox/providers/weather', { available: false }), 'company_not_found');
  });
});

test('GET /sandbox/providers shows all of them', async () => {
  const { send, get } = setUp();
  await send('/sandbox/providers/carrier', { available: false });
  expect((await get('/sandbox/providers')).json()).toEqual({
    providers: [
      { provider: 'payment', ...USUAL },
      { provider: 'carrier', ...USUAL, available: false },
      { provider: 'supplier', ...USUAL },
      { provider: 'notification', ...USUAL },
      { provider: 'warehouse', ...USUAL },
    ],
  });
});

describe('POST /sandbox/payments/settle', () => {
  test('settles a pending payment, and answers what is told; again, the same', async () => {
    const { send, charge, sandbox } = setUp();
    const { paymentId } = (await charge('pm_pending')) as { paymentId: string };
    const told = { orderId: ORDER_ID, chargeKey, paymentId, outcome: 'succeeded', amount: 59.98, currency: 'USD' };
    const answer = await send('/sandbox/payments/settle', { chargeKey, outcome: 'succeeded' });
    expect([answer.statusCode, answer.json()]).toEqual([200, told]);
    expect((await send('/sandbox/payments/settle', { chargeKey, outcome: 'failed' })).json()).toEqual(told);
    expect(sandbox.told).toEqual([told, told]);
  });

  test('a failure has its reason', async () => {
    const { send, charge } = setUp();
    await charge('pm_pending');
    const answer = await send('/sandbox/payments/settle', { chargeKey, outcome: 'failed' });
    expect(answer.json()).toMatchObject({ outcome: 'failed', reason: expect.any(String) as string });
  });

  test('of a charge that nobody asked for: 404; of one that was not left open: 409', async () => {
    const { send, charge, sandbox } = setUp();
    const settle = () => send('/sandbox/payments/settle', { chargeKey, outcome: 'succeeded' });
    expectProblem(await settle(), 'charge_not_found');
    await charge('pm_ok');
    expectProblem(await settle(), 'charge_not_pending');
    expect(sandbox.told).toEqual([]);
  });

  test.each([{}, { chargeKey }, { chargeKey, outcome: 'maybe' }, { chargeKey: '', outcome: 'failed' }])(
    'refuses %j',
    async (body) => {
      expectProblem(await setUp().send('/sandbox/payments/settle', body), 'invalid_body');
    },
  );
});

test('with other adapters there is nothing to switch or settle', async () => {
  const { inject } = createGateway({ sandbox: null });
  for (const url of ['/sandbox/providers/payment', '/sandbox/payments/settle'])
    expectProblem(await inject({ method: 'POST', url }), 'route_not_found');
  expectProblem(await inject({ url: '/sandbox/providers' }), 'route_not_found');
});
