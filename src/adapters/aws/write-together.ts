import { setTimeout as delay } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { failedCall, refusedRequest } from './errors';

/** How often a call is tried that others are in the way of. */
export const MAX_TRIES = 10;

const CONFLICTS = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Writes rows, 100 at most, in one transaction; another one in its way is waited for, with jitter, and never read as a refusal.
 *
 * @param what for people, where it fails
 * @returns the places of the rows whose conditions do not hold, and then nothing was written; `undefined`: written
 * @throws StepError SERVICE_UNAVAILABLE, REQUEST_REFUSED
 */
export async function writeTogether(
  db: DynamoDBDocumentClient,
  items: NonNullable<TransactWriteCommandInput['TransactItems']>,
  what: string,
): Promise<number[] | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      await db.send(new TransactWriteCommand({ TransactItems: items }));
      return undefined;
    } catch (error) {
      const codes = error instanceof TransactionCanceledException ? error.CancellationReasons : undefined;
      const blocked = !codes || codes.some(({ Code }) => Code !== undefined && CONFLICTS.has(Code));
      if (codes?.some(({ Code }) => Code === 'ValidationError')) throw refusedRequest(`writing ${what}`, error);
      if (!blocked) {
        const refused = items.flatMap((_, i) => (codes[i]?.Code === 'ConditionalCheckFailed' ? [i] : []));
        if (refused.length > 0) return refused;
      }
      if (!codes || !blocked || tries === MAX_TRIES) throw failedCall(`writing ${what}`, error);
      await delay(Math.random() * Math.min(20 * 2 ** tries, 500));
    }
  }
}
