import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DescribeEventBusCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { reach } from './errors';

/** Each rejects with a `StepError` while what it asks does not answer; none of them costs anything, or changes anything. */
export const reachTable = async ({ db, table }: { db: DynamoDBDocumentClient; table: string }): Promise<void> =>
  void (await reach(`reaching ${table}`, () => db.send(new DescribeTableCommand({ TableName: table }))));

export const reachBus = async ({ events, busName }: { events: EventBridgeClient; busName: string }): Promise<void> =>
  void (await reach(`reaching ${busName}`, () => events.send(new DescribeEventBusCommand({ Name: busName }))));

export const reachQueue = async ({ sqs, queueUrl }: { sqs: SQSClient; queueUrl: string }): Promise<void> =>
  void (await reach(`reaching ${queueUrl}`, () =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] })),
  ));
