import type {
  CaptureRequest,
  ChargeOutcome,
  ChargeReference,
  ChargeRequest,
  PaymentProvider,
} from '../../src/activities/ports';
import type { ApplicationFailure } from '@temporalio/activity';
import type { FailureType } from '../../src/domain/failures';
import { CircuitOpenError } from '../../src/domain/breaker';
import { createBreaker } from '../../src/adapters/breaker/breaker';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createPaymentActivities } from '../../src/activities/payment';
import { keys } from '../../src/domain/ids';
import { runActivity } from '../support/contracts/activities';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';
import { withPaymentBreaker } from '../../src/adapters/breaker/with-breaker';

type PaymentActivities = ReturnType<typeof createPaymentActivities>;

type Captured = Awaited<ReturnType<PaymentProvider['capture']>>;

const CHARGED: Captured = { kind: 'CHARGED', paymentId: 'pay_1', amount: 5998 };
const DECLINED: Captured = { kind: 'DECLINED', reason: 'insufficient funds' };
const fails = (type: FailureType) => () => Promise.reject(new StepError(type, type));

const orderId = uniqueId();
const request = { key: keys.charge(orderId, 1), orderId, amount: 5998, currency: 'USD', paymentMethod: 'pm_ok' };

function providerOf(methods: Partial<PaymentProvider>) {
  const payments = {
    charge: jest.fn<Promise<ChargeOutcome>, [ChargeRequest]>(methods.charge ?? (async () => CHARGED)),
    capture: jest.fn<Promise<Captured>, [CaptureRequest]>(methods.capture ?? (async () => CHARGED)),
    lookup: jest.fn<Promise<ChargeOutcome | undefined>, [ChargeReference]>(methods.lookup ?? (async () => undefined)),
    void: methods.void ?? (async () => ({ kind: 'VOIDED' as const })),
    refund: methods.refund ?? (async () => undefined),
  };
  return { payments, activities: createPaymentActivities({ payments }) };
}

describe('processPayment', () => {
  test.each([CHARGED, DECLINED])('an answer is the outcome, and nothing is looked up: $kind', async (outcome) => {
    const { activities, payments } = providerOf({ charge: async () => outcome });
    expect(await runActivity(activities.processPayment, request, { attempt: 2 })).toEqual({ ...outcome, attempts: 2 });
    expect(payments.charge).toHaveBeenCalledWith(request);
    expect(payments.lookup).not.toHaveBeenCalled();
  });

  test.each([CHARGED, DECLINED])(
    'when the answer is lost, the outcome is looked up by its key: $kind',
    async (outcome) => {
      const { activities, payments } = providerOf({ charge: fails('OUTCOME_UNKNOWN'), lookup: async () => outcome });
      expect(await runActivity(activities.processPayment, request)).toEqual({ ...outcome, attempts: 1 });
      expect(payments.lookup).toHaveBeenCalledWith({ key: request.key, orderId });
    },
  );

  test('a key that is not known yet is no outcome: tried again, never taken for a decline', async () => {
    const { activities } = providerOf({ charge: fails('OUTCOME_UNKNOWN') });
    await expect(runActivity(activities.processPayment, request)).rejects.toMatchObject({
      type: 'OUTCOME_UNKNOWN',
      nonRetryable: false,
    });
  });

  test('an error of the company is tried again, without a look-up', async () => {
    const { activities, payments } = providerOf({ charge: fails('PROVIDER_UNAVAILABLE') });
    await expect(runActivity(activities.processPayment, request)).rejects.toMatchObject({
      type: 'PROVIDER_UNAVAILABLE',
      nonRetryable: false,
    });
    expect(payments.lookup).not.toHaveBeenCalled();
  });

  test('a look-up that fails leaves the outcome open', async () => {
    const { activities } = providerOf({ charge: fails('OUTCOME_UNKNOWN'), lookup: fails('PROVIDER_UNAVAILABLE') });
    await expect(runActivity(activities.processPayment, request)).rejects.toMatchObject({ nonRetryable: false });
  });

  test('a defect is not taken for an open outcome', async () => {
    const { activities, payments } = providerOf({ charge: () => Promise.reject(new TypeError('defect')) });
    await expect(runActivity(activities.processPayment, request)).rejects.toThrow(TypeError);
    expect(payments.lookup).not.toHaveBeenCalled();
  });
});

describe('capturePayment', () => {
  const capture = { key: keys.capture(request.key), chargeKey: request.key, orderId, amount: 5998, currency: 'USD' };

  test.each([CHARGED, DECLINED])('an answer is the outcome, and nothing is looked up: $kind', async (outcome) => {
    const { activities, payments } = providerOf({ capture: async () => outcome });
    expect(await runActivity(activities.capturePayment, capture, { attempt: 2 })).toEqual({ ...outcome, attempts: 2 });
    expect(payments.capture).toHaveBeenCalledWith(capture);
    expect(payments.lookup).not.toHaveBeenCalled();
  });

  test.each([CHARGED, DECLINED])('a lost answer is looked up by the key of the charge: $kind', async (outcome) => {
    const { activities, payments } = providerOf({ capture: fails('OUTCOME_UNKNOWN'), lookup: async () => outcome });
    expect(await runActivity(activities.capturePayment, capture)).toEqual({ ...outcome, attempts: 1 });
    expect(payments.lookup).toHaveBeenCalledWith({ key: request.key, orderId });
  });

  test.each([undefined, { kind: 'AUTHORIZED', paymentId: 'pay_1', amount: 5998 } as const])(
    'money that is still held is no outcome: tried again (%j)',
    async (held) => {
      const { activities } = providerOf({ capture: fails('OUTCOME_UNKNOWN'), lookup: async () => held });
      await expect(runActivity(activities.capturePayment, capture)).rejects.toMatchObject({
        type: 'OUTCOME_UNKNOWN',
        nonRetryable: false,
      });
    },
  );

  test('after an outage is looked up first, and captured only when it was not', async () => {
    const after = providerOf({ lookup: async () => CHARGED });
    const step = { ...capture, lookUpFirst: true };
    expect(await runActivity(after.activities.capturePayment, step)).toMatchObject(CHARGED);
    expect(after.payments.capture).not.toHaveBeenCalled();
    const held = providerOf({ lookup: async () => ({ kind: 'AUTHORIZED', paymentId: 'pay_1', amount: 5998 }) });
    expect(await runActivity(held.activities.capturePayment, step)).toMatchObject(CHARGED);
    expect(held.payments.capture).toHaveBeenCalledWith(capture);
  });
});

describe('a company that is out of order', () => {
  const until = () => new Date(Date.now() + 30_000).toISOString();
  const open = () => Promise.reject(new CircuitOpenError('payment', until()));
  const { key: chargeKey, orderId: _, amount, currency } = { ...request };
  const money = { chargeKey, orderId, amount, currency };

  test.each<[string, (activities: PaymentActivities) => Promise<unknown>]>([
    ['processPayment', ({ processPayment }) => runActivity(processPayment, request)],
    ['capturePayment', ({ capturePayment }) => runActivity(capturePayment, { key: 'capture', ...money })],
    ['voidPayment', ({ voidPayment }) => runActivity(voidPayment, { key: chargeKey, orderId })],
    ['refundPayment', ({ refundPayment }) => runActivity(refundPayment, { key: 'refund', ...money })],
  ])('%s is tried again when it may be asked again, and not before', async (_name, run) => {
    const { activities } = providerOf({ charge: open, capture: open, void: open, refund: open, lookup: open });
    const failure = (await run(activities).catch((error: unknown) => error)) as ApplicationFailure;
    expect(failure).toMatchObject({ type: 'CIRCUIT_OPEN', nonRetryable: false, details: [{ attempts: 1 }] });
    const delay = Number(failure.nextRetryDelay);
    expect(delay).toBeGreaterThan(20_000);
    expect(delay).toBeLessThanOrEqual(30_000);
  });

  test('whose time is over already is tried at once', async () => {
    const over = () => Promise.reject(new CircuitOpenError('payment', new Date(0).toISOString()));
    const { activities } = providerOf({ charge: over });
    await expect(runActivity(activities.processPayment, request)).rejects.toMatchObject({ nextRetryDelay: 1 });
  });

  test('other failures have the usual back-off', async () => {
    const { activities } = providerOf({ charge: fails('PROVIDER_UNAVAILABLE') });
    await expect(runActivity(activities.processPayment, request)).rejects.toMatchObject({ nextRetryDelay: undefined });
  });

  test('is told to those who want to know', async () => {
    const at = until();
    const { activities, payments } = providerOf({ charge: () => Promise.reject(new CircuitOpenError('payment', at)) });
    const step = { ...request, tellWhenDown: true };
    expect(await runActivity(activities.processPayment, step, { attempt: 2 })).toEqual({
      kind: 'DELAYED',
      dependency: 'payment',
      until: at,
      attempts: 2,
    });
    expect(payments.charge).toHaveBeenCalledWith(request);
  });

  test('tells nothing of other failures', async () => {
    const { activities } = providerOf({ charge: fails('ISSUER_UNAVAILABLE') });
    await expect(runActivity(activities.processPayment, { ...request, tellWhenDown: true })).rejects.toMatchObject({
      type: 'ISSUER_UNAVAILABLE',
      nonRetryable: false,
    });
  });
});

test('a refund that is refused is not tried again', async () => {
  const { activities } = providerOf({ refund: fails('REFUND_REFUSED') });
  const refund = { key: 'refund', chargeKey: request.key, orderId, amount: 1, currency: 'USD' };
  await expect(runActivity(activities.refundPayment, refund)).rejects.toMatchObject({
    type: 'REFUND_REFUSED',
    nonRetryable: true,
  });
});

describe('with the sandbox behind a breaker', () => {
  const OPEN_MS = 60_000;
  const setUp = () => {
    const world = createMemoryWorld();
    const breaker = createBreaker({ dependency: 'payment', failures: 2, openMs: OPEN_MS });
    const payments = withPaymentBreaker(world.ports.payments, breaker);
    return { world, breaker, activities: createPaymentActivities({ payments }) };
  };

  test('down opens it, and it is charged under the same key when it is up again', async () => {
    const { world, breaker, activities } = setUp();
    await world.journal.switchProvider('payment', { available: false });
    for (const attempt of [1, 2])
      await expect(runActivity(activities.processPayment, request, { attempt })).rejects.toMatchObject({
        type: 'PROVIDER_UNAVAILABLE',
      });
    expect(await runActivity(activities.processPayment, { ...request, tellWhenDown: true })).toMatchObject({
      kind: 'DELAYED',
    });
    expect(await world.journal.entries(orderId)).toHaveLength(2);
    await world.journal.switchProvider('payment', { available: true });
    breaker.reset();
    expect(await runActivity(activities.processPayment, request)).toMatchObject({ kind: 'CHARGED' });
  });

  test('pm_down does not open it: the company answers', async () => {
    const { breaker, activities } = setUp();
    for (let attempt = 1; attempt <= 5; attempt++)
      await expect(
        runActivity(activities.processPayment, { ...request, paymentMethod: 'pm_down' }),
      ).rejects.toMatchObject({ type: 'ISSUER_UNAVAILABLE' });
    expect(breaker.report()).toEqual({ state: 'CLOSED', failures: 0 });
  });

  test('a charge that is never answered is known at once, also when it opens the breaker', async () => {
    const { breaker, activities } = setUp();
    for (const n of [1, 2])
      expect(
        await runActivity(activities.processPayment, {
          ...request,
          key: keys.charge(orderId, n),
          paymentMethod: 'pm_timeout_charged',
        }),
      ).toMatchObject({ kind: 'CHARGED' });
    expect(breaker.report().state).toBe('OPEN');
  });
});

describe('with the sandbox', () => {
  let world: MemoryWorld;
  beforeEach(() => {
    world = createMemoryWorld();
  });
  const activitiesOf = () => createPaymentActivities(world.ports);
  const calls = async () =>
    (await world.journal.entries(orderId)).map(({ operation, outcome }) => `${operation} ${outcome}`);

  test('pm_timeout_charged is charged once, in one attempt', async () => {
    const outcome = await runActivity(activitiesOf().processPayment, {
      ...request,
      paymentMethod: 'pm_timeout_charged',
    });
    expect(outcome).toMatchObject({ kind: 'CHARGED', attempts: 1 });
    expect(await calls()).toEqual(['charge succeeded', 'lookup found charged']);
  });

  test('pm_timeout_not_charged is charged in the second attempt, under the same key', async () => {
    const charge = { ...request, paymentMethod: 'pm_timeout_not_charged' };
    await expect(runActivity(activitiesOf().processPayment, charge)).rejects.toMatchObject({ type: 'OUTCOME_UNKNOWN' });
    expect(await runActivity(activitiesOf().processPayment, charge, { attempt: 2 })).toMatchObject({
      kind: 'CHARGED',
      attempts: 2,
    });
    expect((await calls()).filter((call) => call === 'charge succeeded')).toHaveLength(1);
  });

  test('voidPayment and refundPayment undo by the charge’s key', async () => {
    const { processPayment, voidPayment, refundPayment } = activitiesOf();
    await runActivity(processPayment, request);
    const { key: chargeKey, amount, currency } = request;
    expect(await runActivity(voidPayment, { key: chargeKey, orderId })).toMatchObject({ kind: 'CHARGED', amount });
    await runActivity(refundPayment, { key: keys.refund(chargeKey), chargeKey, orderId, amount, currency });
    expect((await calls()).at(-1)).toBe('refund succeeded');
  });
});
