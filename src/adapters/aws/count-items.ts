import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { reach } from './errors';

/**
 * Counts what a query finds, without reading it over; no further than `most`, so that a flood of it costs no more.
 *
 * @param p.after where a query that read the first of it left off
 */
export async function countItems(p: {
  db: DynamoDBDocumentClient;
  query: QueryCommandInput;
  most: number;
  after?: Record<string, unknown> | undefined;
}): Promise<number> {
  const { db, query, most } = p;
  let { after } = p;
  let count = 0;
  do {
    const command = new QueryCommand({ ...query, Select: 'COUNT', Limit: most - count, ExclusiveStartKey: after });
    const answer = await reach(`counting ${query.TableName}`, () => db.send(command));
    count += answer.Count ?? 0;
    after = answer.LastEvaluatedKey;
  } while (after && count < most);
  return count;
}
