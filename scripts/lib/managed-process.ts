import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { PROJECT_ROOT } from './paths';
import { settlesWithin } from './wait';

/** how long a process may take to stop before it is killed */
export const STOP_GRACE_MS = 30_000;
const LARGE_LOG = 10 * 1024 * 1024;

export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** where its output goes */
  log: string;
  /** a channel for messages to and from it */
  ipc?: boolean;
  /** false: it gets the terminal's Ctrl-C too, and ends with the one who started it */
  ownGroup?: boolean;
  /** who runs it; none: the one who starts it */
  user?: UnixUser | undefined;
  /** where it runs; none: the project */
  cwd?: string;
  /** what makes it stop in order; none: SIGTERM */
  stopSignal?: NodeJS.Signals;
}

export interface UnixUser {
  uid: number;
  gid: number;
}

export interface ManagedProcess {
  name: string;
  pid: number;
  log: string;
  child: ChildProcess;
  /** how it ended, in words */
  exited: Promise<string>;
  hasEnded(): boolean;
  /** asks it to stop and waits; kills it after `graceMs` and then answers false */
  stop(graceMs?: number): Promise<boolean>;
  kill(): void;
}

/**
 * Starts a process, by default in a process group of its own so that a terminal's Ctrl-C does not reach it.
 *
 * @throws Error when the program cannot be started
 */
export async function startProcess(spec: ProcessSpec): Promise<ManagedProcess> {
  const { name, command, args, env, log, ipc = false, ownGroup = true, stopSignal = 'SIGTERM' } = spec;
  const out = openLog(log);
  const child = spawn(command, args, {
    cwd: spec.cwd ?? PROJECT_ROOT,
    env,
    ...spec.user,
    detached: ownGroup,
    stdio: ['ignore', out, out, ...(ipc ? (['ipc'] as const) : [])],
  });
  closeSync(out);
  const exited = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ? `was killed by ${signal}` : `exited with code ${code}`));
  });
  const pid = child.pid;
  if (pid === undefined) throw await new Promise<Error>((resolve) => child.on('error', resolve));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const kill = () => signalTo(ownGroup ? -pid : pid, 'SIGKILL');
  // whatever it started itself goes with it
  if (ownGroup) child.on('exit', kill);
  return {
    name,
    pid,
    log,
    child,
    exited,
    hasEnded,
    kill,
    async stop(graceMs = STOP_GRACE_MS) {
      if (!hasEnded()) signalTo(pid, stopSignal);
      if (await settlesWithin(exited, graceMs)) return true;
      kill();
      await exited;
      return false;
    },
  };
}

/** What a log says about why a process ended: its last line that is not a stack, with what it announces. */
export function lastWords(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  const last = lines.findLastIndex((line) => !STACK.test(line));
  const line = lines[last] ?? '';
  if (!line.endsWith(':')) return messageOf(line);
  const announced = lines.slice(last + 1).filter((one) => /^\s+(?!at )\S/.test(one));
  return `${line} ${announced.map((one) => one.trim()).join('; ')}`.trimEnd();
}

const STACK = /^(\s|[}\]]|Node\.js v|$)/;

/** our processes log JSON, and what went wrong under `err` */
function messageOf(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { err, msg } = JSON.parse(line) as { err?: { message?: string }; msg?: string };
    return err?.message ?? msg ?? line;
  } catch {
    return line;
  }
}

function openLog(log: string): number {
  mkdirSync(dirname(log), { recursive: true });
  if (existsSync(log) && statSync(log).size > LARGE_LOG) renameSync(log, `${log}.old`);
  return openSync(log, 'a');
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
