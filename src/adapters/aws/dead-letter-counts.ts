import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { OverviewSources } from '../../gateway/overview-ports';
import type { DeadLetterClass, DeadLetterState } from '../../domain/dead-letters';
import { reach } from './errors';

/** Dead letters that are counted in one state: the figure says that there are many, not how many. */
const MOST = 1000;

/** those that nobody has done with */
const OPEN = ['PARKED', 'WAITING', 'REDRIVEN'] as const satisfies DeadLetterState[];

/** How many dead letters of each class wait, from the index by state, which has no bodies; those that are done are not read. */
export function createDeadLetterCounts(p: {
  db: DynamoDBDocumentClient;
  table: string;
}): OverviewSources['deadLetters'] {
  const { db, table: TableName } = p;

  async function classesIn(state: DeadLetterState): Promise<DeadLetterClass[]> {
    const query = {
      TableName,
      IndexName: 'by-state',
      KeyConditionExpression: '#state = :state',
      ProjectionExpression: '#class',
      ExpressionAttributeNames: { '#state': 'state', '#class': 'class' },
      ExpressionAttributeValues: { ':state': state },
      Limit: MOST,
    };
    const found: DeadLetterClass[] = [];
    for await (const { Items = [] } of paginateQuery({ client: db }, query)) {
      found.push(...Items.map((item) => item['class'] as DeadLetterClass));
      if (found.length >= MOST) break;
    }
    return found.slice(0, MOST);
  }

  return async () => {
    const [parked, ...waiting] = await reach(`counting ${TableName}`, () => Promise.all(OPEN.map(classesIn)));
    const classes = new Set([...parked!, ...waiting.flat()]);
    const countOf = (all: readonly DeadLetterClass[], kind: DeadLetterClass) =>
      all.filter((one) => one === kind).length;
    return [...classes].map((kind) => ({
      class: kind,
      parked: countOf(parked!, kind),
      waiting: countOf(waiting.flat(), kind),
    }));
  };
}
