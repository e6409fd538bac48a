import { createAuditTrail } from '../adapters/aws/audit-trail';
import { createOrderHistory } from '../adapters/aws/order-history';
import { createLookups } from '../adapters/aws/lookup-writer';
import { createOrderStatuses } from '../adapters/aws/order-statuses';
import { createProjectionStore } from '../adapters/aws/projections';
import { createProjector } from '../messaging/projector';
import { createStatusUpdater } from '../messaging/status-updater';
import { historyTables } from '../config';
import { openInbox } from './inbox';
import { type Part, type Shared, together } from './parts';

/** What follows the events of orders: their status, the projections, the look-ups, and the snapshots. */
export function openProjections({ config, aws, orders, letters, metrics, logger }: Shared): Part {
  const { db, sqs } = aws;
  const tables = historyTables(config);
  const { parked } = openInbox({ config, aws, orders, logger });
  return together([
    createStatusUpdater({
      sqs,
      queueUrl: config.ORDER_STATUS_QUEUE_URL,
      deadLetterQueueUrl: config.ORDER_STATUS_DLQ_URL,
      visibilityS: config.ORDER_STATUS_VISIBILITY_S,
      statuses: createOrderStatuses({
        db,
        tables: { orders: config.ORDERS_TABLE, view: config.ORDER_STATUS_VIEW_TABLE },
      }),
      // what came too early for it
      onCreated: (orderId) => parked.releaseFor(orderId),
      letters,
      metrics,
      logger,
    }),
    createProjector({
      sqs,
      queueUrl: config.ANALYTICS_QUEUE_URL,
      deadLetterQueueUrl: config.ANALYTICS_DLQ_URL,
      visibilityS: config.ANALYTICS_VISIBILITY_S,
      projections: createProjectionStore({
        db,
        tables: { events: tables.events, projections: config.PROJECTIONS_TABLE },
      }),
      snapshots: createOrderHistory({ db, tables }),
      lookups: createLookups({ db, table: config.ORDER_LOOKUPS_TABLE }),
      audit: createAuditTrail({ db, table: config.AUDIT_TRAIL_TABLE }),
      letters,
      metrics,
      logger,
    }),
  ]);
}
