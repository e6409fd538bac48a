import { createRelay } from '../messaging/relay';
import { openEventBus } from './connections';
import type { Part, Shared } from './parts';

/** What publishes the events that the steps could not. */
export function openOutbound({ config, aws, metrics, logger }: Shared): Part {
  return createRelay({
    bus: openEventBus(config, { aws, logger, metrics }),
    graceMs: config.RELAY_GRACE_MS,
    intervalMs: config.RELAY_INTERVAL_MS,
    onLeft: (count) => metrics.record('waybill_unpublished_events', {}, count),
    logger,
  });
}
