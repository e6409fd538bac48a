import { setTimeout as sleep } from 'node:timers/promises';
import { watch } from 'chokidar';
import { PROJECT_ROOT } from '../lib/paths';

/** milliseconds without another save until what was saved counts as one change */
const QUIET_MS = 120;
/** of the processes, and of the page */
const SOURCE = /\.(tsx?|css|html|svg)$/;

export interface WatchOptions {
  /** relative to `root`, as are the files that are told */
  directories: readonly string[];
  /** called with what was saved since the last time, once at a time */
  onChange: (files: string[]) => Promise<void>;
  root?: string;
}

export interface SourceWatch {
  /** nothing is told any more; what is under way is not waited for */
  close(): Promise<void>;
}

/** Tells which sources were saved: a burst of saves, or those during `onChange`, as one change. */
export async function watchSources({ directories, onChange, root = PROJECT_ROOT }: WatchOptions): Promise<SourceWatch> {
  const watcher = watch([...directories], {
    cwd: root,
    ignoreInitial: true,
    ignored: (path, stats) => (stats?.isFile() ?? false) && !SOURCE.test(path),
  });
  const saved = new Set<string>();
  let lastSave = 0;
  let closed = false;
  let work: Promise<void> | undefined;

  const passOn = async () => {
    while (saved.size > 0 && !closed) {
      while (Date.now() - lastSave < QUIET_MS) await sleep(QUIET_MS);
      const files = [...saved].sort();
      saved.clear();
      await onChange(files);
    }
    work = undefined;
  };
  watcher.on('all', (event, path) => {
    if (closed || event === 'addDir' || event === 'unlinkDir') return;
    saved.add(path);
    lastSave = Date.now();
    work ??= passOn();
  });
  await new Promise<void>((resolve, reject) => watcher.once('ready', resolve).once('error', reject));

  return {
    async close() {
      closed = true;
      await watcher.close();
    },
  };
}
