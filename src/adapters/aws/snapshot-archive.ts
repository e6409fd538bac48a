import { DeleteCommand, type DynamoDBDocumentClient, paginateQuery, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderId } from '../../domain/ids';
import type { SnapshotArchive, TakenSnapshot } from '../../activities/maintenance-ports';
import { reach } from './errors';
import { VIEW_FORMAT } from '../../domain/projection';

/** The snapshots as they are looked after; those of another format say nothing, and are left to be overwritten. */
export function createSnapshotArchive({
  db,
  table: TableName,
}: {
  db: DynamoDBDocumentClient;
  table: string;
}): SnapshotArchive {
  return {
    async pageOfOrders({ token, limit }) {
      const scan = new ScanCommand({
        TableName,
        Limit: limit,
        ProjectionExpression: 'orderId',
        ExclusiveStartKey: token === undefined ? undefined : (JSON.parse(token) as Record<string, unknown>),
      });
      const { Items = [], LastEvaluatedKey } = await reach(`listing ${TableName}`, () => db.send(scan));
      const orderIds = [...new Set(Items.map((item) => item['orderId'] as OrderId))];
      return { orderIds, ...(LastEvaluatedKey && { token: JSON.stringify(LastEvaluatedKey) }) };
    },

    ofOrder: (orderId) =>
      reach(`reading ${TableName}`, async () => {
        const query = {
          TableName,
          KeyConditionExpression: 'orderId = :order',
          ExpressionAttributeValues: { ':order': orderId },
          ConsistentRead: true,
        };
        const taken: (TakenSnapshot & { format: number })[] = [];
        for await (const { Items = [] } of paginateQuery({ client: db }, query)) taken.push(...(Items as typeof taken));
        return taken.filter(({ format }) => format === VIEW_FORMAT).map(({ sequence, view }) => ({ sequence, view }));
      }),

    async remove({ orderId, sequence }) {
      const command = new DeleteCommand({ TableName, Key: { orderId, sequence } });
      await reach(`writing ${TableName}`, () => db.send(command));
    },
  };
}
