import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { WatchEntry, WatchIndex, WatchList } from '../../gateway/overview-ports';
import { countItems } from './count-items';
import { reach } from './errors';
import { SHARDS } from './shards';

/** Orders that are counted in one partition: the figure says that there are many, not how many. */
const MOST = 1000;

interface Source {
  index: string;
  partitionKey: string;
  value: string;
  limit: number;
}

/** The orders that somebody should look at, from two indexes of the view: by how late they are, and by status. */
export function createOrderWatch({ db, table }: { db: DynamoDBDocumentClient; table: string }): WatchIndex {
  async function inPartition(query: QueryCommandInput, limit: number): Promise<WatchList> {
    const command = new QueryCommand({ ...query, Limit: limit });
    const { Items = [], LastEvaluatedKey: after } = await reach(`listing ${table}`, () => db.send(command));
    const more = after ? await countItems({ db, query, after, most: MOST - Items.length }) : 0;
    return { orders: Items.length + more, oldest: Items.map((item) => entryOf(item as WatchEntry)) };
  }

  async function oldest({ index, partitionKey, value, limit }: Source): Promise<WatchList> {
    const query = { TableName: table, IndexName: index, KeyConditionExpression: `${partitionKey} = :partition` };
    const found = await Promise.all(
      SHARDS.map((shard) =>
        inPartition({ ...query, ExpressionAttributeValues: { ':partition': `${value}#${shard}` } }, limit),
      ),
    );
    return {
      orders: found.reduce((sum, { orders }) => sum + orders, 0),
      oldest: found
        .flatMap((list) => list.oldest)
        .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
        .slice(0, limit),
    };
  }

  return {
    late: ({ promise, limit }) => oldest({ index: 'late', partitionKey: 'lateShard', value: promise, limit }),
    inStatus: ({ status, limit }) => oldest({ index: 'by-status', partitionKey: 'statusShard', value: status, limit }),
  };
}

const entryOf = ({ orderId, createdAt, updatedAt }: WatchEntry): WatchEntry => ({ orderId, createdAt, updatedAt });
