import type { DeadLetter, DeadLetterClass, DeadLetterState } from './dead-letters';
import { partOf } from './ids';

/** Dead letters that nobody has done with are counted: by class, each state by itself. */
export const COUNTED_STATES = ['PARKED', 'WAITING', 'REDRIVEN'] as const satisfies DeadLetterState[];
export type CountedState = (typeof COUNTED_STATES)[number];

/** Counters of a class: so many that letters that die at once do not wait for each other. */
export const COUNTER_SHARDS = 8;

/** Where a counter is: in the table of the letters, beside them and in none of its indexes. */
export const counterIdOf = (p: { class: DeadLetterClass; shard: number }): string => `counter#${p.class}#${p.shard}`;

/** What of a dead letter is counted. */
export type Counted = Pick<DeadLetter, 'class' | 'state'>;

/** What is added to one counter. */
export interface CountChange {
  class: DeadLetterClass;
  shard: number;
  add: Partial<Record<CountedState, number>>;
}

export const counterShardOf = (letterId: string): number => partOf(letterId, COUNTER_SHARDS);

export const isCounted = (state: DeadLetterState): state is CountedState =>
  COUNTED_STATES.some((counted) => counted === state);

/** What the change of a dead letter does to the counters; `before` is absent of one that is new. */
export function countChanges(p: { id: string; before?: Counted; after: Counted }): CountChange[] {
  const { before, after } = p;
  if (before && before.class === after.class && before.state === after.state) return [];
  const shard = counterShardOf(p.id);
  const count = (of: Counted | undefined, units: 1 | -1): CountChange[] =>
    of && isCounted(of.state) ? [{ class: of.class, shard, add: { [of.state]: units } }] : [];
  const [gone, come] = [count(before, -1), count(after, 1)];
  // a transaction names each row once
  const isOneRow = gone.length > 0 && come.length > 0 && gone[0]!.class === come[0]!.class;
  return isOneRow ? [{ ...gone[0]!, add: { ...gone[0]!.add, ...come[0]!.add } }] : [...gone, ...come];
}
