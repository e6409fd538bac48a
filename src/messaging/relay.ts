import type { EventBus } from './ports';
import type { Logger } from '../telemetry';
import { createRounds } from './rounds';

/** Events read from each shard of the index at one time. */
const PAGE = 50;

/** Publishes what the steps could not. */
export interface Relay {
  /**
   * One round: everything that has been waiting longer than the grace, also behind what the bus does not take. Answers
   * how many events it published.
   */
  run(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

/**
 * @param p.graceMs    how long a step's own attempt has, in milliseconds, before the relay takes over
 * @param p.intervalMs pause between rounds, in milliseconds
 * @param p.onLeft      told after each round how many of the events that it saw are not published; not when it could not look
 */
export function createRelay(p: {
  bus: EventBus;
  graceMs: number;
  intervalMs: number;
  onLeft?: (count: number) => void;
  logger: Logger;
}): Relay {
  async function run(): Promise<number> {
    let published = 0;
    let seen = 0;
    let isThrough = false;
    const before = new Date(Date.now() - p.graceMs).toISOString();
    // what the bus does not take now holds up nothing behind it: the next round tries it again
    try {
      for await (const events of p.bus.unpublished({ before, limit: PAGE })) {
        seen += events.length;
        published += await p.bus.publish(events);
        if (rounds.isStopped()) break;
      }
      isThrough = true;
    } finally {
      // whoever could not look does not know that nothing is left
      if (isThrough || seen > published) p.onLeft?.(seen - published);
    }
    return published;
  }

  const rounds = createRounds({
    async round() {
      const published = await run();
      if (published > 0) p.logger.info({ published }, 'published events that were left behind');
    },
    intervalMs: p.intervalMs,
    onError: (error) => p.logger.warn({ err: error }, 'could not publish what was left behind'),
  });

  return {
    run,
    start: rounds.start,
    stop: rounds.stop,
  };
}
