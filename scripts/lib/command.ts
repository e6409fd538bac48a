import { spawn } from 'node:child_process';
import type { Stoppable } from './takedown';
import { becomes } from './wait';

/** a whole system may have to drain */
const STOP_GRACE_MS = 90_000;

export interface Command extends Stoppable {
  /** its exit code; 1 when a signal ended it */
  exited: Promise<number>;
}

/**
 * Runs a user's command on this terminal, in a process group of its own: `stop` is then a Ctrl-C to all of it, whoever
 * asked for it, and is over when all of it has ended.
 *
 * @throws Error when the program cannot be started
 */
export async function runCommand([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<Command> {
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  const exited = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  const { pid } = child;
  if (pid === undefined) throw await new Promise<Error>((resolve) => child.on('error', resolve));
  const signalAll = (signal: NodeJS.Signals | 0) => signalGroup(pid, signal);
  const hasEnded = () => !signalAll(0);
  return {
    name: [program, ...args].join(' '),
    exited,
    hasEnded,
    kill: () => void signalAll('SIGKILL'),
    async stop() {
      signalAll('SIGINT');
      if (await becomes(hasEnded, { timeoutMs: STOP_GRACE_MS })) return true;
      signalAll('SIGKILL');
      return false;
    },
  };
}

/** false: nobody of the group is there */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // macOS says EPERM of a group whose last member has ended
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}
