import { AsyncResource } from 'node:async_hooks';
import type { EventBus } from '../messaging/ports';
import type { EventPublisher } from '../activities/ports';
import type { OrderEvent } from '../domain/events';

/** How long nothing is tried after a failure, in milliseconds. */
const PAUSE_MS = 1000;

/**
 * Publishes what steps hand over, a moment later and together, in the order it came. What fails is left to the relay,
 * and so is what comes in the moment after: a bus that is down must not make a queue here.
 *
 * @param p.lingerMs how long events wait for company, in milliseconds
 */
export function createEventPublisher(p: {
  bus: Pick<EventBus, 'publish'>;
  lingerMs: number;
  onError(error: unknown): void;
}): EventPublisher {
  let waiting: OrderEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let publishing: Promise<void> = Promise.resolve();
  let pausedUntil = 0;

  // bound to nobody: what is published together belongs to several orders
  const send = AsyncResource.bind((): void => {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    if (events.length === 0) return;
    publishing = publishing.then(async () => {
      if (Date.now() < pausedUntil) return;
      try {
        await p.bus.publish(events);
      } catch (error) {
        pausedUntil = Date.now() + PAUSE_MS;
        p.onError(error);
      }
    });
  });

  return {
    publish(events) {
      waiting.push(...events);
      timer ??= setTimeout(send, p.lingerMs);
    },
    async flush() {
      send();
      await publishing;
    },
  };
}
