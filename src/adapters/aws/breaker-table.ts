import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { BreakerBoard, BreakerRow } from '../../gateway/ports';
import type { BreakerTable } from '../breaker/breaker-mirror';
import { DEPENDENCIES, type Dependency } from '../../domain/breaker';
import { reach } from './errors';

/** the sort key of a reset; no process has this name */
const RESET = '#reset';
/** Seconds for which a reset is remembered, far longer than anybody takes to obey it. */
const RESET_LIFE_S = 3600;

/** The breakers of all processes in a table: a row for each that is or was open lately, and one for the last reset. */
export function createBreakerTable(p: { db: DynamoDBDocumentClient; table: string }): BreakerTable & BreakerBoard {
  const { db, table: TableName } = p;
  const put = async (row: object, expiresInS: number): Promise<string> => {
    const now = new Date();
    const updatedAt = now.toISOString();
    const expiresAt = Math.ceil(now.getTime() / 1000) + expiresInS;
    await reach(`writing ${TableName}`, () =>
      db.send(new PutCommand({ TableName, Item: { ...row, updatedAt, expiresAt } })),
    );
    return updatedAt;
  };

  async function rowsOf(dependency: Dependency): Promise<BreakerRow[]> {
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: '#dependency = :dependency',
      // the table drops what has expired only some time later
      FilterExpression: '#worker <> :reset AND #expiresAt > :now',
      ExpressionAttributeNames: { '#dependency': 'dependency', '#worker': 'worker', '#expiresAt': 'expiresAt' },
      ExpressionAttributeValues: { ':dependency': dependency, ':reset': RESET, ':now': Math.floor(Date.now() / 1000) },
      ConsistentRead: true,
    });
    const { Items = [] } = await reach(`reading ${TableName}`, () => db.send(query));
    return Items.map((item) => rowOf(item as BreakerRow));
  }

  return {
    async write({ expiresInS, ...row }) {
      await put(row, expiresInS);
    },
    async readReset(dependency) {
      const command = new GetCommand({ TableName, Key: { dependency, worker: RESET }, ConsistentRead: true });
      const { Item } = await reach(`reading ${TableName}`, () => db.send(command));
      return Item?.['updatedAt'] as string | undefined;
    },
    list: async () => (await Promise.all(DEPENDENCIES.map(rowsOf))).flat(),
    reset: (dependency) => put({ dependency, worker: RESET }, RESET_LIFE_S),
  };
}

function rowOf({ dependency, worker, state, failures, openUntil, updatedAt }: BreakerRow): BreakerRow {
  const row = { dependency, worker, state, failures, updatedAt };
  return openUntil === undefined ? row : { ...row, openUntil };
}
