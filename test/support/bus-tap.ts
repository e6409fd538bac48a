import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { uniqueId } from './orders';

export interface TappedEvent {
  source: string;
  'detail-type': string;
  detail: { orderId: string; sequence: number; eventId: string; origin: string };
}

/** A queue that gets everything that goes over a bus. */
export interface BusTap {
  /** everything since the last call */
  take(): Promise<TappedEvent[]>;
  destroy(): void;
}

export async function tapBus(p: { endpoint: string; busName: string }): Promise<BusTap> {
  const sqs = new SQSClient({ endpoint: p.endpoint });
  const events = new EventBridgeClient({ endpoint: p.endpoint });
  const name = uniqueId('tap');
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const EventPattern = JSON.stringify({ source: [{ prefix: '' }] });
  await events.send(new PutRuleCommand({ Name: name, EventBusName: p.busName, EventPattern }));
  const Targets = [{ Id: 'tap', Arn: Attributes!['QueueArn']! }];
  await events.send(new PutTargetsCommand({ Rule: name, EventBusName: p.busName, Targets }));

  return {
    async take() {
      const taken: TappedEvent[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return taken;
        taken.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as TappedEvent));
        const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    destroy() {
      sqs.destroy();
      events.destroy();
    },
  };
}
