import { type Config, loadConfig, type ProcessName, unsetEmpty } from './config';
import { ConfigurationError } from './config/problems';
import type { Metrics } from './metrics';
import type { Checks } from './health';
import { missingAwsAccess } from './adapters/aws/clients';
import { serveHealth } from './health';
import { createLogger, type Logger } from './telemetry';

export interface Running {
  /** Stops taking work, finishes what is held, and resolves. */
  stop(): Promise<void>;
  /** Rejects when the process cannot go on. */
  failed?: Promise<void>;
  /** What it needs to do its work; none for one that has an API of its own to say so. */
  checks?: Checks;
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
    const { HEALTH_PORT = 0, HEALTH_HOST } = config as Partial<Config<'worker'>>;
    const health = { port: HEALTH_PORT, host: HEALTH_HOST };
    process.exit(await live(logger, () => start(config, logger), health));
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
 * @param health where it says that it is well, for a process that has no API of its own; port 0 is nowhere
 * @returns the exit code
 */
async function live(
  logger: Logger,
  start: () => Promise<Running>,
  health: { port: number; host: string | undefined },
): Promise<number> {
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    process.on('disconnect', () => resolve('the launcher is gone'));
  });
  try {
    const running = await Promise.race([start(), stopped.then(() => undefined)]);
    if (!running) return 0;
    let draining = false;
    const { checks = {}, metrics } = running;
    const onDown = (check: string, error: unknown) => logger.warn({ err: error, check }, 'not ready');
    if (health.port > 0) await serveHealth({ ...health, checks, isDraining: () => draining, onDown, metrics });
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
