import type { EventBus } from './ports';
import type { Logger } from '../telemetry';
import { eventIdOf } from '../domain/ids';

/** Events read from each shard of the index in one round. */
const ROUND = 50;

/** Publishes what the steps could not. */
export interface Relay {
  /** One round: everything that has been waiting longer than the grace. Answers how many events it published. */
  run(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

/**
 * @param p.graceMs    how long a step's own attempt has, in milliseconds, before the relay takes over
 * @param p.intervalMs pause between rounds that found nothing more to do, in milliseconds
 */
export function createRelay(p: { bus: EventBus; graceMs: number; intervalMs: number; logger: Logger }): Relay {
  let running: Promise<void> | undefined;
  let wake: (() => void) | undefined;
  let stopped = false;

  async function run(): Promise<number> {
    let total = 0;
    // the index may still show what was published a moment ago
    const tried = new Set<string>();
    for (;;) {
      const before = new Date(Date.now() - p.graceMs).toISOString();
      const found = await p.bus.unpublished({ before, limit: ROUND });
      const events = found.filter(({ orderId, sequence }) => !tried.has(eventIdOf(orderId, sequence)));
      for (const { orderId, sequence } of events) tried.add(eventIdOf(orderId, sequence));
      const published = events.length > 0 ? await p.bus.publish(events) : 0;
      total += published;
      // fewer than were found: the rest is tried again after a pause
      if (events.length === 0 || published < events.length || stopped) return total;
    }
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      try {
        const published = await run();
        if (published > 0) p.logger.info({ published }, 'published events that were left behind');
      } catch (error) {
        p.logger.warn({ err: error }, 'could not publish what was left behind');
      }
      if (!stopped) await pause();
    }
  }

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, p.intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    run,
    start: () => void (running ??= loop()),
    async stop() {
      stopped = true;
      wake?.();
      await running;
    },
  };
}
