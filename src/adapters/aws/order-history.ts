import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, paginateQuery, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderEvent } from '../../domain/events';
import type { OrderHistory } from '../../gateway/ports';
import type { OrderId } from '../../domain/ids';
import type { OrderView } from '../../domain/projection';
import type { Snapshots } from '../../messaging/projection-ports';
import { continueFold, VIEW_FORMAT } from '../../domain/projection';
import { reach } from './errors';

interface Snapshot {
  orderId: OrderId;
  sequence: number;
  format: number;
  view: OrderView;
}

/** Orders as they were at any of their events: the nearest snapshot before it, and the events since. */
export function createOrderHistory(p: {
  db: DynamoDBDocumentClient;
  tables: { events: string; snapshots: string };
}): OrderHistory & Snapshots {
  const { db, tables } = p;

  /** one of another format says nothing: the order is folded from its beginning */
  async function nearest(orderId: OrderId, asOf: number): Promise<Snapshot | undefined> {
    const query = new QueryCommand({
      TableName: tables.snapshots,
      KeyConditionExpression: 'orderId = :order AND #sequence <= :asOf',
      ExpressionAttributeNames: { '#sequence': 'sequence' },
      ExpressionAttributeValues: { ':order': orderId, ':asOf': asOf },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: 1,
    });
    const { Items = [] } = await reach(`reading ${tables.snapshots}`, () => db.send(query));
    const snapshot = Items[0] as Snapshot | undefined;
    return snapshot?.format === VIEW_FORMAT ? snapshot : undefined;
  }

  const eventsBetween = (orderId: OrderId, from: number, to: number): Promise<OrderEvent[]> =>
    reach(`reading ${tables.events}`, async () => {
      const events: OrderEvent[] = [];
      // a range that is none is refused by the table
      if (from > to) return events;
      const query = {
        TableName: tables.events,
        KeyConditionExpression: 'orderId = :order AND #sequence BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#sequence': 'sequence' },
        ExpressionAttributeValues: { ':order': orderId, ':from': from, ':to': to },
        ConsistentRead: true,
      };
      for await (const { Items = [] } of paginateQuery({ client: db }, query)) events.push(...(Items as OrderEvent[]));
      return events;
    });

  async function loadOrder(orderId: OrderId, { asOf = Number.MAX_SAFE_INTEGER }: { asOf?: number } = {}) {
    const snapshot = await nearest(orderId, asOf);
    const events = await eventsBetween(orderId, (snapshot?.sequence ?? 0) + 1, asOf);
    return continueFold(snapshot?.view, events);
  }

  return {
    loadOrder,
    async take({ orderId, sequence }) {
      const view = await loadOrder(orderId, { asOf: sequence });
      if (view?.sequence !== sequence) throw new Error(`order ${orderId} has no event ${sequence}`);
      const put = new PutCommand({
        TableName: tables.snapshots,
        Item: { orderId, sequence, format: VIEW_FORMAT, view } satisfies Snapshot,
        ConditionExpression: 'attribute_not_exists(orderId) OR #format < :format',
        ExpressionAttributeNames: { '#format': 'format' },
        ExpressionAttributeValues: { ':format': VIEW_FORMAT },
      });
      await reach(`writing ${tables.snapshots}`, async () => {
        try {
          await db.send(put);
        } catch (error) {
          // events never change, so one that is there is the same
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      });
    },
  };
}
