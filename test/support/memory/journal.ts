import { isDeepStrictEqual } from 'node:util';
import type { JournalEntry, ProviderSwitches } from '../../../src/gateway/ports';
import { AS_USUAL, type Entry, type KeyState, type SandboxJournal } from '../../../src/adapters/sandbox/journal';
import { DEPENDENCIES } from '../../../src/domain/breaker';

/** The sandbox companies' memory without a table; passes the same contract as the one on DynamoDB. */
export function createMemoryJournal(): SandboxJournal {
  const states = new Map<string, KeyState>();
  const calls: (JournalEntry & { orderId: string })[] = [];
  const switches = Object.fromEntries(DEPENDENCIES.map((name) => [name, { ...AS_USUAL }])) as ProviderSwitches;
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
    async take({ key, state, charge, entry }) {
      if (states.has(key) || !isDeepStrictEqual(states.get(charge.key), charge.from)) return false;
      states.set(key, state);
      states.set(charge.key, charge.to);
      await append(entry);
      return true;
    },
    state: async (key) => states.get(key),
    append,
    entries: async (orderId) =>
      calls.filter((call) => call.orderId === orderId).map(({ orderId: _orderId, ...entry }) => entry),
    provider: async (name) => switches[name],
    providers: async () => structuredClone(switches),
    switchProvider: async (name, changes) => (switches[name] = { ...switches[name], ...changes }),
  };
}
