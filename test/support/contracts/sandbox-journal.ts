import type { Entry, KeyState, SandboxJournal } from '../../../src/adapters/sandbox/journal';
import type { OrderId } from '../../../src/domain/ids';
import { uniqueId } from '../orders';

const VOIDED: KeyState = { kind: 'VOIDED' };
const CHARGED: KeyState = { kind: 'CHARGED', paymentId: 'pay_1', amount: 5998, refunded: 0 };

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
      const call = { at: expect.any(String) as string, provider: 'payment', operation: 'charge', key };
      expect(await journal.entries(orderId)).toEqual([
        { ...call, outcome: 'succeeded', amount: 59.98, currency: 'USD' },
        { ...call, outcome: 'declined' },
      ]);
    });
  });
}
