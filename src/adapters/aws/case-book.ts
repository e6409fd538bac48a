import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Case, ReconciliationReport } from '../../domain/cases';
import type { CaseBook } from '../../activities/maintenance-ports';
import type { CaseDesk } from '../../gateway/ports';
import { auditPut } from './audit-trail';
import { InvalidCursorError } from '../../gateway/ports';
import { reach } from './errors';
import { writeTogether } from './write-together';

/** the row of the last report: it has no state, so that no list has it */
const REPORT = 'report';

/** The cases in a table of their own; the worker writes them, the gateway shows and closes them. */
export function createCaseBook(p: {
  db: DynamoDBDocumentClient;
  tables: { cases: string; audit: string };
}): CaseBook & CaseDesk {
  const { db, tables } = p;
  const table = tables.cases;
  async function get<T>(caseId: string): Promise<T | undefined> {
    const command = new GetCommand({ TableName: table, Key: { caseId }, ConsistentRead: true });
    return (await reach(`reading ${table}`, () => db.send(command))).Item as T | undefined;
  }
  const inState = (state: Case['state']): QueryCommandInput => ({
    TableName: table,
    IndexName: 'by-state',
    KeyConditionExpression: '#state = :state',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':state': state },
  });
  const read = async (caseId: string) => (caseId === REPORT ? undefined : get<Case>(caseId));

  /** only over the version that was read */
  const putOf = (one: Case) => ({
    TableName: table,
    Item: one,
    ...(one.version === 1
      ? { ConditionExpression: 'attribute_not_exists(caseId)' }
      : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': one.version - 1 } }),
  });

  async function write(one: Case): Promise<boolean> {
    try {
      await reach(`writing ${table}`, () => db.send(new PutCommand(putOf(one))));
      return true;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    read,
    write,
    async listOpen() {
      return reach(`listing ${table}`, async () => {
        const cases: Case[] = [];
        for await (const { Items = [] } of paginateQuery({ client: db }, inState('OPEN')))
          cases.push(...(Items as Case[]));
        return cases;
      });
    },
    async readReport() {
      return (await get<{ report: ReconciliationReport }>(REPORT))?.report;
    },
    async writeReport(report) {
      const command = new PutCommand({ TableName: table, Item: { caseId: REPORT, report } });
      await reach(`writing ${table}`, () => db.send(command));
    },

    async list({ state, cursor, limit }) {
      const after = cursor === undefined ? undefined : decode(cursor, state);
      const command = new QueryCommand({
        ...inState(state),
        ScanIndexForward: false,
        Limit: limit,
        ExclusiveStartKey: after,
      });
      const { Items = [], LastEvaluatedKey } = await reach(`listing ${table}`, () => db.send(command));
      return { cases: Items as Case[], ...(LastEvaluatedKey && { cursor: encode(LastEvaluatedKey) }) };
    },

    async close({ caseId, by, reason, at, requestId }) {
      const subject = { kind: 'case' as const, id: caseId };
      const line = auditPut(tables.audit, { id: requestId, at, by, reason, action: 'CLOSE_CASE', subject });
      for (;;) {
        const before = await read(caseId);
        if (before?.state !== 'OPEN') return before;
        const { alertDue: _alertDue, ...rest } = before;
        const closed = { ...rest, closedAt: at, closedBy: by, reason, version: before.version + 1 };
        const after: Case = { ...closed, state: 'CLOSED' };
        // found again at the same time: looked at again
        if (!(await writeTogether(db, [{ Put: putOf(after) }, { Put: line }], `case ${caseId}`))) return after;
      }
    },
  };
}

const encode = (key: Record<string, unknown>): string => Buffer.from(JSON.stringify(key)).toString('base64url');

function decode(cursor: string, state: string): Record<string, string> {
  const key = parse(cursor);
  const isKey = ['caseId', 'state', 'openedAt'].every((name) => typeof key?.[name] === 'string');
  if (!key || !isKey || Object.keys(key).length !== 3 || key['state'] !== state)
    throw new InvalidCursorError('expected the cursor of the page before, unchanged, with the same state');
  return key as Record<string, string>;
}

function parse(cursor: string): Record<string, unknown> | undefined {
  try {
    return (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Record<string, unknown> | null) ?? undefined;
  } catch {
    return undefined;
  }
}
