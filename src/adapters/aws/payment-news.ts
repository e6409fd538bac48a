import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Settlement } from '../../gateway/ports';
import { reach } from './errors';
import { StepError } from '../../domain/failures';

/**
 * The voice of the sandbox payment company on the bus: like any other system's event, without our origin.
 *
 * @returns what throws `StepError` SERVICE_UNAVAILABLE when the bus did not take it
 */
export function createPaymentNews(p: { events: EventBridgeClient; busName: string }) {
  return async ({ outcome, ...detail }: Settlement): Promise<void> => {
    const entry = {
      EventBusName: p.busName,
      Source: 'payment.service',
      DetailType: outcome === 'succeeded' ? 'Payment Completed' : 'Payment Failed',
      Detail: JSON.stringify(detail),
    };
    const command = new PutEventsCommand({ Entries: [entry] });
    const { Entries: [result] = [] } = await reach('telling of a payment', () => p.events.send(command));
    if (result?.EventId === undefined)
      throw new StepError('SERVICE_UNAVAILABLE', `the bus did not take an event: ${result?.ErrorMessage}`);
  };
}
