import type { ChargeRequest, PaymentProvider } from '../../../src/activities/ports';
import type { OrderId } from '../../../src/domain/ids';
import type { ProviderSwitch, Settlement, SettlementOutcome } from '../../../src/gateway/ports';
import { AS_USUAL, type SandboxJournal } from '../../../src/adapters/sandbox/journal';
import { createSandboxPayments } from '../../../src/adapters/sandbox/payment';
import { createSettlement } from '../../../src/adapters/sandbox/settlement';
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

    // other tests use the companies at the same time: only one that is of no other test's journal may be switched off
    const withJournal = (switches: Partial<ProviderSwitch>): PaymentProvider =>
      createSandboxPayments({
        journal: { ...journal, provider: async () => ({ ...AS_USUAL, ...switches }) },
        timeoutMs: p.timeoutMs,
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
        // they wait for each other: how long is not what this is about
        const patient = createSandboxPayments({ journal, timeoutMs: 60_000 });
        const answers = await Promise.all(Array.from({ length: 20 }, () => patient.charge(requestOf('pm_ok'))));
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

      test('pm_down: tells each time that the bank is out of order, written down, and takes nothing', async () => {
        expect(await failureTypeOf(charge('pm_down'))).toBe('ISSUER_UNAVAILABLE');
        expect(await failureTypeOf(charge('pm_down'))).toBe('ISSUER_UNAVAILABLE');
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

    describe('an authorisation', () => {
      const authorize = (paymentMethod = 'pm_ok') =>
        payments.charge({ ...requestOf(paymentMethod), mode: 'AUTHORIZE' });
      const capture = (amount = 5998, key = keys.capture(reference().key)) =>
        payments.capture({ key, chargeKey: reference().key, orderId, amount, currency: 'USD' });

      test('holds the money, and takes none', async () => {
        const held = await authorize();
        expect(held).toMatchObject({ kind: 'AUTHORIZED', amount: 5998 });
        expect(await authorize()).toEqual(held);
        expect(await payments.lookup(reference())).toEqual(held);
        expect(await calls()).toEqual(['charge authorized', 'charge replayed', 'lookup found authorized']);
        await expect(refund()).rejects.toMatchObject({ type: 'REFUND_REFUSED' });
      });

      test('is declined like a charge', async () => {
        expect(await authorize('pm_declined')).toMatchObject({ kind: 'DECLINED' });
        expect(await capture()).toMatchObject({ kind: 'DECLINED' });
      });

      test('whose answer is lost is looked up', async () => {
        expect(await failureTypeOf(authorize('pm_timeout_charged'))).toBe('OUTCOME_UNKNOWN');
        expect(await payments.lookup(reference())).toMatchObject({ kind: 'AUTHORIZED' });
      });

      test('is captured once, in part, and refunded up to what was captured', async () => {
        const { paymentId } = (await authorize()) as { paymentId: string };
        const captured = { kind: 'CHARGED', paymentId, amount: 5000 };
        expect(await capture(5000)).toEqual(captured);
        expect(await capture(5000)).toEqual(captured);
        expect(await payments.lookup(reference())).toEqual(captured);
        await expect(refund({ amount: 5001 })).rejects.toMatchObject({ type: 'REFUND_REFUSED' });
        await refund({ amount: 5000 });
        expect(await calls()).toEqual([
          'charge authorized',
          'capture succeeded',
          'capture replayed',
          'lookup found charged',
          'refund refused',
          'refund succeeded',
        ]);
      });

      test('is not captured beyond what is held, nor under a second key', async () => {
        await authorize();
        expect(await capture(5999)).toMatchObject({ kind: 'DECLINED' });
        expect(await capture(5998)).toMatchObject(charged);
        expect(await capture(1, 'another key')).toMatchObject({ kind: 'DECLINED' });
      });

      test('that is voided is let go, and captured no more', async () => {
        await authorize();
        expect(await payments.void(reference())).toEqual({ kind: 'VOIDED' });
        expect(await payments.void(reference())).toEqual({ kind: 'VOIDED' });
        expect(await capture()).toMatchObject({ kind: 'DECLINED' });
        expect(await authorize()).toMatchObject({ kind: 'DECLINED' });
      });

      test('captured is not voided: the answer says what was taken', async () => {
        await authorize();
        const captured = await capture();
        expect(await payments.void(reference())).toEqual(captured);
      });

      test('captured and voided at once, one of the two happens', async () => {
        for (let n = 1; n <= 20; n++) {
          const chargeKey = reference(n).key;
          await payments.charge({ ...requestOf('pm_ok', n), mode: 'AUTHORIZE' });
          const request = { key: keys.capture(chargeKey), chargeKey, orderId, amount: 5998, currency: 'USD' };
          const both = [() => payments.capture(request), () => payments.void(reference(n))];
          const answers = await Promise.all((n % 2 ? both : both.toReversed()).map((call) => call()));
          expect([
            ['CHARGED', 'CHARGED'],
            ['DECLINED', 'VOIDED'],
          ]).toContainEqual(answers.map(({ kind }) => kind).toSorted());
        }
      });
    });

    describe('pm_pending', () => {
      const told: Settlement[] = [];
      beforeEach(() => void told.splice(0));
      const settle = (outcome: SettlementOutcome, n = 1) =>
        createSettlement({ journal, tell: async (news) => void told.push(news) })({
          chargeKey: reference(n).key,
          outcome,
        });
      const left = { kind: 'PENDING', amount: 5998 };

      test('leaves the charge open', async () => {
        const answer = await charge('pm_pending');
        expect(answer).toMatchObject(left);
        expect(await charge('pm_pending')).toEqual(answer);
        expect(await payments.lookup(reference())).toEqual(answer);
        expect(await calls()).toEqual(['charge pending', 'charge replayed', 'lookup found pending']);
        await expect(refund()).rejects.toMatchObject({ type: 'REFUND_REFUSED' });
      });

      test('cannot be held: an authorisation is left open too', async () => {
        expect(await payments.charge({ ...requestOf('pm_pending'), mode: 'AUTHORIZE' })).toMatchObject(left);
      });

      test('settled with success is charged, told in major units, and refundable', async () => {
        const { paymentId } = (await charge('pm_pending')) as { paymentId: string };
        const news = { orderId, chargeKey: reference().key, paymentId, amount: 59.98, currency: 'USD' };
        expect(await settle('succeeded')).toEqual({ ...news, outcome: 'succeeded' });
        expect(told).toEqual([{ ...news, outcome: 'succeeded' }]);
        expect(await payments.lookup(reference())).toEqual({ kind: 'CHARGED', paymentId, amount: 5998 });
        await refund();
        expect(await calls()).toEqual([
          'charge pending',
          'settle succeeded',
          'lookup found charged',
          'refund succeeded',
        ]);
      });

      test('settled with failure is declined, with the reason that is told', async () => {
        await charge('pm_pending');
        const failed = await settle('failed');
        expect(failed).toMatchObject({ outcome: 'failed', reason: expect.any(String) as string });
        const { reason } = failed as Settlement;
        expect(await payments.lookup(reference())).toEqual({ kind: 'DECLINED', reason });
      });

      test('settled again, also otherwise, is told and answered as the first time', async () => {
        await charge('pm_pending');
        const first = await settle('succeeded');
        expect(await settle('failed')).toEqual(first);
        expect(told).toEqual([first, first]);
        expect(await payments.lookup(reference())).toMatchObject(charged);
        expect((await calls()).filter((call) => call.startsWith('settle'))).toEqual(['settle succeeded']);
      });

      test('settled without being told, is told when it is settled again', async () => {
        await charge('pm_pending');
        const deaf = createSettlement({ journal, tell: () => Promise.reject(new Error('no bus')) });
        await expect(deaf({ chargeKey: reference().key, outcome: 'succeeded' })).rejects.toThrow('no bus');
        await settle('succeeded');
        expect(told).toMatchObject([{ outcome: 'succeeded' }]);
      });

      test('voided is given up: a failure changes nothing', async () => {
        await charge('pm_pending');
        expect(await payments.void(reference())).toEqual({ kind: 'VOIDED' });
        expect(await payments.lookup(reference())).toMatchObject({ kind: 'DECLINED' });
        await settle('failed');
        expect(await payments.void(reference())).toEqual({ kind: 'VOIDED' });
        expect(await calls()).toEqual([
          'charge pending',
          'void succeeded',
          'lookup found voided',
          'settle failed',
          'void replayed',
        ]);
      });

      test('voided and yet settled with success is charged, and refundable', async () => {
        await charge('pm_pending');
        await payments.void(reference());
        await settle('succeeded');
        expect(await payments.void(reference())).toMatchObject(charged);
        await refund();
        expect((await calls()).at(-1)).toBe('refund succeeded');
      });

      test('is the only thing that can be settled', async () => {
        await charge('pm_ok');
        await payments.void(reference(2));
        expect([await settle('succeeded', 1), await settle('succeeded', 2), await settle('succeeded', 3)]).toEqual([
          'not-pending',
          'not-pending',
          'unknown',
        ]);
        expect(told).toEqual([]);
      });

      test('voided and settled at once never loses money', async () => {
        for (let n = 1; n <= 20; n++) {
          await charge('pm_pending', n);
          const both = [() => payments.void(reference(n)), () => settle('succeeded', n)];
          await Promise.all((n % 2 ? both : both.toReversed()).map((call) => call()));
          expect(await payments.void(reference(n))).toMatchObject(charged);
        }
      });
    });

    describe('switched off', () => {
      test('answers every call with an error, written down, and does nothing', async () => {
        const off = withJournal({ available: false });
        const { key: chargeKey } = reference();
        const rest = { chargeKey, orderId, amount: 1, currency: 'USD' };
        for (const call of [
          () => off.charge(requestOf('pm_ok')),
          () => off.capture({ key: keys.capture(chargeKey), ...rest }),
          () => off.lookup(reference()),
          () => off.void(reference()),
          () => off.refund({ key: keys.refund(chargeKey), ...rest }),
        ])
          expect(await failureTypeOf(call())).toBe('PROVIDER_UNAVAILABLE');
        expect(await calls()).toEqual(['charge', 'capture', 'lookup', 'void', 'refund'].map((call) => `${call} error`));
        expect(await charge()).toMatchObject(charged);
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
        await expect(refund({ amount: 5999 })).rejects.toMatchObject({ type: 'REFUND_REFUSED' });
        expect(await calls()).toEqual(['charge succeeded', 'refund refused']);
      });

      test('refuses more than was charged, also in parts under several keys', async () => {
        await charge();
        await refund({ key: `part 1 of ${orderId}`, amount: 3000 });
        await expect(refund({ key: `part 2 of ${orderId}`, amount: 3000 })).rejects.toThrow();
        expect(await calls()).toEqual(['charge succeeded', 'refund succeeded', 'refund refused']);
      });

      test('gives several parts back, to the minor unit', async () => {
        await charge();
        for (const [i, amount] of [1, 5900, 97].entries()) await refund({ key: `part ${i} of ${orderId}`, amount });
        await expect(refund({ key: `part 4 of ${orderId}`, amount: 1 })).rejects.toThrow();
        expect((await calls()).filter((call) => call === 'refund succeeded')).toHaveLength(3);
      });

      test('gives several parts back at once, never more than was charged', async () => {
        await charge();
        const parts = Array.from({ length: 5 }, (_, i) => refund({ key: `part ${i} of ${orderId}`, amount: 2000 }));
        const done = (await Promise.allSettled(parts)).filter(({ status }) => status === 'fulfilled');
        expect(done).toHaveLength(2);
      });

      test('pm_refund_refused: refuses until the company accepts it, then gives back under the same key', async () => {
        expect(await charge('pm_refund_refused')).toMatchObject(charged);
        await expect(refund()).rejects.toMatchObject({ type: 'REFUND_REFUSED' });
        await expect(refund()).rejects.toMatchObject({ type: 'REFUND_REFUSED' });
        const { key: chargeKey } = reference();
        const request = { key: keys.refund(chargeKey), chargeKey, orderId, amount: 5998, currency: 'USD' };
        await withJournal({ refunds: 'accepted' }).refund(request);
        expect(await calls()).toEqual(['charge succeeded', 'refund refused', 'refund refused', 'refund succeeded']);
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
