import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
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

/** A queue that gets what goes over a bus and fits a pattern. */
export interface QueueOnBus {
  queueUrl: string;
  /** takes rule and queue away */
  remove(): Promise<void>;
}

export async function putQueueOnBus(
  { sqs, events }: { sqs: SQSClient; events: EventBridgeClient },
  { busName: EventBusName, pattern }: { busName: string; pattern: Record<string, unknown> },
): Promise<QueueOnBus> {
  const Name = uniqueId('on-bus');
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: Name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await events.send(new PutRuleCommand({ Name, EventBusName, EventPattern: JSON.stringify(pattern) }));
  const Targets = [{ Id: 'queue', Arn: Attributes?.['QueueArn'] }];
  await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets }));
  return {
    queueUrl: QueueUrl,
    async remove() {
      await events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: ['queue'] }));
      await events.send(new DeleteRuleCommand({ Name, EventBusName }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}

/** Everything that goes over a bus. */
export interface BusTap {
  /** everything since the last call */
  take(): Promise<TappedEvent[]>;
  destroy(): void;
}

export async function tapBus(p: { endpoint: string; busName: string }): Promise<BusTap> {
  const sqs = new SQSClient({ endpoint: p.endpoint });
  const events = new EventBridgeClient({ endpoint: p.endpoint });
  const pattern = { source: [{ prefix: '' }] };
  const { queueUrl: QueueUrl } = await putQueueOnBus({ sqs, events }, { busName: p.busName, pattern });

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
