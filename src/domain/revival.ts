/** The first run in place of one that failed waits for nothing, the second so long, and each later one twice as long. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Milliseconds for which the workflow of a dead letter waits before it begins again.
 *
 * @param failures runs in a row that failed, the last one included
 */
export const revivalPause = (failures: number): number =>
  failures < 2 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failures - 2), LONGEST_PAUSE_MS);
