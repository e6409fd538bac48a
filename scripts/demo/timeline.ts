import { setTimeout as sleep } from 'node:timers/promises';
import { type Paint, wrap } from '../lib/paint';
import type { Run } from './run';
import type { Shop } from './shop';
import { wordsOfCall } from './words';

const POLL_MS = 250;
const TIME_COLUMN = 11;

interface Moment {
  /** ISO 8601 */
  at: string;
  words: string;
  /** of a provider: its own journal, not ours */
  theirs: boolean;
}

export interface TimelineDeps {
  shop: Shop;
  write: (line: string) => void;
  paint: Paint;
  /** of the terminal; none: lines are as long as they are */
  columns: number | undefined;
  /** nobody listens any more */
  signal: AbortSignal;
}

/** Tells everything that happens to an order in plain words, as it happens, until it has ended. */
export async function tellTimeline(run: Run, deps: TimelineDeps): Promise<void> {
  let told = 0;
  let start: number | undefined;
  for (let ended = false; ; await sleep(POLL_MS)) {
    // read once more after the end, so that nothing of it is missed
    const last = ended;
    ended = run.endedAt !== undefined;
    const moments = await momentsOf(run.orderId, deps.shop, last ? undefined : new Date().toISOString()).catch(
      () => [],
    );
    if (deps.signal.aborted) return;
    start ??= moments[0] && Date.parse(moments[0].at);
    for (const moment of moments.slice(told)) tell(moment, { ...deps, start: start ?? 0 });
    told = Math.max(told, moments.length);
    if (last) return;
  }
}

/**
 * Events and calls in the order of their times.
 *
 * @param before the moment of asking: what is later may have something between it and the rest that was not read yet
 */
async function momentsOf(orderId: string, shop: Shop, before: string | undefined): Promise<Moment[]> {
  const told = await shop.timeline(orderId);
  const journal = await shop.journal(orderId);
  return [
    ...told.map(({ at, title, detail }) => ({
      at,
      words: detail === undefined ? title : `${title}. ${detail}`,
      theirs: false,
    })),
    ...journal.map((entry) => ({ at: entry.at, words: wordsOfCall(entry), theirs: true })),
  ]
    .filter(({ at }) => before === undefined || at < before)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function tell({ at, words, theirs }: Moment, { write, paint, columns, start }: TimelineDeps & { start: number }): void {
  const time = `${((Date.parse(at) - start) / 1000).toFixed(2)} s`.padStart(TIME_COLUMN - 2);
  const lines = columns === undefined ? [words] : wrap(words, Math.max(20, columns - TIME_COLUMN - 1));
  for (const [i, line] of lines.entries()) {
    const text = theirs ? paint('cyan', line) : line;
    write(`${i === 0 ? paint('dim', time) : ' '.repeat(TIME_COLUMN - 2)}  ${text}`);
  }
}
