import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderArchive, OrderPage } from '../../activities/maintenance-ports';
import type { OrderId } from '../../domain/ids';
import { createRecentOrders } from './recent-orders';
import { reach } from './errors';

type Row = Record<string, unknown> & { orderId: OrderId };

/** All orders, by a scan; those that a reconciliation comes back to, by indexes; and views put in place of others. */
export function createOrderArchive(p: {
  db: DynamoDBDocumentClient;
  tables: { events: string; view: string };
}): OrderArchive {
  const { db, tables } = p;
  const pageOfRecent = createRecentOrders({ db, table: tables.view });

  async function page(input: { TableName: string; Limit: number; token: string | undefined }) {
    const { token, ...request } = input;
    const after = token === undefined ? undefined : (JSON.parse(token) as Row);
    const { Items = [], LastEvaluatedKey } = await reach(`listing ${input.TableName}`, () =>
      db.send(
        new ScanCommand({
          ...request,
          ProjectionExpression: 'orderId',
          ExclusiveStartKey: after,
        }),
      ),
    );
    // the events of an order lie side by side: those of the last one of the page before may go on
    const ids = new Set((Items as Row[]).map(({ orderId }) => orderId));
    if (after) ids.delete(after.orderId);
    const next: Pick<OrderPage, 'token'> = LastEvaluatedKey ? { token: JSON.stringify(LastEvaluatedKey) } : {};
    return { orderIds: [...ids], ...next };
  }

  return {
    pageOfOrders({ from, since, token, limit }) {
      if (from === 'events') return page({ TableName: tables.events, Limit: limit, token });
      if (since !== undefined) return pageOfRecent({ since, token, limit });
      return page({ TableName: tables.view, Limit: limit, token });
    },

    replaceView: ({ view, read }) =>
      unlessChanged(() =>
        reach(`writing ${tables.view}`, () =>
          db.send(new PutCommand({ TableName: tables.view, Item: view, ...asRead(read) })),
        ),
      ),

    removeView: ({ orderId, read }) =>
      unlessChanged(() =>
        reach(`writing ${tables.view}`, () =>
          db.send(new DeleteCommand({ TableName: tables.view, Key: { orderId }, ...asRead(read) })),
        ),
      ),
  };
}

const asRead = (sequence: number | undefined) => ({
  ConditionExpression: sequence === undefined ? 'attribute_not_exists(#sequence)' : '#sequence = :read',
  ExpressionAttributeNames: { '#sequence': 'sequence' },
  ...(sequence !== undefined && { ExpressionAttributeValues: { ':read': sequence } }),
});

async function unlessChanged(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
