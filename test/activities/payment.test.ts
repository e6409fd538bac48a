import type { ChargeOutcome, ChargeReference, ChargeRequest, PaymentProvider } from '../../src/activities/ports';
import type { FailureType } from '../../src/domain/failures';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createPaymentActivities } from '../../src/activities/payment';
import { keys } from '../../src/domain/ids';
import { runActivity } from '../support/contracts/activities';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';

const CHARGED: ChargeOutcome = { kind: 'CHARGED', paymentId: 'pay_1', amount: 5998 };
const DECLINED: ChargeOutcome = { kind: 'DECLINED', reason: 'insufficient funds' };
const fails = (type: FailureType) => () => Promise.reject(new StepError(type, type));

const orderId = uniqueId();
const request = { key: keys.charge(orderId, 1), orderId, amount: 5998, currency: 'USD', paymentMethod: 'pm_ok' };

function providerOf(methods: Partial<PaymentProvider>) {
  const payments = {
    charge: jest.fn<Promise<ChargeOutcome>, [ChargeRequest]>(methods.charge ?? (async () => CHARGED)),
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
