/** Milliseconds between two looks at an order that just went on: news is there within as long. */
export const TICK_MS = 300;
/** Milliseconds between two looks at one that rests. */
const LONGEST_MS = 5000;

/** How long the next look at an order can wait: a tenth of the time for which nothing has happened to it. */
export const paceOf = (restedMs: number): number => Math.min(LONGEST_MS, Math.max(TICK_MS, restedMs / 10));

/** Looks come on common ticks, so that many orders share one. */
export const tickAfter = (now: number, ms: number): number => Math.round((now + ms) / TICK_MS) * TICK_MS;

/** How long nothing is tried after some rounds in a row that could not read. */
export const pauseAfter = (failedRounds: number): number => Math.min(LONGEST_MS, TICK_MS * 2 ** (failedRounds - 1));
