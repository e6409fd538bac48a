import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Trouble } from '../bootstrap/trouble.cjs';
import { engineTrouble, localEngineEnvironment } from './engine-access';
import { lastWords, type ManagedProcess, type ProcessSpec, startProcess } from './managed-process';
import { tools } from './paths';
import { answers, exposedAt, LOOPBACK } from './ports';
import { localEngine } from './settings';
import { becomes } from './wait';

const START_TIMEOUT_MS = 30_000;
/** one shard polls 20 times a second by default, so every task of a lone order would wait */
export const ENGINE_SETTINGS = {
  'history.transferProcessorMaxPollRPS': 5000,
  'history.timerProcessorMaxPollRPS': 5000,
  'history.visibilityProcessorMaxPollRPS': 5000,
};

export interface StartOptions {
  log: string;
  ownGroup?: boolean;
  /** called at once, before the server is ready */
  onStart?: (server: ManagedProcess) => void;
}

interface ServerOptions extends StartOptions {
  port: number;
}

export interface TemporalOptions extends ServerOptions {
  /** `temporal` itself; none: that of the private environment */
  program?: string;
  /** none: `default` */
  namespace?: string;
  /** none: no web page */
  uiPort?: number;
  /** none: kept in memory */
  database?: string;
}

export interface MinistackOptions extends ServerOptions {
  /** where its state is kept between starts; none: forgotten */
  stateDirectory?: string;
}

/** Starts Temporal's dev server on loopback and waits until it serves. */
export async function startTemporal(options: TemporalOptions): Promise<ManagedProcess> {
  const { port, uiPort, database, program = tools.temporal, namespace = 'default' } = options;
  const args = ['server', 'start-dev', '--ip', LOOPBACK, '--port', `${port}`, '--log-level', 'warn'];
  args.push('--namespace', namespace);
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', `${uiPort}`, '--ui-disable-news-fetch']));
  for (const [name, value] of Object.entries(ENGINE_SETTINGS)) args.push('--dynamic-config-value', `${name}=${value}`);
  if (database) {
    mkdirSync(dirname(database), { recursive: true });
    args.push('--db-filename', database);
    args.push('--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  }
  const engine = localEngine({ port, namespace });
  const spec = { name: 'Temporal', command: program, args, env: localEngineEnvironment(engine, process.env) };
  return startServer(spec, options, async () => (await answers({ port })) && !(await engineTrouble(engine)));
}

/**
 * Starts the AWS emulator and waits until it serves.
 *
 * @throws Error when it can be reached from other machines
 */
export async function startMinistack(options: MinistackOptions): Promise<ManagedProcess> {
  const { port, log, stateDirectory } = options;
  const temporary = join(dirname(log), '..', 'tmp');
  mkdirSync(temporary, { recursive: true });
  const env = {
    ...process.env,
    BIND_HOST: LOOPBACK,
    GATEWAY_PORT: `${port}`,
    ...(stateDirectory ? { PERSIST_STATE: '1', STATE_DIR: stateDirectory } : { PERSIST_STATE: '0' }),
    LOG_LEVEL: 'WARNING',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    // it writes a pid file there, whose name another user's may already have
    TMPDIR: temporary,
  };
  const spec = { name: 'ministack', command: tools.python, args: ['-m', 'ministack'], env };
  const server = await startServer(spec, options, () => isEmulatorHealthy(`http://${LOOPBACK}:${port}`));
  const exposed = await exposedAt(port);
  if (!exposed) return server;
  server.kill();
  throw new Error(`ministack was told to serve ${LOOPBACK} only, and answers at ${exposed} too`);
}

/** Whether the emulator answers at that endpoint. */
async function isEmulatorHealthy(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/_ministack/health', endpoint), { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/**
 * Starts a server and waits until it serves.
 *
 * @throws Trouble when it ends, or does not serve in time; then it runs no more
 */
export async function startServer(
  spec: Omit<ProcessSpec, 'log'>,
  { log, ownGroup = true, onStart }: StartOptions,
  isHealthy: () => Promise<boolean>,
): Promise<ManagedProcess> {
  const server = await startProcess({ ...spec, log, ownGroup });
  onStart?.(server);
  let ended: string | undefined;
  void server.exited.then((how) => (ended = how));
  const healthy = await becomes(async () => ended !== undefined || (await isHealthy()), {
    timeoutMs: START_TIMEOUT_MS,
  });
  if (healthy && ended === undefined) return server;
  server.kill();
  const what = ended ?? `did not serve within ${START_TIMEOUT_MS / 1000} s`;
  throw new Trouble(`${spec.name} ${what} while it started: ${lastWords(log)} (log: ${log}).`);
}
