import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  paginateQuery,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { EventClaim, EventInbox, ParkedEvent } from '../../messaging/ports';
import type { EventIdentity } from '../../messaging/event-identity';
import type { OrderId } from '../../domain/ids';
import { INDEX_SHARDS, shardOf } from '../../domain/ids';
import { reach } from './errors';

/** Seconds that an event is remembered: longer than the archive keeps what could be replayed. */
const REMEMBERED_S = 400 * 86_400;

/** by attributes whose names DynamoDB keeps for itself */
const NAMES = { '#state': 'state' };

/** Where an event is: being taken, waiting for its order, or done with. */
type State = 'TAKING' | 'PARKED' | 'TAKEN';

/** The Inbox on DynamoDB: one row for each event, under source and id. */
export function createEventInbox(p: { db: DynamoDBDocumentClient; table: string }): EventInbox {
  const { db, table: TableName } = p;
  const what = `remembering events in ${TableName}`;

  /** @returns false when the row is not as the condition wants it */
  const ifSo = (write: () => Promise<unknown>): Promise<boolean> =>
    reach(what, async () => {
      try {
        await write();
        return true;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return false;
      }
    });

  /** A whole row; on a condition that fails, the error has the one that is there. */
  const putCommand = (event: EventIdentity, row: { state: State }, condition: Partial<PutCommandInput>) => {
    const { source, fingerprint } = event;
    const Item = { eventId: keyOf(event), source, fingerprint, expiresAt: expiry(), ...row };
    return new PutCommand({ TableName, Item, ...condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
  };

  async function dueIn(shard: number, before: string, limit: number): Promise<OrderId[]> {
    const query = new QueryCommand({
      TableName,
      IndexName: 'parked',
      KeyConditionExpression: 'parkedShard = :shard AND tryAgainAt <= :before',
      ProjectionExpression: 'parkedFor',
      ExpressionAttributeValues: { ':shard': String(shard), ':before': before },
      Limit: limit,
    });
    const { Items = [] } = await reach(what, () => db.send(query));
    return Items.map((row) => row['parkedFor'] as OrderId);
  }

  const waitingFor = (orderId: OrderId) => ({
    TableName,
    IndexName: 'parked-for',
    KeyConditionExpression: 'parkedFor = :order',
    ExpressionAttributeValues: { ':order': orderId },
  });

  return {
    claim: (event) =>
      reach(what, async () => {
        try {
          await db.send(
            putCommand(event, { state: 'TAKING' }, { ConditionExpression: 'attribute_not_exists(eventId)' }),
          );
          return { kind: 'OPEN' };
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          return claimOf({ state: error.Item?.['state']?.S, fingerprint: error.Item?.['fingerprint']?.S }, event);
        }
      }),

    // whoever took it: it is taken, also where the row was lost in between; it no longer holds the event
    settle: async (event, { outcome, orderId }) => {
      const row = { state: 'TAKEN' as const, outcome, orderId, takenAt: new Date().toISOString() };
      const isOurs = 'attribute_not_exists(eventId) OR fingerprint = :fingerprint';
      const values = { ':fingerprint': event.fingerprint };
      await ifSo(() =>
        db.send(putCommand(event, row, { ConditionExpression: isOurs, ExpressionAttributeValues: values })),
      );
    },

    forget: async (event) => {
      const values = { ':fingerprint': event.fingerprint, ':taken': 'TAKEN' satisfies State };
      await ifSo(() =>
        db.send(
          new DeleteCommand({
            TableName,
            Key: { eventId: keyOf(event) },
            ConditionExpression: 'fingerprint = :fingerprint AND #state <> :taken',
            ExpressionAttributeNames: NAMES,
            ExpressionAttributeValues: values,
          }),
        ),
      );
    },

    park: async (event, { orderId, body, attributes = {}, parkedAt, tryAgainAt }) => {
      const turn = { parkedFor: orderId, parkedAt, parkedShard: String(shardOf(orderId)), tryAgainAt, tries: 0 };
      const row = { state: 'PARKED' as const, identity: event, body, attributes, ...turn };
      const isClaimed = 'attribute_not_exists(eventId) OR (#state = :taking AND fingerprint = :fingerprint)';
      const values = { ':taking': 'TAKING' satisfies State, ':fingerprint': event.fingerprint };
      await ifSo(() =>
        db.send(
          putCommand(event, row, {
            ConditionExpression: isClaimed,
            ExpressionAttributeNames: NAMES,
            ExpressionAttributeValues: values,
          }),
        ),
      );
    },

    countParked: (orderId) =>
      reach(what, async () => {
        let count = 0;
        const query = { ...waitingFor(orderId), Select: 'COUNT' as const };
        for await (const { Count = 0 } of paginateQuery({ client: db }, query)) count += Count;
        return count;
      }),

    async ordersDue({ before, limit }) {
      const shards = Array.from({ length: INDEX_SHARDS }, (_, shard) => dueIn(shard, before, limit));
      return [...new Set((await Promise.all(shards)).flat())];
    },

    parkedFor: (orderId) =>
      reach(what, async () => {
        const found: ParkedEvent[] = [];
        for await (const { Items = [] } of paginateQuery({ client: db }, waitingFor(orderId)))
          found.push(...Items.map(parkedOf));
        return found;
      }),

    putOff: ({ key, tryAgainAt: seen }, next) =>
      ifSo(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: { eventId: key },
            UpdateExpression: 'SET tryAgainAt = :next ADD tries :one',
            ConditionExpression: '#state = :parked AND tryAgainAt = :seen',
            ExpressionAttributeNames: NAMES,
            ExpressionAttributeValues: { ':parked': 'PARKED' satisfies State, ':seen': seen, ':next': next, ':one': 1 },
          }),
        ),
      ),
  };
}

/** Sources have no blanks, so no two events share a row. */
const keyOf = ({ source, eventId, fingerprint }: EventIdentity): string =>
  eventId === undefined ? `unnamed-event ${source} ${fingerprint}` : `event ${source} ${eventId}`;

const expiry = () => Math.floor(Date.now() / 1000) + REMEMBERED_S;

function claimOf(
  row: { state: string | undefined; fingerprint: string | undefined },
  { fingerprint }: EventIdentity,
): EventClaim {
  if (row.fingerprint !== fingerprint) return { kind: 'OTHER' };
  if (row.state === ('TAKING' satisfies State)) return { kind: 'OPEN' };
  return { kind: row.state === ('PARKED' satisfies State) ? 'PARKED' : 'TAKEN' };
}

const parkedOf = (row: Record<string, unknown>): ParkedEvent => ({
  key: row['eventId'] as string,
  identity: row['identity'] as EventIdentity,
  orderId: row['parkedFor'] as OrderId,
  body: row['body'] as string,
  attributes: row['attributes'] as Record<string, string>,
  parkedAt: row['parkedAt'] as string,
  tryAgainAt: row['tryAgainAt'] as string,
  tries: row['tries'] as number,
});
