import { Duration } from 'aws-cdk-lib';
import { Archive, EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { EVENT_SOURCES } from '../src/domain/events';

/** Others alone speak for it: what carriers tell. */
const CARRIERS = 'carrier.updates';

/** The bus, and the archive of requirements E6. */
export function defineBus(scope: Construct, prefix: string): EventBus {
  const bus = new EventBus(scope, 'Bus', { eventBusName: `${prefix}waybill` });
  new Archive(scope, 'OrderEventsArchive', {
    archiveName: `${prefix}order-events-archive`,
    description: 'Every event of an order: ours, and what other systems told us',
    sourceEventBus: bus,
    // others speak for the same sources as we do, so with the carriers' these are all that a rule ever matches, now or
    // later; what is replayed is not archived again
    eventPattern: { source: [...new Set([...Object.values(EVENT_SOURCES), CARRIERS])] },
    retention: Duration.days(365),
  });
  return bus;
}
