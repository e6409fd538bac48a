import type { ChargeRequest, PaymentProvider } from '../../../src/activities/ports';
import type { OrderId } from '../../../src/domain/ids';
import type { SandboxJournal } from '../../../src/adapters/sandbox/journal';
import { createSandboxPayments } from '../../../src/adapters/sandbox/payment';
import { failureTypeOf } from './books';
import { keys } from '../../../src/domain/ids';
import { uniqueId } from '../orders';

/**
 * What the payment sandbox does over any journal; the table of its scenarios is in the documentation.
 *
 * @param p.timeoutMs long enough for the journal to answer, short enough to wait for
 */
export function describeSandboxPayments(name: string, p: { createJournal(): SandboxJournal; timeoutMs: number }): void {
  describe(`the payment sandbox on ${name}`, () => {
    let journal: SandboxJournal;
    let payments: PaymentProvider;
    let orderId: OrderId;
    beforeEach(() => {
      journal = p.createJournal();
      payments = createSandboxPayments({ journal, timeoutMs: p.timeoutMs });
      orderId = uniqueId();
    });

    const requestOf = (paymentMethod: string, n = 1): ChargeRequest => ({
      key: keys.charge(orderId, n),
      orderId,
      amount: 5998,
      currency: 'USD',
      paymentMethod,
    });
    const charge = (paymentMethod = 'pm_ok', n = 1) => payments.charge(requestOf(paymentMethod, n));
    const reference = (n = 1) => ({ key: keys.charge(orderId, n), orderId });
    const refund = (changes: Partial<Parameters<PaymentProvider['refund']>[0]> = {}) => {
      const { key: chargeKey, ...order } = reference();
      return payments.refund({
        key: keys.refund(chargeKey),
        chargeKey,
        ...order,
        amount: 5998,
        currency: 'USD',
        ...changes,
      });
    };
    /** the journal as text: `charge succeeded` */
    const calls = async () =>
      (await journal.entries(orderId)).map(({ operation, outcome }) => `${operation} ${outcome}`);
    const charged = { kind: 'CHARGED', amount: 5998 };

    describe('charge', () => {
      test('takes the money and writes it down in major units', async () => {
        expect(await charge()).toMatchObject({ ...charged, paymentId: expect.stringMatching(/^pay_/) as string });
        expect(await journal.entries(orderId)).toMatchObject([
          {
            provider: 'payment',
            operation: 'charge',
            key: keys.charge(orderId, 1),
            outcome: 'succeeded',
            amount: 59.98,
            currency: 'USD',
          },
        ]);
      });

      test('takes it once per key, and replays the answer', async () => {
        const first = await charge();
        expect(await charge()).toEqual(first);
        expect(await calls()).toEqual(['charge succeeded', 'charge replayed']);
      });

      test('takes it once per key, of many at once', async () => {
        const answers = await Promise.all(Array.from({ length: 20 }, () => charge()));
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
        expect((await calls()).filter((call) => call === 'charge succeeded')).toHaveLength(1);
      });

      test('gives another key another payment', async () => {
        const [first, second] = [await charge('pm_ok', 1), await charge('pm_ok', 2)];
        expect(first).not.toEqual(second);
      });

      test('repeats a decline for the declined key, even when the method would be good now', async () => {
        const first = await charge('pm_declined');
        expect(first).toMatchObject({ kind: 'DECLINED' });
        expect(await charge('pm_declined')).toEqual(first);
        expect(await charge('pm_ok')).toEqual(first);
        expect(await calls()).toEqual(['charge declined', 'charge replayed', 'charge replayed']);
      });

      test('declines a method that it does not know', async () => {
        expect(await charge('pm_gold')).toMatchObject({ kind: 'DECLINED' });
      });

      test('pm_declined_once: declines the order’s first key for ever and takes the second', async () => {
        expect(await charge('pm_declined_once', 1)).toMatchObject({ kind: 'DECLINED' });
        expect(await charge('pm_declined_once', 1)).toMatchObject({ kind: 'DECLINED' });
        expect(await charge('pm_declined_once', 2)).toMatchObject(charged);
        expect(await charge('pm_declined_once', 2)).toMatchObject(charged);
        expect(await calls()).toEqual(['charge declined', 'charge replayed', 'charge succeeded', 'charge replayed']);
      });

      test('pm_late: answers late, but in time', async () => {
        expect(await charge('pm_late')).toMatchObject(charged);
        expect(await calls()).toEqual(['charge succeeded']);
      });

      test('pm_timeout_charged: takes the money, and the answer is lost each time', async () => {
        expect(await failureTypeOf(charge('pm_timeout_charged'))).toBe('OUTCOME_UNKNOWN');
        expect(await calls()).toEqual(['charge succeeded']);
        expect(await failureTypeOf(charge('pm_timeout_charged'))).toBe('OUTCOME_UNKNOWN');
        expect(await calls()).toEqual(['charge succeeded', 'charge replayed']);
        expect(await payments.lookup(reference())).toMatchObject(charged);
      });

      test('pm_timeout_not_charged: takes nothing and says nothing, then takes it under the same key', async () => {
        expect(await failureTypeOf(charge('pm_timeout_not_charged'))).toBe('OUTCOME_UNKNOWN');
        expect(await payments.lookup(reference())).toBeUndefined();
        expect(await charge('pm_timeout_not_charged')).toMatchObject(charged);
        expect(await calls()).toEqual(['charge unanswered', 'lookup not-found', 'charge succeeded']);
      });

      test('pm_down: answers with an error each time, written down, and takes nothing', async () => {
        expect(await failureTypeOf(charge('pm_down'))).toBe('PROVIDER_UNAVAILABLE');
        expect(await failureTypeOf(charge('pm_down'))).toBe('PROVIDER_UNAVAILABLE');
        expect(await payments.lookup(reference())).toBeUndefined();
        expect(await calls()).toEqual(['charge error', 'charge error', 'lookup not-found']);
      });

      test.each([
        ['JPY', 5998],
        ['KWD', 5.998],
      ])('writes down amounts of %s by its own decimals', async (currency, amount) => {
        await payments.charge({ ...requestOf('pm_ok'), currency });
        expect(await journal.entries(orderId)).toMatchObject([{ amount, currency }]);
      });
    });

    describe('lookup', () => {
      test.each([
        ['pm_ok', charged],
        ['pm_declined', { kind: 'DECLINED' }],
      ])('tells the outcome of a key charged with %s', async (method, outcome) => {
        const answer = await charge(method);
        expect(await payments.lookup(reference())).toEqual(answer);
        expect(answer).toMatchObject(outcome);
      });

      test('knows nothing of a key that was never used, and takes nothing', async () => {
        expect(await payments.lookup(reference())).toBeUndefined();
        expect(await charge()).toMatchObject(charged);
      });

      test('tells of a voided key that nothing will be charged', async () => {
        await payments.void(reference());
        expect(await payments.lookup(reference())).toMatchObject({ kind: 'DECLINED' });
      });
    });

    describe('void', () => {
      test.each(['pm_ok', 'pm_timeout_charged', 'pm_timeout_not_charged', 'pm_late'])(
        'before the charge refuses a late charge with %s',
        async (method) => {
          expect(await payments.void(reference())).toEqual({ kind: 'VOIDED' });
          await charge(method).catch(() => undefined);
          expect(await payments.lookup(reference())).toMatchObject({ kind: 'DECLINED' });
          expect(await calls()).not.toContain('charge succeeded');
        },
      );

      test('before the charge writes down that the late charge was refused', async () => {
        await payments.void(reference());
        expect(await charge()).toMatchObject({ kind: 'DECLINED' });
        expect(await calls()).toEqual(['void succeeded', 'charge refused']);
      });

      test('after the charge says what was charged, and leaves the money', async () => {
        const answer = await charge();
        expect(await payments.void(reference())).toEqual(answer);
        expect(await payments.lookup(reference())).toEqual(answer);
      });

      test('after a decline has nothing to do', async () => {
        await charge('pm_declined');
        expect(await payments.void(reference())).toEqual({ kind: 'VOIDED' });
      });

      test('again says the same', async () => {
        await payments.void(reference());
        expect(await payments.void(reference())).toEqual({ kind: 'VOIDED' });
        expect(await calls()).toEqual(['void succeeded', 'void replayed']);
      });

      test('of one key leaves the order’s other keys alone', async () => {
        await payments.void(reference(1));
        expect(await charge('pm_ok', 2)).toMatchObject(charged);
      });

      test('racing the charge: either it is charged and void says so, or it is voided and the charge refused', async () => {
        for (let round = 1; round <= 50; round++) {
          const both = [() => charge('pm_ok', round), () => payments.void(reference(round))] as const;
          const [chargeFirst, voidFirst] = round % 2 ? both : both.toReversed();
          await Promise.allSettled([chargeFirst(), voidFirst()]);
          // repeated under their keys, as after an answer that was lost
          const outcomes = [(await charge('pm_ok', round)).kind, (await payments.void(reference(round))).kind];
          expect([
            ['CHARGED', 'CHARGED'],
            ['DECLINED', 'VOIDED'],
          ]).toContainEqual(outcomes);
          const done = (await journal.entries(orderId)).filter(
            ({ key, outcome }) => key === keys.charge(orderId, round) && outcome === 'succeeded',
          );
          expect(done.map(({ operation }) => operation)).toEqual([outcomes[0] === 'CHARGED' ? 'charge' : 'void']);
        }
      });

      test('racing the charge, neither answer contradicts the other', async () => {
        for (let round = 1; round <= 50; round++) {
          const [chargeAnswer, voidAnswer] = await Promise.all([
            charge('pm_ok', round),
            payments.void(reference(round)),
          ]);
          expect([
            ['CHARGED', 'CHARGED'],
            ['DECLINED', 'VOIDED'],
          ]).toContainEqual([chargeAnswer.kind, voidAnswer.kind]);
        }
      });
    });

    describe('refund', () => {
      test('gives the money back once per key', async () => {
        await charge();
        await refund();
        await refund();
        expect(await calls()).toEqual(['charge succeeded', 'refund succeeded', 'refund replayed']);
        expect((await journal.entries(orderId))[1]).toMatchObject({ amount: 59.98, currency: 'USD' });
      });

      test('gives a part of the money back', async () => {
        await charge();
        await refund({ amount: 1000 });
        expect((await journal.entries(orderId)).at(-1)).toMatchObject({
          operation: 'refund',
          outcome: 'succeeded',
          amount: 10,
        });
      });

      test('refuses more than was charged', async () => {
        await charge();
        await expect(refund({ amount: 5999 })).rejects.toThrow();
        expect(await calls()).toEqual(['charge succeeded', 'refund refused']);
      });

      test('refuses more than was charged, also in parts under several keys', async () => {
        await charge();
        await refund({ key: `part 1 of ${orderId}`, amount: 3000 });
        await expect(refund({ key: `part 2 of ${orderId}`, amount: 3000 })).rejects.toThrow();
        expect(await calls()).toEqual(['charge succeeded', 'refund succeeded', 'refund refused']);
      });

      test.each(['nothing', 'a decline', 'a void'])('refuses to give back after %s', async (before) => {
        if (before === 'a decline') await charge('pm_declined');
        if (before === 'a void') await payments.void(reference());
        await expect(refund()).rejects.toThrow();
        expect(await calls()).toContain('refund refused');
      });
    });

    test('a company that cannot be reached is PROVIDER_UNAVAILABLE', async () => {
      const broken = createSandboxPayments({
        journal: { ...journal, claim: () => Promise.reject(new Error('no route')) },
        timeoutMs: p.timeoutMs,
      });
      expect(await failureTypeOf(broken.charge(requestOf('pm_ok')))).toBe('PROVIDER_UNAVAILABLE');
    });
  });
}
