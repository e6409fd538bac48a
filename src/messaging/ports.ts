import type { OrderEvent } from '../domain/events';

/** The bus, and the marks of the events that are not on it yet. */
export interface EventBus {
  /**
   * Puts events on the bus in as few calls as they need and takes the mark off those that are there.
   *
   * @returns how many were published; the others keep their mark
   * @throws StepError SERVICE_UNAVAILABLE when the bus or the table cannot be reached
   */
  publish(events: readonly OrderEvent[]): Promise<number>;
  /** Events that still have their mark, written before a time (ISO 8601), oldest first in each shard. */
  unpublished(p: { before: string; limit: number }): Promise<OrderEvent[]>;
}
