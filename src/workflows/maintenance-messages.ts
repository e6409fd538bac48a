import { defineQuery } from '@temporalio/workflow';
import type { ArchivePlace } from '../activities/rebuild';
import type { OrderId } from '../domain/ids';
import type { ViewDifference } from '../domain/view-difference';

export const REBUILD_VIEW_WORKFLOW = 'rebuildViewWorkflow';
export const RECONCILIATION_WORKFLOW = 'reconciliationWorkflow';

/** What a rebuild is asked for. */
export interface RebuildOptions {
  /** who asks for it */
  by: string;
  /** only this order */
  orderId?: OrderId;
  /** only finds, and changes nothing */
  dryRun?: boolean;
  /** also removes views without events, and sets back those ahead of them */
  prune?: boolean;
}

/** A difference, and whether it is gone. */
export type FoundDifference = ViewDifference & { mended: boolean };

/** How far a rebuild is; of one that is through, what it did. */
export interface RebuildProgress extends Omit<RebuildOptions, 'dryRun' | 'prune'> {
  dryRun: boolean;
  prune: boolean;
  startedAt: string;
  /** absent while it goes on */
  finishedAt?: string;
  /** that were looked at */
  orders: number;
  differences: number;
  mended: number;
  /** the first of the differences */
  found: FoundDifference[];
}

/** Where a rebuild goes on that has grown long. */
export interface RebuildCarry {
  progress: RebuildProgress;
  place: ArchivePlace;
}

export const rebuildProgressQuery = defineQuery<RebuildProgress>('progress');

/** What a reconciliation is asked for. */
export interface ReconciliationOptions {
  by: string;
  /** looks at all orders, not only at those that have not ended or changed since the last run */
  full?: boolean;
}
