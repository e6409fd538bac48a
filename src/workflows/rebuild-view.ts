import { continueAsNew, setHandler } from '@temporalio/workflow';
import type { ArchivePlace, ViewsLook } from '../activities/rebuild';
import type { RebuildCarry, RebuildOptions, RebuildProgress } from './maintenance-messages';
import { maintenance } from './maintenance-activities';
import { rebuildProgressQuery } from './maintenance-messages';

/** Pages after which a run hands over to the next one. */
const PAGES_A_RUN = 100;
/** Differences that are told in full; the others are counted. */
const MAX_FOUND = 500;

/**
 * Makes the read model again from the events, in place, while orders flow: looks at each order once, and mends what is not
 * as its events say. What was found is written down before it is mended, so that no crash makes it forgotten.
 *
 * @param carry so far, of the run before this one
 */
export async function rebuildViewWorkflow(options: RebuildOptions, carry?: RebuildCarry): Promise<RebuildProgress> {
  const progress = carry?.progress ?? newProgress(options);
  setHandler(rebuildProgressQuery, () => progress);
  if (options.orderId !== undefined) {
    await mend(progress, await maintenance.findViewDifference({ orderId: options.orderId }));
    return finished(progress);
  }
  let place: ArchivePlace | undefined = carry?.place ?? { from: 'events' };
  for (let pages = 0; place; pages++) {
    if (pages === PAGES_A_RUN)
      await continueAsNew<(options: RebuildOptions, carry: RebuildCarry) => Promise<unknown>>(options, {
        progress,
        place,
      });
    const look: ViewsLook = await maintenance.findViewDifferences(place);
    await mend(progress, look);
    place = look.next;
  }
  return finished(progress);
}

const newProgress = ({ dryRun = false, prune = false, ...options }: RebuildOptions): RebuildProgress => ({
  ...options,
  dryRun,
  prune,
  startedAt: new Date().toISOString(),
  orders: 0,
  differences: 0,
  mended: 0,
  found: [],
});

async function mend(progress: RebuildProgress, { orders, differences }: ViewsLook): Promise<void> {
  const { dryRun, prune, found } = progress;
  progress.orders += orders;
  progress.differences += differences.length;
  const first = found.length;
  found.push(...differences.slice(0, MAX_FOUND - first).map((difference) => ({ ...difference, mended: false })));
  if (dryRun || differences.length === 0) return;
  const { left } = await maintenance.mendViews({ orderIds: differences.map(({ orderId }) => orderId), prune });
  const isLeft = new Set(left.map(({ orderId }) => orderId));
  progress.mended += differences.length - isLeft.size;
  for (const one of found.slice(first)) one.mended = !isLeft.has(one.orderId);
}

const finished = (progress: RebuildProgress): RebuildProgress => ({
  ...progress,
  finishedAt: new Date().toISOString(),
});
