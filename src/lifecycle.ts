import { type Config, loadConfig, type ProcessName, unsetEmpty } from './config';
import { ConfigurationError } from './config/problems';
import type { Metrics } from './metrics';
import { missingAwsAccess } from './adapters/aws/clients';
import { serveHealth } from './health';
import { createLogger, type Logger } from './telemetry';

export interface Running {
  /** Stops taking work, finishes what is held, and resolves. */
  stop(): Promise<void>;
  /** Rejects when the process cannot go on. */
  failed?: Promise<void>;
  /** Rejects while the process cannot do its work. */
  ping?(): Promise<void>;
  /** What it counts of itself, where it has no API of its own to tell it. */
  metrics?: Pick<Metrics, 'text' | 'contentType'>;
}

/**
 * The life of a process: it reads its configuration, starts, says over IPC that it serves (when there is a parent that
 * listens), and drains on SIGTERM, SIGINT, or when its parent is gone. Exits 0 after draining, 1 when it could not start
 * or go on; a configuration that is not usable is said on stderr, for people.
 */
export async function runProcess<P extends ProcessName>(
  name: P,
  start: (config: Config<P>, logger: Logger) => Promise<Running>,
): Promise<never> {
  try {
    unsetEmpty();
    const config = loadConfig(name, undefined, await missingAwsAccess());
    const logger = createLogger({ name, level: config.LOG_LEVEL });
    const healthPort = 'HEALTH_PORT' in config ? Number(config.HEALTH_PORT) : 0;
    process.exit(await live(logger, () => start(config, logger), healthPort));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { message } = error;
    await new Promise((written) => process.stderr.write(`${message}\n`, written));
    process.exit(1);
  }
}

/** Milliseconds for a drain: longer than whatever is under way takes, below the patience of whoever stops a process. */
const DRAIN_LIMIT_MS = 40_000;

/**
 * @param healthPort where it says that it is well, for a process that has no API of its own; 0 is nowhere
 * @returns the exit code
 */
async function live(logger: Logger, start: () => Promise<Running>, healthPort: number): Promise<number> {
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    process.on('disconnect', () => resolve('the launcher is gone'));
  });
  try {
    const running = await Promise.race([start(), stopped.then(() => undefined)]);
    if (!running) return 0;
    let draining = false;
    const isReady = async () => {
      await running.ping?.();
      return !draining;
    };
    if (healthPort > 0) await serveHealth({ port: healthPort, isReady, metrics: running.metrics });
    process.send?.({ ready: true });
    logger.info('serving');
    const reason = await Promise.race([stopped, ...(running.failed ? [running.failed] : [])]);
    draining = true;
    logger.info({ reason }, 'draining');
    setTimeout(() => giveUpDraining(logger), DRAIN_LIMIT_MS).unref();
    await running.stop();
    logger.info('stopped');
    return 0;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    logger.fatal({ err: error }, 'cannot go on');
    return 1;
  }
}

function giveUpDraining(logger: Logger): void {
  logger.fatal(`not drained within ${DRAIN_LIMIT_MS / 1000} s`);
  process.exit(1);
}
