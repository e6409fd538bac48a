import { setTimeout as delay } from 'node:timers/promises';
import { BatchGetCommand, type BatchGetCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { failedCall, reach } from './errors';
import { MAX_TRIES } from './write-together';

/** Items that DynamoDB gives in one call. */
const MAX_KEYS = 100;
/** Milliseconds before what was left undone is asked for again, at most; doubled for each further try. */
const PAUSE_MS = 40;

type TableRequest = NonNullable<BatchGetCommandInput['RequestItems']>[string];
type Key = Record<string, string | number>;

/**
 * Items by their keys, in no order, a hundred in a call; those that are not there are left out. What a table leaves
 * undone is asked for again, after a while.
 *
 * @param p.options such as ConsistentRead
 * @param p.maxTries how often it is
 * @throws StepError SERVICE_UNAVAILABLE, also when some keys stay undone
 */
export async function batchGet<T>(p: {
  db: DynamoDBDocumentClient;
  table: string;
  keys: readonly Key[];
  options?: Omit<TableRequest, 'Keys'>;
  maxTries?: number;
}): Promise<T[]> {
  const parts = Array.from({ length: Math.ceil(p.keys.length / MAX_KEYS) }, (_, i) =>
    p.keys.slice(i * MAX_KEYS, (i + 1) * MAX_KEYS),
  );
  const found = await Promise.all(parts.map((keys) => getPart<T>({ ...p, keys })));
  return found.flat();
}

async function getPart<T>(p: Parameters<typeof batchGet>[0]): Promise<T[]> {
  const { db, table, keys, options, maxTries = MAX_TRIES } = p;
  const found: T[] = [];
  let left: Record<string, unknown>[] = [...keys];
  for (let tries = 1; left.length > 0; tries++) {
    const command = new BatchGetCommand({ RequestItems: { [table]: { ...options, Keys: left } } });
    const answer = await reach(`reading ${table}`, () => db.send(command));
    found.push(...((answer.Responses?.[table] ?? []) as T[]));
    left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (left.length > 0 && tries === maxTries) throw failedCall(`reading ${table}`, `${left.length} keys throttled`);
    if (left.length > 0) await delay(Math.random() * PAUSE_MS * 2 ** (tries - 1));
  }
  return found;
}
