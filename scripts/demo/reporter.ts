import { board, moneyOf, stateOf } from './board';
import { createLiveRegion } from './live-region';
import { createPaint, seconds } from '../lib/paint';
import type { Run } from './run';

const FRAME_MS = 100;
const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

/** Shows orders while they are under way. */
export interface Reporter {
  changed(run: Run): void;
  close(): void;
}

/** Rows that are drawn again and again. */
export function createLiveReporter(stream: NodeJS.WriteStream, runs: readonly Run[], colours: boolean): Reporter {
  const region = createLiveRegion(stream);
  const paint = createPaint(colours);
  const draw = () => {
    // some terminals do not tell their size
    const [columns, rows] = [stream.columns || USUAL_COLUMNS, stream.rows || USUAL_ROWS];
    region.draw(board({ runs, columns, rows, paint, now: performance.now() }));
  };
  const timer = setInterval(draw, FRAME_MS);
  draw();
  return {
    changed: draw,
    close() {
      clearInterval(timer);
      region.clear();
      region.close();
    },
  };
}

/** A line per change, for those who read it later. */
export function createPlainReporter(write: (line: string) => void): Reporter {
  const last = new Map<Run, string>();
  return {
    changed(run) {
      if (!run.order && run.trouble === undefined) return;
      const what = [stateOf(run), moneyOf(run)].filter((text) => text !== '').join('  ');
      if (last.get(run) === what) return;
      last.set(run, what);
      const time = seconds((run.endedAt ?? performance.now()) - run.startedAt).padStart(8);
      write(`${time}  ${run.scenario.name.padEnd(22)}  ${what}`);
    },
    close: () => undefined,
  };
}
