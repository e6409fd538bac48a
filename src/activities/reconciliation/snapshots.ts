import type { Finding } from '../../domain/reconciliation';
import type { OrderId } from '../../domain/ids';
import type { ReconciliationDeps } from './deps';
import { asStep } from '../step';
import { forEachOrder } from '../look';
import { snapshotFindings } from '../../domain/reconciliation';

export interface SnapshotsLook {
  findings: Finding[];
  /** of the next page; absent after the last */
  token?: string;
}

/** Rows that one look goes over; there is one for a hundred events. */
const PAGE_ROWS = 500;

type SnapshotDeps = Pick<ReconciliationDeps, 'books' | 'snapshots'>;

/** Snapshots of orders, held against the events that they were made of. */
export function createSnapshotLooks(deps: SnapshotDeps) {
  return {
    /** A page of the orders that have some. */
    lookAtSnapshots: asStep(async ({ token }: { token?: string }): Promise<SnapshotsLook> => {
      const page = await deps.snapshots.pageOfOrders({ limit: PAGE_ROWS, ...(token !== undefined && { token }) });
      const looks = await forEachOrder(page.orderIds, (orderId) => findWrongSnapshots(deps, orderId));
      return { findings: looks.flat(), ...(page.token !== undefined && { token: page.token }) };
    }),

    /**
     * Removes the snapshots of these orders that are not what their events say: whoever needs one reads more events until it
     * is taken again. Those that tell of more than the events stay. Answers how many are gone.
     */
    removeSnapshots: asStep(async ({ orderIds }: { orderIds: OrderId[] }): Promise<{ removed: number }> => {
      const removed = await forEachOrder(orderIds, async (orderId) => {
        const wrong = (await findWrongSnapshots(deps, orderId)).filter(({ kind }) => kind === 'SNAPSHOT_DIFFERS');
        for (const { facts } of wrong) await deps.snapshots.remove({ orderId, sequence: Number(facts['sequence']) });
        return wrong.length;
      });
      return { removed: removed.reduce((sum, n) => sum + n, 0) };
    }),
  };
}

/** Snapshots are read first: none of them is ahead of events that are read later, unless events are gone. */
export async function findWrongSnapshots({ books, snapshots }: SnapshotDeps, orderId: OrderId): Promise<Finding[]> {
  const taken = await snapshots.ofOrder(orderId);
  if (taken.length === 0) return [];
  const events = await books.readEvents({ orderId, from: 1, to: Number.MAX_SAFE_INTEGER });
  return snapshotFindings({ orderId, snapshots: taken, events });
}
