import type { AllocationDeps, ReadyOrder } from './allocation';
import type { Appended, BookkeepingDeps } from './step';
import type { Backorder } from '../domain/backorders';
import type { Books } from './ports';
import type { EventBatch } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { Shipment, ShipmentLine, ShippingAddress } from '../domain/order';
import { allocateFree, readyOrders, untilUndisturbed } from './allocation';
import { allocatedItems, allocationMoves, entryOf, missingOf, shipmentsOf } from '../domain/backorders';
import { asStep, post, postEffect, postSurely } from './step';
import { keys } from '../domain/ids';
import { stockMoves } from '../domain/inventory';

export type BackorderDeps = BookkeepingDeps & AllocationDeps;

/** What an order waits for, from the moment it waits until it goes on or gives up, and what comes back into stock. */
export function createBackorderActivities(deps: BackorderDeps) {
  const { books } = deps;
  return {
    /** Puts the order into the queues of its products; what is free already is set aside for it, if it is its turn. */
    openBackorder: asStep(async ({ batch, ...input }: OpenBackorderInput): Promise<Appended & { filled: boolean }> => {
      const backorders = entriesFor(input, deps.now());
      const { appended, result } = await postSurely(deps, batch, {
        key: keys.backorder(input.orderId),
        result: { entries: backorders.map(({ productId, entry }) => ({ productId, entry })) } satisfies Opened,
        backorders: backorders.map((backorder) => ({ kind: 'OPEN', backorder })),
      });
      const { entries } = result as Record<string, unknown> & Opened;
      for (const { productId, entry } of entries) await allocateFree(deps, productId, entry);
      const open = await books.readBackorders(entries);
      // what is not there any more was taken, by an attempt that the workflow does not know of
      return { ...appended, filled: open.every((backorder) => missingOf(backorder) === 0) };
    }),

    /** When all is there: the order's units become the shipments of a part; they stay reserved. */
    takeBackorder: asStep((input: TakeBackorderInput): Promise<TakenBackorder> =>
      untilUndisturbed(`order ${input.orderId}`, () => takeAll(deps, input)),
    ),

    /**
     * Takes the order out of the queues; what was set aside for it is free again. Answers what an attempt that the
     * workflow does not know of had taken: that is reserved, and to be released as the part that it is.
     */
    closeBackorder: asStep((input: CloseBackorderInput): Promise<ClosedBackorder> =>
      untilUndisturbed(`order ${input.orderId}`, () => closeSome(deps, input)),
    ),

    /** Gives free stock of the products to those who wait, longest first; answers who can go on and is to be woken. */
    offerStock: asStep(async ({ productIds }: { productIds: string[] }): Promise<{ orders: ReadyOrder[] }> => {
      for (const productId of productIds) await allocateFree(deps, productId);
      return { orders: await readyOrders(books, productIds) };
    }),

    /** What came back, from a customer or a carrier, can be sold again. */
    restock: asStep(({ batch, orderId, cause, shipments }: RestockInput): Promise<Appended> =>
      postEffect(deps, batch, {
        key: keys.restock(orderId, cause),
        result: { shipments },
        stock: stockMoves('restock', shipments),
      }),
    ),
  };
}

export interface OpenBackorderInput {
  batch: EventBatch;
  orderId: OrderId;
  items: ShipmentLine[];
  /** ISO 8601 */
  until: string;
  address: ShippingAddress;
}

export interface TakeBackorderInput {
  batch: EventBatch;
  orderId: OrderId;
  /** of the order, that the units become */
  part: number;
  /** the number of its first shipment, from 1 */
  firstShipment: number;
}

export type TakenBackorder =
  ({ kind: 'FILLED'; shipments: Shipment[] } & Appended) | { kind: 'WAITING'; allocated: ShipmentLine[] };

export interface CloseBackorderInput {
  batch: EventBatch;
  orderId: OrderId;
  /** of the order, that its units would have become; 2 when absent */
  part?: number;
}

export type ClosedBackorder = Appended & { taken?: Shipment[] };

export interface RestockInput {
  batch: EventBatch;
  orderId: OrderId;
  /** such as a return, once for each */
  cause: string;
  shipments: Shipment[];
}

/** Where an order waits, as its ledger remembers it. */
interface Opened {
  entries: Pick<Backorder, 'productId' | 'entry'>[];
}

function entriesFor({ orderId, items, until, address }: Omit<OpenBackorderInput, 'batch'>, at: string): Backorder[] {
  const products = items.map(({ productId }) => productId);
  const { country } = address;
  const same = { entry: entryOf(at, orderId), orderId, country, products, until, version: 1 };
  return items.map(({ productId, quantity }) => ({ ...same, productId, wanted: quantity, allocated: [] }));
}

/** In the order of the order's items; `gone` when they were taken, or given up. */
async function readOpen(books: Books, orderId: OrderId): Promise<{ open: Backorder[]; gone: boolean }> {
  const opened = (await books.readLedger(keys.backorder(orderId))) as Opened | undefined;
  const entries = opened?.entries ?? [];
  const found = new Map((await books.readBackorders(entries)).map((backorder) => [backorder.productId, backorder]));
  const open = entries.flatMap(({ productId }) => found.get(productId) ?? []);
  return { open, gone: open.length < entries.length || entries.length === 0 };
}

async function takeAll(deps: BackorderDeps, input: TakeBackorderInput): Promise<TakenBackorder | undefined> {
  const { batch, orderId, part, firstShipment } = input;
  const key = keys.reserve(orderId, part);
  const { open, gone } = await readOpen(deps.books, orderId);
  const isTaken = gone && (await deps.books.readLedger(key)) !== undefined;
  const isFilled = !gone && open.every((backorder) => missingOf(backorder) === 0);
  if (!isTaken && !isFilled) return { kind: 'WAITING', allocated: allocatedItems(open) };
  // where it was taken before, the answer is what was written then
  const shipments = shipmentsOf(open, { orderId, firstShipment });
  const filled: EventBatch = { ...batch, events: [...batch.events, { type: 'Backorder Filled', data: { shipments } }] };
  const posted = await post(deps, filled, {
    key,
    result: { shipments },
    backorders: open.map((backorder) => ({ kind: 'REMOVE', backorder })),
  });
  if (posted.kind === 'stock-changed') return undefined;
  return { kind: 'FILLED', shipments: posted.result['shipments'] as Shipment[], ...posted.appended };
}

/** Entries that one transaction removes, with the rows of stock that they give back. */
const MAX_CLOSED = 15;

/** Closes some entries, or the last ones together with the step; `undefined` when it has to be asked again. */
async function closeSome(
  deps: BackorderDeps,
  { batch, orderId, part = 2 }: CloseBackorderInput,
): Promise<ClosedBackorder | undefined> {
  const { open, gone } = await readOpen(deps.books, orderId);
  const some = open.slice(0, MAX_CLOSED);
  const closing = {
    stock: some.flatMap((backorder) => allocationMoves('release', backorder)),
    backorders: some.map((backorder) => ({ kind: 'REMOVE' as const, backorder })),
  };
  if (some.length < open.length) {
    await deps.books.postStock(closing);
    return undefined;
  }
  const posted = await post(deps, batch, { key: keys.closeBackorder(orderId), ...closing });
  if (posted.kind === 'stock-changed') return undefined;
  const taken = gone ? await deps.books.readLedger(keys.reserve(orderId, part)) : undefined;
  return { ...posted.appended, ...(taken && { taken: taken['shipments'] as Shipment[] }) };
}
