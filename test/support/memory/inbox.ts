import type { EventIdentity } from '../../../src/messaging/event-identity';
import type { EventInbox, ParkedEvent } from '../../../src/messaging/ports';

interface Row {
  state: 'TAKING' | 'PARKED' | 'TAKEN';
  fingerprint: string;
  outcome?: string;
  parked?: ParkedEvent;
}

export interface MemoryInbox extends EventInbox {
  rows: Map<string, Row>;
}

/** The inbox in memory; it does what the contract wants of the one on DynamoDB. */
export function createMemoryInbox(): MemoryInbox {
  const rows = new Map<string, Row>();
  const keyOf = ({ source, eventId, fingerprint }: EventIdentity) =>
    eventId === undefined ? `unnamed-event ${source} ${fingerprint}` : `event ${source} ${eventId}`;
  const parked = () => [...rows.values()].flatMap((row) => (row.state === 'PARKED' && row.parked ? [row.parked] : []));

  return {
    rows,
    async claim(event) {
      const row = rows.get(keyOf(event));
      if (!row) {
        rows.set(keyOf(event), { state: 'TAKING', fingerprint: event.fingerprint });
        return { kind: 'OPEN' };
      }
      if (row.fingerprint !== event.fingerprint) return { kind: 'OTHER' };
      return { kind: row.state === 'TAKING' ? 'OPEN' : row.state };
    },
    async settle(event, { outcome }) {
      const row = rows.get(keyOf(event));
      if (row && row.fingerprint !== event.fingerprint) return;
      rows.set(keyOf(event), { state: 'TAKEN', fingerprint: event.fingerprint, outcome });
    },
    async forget(event) {
      const row = rows.get(keyOf(event));
      if (row?.fingerprint === event.fingerprint && row.state !== 'TAKEN') rows.delete(keyOf(event));
    },
    async park(event, p) {
      const row = rows.get(keyOf(event));
      if (row && (row.state !== 'TAKING' || row.fingerprint !== event.fingerprint)) return;
      const entry = { key: keyOf(event), identity: event, attributes: {}, ...p, tries: 0 };
      rows.set(keyOf(event), { state: 'PARKED', fingerprint: event.fingerprint, parked: entry });
    },
    countParked: async (orderId) => parked().filter((one) => one.orderId === orderId).length,
    ordersDue: async ({ before }) => [
      ...new Set(parked().flatMap(({ orderId, tryAgainAt }) => (tryAgainAt <= before ? [orderId] : []))),
    ],
    parkedFor: async (orderId) =>
      parked()
        .filter((one) => one.orderId === orderId)
        .toSorted((a, b) => (a.parkedAt < b.parkedAt ? -1 : 1)),
    async putOff(event, tryAgainAt) {
      const row = rows.get(event.key);
      if (row?.state !== 'PARKED' || row.parked?.tryAgainAt !== event.tryAgainAt) return false;
      row.parked = { ...row.parked, tryAgainAt, tries: row.parked.tries + 1 };
      return true;
    },
  };
}
