import type { PackingOrder, PackingOutcome, WarehouseDesk } from '../../messaging/warehouse-ports';
import type { KeyState, SandboxJournal } from './journal';
import { answerWithin, unlessSwitchedOff } from './answer';

const COMPANY = 'the warehouse sandbox';

/** Who packs, in a box: takes everything, remembers every key for ever, and of a parcel packs the latest version. */
export function createSandboxWarehouse(p: { journal: SandboxJournal; timeoutMs: number }): WarehouseDesk {
  return { pack: (order) => answerWithin(p.timeoutMs, COMPANY, pack(p.journal, order)) };
}

async function pack(journal: SandboxJournal, { key, orderId, shipmentId, version }: PackingOrder) {
  const entry = { provider: 'warehouse', operation: 'pack', orderId, key } as const;
  const succeeded = { ...entry, outcome: 'succeeded' };
  const parcel = `parcel ${shipmentId}`;
  const state: KeyState = { kind: 'PACKING', version };
  return unlessSwitchedOff(journal, entry, async (): Promise<PackingOutcome> => {
    for (;;) {
      const before = await journal.claim({ key: parcel, state, entry: succeeded });
      if (!before) return 'TAKEN';
      const known = before.kind === 'PACKING' ? before.version : 0;
      if (known >= version) {
        await journal.append({ ...entry, outcome: known === version ? 'replayed' : 'superseded' });
        return known === version ? 'TAKEN' : 'SUPERSEDED';
      }
      const charge = { key: parcel, from: before, to: state };
      // otherwise another version came in between: looked at again
      if (await journal.take({ key, state: { kind: 'SEEN', by: COMPANY }, charge, entry: succeeded })) return 'TAKEN';
    }
  });
}
