import type { OrderArchive, OrderSource } from './maintenance-ports';
import type { OrderId } from '../domain/ids';
import { asStep } from './step';
import { fold } from '../domain/projection';
import { forEachOrder, lookAt, type OrderBooks } from './look';
import { isMendable, isPrunable, type ViewDifference } from '../domain/view-difference';
import { StepError } from '../domain/failures';

export interface RebuildDeps {
  books: OrderBooks;
  archive: OrderArchive;
}

/** A place in the list of all orders: first those that have events, then those that have nothing but a view. */
export interface ArchivePlace {
  from: OrderSource;
  token?: string;
}

export interface ViewsLook {
  /** orders that were looked at */
  orders: number;
  differences: ViewDifference[];
  /** absent after the last */
  next?: ArchivePlace;
}

export interface MendInput {
  orderIds: OrderId[];
  /** also where a view tells more than the events: then those are believed */
  prune?: boolean;
}

/** What could not be mended is as it was. */
export interface Mended {
  left: ViewDifference[];
}

/** Rows of a table that one look goes over. */
const PAGE_ROWS = 500;

/** Finding views that are not what their events say, and making them again. */
export function createRebuildActivities({ books, archive }: RebuildDeps) {
  return {
    /** Only reads, so that what was found is known before anything is changed. */
    findViewDifferences: asStep(async (place: ArchivePlace): Promise<ViewsLook> => {
      const { orderIds, token } = await archive.pageOfOrders({ ...place, limit: PAGE_ROWS });
      const wanted = place.from === 'events' ? orderIds : await withoutEvents(books, orderIds);
      const looks = await forEachOrder(wanted, (orderId) => lookAt(books, orderId));
      const differences = looks.flatMap(({ difference }) => difference ?? []);
      const next = nextPlace(place, token);
      return { orders: looks.length, differences, ...(next && { next }) };
    }),

    /** The same of one order. */
    findViewDifference: asStep(async ({ orderId }: { orderId: OrderId }): Promise<ViewsLook> => {
      const { view, events, difference } = await lookAt(books, orderId);
      return { orders: view || events.length > 0 ? 1 : 0, differences: difference ? [difference] : [] };
    }),

    /** Makes views again from the events; never over one that moved on meanwhile. */
    mendViews: asStep(async ({ orderIds, prune = false }: MendInput): Promise<Mended> => {
      const left = await forEachOrder(orderIds, (orderId) => mendView({ books, archive }, { orderId, prune }));
      return { left: left.filter((difference) => difference !== undefined) };
    }),
  };
}

/** Those that the other list has are looked at there. */
async function withoutEvents(books: OrderBooks, orderIds: readonly OrderId[]): Promise<OrderId[]> {
  const bare = await forEachOrder(orderIds, async (orderId) => {
    const [first] = await books.readEvents({ orderId, from: 1, to: 1 });
    return first ? [] : [orderId];
  });
  return bare.flat();
}

function nextPlace({ from }: ArchivePlace, token: string | undefined): ArchivePlace | undefined {
  if (token !== undefined) return { from, token };
  return from === 'events' ? { from: 'views' } : undefined;
}

/** each one lost means that the order moved on meanwhile */
const MAX_TRIES = 25;

/** Answers what it leaves as it is. */
async function mendView(
  { books, archive }: RebuildDeps,
  { orderId, prune }: { orderId: OrderId; prune: boolean },
): Promise<ViewDifference | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { view, events, difference } = await lookAt(books, orderId);
    if (!difference) return undefined;
    const isLeft = !isMendable(difference) && !(prune && isPrunable(difference));
    if (isLeft) return difference;
    const expected = fold(events);
    const isDone = expected
      ? await archive.replaceView({ view: expected, ...(view && { read: view.sequence }) })
      : await archive.removeView({ orderId, read: view!.sequence });
    if (isDone) return undefined;
  }
  throw new StepError('SERVICE_UNAVAILABLE', `order ${orderId} moved on ${MAX_TRIES} times while its view was mended`);
}
