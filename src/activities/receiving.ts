import type { AllocationDeps, ReadyOrder } from './allocation';
import type { AllocationPlan } from '../domain/backorders';
import { allocateFree, MAX_ENTRIES, readyOrders, untilUndisturbed } from './allocation';
import { asStep } from './step';
import { keys } from '../domain/ids';
import { missingOf, planAllocation } from '../domain/backorders';

/** Units of a product that arrived at a warehouse. */
export interface Delivery {
  productId: string;
  warehouseId: string;
  quantity: number;
  /** the sender's number of the delivery, never another one's */
  reference: string;
}

/** What became of a delivery. */
export interface Receipt {
  kind: 'RECEIVED';
  /** units that went to orders that waited */
  toBackorders: number;
  /** units that can be ordered now, in all warehouses */
  availableQuantity: number;
  /** who can go on */
  orders: ReadyOrder[];
}

/** Why a delivery was not taken; nothing was written. */
export type RefusedDelivery =
  | { kind: 'UNKNOWN_PRODUCT' }
  | { kind: 'UNKNOWN_WAREHOUSE'; expected: string[] }
  /** another delivery has the reference */
  | { kind: 'REFERENCE_USED' };

/** Deliveries into stock. */
export function createReceivingActivities(deps: AllocationDeps) {
  return {
    /** Takes a delivery into stock, once: those who wait get it first, longest first, and what is left can be ordered. */
    receiveStock: asStep(async (delivery: Delivery): Promise<Receipt | RefusedDelivery> => {
      const { productId, warehouseId } = delivery;
      const expected = deps.warehouses.map((warehouse) => warehouse.warehouseId);
      if (!expected.includes(warehouseId)) return { kind: 'UNKNOWN_WAREHOUSE', expected };
      const taken = await receiveAll(deps, delivery);
      if ('kind' in taken) return taken;
      // also what was free before and not given to anybody, because somebody who released it did not come to it
      await allocateFree(deps, productId);
      const stock = await deps.books.readStock([productId]);
      return {
        kind: 'RECEIVED',
        toBackorders: taken.toBackorders,
        availableQuantity: stock.reduce((all, { availableQuantity }) => all + availableQuantity, 0),
        orders: await readyOrders(deps.books, [productId]),
      };
    }),
  };
}

/** As the ledger remembers a part of a delivery: as much as one transaction holds. */
interface ReceivedPart extends Omit<Delivery, 'reference'> {
  toBackorders: number;
  /** units for the parts after it */
  left: number;
}

async function receiveAll(
  deps: AllocationDeps,
  { reference, ...delivery }: Delivery,
): Promise<{ toBackorders: number } | RefusedDelivery> {
  const { productId, warehouseId, quantity } = delivery;
  let [left, toBackorders] = [quantity, 0];
  for (let n = 1; left > 0; n++) {
    const key = n === 1 ? keys.receive(reference) : `${keys.receive(reference)}#${n}`;
    const receive = () => receivePart(deps, { key, delivery, left });
    const part = await untilUndisturbed(`delivery ${reference}`, receive);
    if (part === 'UNKNOWN_PRODUCT') return { kind: part };
    const isSame = part.productId === productId && part.warehouseId === warehouseId && part.quantity === quantity;
    if (!isSame) return { kind: 'REFERENCE_USED' };
    toBackorders += part.toBackorders;
    left = part.left;
  }
  return { toBackorders };
}

interface PartInput {
  key: string;
  delivery: Omit<Delivery, 'reference'>;
  left: number;
}

/** One transaction of a delivery, of now or before; `undefined` when somebody was faster. */
async function receivePart(
  { books, warehouses }: AllocationDeps,
  { key, delivery, left }: PartInput,
): Promise<ReceivedPart | 'UNKNOWN_PRODUCT' | undefined> {
  const { productId, warehouseId } = delivery;
  const waiting = (await books.readQueue(productId)).filter((backorder) => missingOf(backorder) > 0);
  const free = [{ warehouseId, quantity: left }];
  const plan = planAllocation({ waiting, free, warehouses, limit: MAX_ENTRIES });
  const toBackorders = unitsOf(plan);
  // with more in the queue than the transaction holds, the rest is not free yet: nobody may come in between
  const isLast = plan.changes.length < MAX_ENTRIES;
  const available = isLast ? left - toBackorders : 0;
  const result = { ...delivery, toBackorders, left: left - toBackorders - available } satisfies ReceivedPart;
  const outcome = await books.postStock({
    ledger: { key, result },
    stock: [{ productId, warehouseId, available, reserved: toBackorders }],
    backorders: plan.changes,
  });
  switch (outcome.kind) {
    case 'posted':
      return result;
    case 'step-known':
      return outcome.result as unknown as ReceivedPart;
    case 'stock-changed':
      return (await books.readStock([productId])).length === 0 ? 'UNKNOWN_PRODUCT' : undefined;
    default:
      return outcome satisfies never;
  }
}

const unitsOf = ({ taken }: AllocationPlan): number => taken.reduce((all, { quantity }) => all + quantity, 0);
