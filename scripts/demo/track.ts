import type { StateName } from '../../src/domain/states';
import type { ShownOrder } from './shop';

/** The stages of an order's way, each by the letter over its mark and the state that it is. */
export const STAGES: readonly { letter: string; name: string; state: StateName }[] = [
  { letter: 'V', name: 'validated', state: 'ValidateOrder' },
  { letter: 'S', name: 'stock reserved', state: 'CheckInventory' },
  { letter: 'P', name: 'paid', state: 'ProcessPayment' },
  { letter: 'W', name: 'warehouse', state: 'AllocateWarehouse' },
  { letter: 'L', name: 'label', state: 'GenerateShippingLabel' },
  { letter: 'C', name: 'committed', state: 'CommitTransaction' },
  { letter: 'N', name: 'customer told', state: 'NotifyCustomer' },
];

/** given back after the last stage that they reached */
const TURNED_BACK: ReadonlySet<string> = new Set(['FULFILLMENT_FAILED', 'CANCELLED']);

export type Mark = 'passed' | 'now' | 'failed' | 'ahead';

/** where it broke, by how it ended */
const FAILED_AT: Record<string, StateName> = {
  VALIDATION_FAILED: 'ValidateOrder',
  INVENTORY_UNAVAILABLE: 'CheckInventory',
  PAYMENT_FAILED: 'ProcessPayment',
};

/** A mark per stage. */
export function track(order: Pick<ShownOrder, 'status' | 'states'> | undefined): Mark[] {
  const entered = STAGES.filter(({ state }) => order?.states.some(({ name }) => name === state));
  // what is rolled back broke at the last stage that it reached
  const broken = TURNED_BACK.has(order?.status ?? '') ? entered.at(-1)?.state : FAILED_AT[order?.status ?? ''];
  return STAGES.map(({ state }) => (state === broken ? 'failed' : markOf(order, state)));
}

function markOf(order: Pick<ShownOrder, 'states'> | undefined, name: StateName): Mark {
  const found = order?.states.filter((state) => state.name === name) ?? [];
  if (found.length === 0) return 'ahead';
  return found.every(({ exitedAt }) => exitedAt !== null) ? 'passed' : 'now';
}
