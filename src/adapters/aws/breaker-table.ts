import type { Operator } from '../../domain/operator';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry } from '../../domain/audit';
import type { BreakerBoard, BreakerRow } from '../../gateway/ports';
import type { BreakerTable } from '../breaker/breaker-mirror';
import { DEPENDENCIES, type Dependency } from '../../domain/breaker';
import { auditPut } from './audit-trail';
import { reach } from './errors';
import { writeTogether } from './write-together';

/** the sort key of a reset; no process has this name */
const RESET = '#reset';
/** Seconds for which a reset is remembered, far longer than anybody takes to obey it. */
const RESET_LIFE_S = 3600;

/** The breakers of all processes in a table: a row for each that is or was open lately, and one for the last reset. */
export function createBreakerTable(p: {
  db: DynamoDBDocumentClient;
  tables: { breakers: string; audit: string };
}): BreakerTable & BreakerBoard {
  const { db, tables } = p;
  const TableName = tables.breakers;
  /** a row that is written now */
  const putOf = (row: object, expiresInS: number) => {
    const now = new Date();
    const expiresAt = Math.ceil(now.getTime() / 1000) + expiresInS;
    return { TableName, Item: { ...row, updatedAt: now.toISOString(), expiresAt } };
  };
  const put = async (one: ReturnType<typeof putOf>) =>
    reach(`writing ${TableName}`, () => db.send(new PutCommand(one)));

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
      await put(putOf(row, expiresInS));
    },
    async readReset(dependency) {
      const command = new GetCommand({ TableName, Key: { dependency, worker: RESET }, ConsistentRead: true });
      const { Item } = await reach(`reading ${TableName}`, () => db.send(command));
      return Item?.['updatedAt'] as string | undefined;
    },
    list: async () => (await Promise.all(DEPENDENCIES.map(rowsOf))).flat(),
    async reset({ dependency, asked }) {
      const row = putOf({ dependency, worker: RESET }, RESET_LIFE_S);
      const at = row.Item.updatedAt;
      if (!asked) await put(row);
      else {
        const line = auditPut(tables.audit, resetOf({ dependency, at, ...asked }));
        await writeTogether(db, [{ Put: row }, { Put: line }], `the reset of ${dependency}`);
      }
      return at;
    },
  };
}

const resetOf = (p: Operator & { dependency: Dependency; at: string; requestId: string }): AuditEntry => ({
  id: p.requestId,
  at: p.at,
  by: p.by,
  ...(p.reason !== undefined && { reason: p.reason }),
  action: 'RESET_BREAKER',
  subject: { kind: 'breaker', id: p.dependency },
});

function rowOf({ dependency, worker, state, failures, openUntil, updatedAt }: BreakerRow): BreakerRow {
  const row = { dependency, worker, state, failures, updatedAt };
  return openUntil === undefined ? row : { ...row, openUntil };
}
