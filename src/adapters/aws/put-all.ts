import { setTimeout as delay } from 'node:timers/promises';
import { BatchWriteCommand, type BatchWriteCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { StepError } from '../../domain/failures';
import { reach } from './errors';

/** Rows that one call takes. */
const BATCH = 25;
/** Milliseconds before each try: the table may leave some of a call out. */
const UNPROCESSED_PAUSES_MS = [0, 50, 200];

/**
 * Puts rows over whatever is there, none of them twice; those before a failure are written. The table says without an
 * error what it leaves out where it is throttled: that is tried again.
 *
 * @param p.what for people, where it fails
 * @throws StepError SERVICE_UNAVAILABLE, REQUEST_REFUSED
 */
export async function putAll(
  db: DynamoDBDocumentClient,
  { table, items, what }: { table: string; items: readonly object[]; what: string },
): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    let left: WriteRequests = items.slice(at, at + BATCH).map((Item) => ({ PutRequest: { Item: { ...Item } } }));
    for (const pause of UNPROCESSED_PAUSES_MS) {
      if (left.length === 0) break;
      await delay(pause);
      const command = new BatchWriteCommand({ RequestItems: { [table]: left } });
      const { UnprocessedItems = {} } = await reach(what, () => db.send(command));
      left = UnprocessedItems[table] ?? [];
    }
    if (left.length > 0) throw new StepError('SERVICE_UNAVAILABLE', `${what}: the table left out ${left.length}`);
  }
}

type WriteRequests = NonNullable<BatchWriteCommandInput['RequestItems']>[string];
