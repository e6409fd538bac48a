import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EMULATOR_CREDENTIALS } from '../../infra/deploy';
import { EMULATOR_REGION } from '../lib/aws-access';

/** the name that `infra/` gives it */
const BUS = 'waybill';

/** Another system's `Order Placed`, on the emulator's bus. */
export function createBus({ endpoint, signal }: { endpoint: string; signal: AbortSignal }) {
  const access = { endpoint, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS, maxAttempts: 1 };
  return {
    /** @throws Error when the bus does not take it */
    async publish(order: object): Promise<void> {
      const events = new EventBridgeClient(access);
      const entry = { EventBusName: BUS, Source: 'ecommerce.orders', DetailType: 'Order Placed' };
      try {
        const { FailedEntryCount = 0, Entries } = await events.send(
          new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(order) }] }),
          { abortSignal: signal },
        );
        if (FailedEntryCount > 0) throw new Error(`the bus refused the event: ${Entries?.[0]?.ErrorMessage}`);
      } finally {
        events.destroy();
      }
    },
  };
}
