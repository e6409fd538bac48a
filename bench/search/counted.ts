import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A call to DynamoDB and what it looked at. */
export interface Read {
  command: string;
  table: string;
  /** absent: the table itself, by its key */
  index?: string;
  /** absent where it asks for keys one by one */
  keyCondition?: string;
  /** items looked at, whether they were shown or not */
  scanned: number;
}

interface Input {
  TableName?: string;
  IndexName?: string;
  KeyConditionExpression?: string;
  RequestItems?: Record<string, { Keys?: unknown[] }>;
}

/** Notes every call of a client from now on; `take` gives those since it was last asked. */
export function countReads(db: DynamoDBDocumentClient): { take(): Read[] } {
  let reads: Read[] = [];
  db.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const { TableName, IndexName, KeyConditionExpression, RequestItems = {} } = args.input as Input;
      const [[table, { Keys = [] }] = [TableName ?? '', {}]] = Object.entries(RequestItems);
      const { ScannedCount = Keys.length } = result.output as { ScannedCount?: number };
      reads.push({
        command: context.commandName ?? '',
        table,
        ...(IndexName !== undefined && { index: IndexName }),
        ...(KeyConditionExpression !== undefined && { keyCondition: KeyConditionExpression }),
        scanned: ScannedCount,
      });
      return result;
    },
    { step: 'initialize', name: 'countReads' },
  );
  return {
    take() {
      const taken = reads;
      reads = [];
      return taken;
    },
  };
}
