import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OverviewSources } from '../../gateway/overview-ports';
import { ORDER_STATUSES, type OrderStatus } from '../../domain/states';
import { reach } from './errors';
import { rows } from '../../domain/projections';
import { SHARDS } from './shards';

/** How many orders have each status, from the projections: a row for each status and shard. */
export function createOrderStates(p: { db: DynamoDBDocumentClient; table: string }): OverviewSources['states'] {
  const { db, table: TableName } = p;

  async function readShard(shard: number): Promise<Record<string, unknown>[]> {
    const { id } = rows.state({ status: ORDER_STATUSES[0], shard });
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: 'id = :id',
      ExpressionAttributeValues: { ':id': id },
    });
    return (await reach(`reading ${TableName}`, () => db.send(query))).Items ?? [];
  }

  return async () => {
    const found = (await Promise.all(SHARDS.map(readShard))).flat();
    const counts: Partial<Record<OrderStatus, number>> = {};
    for (const { entry, orders } of found) {
      const status = entry as OrderStatus;
      counts[status] = (counts[status] ?? 0) + Number(orders ?? 0);
    }
    return counts;
  };
}
