import type { ReconciliationDeps } from './reconciliation/deps';
import { createCaseSteps } from './reconciliation/cases';
import { createChargeLooks } from './reconciliation/charges';
import { createLetterCounts } from './reconciliation/letters';
import { createOrderLooks } from './reconciliation/orders';
import { createRebuildActivities } from './rebuild';
import { createSnapshotLooks } from './reconciliation/snapshots';
import { createStockLooks } from './reconciliation/stock';

export type MaintenanceDeps = ReconciliationDeps;

/** Looking after the books: the read model made again, and everything held against everything. */
export function createMaintenanceActivities(deps: MaintenanceDeps) {
  return {
    ...createRebuildActivities(deps),
    ...createOrderLooks(deps),
    ...createChargeLooks(deps),
    ...createStockLooks(deps),
    ...createSnapshotLooks(deps),
    ...createLetterCounts(deps),
    ...createCaseSteps(deps),
  };
}

export type MaintenanceActivities = ReturnType<typeof createMaintenanceActivities>;
