import type { Entry, KeyState, SandboxJournal } from '../../../src/adapters/sandbox/journal';
import type { JournalEntry } from '../../../src/gateway/ports';

/** The sandbox companies' memory without a table; passes the same contract as the one on DynamoDB. */
export function createMemoryJournal(): SandboxJournal {
  const states = new Map<string, KeyState>();
  const calls: (JournalEntry & { orderId: string })[] = [];
  const append = async (entry: Entry) => void calls.push({ at: new Date().toISOString(), ...entry });
  return {
    async claim({ key, state, entry }) {
      const before = states.get(key);
      if (before) return before;
      states.set(key, state);
      if (entry) await append(entry);
      return undefined;
    },
    async change({ key, from, to, entry }) {
      if (states.get(key)?.kind !== from) return false;
      states.set(key, to);
      await append(entry);
      return true;
    },
    async refund({ key, chargeKey, from, amount, entry }) {
      const charge = states.get(chargeKey);
      if (states.has(key) || charge?.kind !== 'CHARGED' || charge.refunded !== from.refunded) return false;
      states.set(key, { kind: 'REFUNDED' });
      states.set(chargeKey, { ...from, refunded: from.refunded + amount });
      await append(entry);
      return true;
    },
    state: async (key) => states.get(key),
    append,
    entries: async (orderId) =>
      calls.filter((call) => call.orderId === orderId).map(({ orderId: _orderId, ...entry }) => entry),
  };
}
