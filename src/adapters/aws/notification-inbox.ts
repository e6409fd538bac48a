import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Claim, Deliveries, Delivered, DeliveryId } from '../../messaging/ports';
import { reach } from './errors';

/** Seconds that a delivery is remembered: longer than the archive keeps events that could be replayed. */
const REMEMBERED_S = 400 * 86_400;

/** Which notifications were delivered, in the Inbox: one row for each key and channel. */
export function createNotificationInbox(p: { db: DynamoDBDocumentClient; table: string }): Deliveries {
  const { db, table: TableName } = p;
  const what = `remembering deliveries in ${TableName}`;

  return {
    claim: ({ leaseMs, ...id }) =>
      reach(what, async () => {
        const now = Date.now();
        const token = randomUUID();
        const row = {
          state: 'SENDING',
          leaseUntil: now + leaseMs,
          token,
          expiresAt: Math.floor(now / 1000) + REMEMBERED_S,
        };
        try {
          await db.send(
            new PutCommand({
              TableName,
              Item: { ...rowKey(id), ...row },
              ConditionExpression: 'attribute_not_exists(eventId) OR (#state = :sending AND leaseUntil <= :now)',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: { ':sending': 'SENDING', ':now': now },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          );
          return { kind: 'CLAIMED', token };
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          return takenBy(error.Item?.['state']?.S);
        }
      }),

    // whoever made the delivery: it is made
    settle: ({ outcome, ...id }) =>
      reach(what, async () => {
        await db.send(
          new UpdateCommand({
            TableName,
            Key: rowKey(id),
            UpdateExpression: 'SET #state = :outcome, settledAt = :at REMOVE leaseUntil, #token',
            ExpressionAttributeNames: { '#state': 'state', '#token': 'token' },
            ExpressionAttributeValues: { ':outcome': outcome, ':at': new Date().toISOString() },
          }),
        );
      }),

    release: ({ token, ...id }) =>
      reach(what, async () => {
        try {
          await db.send(
            new UpdateCommand({
              TableName,
              Key: rowKey(id),
              UpdateExpression: 'SET leaseUntil = :now',
              ConditionExpression: '#token = :token',
              ExpressionAttributeNames: { '#token': 'token' },
              ExpressionAttributeValues: { ':token': token, ':now': 0 },
            }),
          );
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }),
  };
}

const rowKey = ({ key, channel }: DeliveryId) => ({ eventId: `notification ${channel} ${key}` });

const takenBy = (state: string | undefined): Claim =>
  state === undefined || state === 'SENDING' ? { kind: 'BUSY' } : { kind: 'DONE', outcome: state as Delivered };
