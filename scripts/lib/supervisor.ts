import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble } from '../bootstrap/trouble.cjs';
import { lastWords, type ManagedProcess, type ProcessSpec, startProcess } from './managed-process';
import { settlesWithin } from './wait';

export interface SupervisorOptions {
  /** tells the user */
  report: (line: string) => void;
  /** every start, the first one too */
  onStart?: (process: ManagedProcess) => void;
  /** milliseconds; the defaults are the real ones, tests have less time */
  timing?: Partial<typeof TIMING>;
}

const TIMING = {
  /** how long the first start may take until it is ready */
  readyTimeout: 60_000,
  firstDelay: 1_000,
  longestDelay: 30_000,
  /** after running this long a crash counts as the first again */
  stable: 60_000,
};

export interface Service {
  name: string;
  log: string;
  /** the first start; Trouble when the process ends, or stays silent, before it is ready */
  ready: Promise<void>;
  /** of the process that runs now */
  pid(): number;
  hasEnded(): boolean;
  /**
   * Drains it and starts it again.
   *
   * @param env another environment from now on
   * @throws Trouble when it does not get ready: then it stays down until it is restarted again
   */
  restart(env?: NodeJS.ProcessEnv): Promise<void>;
  stop(graceMs?: number): Promise<boolean>;
  kill(): void;
}

/**
 * Starts a process that says `{ ready: true }` once it serves, and starts it again, after a growing delay, whenever it
 * ends without having been asked to.
 */
export async function supervise(spec: ProcessSpec, options: SupervisorOptions): Promise<Service> {
  const timing = { ...TIMING, ...options.timing };
  const stopping = new AbortController();
  /** ends with each restart, so that what was stopped for it does not count as a crash */
  let tenure = new AbortController();
  let { env } = spec;
  const start = async () => {
    const started = await startProcess({ ...spec, env, ipc: true });
    options.onStart?.(started);
    return started;
  };
  let current = await start();
  const ready = firstReady(current, timing.readyTimeout);
  ready
    .then(
      () => keepAlive(tenure.signal),
      () => undefined,
    )
    .catch(options.report);
  return {
    name: spec.name,
    log: spec.log,
    ready,
    pid: () => current.pid,
    hasEnded: () => current.hasEnded(),
    restart,
    kill: () => {
      stopping.abort();
      tenure.abort();
      current.kill();
    },
    stop: async (graceMs) => {
      stopping.abort();
      tenure.abort();
      return current.stop(graceMs);
    },
  };

  async function restart(changed = env): Promise<void> {
    tenure.abort();
    env = changed;
    await current.stop();
    if (stopping.signal.aborted) return;
    const { signal } = (tenure = new AbortController());
    current = await start();
    try {
      await firstReady(current, timing.readyTimeout);
    } catch (error) {
      if (stopping.signal.aborted) return;
      throw error;
    }
    keepAlive(signal).catch(options.report);
  }

  async function keepAlive(signal: AbortSignal): Promise<void> {
    let delay = timing.firstDelay;
    for (;;) {
      const since = Date.now();
      const how = await current.exited;
      if (signal.aborted) return;
      if (Date.now() - since >= timing.stable) delay = timing.firstDelay;
      options.report(`${spec.name} ${how}; it is started again in ${delay / 1000} s (log: ${spec.log})`);
      await sleep(delay, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      delay = Math.min(delay * 2, timing.longestDelay);
      const restarted = await start();
      if (signal.aborted) return restarted.kill();
      current = restarted;
      void announce(current);
    }
  }

  async function announce(restarted: ManagedProcess): Promise<void> {
    await saysReady(restarted);
    options.report(`${spec.name} runs again (pid ${restarted.pid})`);
  }
}

async function firstReady(started: ManagedProcess, timeoutMs: number): Promise<void> {
  let how = `was not ready within ${timeoutMs / 1000} s`;
  let isReady = false;
  const readiness = saysReady(started).then(() => (isReady = true));
  const ended = started.exited.then((ending) => (how = ending));
  await settlesWithin(Promise.race([readiness, ended]), timeoutMs);
  if (isReady) return;
  started.kill();
  throw new Trouble(`${started.name} ${how} while it started: ${lastWords(started.log)} (log: ${started.log}).`);
}

function saysReady({ child }: ManagedProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && message && 'ready' in message) resolve();
    });
  });
}
