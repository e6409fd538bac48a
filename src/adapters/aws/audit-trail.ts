import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditDesk } from '../../gateway/audit-ports';
import type { AuditEntry } from '../../domain/audit';
import type { AuditTrail } from '../../messaging/projection-ports';
import { InvalidCursorError } from '../../gateway/ports';
import { reach } from './errors';

/** Queries that a page may cost: each looks at some rows of one day, and a day without any costs one. */
const MAX_QUERIES = 40;
const ROWS = 100;

/** A line of the trail, to be written alone or together with what it tells of. The same again is the same row. */
export const auditPut = (TableName: string, entry: AuditEntry) => ({
  TableName,
  Item: { ...entry, day: dayOf(entry.at), entry: `${entry.at}#${entry.id}` },
});

type Row = ReturnType<typeof auditPut>['Item'];

/** The audit trail: a partition for each UTC day, in the order of time. */
export function createAuditTrail({
  db,
  table: TableName,
}: {
  db: DynamoDBDocumentClient;
  table: string;
}): AuditTrail & AuditDesk {
  /** newest first; of the day of `before`, which is left out */
  async function rowsBefore(before: string): Promise<{ rows: Row[]; isDayOver: boolean }> {
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: '#day = :day AND #entry < :before',
      ExpressionAttributeNames: { '#day': 'day', '#entry': 'entry' },
      ExpressionAttributeValues: { ':day': dayOf(before), ':before': before },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: ROWS,
    });
    const { Items = [], LastEvaluatedKey } = await reach(`reading ${TableName}`, () => db.send(query));
    return { rows: Items as Row[], isDayOver: LastEvaluatedKey === undefined };
  }

  return {
    async write(entry) {
      await reach(`writing ${TableName}`, () => db.send(new PutCommand(auditPut(TableName, entry))));
    },

    async list({ from, to, by, cursor, limit }) {
      const of = by ?? '';
      const entries: AuditEntry[] = [];
      let before = cursor === undefined ? endOfTime(to) : readCursor(cursor, of);
      for (let queries = 0; queries < MAX_QUERIES; queries++) {
        if (dayOf(before) < dayOf(from)) return { entries };
        const { rows, isDayOver } = await rowsBefore(before);
        for (const row of rows) {
          if (row.at < from) return { entries };
          const isAsked = by === undefined || row.by === by;
          if (isAsked && entries.length === limit) return { entries, cursor: cursorOf(before, of) };
          if (isAsked) entries.push(entryOf(row));
          before = row.entry;
        }
        if (isDayOver) before = endOfDayBefore(before);
      }
      return { entries, cursor: cursorOf(before, of) };
    },
  };
}

function entryOf({ day: _day, entry: _entry, ...entry }: Row): AuditEntry {
  return entry;
}

const dayOf = (time: string): string => time.slice(0, 10);

/** behind every entry of the time: `$` comes after the `#` before an id */
const endOfTime = (time: string): string => `${time}$`;

const DAY_MS = 86_400_000;

/** behind every entry of that day */
const endOfDayBefore = (entry: string): string =>
  `${new Date(Date.parse(dayOf(entry)) - DAY_MS).toISOString().slice(0, 10)}~`;

/** Where the next page goes on: behind this; `of`: whose actions, for under another name it would skip some. */
const cursorOf = (before: string, of: string): string =>
  Buffer.from(JSON.stringify({ before, of })).toString('base64url');

function readCursor(text: string, of: string): string {
  const { before, of: whose } = parse(text) ?? {};
  if (typeof before !== 'string' || !/^\d{4}-\d{2}-\d{2}[T~]/.test(before) || Number.isNaN(Date.parse(dayOf(before))))
    throw new InvalidCursorError('expected the cursor of the page before, unchanged');
  if (whose !== of) throw new InvalidCursorError('expected the same by as of the page that the cursor came with');
  return before;
}

function parse(text: string): { before?: unknown; of?: unknown } | undefined {
  try {
    return (JSON.parse(Buffer.from(text, 'base64url').toString()) as object | null) ?? undefined;
  } catch {
    return undefined;
  }
}
