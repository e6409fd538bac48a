import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ReplayWay } from '../../messaging/replay-ports';
import { reach } from './errors';
import { REFUSED_ENTRIES } from './event-bus';
import { StepError } from '../../domain/failures';

/** Where replayed events go: EventBridge, and a queue beside the live ones. */
export function createReplayWay(p: {
  events: EventBridgeClient;
  sqs: SQSClient;
  busName: string;
  sandboxQueueUrl: string;
}): ReplayWay {
  return {
    async toBus({ source, detailType, time, resources, detail }) {
      const entry = {
        EventBusName: p.busName,
        Source: source,
        DetailType: detailType,
        Time: new Date(time),
        Resources: resources,
        Detail: JSON.stringify(detail),
      };
      const command = new PutEventsCommand({ Entries: [entry] });
      const { Entries } = await reach('putting an event on the bus again', () => p.events.send(command));
      const { EventId, ErrorCode = '', ErrorMessage = '' } = Entries?.[0] ?? {};
      if (EventId !== undefined) return;
      const type = REFUSED_ENTRIES.has(ErrorCode) ? 'REQUEST_REFUSED' : 'SERVICE_UNAVAILABLE';
      throw new StepError(type, `putting an event on the bus again: ${ErrorCode}: ${ErrorMessage}`);
    },

    async toSandbox({ body, replayName }) {
      const command = new SendMessageCommand({
        QueueUrl: p.sandboxQueueUrl,
        MessageBody: body,
        MessageAttributes: { replayName: { DataType: 'String', StringValue: replayName } },
      });
      await reach('sending an event to the sandbox queue', () => p.sqs.send(command));
    },
  };
}
