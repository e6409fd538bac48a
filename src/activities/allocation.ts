import type { Backorder } from '../domain/backorders';
import type { Books } from './ports';
import type { OrderId } from '../domain/ids';
import type { Warehouse } from '../domain/inventory';
import { StepError } from '../domain/failures';
import { allocationMoves, missingOf, planAllocation } from '../domain/backorders';

export interface AllocationDeps {
  books: Books;
  warehouses: readonly Warehouse[];
}

/** An order that has all it waited for; the product is the one that it was woken by. */
export interface ReadyOrder {
  orderId: OrderId;
  productId: string;
}

/** Entries that one transaction changes; there is room beside them for a row of each warehouse. */
export const MAX_ENTRIES = 40;
/** Each round lost means that somebody else moved stock or entries of the product. */
const MAX_ROUNDS = 25;

/**
 * Repeats a plan over what is read anew, until nobody was faster.
 *
 * @param round `undefined` when somebody was
 * @throws StepError SERVICE_UNAVAILABLE after too many rounds
 */
export async function untilUndisturbed<T>(what: string, round: () => Promise<T | undefined>): Promise<T> {
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
    const done = await round();
    if (done !== undefined) return done;
  }
  throw new StepError('SERVICE_UNAVAILABLE', `${what}: the stock changed ${MAX_ROUNDS} times while planning`);
}

/**
 * Gives free stock of a product to those who wait for it, longest first.
 *
 * @param only an entry that is the only one to get something, and only when nobody before it still waits
 */
export async function allocateFree(deps: AllocationDeps, productId: string, only?: string): Promise<void> {
  const step = () => allocateSome(deps, productId, only);
  while (await untilUndisturbed(`product ${productId}`, step).then((changed) => changed > 0));
}

/** How many entries got something; `undefined` when somebody was faster. */
async function allocateSome(deps: AllocationDeps, productId: string, only?: string): Promise<number | undefined> {
  const { books, warehouses } = deps;
  const all = (await books.readQueue(productId)).filter((backorder) => missingOf(backorder) > 0);
  const [next] = all;
  const waiting = only === undefined || !next ? all : [next].filter(({ entry }) => entry === only);
  if (waiting.length === 0) return 0;
  const stock = await books.readStock([productId]);
  const free = stock.map(({ warehouseId, availableQuantity }) => ({ warehouseId, quantity: availableQuantity }));
  const { changes, taken } = planAllocation({ waiting, free, warehouses, limit: MAX_ENTRIES });
  if (changes.length === 0) return 0;
  const moves = allocationMoves('reserve', { productId, allocated: taken });
  const { kind } = await books.postStock({ stock: moves, backorders: changes });
  return kind === 'posted' ? changes.length : undefined;
}

/**
 * The orders that wait for one of the products and have all that they wait for. Asked of the books and not of what was
 * just given, so that nobody is forgotten whose waking was lost; an order that goes on is not among them any more.
 */
export async function readyOrders(books: Books, productIds: readonly string[]): Promise<ReadyOrder[]> {
  const ready: ReadyOrder[] = [];
  for (const productId of productIds) {
    const filled = (await books.readQueue(productId)).filter((backorder) => missingOf(backorder) === 0);
    const others = await filledBeside(books, productId, filled);
    for (const { orderId, entry, products } of filled)
      if ((others.get(entry) ?? 0) === products.length - 1) ready.push({ orderId, productId });
  }
  return ready;
}

/** How many other products each entry has all of. Read together: thousands may wait for the same second product. */
async function filledBeside(books: Books, productId: string, waiting: Backorder[]): Promise<Map<string, number>> {
  const wanted = waiting.flatMap(({ entry, products }) =>
    products.filter((other) => other !== productId).map((other) => ({ productId: other, entry })),
  );
  const counts = new Map<string, number>();
  if (wanted.length === 0) return counts;
  for (const backorder of await books.readBackorders(wanted))
    if (missingOf(backorder) === 0) counts.set(backorder.entry, (counts.get(backorder.entry) ?? 0) + 1);
  return counts;
}
