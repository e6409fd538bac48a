import { createHash } from 'node:crypto';
import type { KeyState, SandboxJournal } from './journal';
import type { Supplier, SupplyOrder } from '../../activities/ports';
import { answerWithin, unlessSwitchedOff } from './answer';

const COMPANY = 'the supplier sandbox';

/** A supplier in a box: takes every order, and remembers every key for ever; its goods come when somebody receives them. */
export function createSandboxSupplier(p: { journal: SandboxJournal; timeoutMs: number }): Supplier {
  return { order: (request) => answerWithin(p.timeoutMs, COMPANY, order(p.journal, request)) };
}

async function order(journal: SandboxJournal, { key, productId, quantity }: SupplyOrder) {
  // there is no order that it is for: the journal has it under the product
  const entry = { provider: 'supplier', operation: 'reorder', orderId: productId, key } as const;
  const state: KeyState = { kind: 'ORDERED', quantity };
  const before = await unlessSwitchedOff(journal, entry, async () => {
    const known = await journal.claim({ key, state, entry: { ...entry, outcome: `ordered ${quantity}` } });
    if (known) await journal.append({ ...entry, outcome: 'replayed' });
    return known;
  });
  const ordered = before?.kind === 'ORDERED' ? before.quantity : quantity;
  return { supplyOrderId: `PO-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`, quantity: ordered };
}
