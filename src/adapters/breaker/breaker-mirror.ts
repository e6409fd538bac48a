import type { Breaker } from './breaker';
import type { BreakerReport, Dependency } from '../../domain/breaker';

/** Where the breakers of all processes are seen, and reset. */
export interface BreakerTable {
  /** @param row.expiresInS seconds after which it says nothing any more */
  write(row: BreakerReport & { dependency: Dependency; worker: string; expiresInS: number }): Promise<void>;
  /** when a reset was last asked for, ISO 8601; `undefined`: not lately */
  readReset(dependency: Dependency): Promise<string | undefined>;
}

/** Seconds for which a row stands; a process that is gone leaves none behind. */
export const ROW_LIFE_S = 60;
/** Milliseconds after which a row is written again: twice it may fail. */
const REFRESH_MS = (ROW_LIFE_S * 1000) / 3;

export interface BreakerMirror {
  stop(): Promise<void>;
}

/**
 * Shows a breaker in the table while it is not closed, and obeys the resets asked for there. Costs nothing before it
 * opens for the first time.
 *
 * @param p.worker the process, unique among those that run
 * @param p.pollMs milliseconds between two looks for a reset
 */
export function mirrorBreaker(p: {
  breaker: Breaker;
  table: BreakerTable;
  worker: string;
  pollMs: number;
  onError: (error: unknown) => void;
}): BreakerMirror {
  const { breaker, table, worker, pollMs } = p;
  const { dependency } = breaker;
  let following: Promise<void> | undefined;
  let isFollowing = false;
  let wake: (() => void) | undefined;
  let stopped = false;

  async function follow(): Promise<void> {
    const obeyReset = resetsOf(breaker, table);
    const show = showing(async (report) => table.write({ dependency, worker, ...report, expiresInS: ROW_LIFE_S }));
    for (;;) {
      let isTold = false;
      try {
        // before the row: whoever saw it open and resets it is heard
        await obeyReset();
        isTold = await show(() => breaker.report());
      } catch (error) {
        p.onError(error);
        await pause();
      }
      if (stopped || (isTold && breaker.report().state === 'CLOSED')) break;
      if (isTold) await pause();
    }
    isFollowing = false;
  }

  const pause = async () => {
    if (stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  breaker.onChange(() => {
    wake?.();
    if (isFollowing || stopped) return;
    isFollowing = true;
    following = follow();
  });
  return {
    async stop() {
      stopped = true;
      wake?.();
      await following;
    },
  };
}

/** Only what is asked for from now on is a reset: clocks of two machines are not compared. */
function resetsOf(breaker: Breaker, table: BreakerTable): () => Promise<void> {
  let known: { resetAt: string | undefined } | undefined;
  return async () => {
    if (breaker.report().state === 'CLOSED') return;
    const resetAt = await table.readReset(breaker.dependency);
    if (known && resetAt !== undefined && resetAt !== known.resetAt) breaker.reset();
    known = { resetAt };
  };
}

/** Writes a report that differs from the last one, or is to be refreshed. Answers whether the table has the latest. */
function showing(write: (report: BreakerReport) => Promise<void>) {
  let told: { text: string; at: number } | undefined;
  return async (report: () => BreakerReport): Promise<boolean> => {
    const current = report();
    const text = JSON.stringify(current);
    if (told?.text !== text || Date.now() - told.at >= REFRESH_MS) {
      await write(current);
      told = { text, at: Date.now() };
    }
    return JSON.stringify(report()) === text;
  };
}
