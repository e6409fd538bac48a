import { fork } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../lib/paths';

/** What loading an entry point takes, or why it cannot be loaded. */
export type Rehearsal = { files: string[]; error?: undefined } | { error: string };

export interface RehearsalOptions {
  /** relative to the project */
  entry: string;
  signal?: AbortSignal;
}

/** Loads an entry point with everything it imports in a process of its own, without running it. */
export function rehearse({ entry, signal }: RehearsalOptions): Promise<Rehearsal> {
  return new Promise((resolve) => {
    const child = fork(join(__dirname, 'rehearsal.cjs'), [entry], {
      cwd: PROJECT_ROOT,
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      ...(signal && { signal }),
    });
    child.on('message', (told) => resolve(told as Rehearsal));
    child.on('error', (error) => resolve({ error: error.message }));
    child.on('exit', (code) => resolve({ error: `loading it ended the process with code ${code}` }));
  });
}
