import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Metrics } from '../../metrics';
import { isRefusal } from './errors';

type Outcome = 'ok' | 'condition' | 'throttled' | 'refused' | 'failed';

/** Counts and times every attempt of a client, those that the SDK repeats too. */
export function measureAwsCalls(client: { middlewareStack: unknown }, { record }: Pick<Metrics, 'record'>): void {
  (client as DynamoDBClient).middlewareStack.add(
    (next, context) => async (args) => {
      const service = (context.clientName ?? '').replace(/Client$/, '');
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      const begun = performance.now();
      const tell = (outcome: Outcome) =>
        record('waybill_aws_call_seconds', { service, operation, outcome }, (performance.now() - begun) / 1000);
      try {
        const answer = await next(args);
        tell('ok');
        return answer;
      } catch (error) {
        // a poll that a stop cuts short
        if (!(error instanceof Error && error.name === 'AbortError')) tell(outcomeOf(error));
        throw error;
      }
    },
    // within the SDK's retries
    { step: 'finalizeRequest', priority: 'low', name: 'waybillCallTimes' },
  );
}

/** as AWS calls it that there were too many calls */
const THROTTLED = /Throttl|TooManyRequests|LimitExceeded|ThroughputExceeded|SlowDown/;
const CONDITIONS = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

/** What an answer other than yes means. */
export function outcomeOf(error: unknown): Exclude<Outcome, 'ok'> {
  if (!(error instanceof Error)) return 'failed';
  const { CancellationReasons: reasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
  const codes = [error.name, ...reasons.map(({ Code = '' }) => Code)];
  if (codes.some((code) => THROTTLED.test(code))) return 'throttled';
  if (error.name === 'ConditionalCheckFailedException' || codes.some((code) => CONDITIONS.has(code)))
    return 'condition';
  if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 429) return 'throttled';
  return isRefusal(error) || codes.includes('ValidationError') ? 'refused' : 'failed';
}
