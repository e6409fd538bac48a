import { Trouble } from '../../../scripts/bootstrap/trouble.cjs';
import { follow, hasEnded, type Run } from '../../../scripts/demo/run';
import { type Answers, failingGateway, quietShop } from './gateway';
import { scenarioOf, shownOrder } from './support';

const newRun = (): Run => ({ scenario: scenarioOf('pm_ok'), orderId: 'demo-000000-01', startedAt: 0, answers: [] });

async function followed({ answers, reloadMs }: { answers: Answers; reloadMs: number }) {
  const { shop, close } = await failingGateway(answers);
  const run = newRun();
  const { signal } = new AbortController();
  const error = await follow(run, { shop, onChange: () => undefined, signal, reloadMs }).catch((e: unknown) => e);
  await close();
  return { run, error };
}

/** answers `times` requests for the order by breaking off */
const awayFor = (times: number): Answers => {
  let left = times;
  return (request) =>
    request === 'GET /orders/demo-000000-01' && left-- > 0 ? 'break off' : quietShop('SHIPPED')(request);
};

test('a gateway that comes back is asked again', async () => {
  const { run, error } = await followed({ answers: awayFor(2), reloadMs: 60_000 });
  expect(error).toBeUndefined();
  expect(run).toMatchObject({ answers: [202], order: { status: 'SHIPPED' }, journal: [] });
  expect(run.trouble).toBeUndefined();
});

test('a gateway that stays away is the trouble of the whole demo, not of one order', async () => {
  const { run, error } = await followed({ answers: awayFor(Infinity), reloadMs: 300 });
  expect(error).toBeInstanceOf(Trouble);
  expect((error as Error).message).toContain('Nothing answers at');
  expect(run.trouble).toBeUndefined();
});

test('an order that rests without what its scenario ends with is not waited for', async () => {
  const { shop, close } = await failingGateway((request) =>
    request.endsWith('/events') ? { body: { events: [] } } : quietShop('SHIPPED')(request),
  );
  const run = newRun();
  const deps = { shop, onChange: () => undefined, signal: new AbortController().signal, atRestMs: 10 };
  await follow(run, deps);
  await close();
  expect(run.trouble).toBe('ended without `Customer Notified`');
});

test('a step that is refused is the trouble of its order', async () => {
  const { shop, close } = await failingGateway((request) =>
    request.endsWith('/cancel')
      ? { status: 409, body: { title: 'Too late', detail: 'the order is closed' } }
      : quietShop('SHIPPED')(request),
  );
  const run = { ...newRun(), scenario: scenarioOf('cancel') };
  await follow(run, { shop, onChange: () => undefined, signal: new AbortController().signal });
  await close();
  expect(run.trouble).toBe('POST /orders/demo-000000-01/cancel was answered with 409: Too late: the order is closed');
});

test.each([
  ['SHIPPED', ['NotifyCustomer'], 'AwaitDelivery', true],
  ['SHIPPED', ['CommitTransaction'], 'NotifyCustomer', false],
  ['SHIPPED', ['NotifyCustomer'], 'AwaitStock', false],
  ['PAYMENT_FAILED', ['PaymentFailed'], undefined, true],
  ['PENDING_DECISION', ['CheckInventory'], 'HandlePartialInventory', false],
] as const)('%s after %j, in %s: a scenario has ended %s', (status, passed, open, ended) => {
  const order = shownOrder({ status }, [...passed]);
  const now = { enteredAt: '2025-07-09T10:30:00.000Z', exitedAt: null, attempts: null };
  const states = open === undefined ? order.states : [...order.states, { name: open, ...now }];
  expect(hasEnded({ ...order, states })).toBe(ended);
});
