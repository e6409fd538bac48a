import { Duration, Stack } from 'aws-cdk-lib';
import { Archive, EventBus, type EventPattern, Match } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { ARCHIVE_DAYS } from '../src/domain/replay';
import { EVENT_SOURCES } from '../src/domain/events';

/**
 * What the forwarder put on the bus again says so in its detail. Of what comes straight out of an archive EventBridge keeps
 * nothing a second time. The name, because only values can be asked for, and not objects: they never exist.
 */
export const NOT_FORWARDED = { replay: { name: Match.doesNotExist() } } satisfies EventPattern['detail'];

/** Others alone speak for it: what carriers tell. */
const CARRIERS = 'carrier.updates';

/** The bus, and the archive of requirements E6. */
export function defineBus(scope: Construct, prefix: string): { bus: EventBus; archiveArn: string } {
  const bus = new EventBus(scope, 'Bus', { eventBusName: `${prefix}waybill` });
  const archiveName = `${prefix}order-events-archive`;
  new Archive(scope, 'OrderEventsArchive', {
    archiveName,
    description: 'Every event of an order: ours, and what other systems told us',
    sourceEventBus: bus,
    // others speak for the same sources as we do, so with the carriers' these are all that a rule ever matches, now or
    // later
    eventPattern: { source: [...new Set([...Object.values(EVENT_SOURCES), CARRIERS])], detail: NOT_FORWARDED },
    retention: Duration.days(ARCHIVE_DAYS),
  });
  // by its name: the emulator's CloudFormation knows no archive that could be asked for it
  const archiveArn = Stack.of(scope).formatArn({ service: 'events', resource: 'archive', resourceName: archiveName });
  return { bus, archiveArn };
}
