import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Answers } from '../../messaging/ports';
import { reach } from './errors';
import { StepError } from '../../domain/failures';

/** Answers of ours on EventBridge. */
export function createAnswers({ events, busName }: { events: EventBridgeClient; busName: string }): Answers {
  return {
    async publish({ source, detailType, detail }) {
      const entry = {
        EventBusName: busName,
        Source: source,
        DetailType: detailType,
        Detail: JSON.stringify(detail),
      };
      const command = new PutEventsCommand({ Entries: [entry] });
      const { Entries: [result] = [] } = await reach(`publishing ${detailType}`, () => events.send(command));
      if (result?.EventId === undefined)
        throw new StepError('SERVICE_UNAVAILABLE', `the bus did not take ${detailType}: ${result?.ErrorMessage}`);
    },
  };
}
