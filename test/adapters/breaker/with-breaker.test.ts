import type { ChargeRequest, PaymentProvider } from '../../../src/activities/ports';
import type { FailureType } from '../../../src/domain/failures';
import type { OrderId } from '../../../src/domain/ids';
import { type Breaker, createBreaker } from '../../../src/adapters/breaker/breaker';
import { failureTypeOf } from '../../support/contracts/books';
import { StepError } from '../../../src/domain/failures';
import { withBreaker, withPaymentBreaker } from '../../../src/adapters/breaker/with-breaker';

const orderId = 'ORD-1' as OrderId;
const request: ChargeRequest = { key: 'charge#1', orderId, amount: 1, currency: 'USD', paymentMethod: 'pm_ok' };
const money = { key: 'key', chargeKey: 'charge#1', orderId, amount: 1, currency: 'USD' };
const lookedUp = { key: 'charge#1', orderId };
const CHARGED = { kind: 'CHARGED', paymentId: 'pay_1', amount: 1 } as const;
const fails = (type: FailureType) => async () => Promise.reject(new StepError(type, type));

let breaker: Breaker;
beforeEach(() => {
  breaker = createBreaker({ dependency: 'payment', failures: 1, openMs: 60_000 });
});

const open = () => breaker.run(fails('PROVIDER_UNAVAILABLE')).catch(() => undefined);

function paymentsOf(methods: Partial<PaymentProvider> = {}) {
  const provider = {
    charge: jest.fn(methods.charge ?? (async () => CHARGED)),
    capture: jest.fn(methods.capture ?? (async () => CHARGED)),
    lookup: jest.fn(methods.lookup ?? (async () => CHARGED)),
    void: jest.fn(methods.void ?? (async () => ({ kind: 'VOIDED' as const }))),
    refund: jest.fn(methods.refund ?? (async () => undefined)),
  };
  return { provider, payments: withPaymentBreaker(provider, breaker) };
}

test('every method goes through, with what it was given and what it answers', async () => {
  const port = { add: jest.fn(async (a: number, b: number) => a + b), nothing: jest.fn(async () => undefined) };
  const guarded = withBreaker(port, breaker);
  expect(await guarded.add(1, 2)).toBe(3);
  await open();
  expect(await failureTypeOf(guarded.add(1, 2))).toBe('CIRCUIT_OPEN');
  expect(await failureTypeOf(guarded.nothing())).toBe('CIRCUIT_OPEN');
  expect([port.add.mock.calls, port.nothing.mock.calls]).toEqual([[[1, 2]], []]);
});

test('a payment company that is out of order is asked nothing', async () => {
  const { provider, payments } = paymentsOf();
  await open();
  for (const call of [
    () => payments.charge(request),
    () => payments.capture(money),
    () => payments.lookup(lookedUp),
    () => payments.void(lookedUp),
    () => payments.refund(money),
  ])
    expect(await failureTypeOf(call())).toBe('CIRCUIT_OPEN');
  for (const method of Object.values(provider)) expect(method).not.toHaveBeenCalled();
});

test.each<[string, (payments: PaymentProvider) => Promise<unknown>]>([
  ['charge', (payments) => payments.charge(request)],
  ['capture', (payments) => payments.capture(money)],
])('a lost answer of a %s is looked up once, though it opened the breaker', async (method, call) => {
  const { payments } = paymentsOf({ [method]: fails('OUTCOME_UNKNOWN') });
  expect(await failureTypeOf(call(payments))).toBe('OUTCOME_UNKNOWN');
  expect(breaker.report().state).toBe('OPEN');
  expect(await failureTypeOf(payments.lookup({ key: 'charge#2', orderId }))).toBe('CIRCUIT_OPEN');
  expect(await payments.lookup(lookedUp)).toEqual(CHARGED);
  // what was lost is found; the company is still not to be asked
  expect(breaker.report().state).toBe('OPEN');
  expect(await failureTypeOf(payments.lookup(lookedUp))).toBe('CIRCUIT_OPEN');
});

test('outages are counted, though each lost answer is found', async () => {
  breaker = createBreaker({ dependency: 'payment', failures: 3, openMs: 60_000 });
  const { payments } = paymentsOf({ charge: fails('OUTCOME_UNKNOWN') });
  for (let n = 1; n <= 3; n++) {
    await payments.charge(request).catch(() => undefined);
    await payments.lookup(lookedUp);
  }
  expect(breaker.report()).toMatchObject({ state: 'OPEN', failures: 3 });
});

test('an error that is an answer needs no look-up', async () => {
  const { payments } = paymentsOf({ charge: fails('PROVIDER_UNAVAILABLE') });
  await payments.charge(request).catch(() => undefined);
  expect(await failureTypeOf(payments.lookup(lookedUp))).toBe('CIRCUIT_OPEN');
});
