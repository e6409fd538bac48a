import type { BreakerRow } from './ports';
import { BREAKER_STATES, type BreakerState, type Dependency } from '../domain/breaker';

export interface WorstBreaker {
  dependency: Dependency;
  state: BreakerState;
  /** when the last of those that see it so try it again; ISO 8601 */
  openUntil?: string;
}

/** A company as the worst of the processes sees it; none says anything of it: it is asked as ever. */
export function worstBreaker(dependency: Dependency, rows: readonly BreakerRow[]): WorstBreaker {
  const own = rows.filter((row) => row.dependency === dependency);
  const state = BREAKER_STATES[Math.max(0, ...own.map((row) => BREAKER_STATES.indexOf(row.state)))]!;
  const openUntil = own
    .flatMap((row) => (row.state === state ? (row.openUntil ?? []) : []))
    .toSorted()
    .at(-1);
  return { dependency, state, ...(openUntil !== undefined && { openUntil }) };
}
