import type { DynamoDBDocumentClient, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { OverviewSources } from '../../gateway/overview-ports';
import { batchGet } from './batch-get';
import {
  countChanges,
  COUNTED_STATES,
  type CountedState,
  counterIdOf,
  COUNTER_SHARDS,
} from '../../domain/dead-letter-counts';
import { DEAD_LETTER_CLASSES, type DeadLetterClass } from '../../domain/dead-letters';

type Row = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A counter as it is stored. */
export type Counter = Partial<Record<CountedState, number>> & {
  id: string;
  /** raised with every change, so that whoever counts again knows whether letters moved meanwhile; absent before the first */
  changes?: number;
};

/** A counter of each class and shard. */
export const COUNTERS: readonly { class: DeadLetterClass; shard: number }[] = DEAD_LETTER_CLASSES.flatMap((kind) =>
  Array.from({ length: COUNTER_SHARDS }, (_, shard) => ({ class: kind, shard })),
);

/** The counters that a change of a letter moves: to be written in its own transaction, so that neither is without the other. */
export const counterRows = (table: string, change: Parameters<typeof countChanges>[0]): Row[] =>
  countChanges(change).map(({ add, ...counter }) => {
    const states = Object.keys(add) as CountedState[];
    return {
      Update: {
        TableName: table,
        Key: { id: counterIdOf(counter) },
        UpdateExpression: `ADD ${states.map((state) => `#${state} :${state}`).join(', ')}, #changes :one`,
        ExpressionAttributeNames: {
          ...Object.fromEntries(states.map((state) => [`#${state}`, state])),
          '#changes': 'changes',
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(states.map((state) => [`:${state}`, add[state]])),
          ':one': 1,
        },
      },
    };
  });

/** All counters there are, in one call. */
export const readCounters = (p: {
  db: DynamoDBDocumentClient;
  table: string;
  ConsistentRead?: boolean;
}): Promise<Counter[]> => {
  const { db, table, ConsistentRead = false } = p;
  return batchGet<Counter>({
    db,
    table,
    keys: COUNTERS.map((counter) => ({ id: counterIdOf(counter) })),
    options: { ConsistentRead },
  });
};

/** How many dead letters of each class nobody has done with, by their counters: exact, and as cheap with a million of them. */
export function createDeadLetterCounts(p: {
  db: DynamoDBDocumentClient;
  table: string;
}): OverviewSources['deadLetters'] {
  return async () => {
    const counters = await readCounters(p);
    return DEAD_LETTER_CLASSES.map((kind) => {
      const ids = new Set(COUNTERS.filter((counter) => counter.class === kind).map(counterIdOf));
      const ofClass = counters.filter(({ id }) => ids.has(id));
      const countOf = (state: CountedState) => ofClass.reduce((sum, counter) => sum + (counter[state] ?? 0), 0);
      return { class: kind, parked: countOf('PARKED'), waiting: countOf('WAITING') + countOf('REDRIVEN') };
    });
  };
}

export const isSame = (counter: Partial<Counter>, counts: Partial<Record<CountedState, number>>): boolean =>
  COUNTED_STATES.every((state) => (counter[state] ?? 0) === (counts[state] ?? 0));
