import type { OrderId } from '../../../src/domain/ids';
import {
  AS_USUAL,
  type Charged,
  type Entry,
  type KeyState,
  type SandboxJournal,
} from '../../../src/adapters/sandbox/journal';
import { uniqueId } from '../orders';

const VOIDED: KeyState = { kind: 'VOIDED' };
const CHARGED: Charged = { kind: 'CHARGED', paymentId: 'pay_1', amount: 5998, refunded: 0 };

/** What every memory of the sandbox companies does. */
export function describeSandboxJournal(name: string, createJournal: () => SandboxJournal): void {
  describe(`${name} as SandboxJournal`, () => {
    let journal: SandboxJournal;
    let orderId: OrderId;
    let key: string;
    beforeEach(() => {
      journal = createJournal();
      orderId = uniqueId();
      key = `charge#${orderId}#1`;
    });

    const entry = (outcome: string): Entry => ({ provider: 'payment', operation: 'charge', orderId, key, outcome });
    const outcomes = async () => (await journal.entries(orderId)).map(({ outcome }) => outcome);

    test('a free key is taken with its state, and the call is written down', async () => {
      expect(await journal.claim({ key, state: CHARGED, entry: entry('succeeded') })).toBeUndefined();
      expect(await journal.state(key)).toEqual(CHARGED);
      expect(await outcomes()).toEqual(['succeeded']);
    });

    test('a taken key keeps its state, tells it, and nothing is written down', async () => {
      await journal.claim({ key, state: CHARGED, entry: entry('succeeded') });
      expect(await journal.claim({ key, state: VOIDED, entry: entry('voided') })).toEqual(CHARGED);
      expect(await journal.state(key)).toEqual(CHARGED);
      expect(await outcomes()).toEqual(['succeeded']);
    });

    test('a key can be taken without a call', async () => {
      expect(await journal.claim({ key, state: { kind: 'SEEN', by: 'a test' } })).toBeUndefined();
      expect(await outcomes()).toEqual([]);
    });

    test('of many who want a key at once one gets it, and only its call is written down', async () => {
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          journal.claim({ key, state: { kind: 'DECLINED', reason: String(i) }, entry: entry(`${i}`) }),
        ),
      );
      const winner = claims.indexOf(undefined);
      expect(claims.filter((before) => before === undefined)).toHaveLength(1);
      expect(claims.filter((before) => before !== undefined)).toEqual(
        Array.from({ length: 19 }, () => ({ kind: 'DECLINED', reason: String(winner) })),
      );
      expect(await outcomes()).toEqual([`${winner}`]);
    });

    test('a state changes from the one that is expected, with the call', async () => {
      await journal.claim({ key, state: CHARGED, entry: entry('succeeded') });
      expect(await journal.change({ key, from: 'CHARGED', to: VOIDED, entry: entry('changed') })).toBe(true);
      expect(await journal.state(key)).toEqual(VOIDED);
      expect(await outcomes()).toEqual(['succeeded', 'changed']);
    });

    test.each(['another state', 'no state'])(
      'a key in %s does not change, and nothing is written down',
      async (before) => {
        if (before === 'another state') await journal.claim({ key, state: VOIDED });
        expect(await journal.change({ key, from: 'BOOKED', to: CHARGED, entry: entry('changed') })).toBe(false);
        expect(await journal.state(key)).toEqual(before === 'another state' ? VOIDED : undefined);
        expect(await outcomes()).toEqual([]);
      },
    );

    describe('a key taken with a change of a charge', () => {
      const chargeKey = () => `${key} of the charge`;
      const refunded: KeyState = { ...CHARGED, refunded: 1000 };
      const take = (n: number, from: KeyState = CHARGED) =>
        journal.take({
          key: `${key} ${n}`,
          state: { kind: 'REFUNDED' },
          charge: { key: chargeKey(), from, to: refunded },
          entry: entry(`${n}`),
        });

      test('changes both, and is written down', async () => {
        await journal.claim({ key: chargeKey(), state: CHARGED });
        expect(await take(1)).toBe(true);
        expect([await journal.state(`${key} 1`), await journal.state(chargeKey())]).toEqual([
          { kind: 'REFUNDED' },
          refunded,
        ]);
        expect(await outcomes()).toEqual(['1']);
      });

      test.each<[string, KeyState | undefined]>([
        ['differs in a number', refunded],
        ['is of another kind', VOIDED],
        ['is not there', undefined],
      ])('when the charge %s changes nothing', async (_, before) => {
        if (before) await journal.claim({ key: chargeKey(), state: before });
        expect(await take(1)).toBe(false);
        expect([await journal.state(`${key} 1`), await journal.state(chargeKey())]).toEqual([undefined, before]);
        expect(await outcomes()).toEqual([]);
      });

      test('when the key is taken changes nothing', async () => {
        await journal.claim({ key: chargeKey(), state: CHARGED });
        await journal.claim({ key: `${key} 1`, state: VOIDED });
        expect(await take(1)).toBe(false);
        expect(await journal.state(chargeKey())).toEqual(CHARGED);
      });

      test('of many at once one succeeds', async () => {
        await journal.claim({ key: chargeKey(), state: CHARGED });
        const taken = await Promise.all(Array.from({ length: 10 }, (_, n) => take(n)));
        expect(taken.filter(Boolean)).toHaveLength(1);
      });

      test('compares a charge with another state in it', async () => {
        const pending = { kind: 'PENDING', orderId, paymentId: 'pay_1', amount: 1, currency: 'USD' } as const;
        const from: KeyState = { kind: 'VOIDED', pending };
        await journal.claim({ key: chargeKey(), state: from });
        expect(await take(1, { ...from, pending: { ...pending, amount: 2 } })).toBe(false);
        expect(await take(2, from)).toBe(true);
      });
    });

    describe('a company', () => {
      afterEach(() => journal.switchProvider('supplier', AS_USUAL));

      test('is as usual until it is switched', async () => {
        expect(await journal.provider('supplier')).toEqual({ available: true, refunds: 'refused' });
      });

      test('is switched in part, and alone', async () => {
        const off = { available: false, refunds: 'refused' };
        expect(await journal.switchProvider('supplier', { available: false })).toEqual(off);
        expect(await journal.provider('supplier')).toEqual(off);
        await journal.switchProvider('supplier', { refunds: 'accepted' });
        expect(await journal.providers()).toEqual({
          payment: AS_USUAL,
          carrier: AS_USUAL,
          supplier: { available: false, refunds: 'accepted' },
          notification: AS_USUAL,
          warehouse: AS_USUAL,
        });
      });
    });

    test('calls of one order come back in the order they were made, with their time, without those of others', async () => {
      const numbers = Array.from({ length: 30 }, (_, i) => `${i}`);
      await journal.append({ ...entry('other'), orderId: `${orderId}-2` });
      for (const n of numbers) await journal.append(entry(n));
      const entries = await journal.entries(orderId);
      expect(entries.map(({ outcome }) => outcome)).toEqual(numbers);
      for (const { at } of entries) expect(new Date(at).toISOString()).toBe(at);
    });

    test('a call says what it said: amount and currency when it has them, and nothing else', async () => {
      await journal.append({ ...entry('succeeded'), amount: 59.98, currency: 'USD' });
      await journal.append(entry('declined'));
      await journal.append({ ...entry('refused'), carrier: 'Globe Parcel' });
      const call = { at: expect.any(String) as string, provider: 'payment', operation: 'charge', key };
      expect(await journal.entries(orderId)).toEqual([
        { ...call, outcome: 'succeeded', amount: 59.98, currency: 'USD' },
        { ...call, outcome: 'declined' },
        { ...call, outcome: 'refused', carrier: 'Globe Parcel' },
      ]);
    });
  });
}
