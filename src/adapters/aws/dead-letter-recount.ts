import { type DynamoDBDocumentClient, paginateScan, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DeadLetterRecount, Miscount } from '../../activities/maintenance-ports';
import type { DeadLetter } from '../../domain/dead-letters';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type Counter, COUNTERS, isSame, readCounters } from './dead-letter-counts';
import {
  COUNTED_STATES,
  type CountedState,
  counterIdOf,
  counterShardOf,
  isCounted,
} from '../../domain/dead-letter-counts';
import { reach } from './errors';

type Counts = Record<CountedState, number>;

/** How often is counted again what moved meanwhile; what then still moves is left to the next time. */
const MAX_TRIES = 3;

/**
 * Counts the dead letters while they come and go. A letter and its counter move in one transaction, and each such move
 * raises the counter's `changes`: a counter whose `changes` are as they were before the letters were read has had none of its
 * letters move, and what was counted is true.
 */
export function createDeadLetterRecount(p: {
  db: DynamoDBDocumentClient;
  /** of the letters */
  table: string;
}): DeadLetterRecount {
  const { db, table } = p;

  async function count(onPage: () => void): Promise<Map<string, Counts>> {
    const counts = new Map(COUNTERS.map((counter) => [counterIdOf(counter), { PARKED: 0, WAITING: 0, REDRIVEN: 0 }]));
    const scan = {
      TableName: table,
      ConsistentRead: true,
      ProjectionExpression: 'id, #class, #state',
      ExpressionAttributeNames: { '#class': 'class', '#state': 'state' },
    };
    for await (const { Items = [] } of paginateScan({ client: db }, scan)) {
      for (const { id, class: kind, state } of Items as Pick<DeadLetter, 'id' | 'class' | 'state'>[]) {
        // the counters themselves have no class
        const ofCounter = counts.get(counterIdOf({ class: kind, shard: counterShardOf(id) }));
        if (ofCounter && isCounted(state)) ofCounter[state]++;
      }
      onPage();
    }
    return counts;
  }

  /** @returns false when letters moved meanwhile */
  async function write(counter: (typeof COUNTERS)[number], counts: Counts, before: number | undefined) {
    const put = new PutCommand({
      TableName: table,
      Item: { id: counterIdOf(counter), ...counts, changes: (before ?? 0) + 1 } satisfies Counter,
      ConditionExpression: before === undefined ? 'attribute_not_exists(#changes)' : '#changes = :before',
      ExpressionAttributeNames: { '#changes': 'changes' },
      ...(before !== undefined && { ExpressionAttributeValues: { ':before': before } }),
    });
    try {
      await db.send(put);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function recountOnce(onPage: () => void): Promise<{ mended: Miscount[]; hasMoved: boolean }> {
    const found = await readCounters({ db, table, ConsistentRead: true });
    const counts = await reach(`counting ${table}`, () => count(onPage));
    const mended: Miscount[] = [];
    let hasMoved = false;
    for (const counter of COUNTERS) {
      const id = counterIdOf(counter);
      const before = found.find((one) => one.id === id);
      const there = counts.get(id)!;
      if (isSame(before ?? {}, there)) continue;
      const isWritten = await reach(`writing ${table}`, () => write(counter, there, before?.changes));
      if (isWritten) mended.push({ class: counter.class, counted: sumOf(before ?? {}), there: sumOf(there) });
      else hasMoved = true;
    }
    return { mended, hasMoved };
  }

  return {
    async recount({ onPage }) {
      const mended: Miscount[] = [];
      for (let tries = 0, hasMoved = true; hasMoved && tries < MAX_TRIES; tries++) {
        const once = await recountOnce(onPage);
        mended.push(...once.mended);
        ({ hasMoved } = once);
      }
      return mended;
    },
  };
}

const sumOf = (counts: Partial<Counts>): number => COUNTED_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
