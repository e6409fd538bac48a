import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { OverviewSources } from '../../gateway/overview-ports';
import { countItems } from './count-items';

/** Cases that are counted: the figure says that there are many, not how many. */
const MOST = 1000;

/** How many cases are open, from the index by state. */
export const createCaseCount =
  ({ db, table }: { db: DynamoDBDocumentClient; table: string }): OverviewSources['openCases'] =>
  () =>
    countItems({
      db,
      query: {
        TableName: table,
        IndexName: 'by-state',
        KeyConditionExpression: '#state = :open',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':open': 'OPEN' },
      },
      most: MOST,
    });
