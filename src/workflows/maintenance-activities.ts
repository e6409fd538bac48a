import { proxyActivities } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/maintenance';

/**
 * Looking after the books: long reads that say that they go on, repeated until the tables answer. Nobody waits for them,
 * and a worker that is killed costs the page it was at.
 */
export const maintenance = proxyActivities<MaintenanceActivities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});
