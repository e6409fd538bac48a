import { setTimeout as delay } from 'node:timers/promises';
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { failedCall, reach } from './errors';
import { MAX_TRIES } from './write-together';

/** Keys that one call takes. */
const BATCH = 100;

interface Wanted {
  table: string;
  /** none of them twice */
  keys: readonly Record<string, string>[];
  isConsistent?: boolean;
  /** all, where nobody says */
  attributes?: readonly string[];
}

/**
 * The rows of these keys that are there, in no order; what the table leaves out is asked for again, with jitter.
 *
 * @throws StepError SERVICE_UNAVAILABLE
 */
export async function batchGetAll<T>(db: DynamoDBDocumentClient, { keys, ...wanted }: Wanted): Promise<T[]> {
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, i) =>
    keys.slice(i * BATCH, (i + 1) * BATCH),
  );
  return (await Promise.all(batches.map((some) => batchGet<T>(db, { ...wanted, keys: some })))).flat();
}

async function batchGet<T>(db: DynamoDBDocumentClient, { table, keys, isConsistent, attributes }: Wanted) {
  const names = attributes?.map((name, i) => [`#a${i}`, name] as const);
  const projection = names && {
    ProjectionExpression: names.map(([placeholder]) => placeholder).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names),
  };
  const found: T[] = [];
  let left: Record<string, unknown>[] = [...keys];
  for (let tries = 1; left.length > 0; tries++) {
    const of = { Keys: left, ...(isConsistent && { ConsistentRead: true }), ...projection };
    const command = new BatchGetCommand({ RequestItems: { [table]: of } });
    const answer = await reach(`reading ${table}`, () => db.send(command));
    found.push(...((answer.Responses?.[table] ?? []) as T[]));
    left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (left.length > 0 && tries === MAX_TRIES) throw failedCall(`reading ${table}`, `${left.length} keys throttled`);
    if (left.length > 0) await delay(Math.random() * 20 * 2 ** tries);
  }
  return found;
}
