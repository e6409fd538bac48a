import type { Logger } from './telemetry';
import { serveHealth } from './health';

export interface Running {
  /** Stops taking work, finishes what is held, and resolves. */
  stop(): Promise<void>;
  /** Rejects when the process cannot go on. */
  failed?: Promise<void>;
  /** Rejects while the process cannot do its work. */
  ping?(): Promise<void>;
}

export interface LifeOptions {
  /** where the process says that it lives; for one that has no API of its own */
  healthPort?: number | undefined;
}

/**
 * The life of a process: it starts, says over IPC that it serves (when there is a parent that listens), and drains on
 * SIGTERM, SIGINT, or when its parent is gone. Exits 0 after draining, 1 when it could not start or go on.
 */
export async function runProcess(
  logger: Logger,
  start: () => Promise<Running>,
  { healthPort }: LifeOptions = {},
): Promise<void> {
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    process.on('disconnect', () => resolve('the launcher is gone'));
  });
  try {
    const running = await start();
    let draining = false;
    const ping = async () => {
      await running.ping?.();
      return !draining;
    };
    if (healthPort) await serveHealth({ port: healthPort, isReady: ping });
    process.send?.({ ready: true });
    logger.info('serving');
    const reason = await Promise.race([stopped, ...(running.failed ? [running.failed] : [])]);
    draining = true;
    logger.info({ reason }, 'draining');
    await running.stop();
    logger.info('stopped');
    process.exit(0);
  } catch (error) {
    logger.fatal({ err: error }, 'cannot go on');
    process.exit(1);
  }
}
