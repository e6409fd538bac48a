import type { BreakerBoard, HourReport, OrderReader } from './ports';
import type { DeadLetterClass } from '../domain/dead-letters';
import type { Lateness } from '../domain/projection';
import type { OrderId } from '../domain/ids';
import type { OrderStatus } from '../domain/states';

/** An order in an index of those that somebody should look at. Times are ISO 8601. */
export interface WatchEntry {
  orderId: OrderId;
  createdAt: string;
  updatedAt: string;
}

/** How many there are, counted no further than is worth it, and the oldest of them. */
export interface WatchList {
  orders: number;
  oldest: WatchEntry[];
}

/** Orders that somebody should look at. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface WatchIndex {
  /** those that go on, of which nothing ships, and that are late; oldest by their creation */
  late(p: { promise: Lateness; limit: number }): Promise<WatchList>;
  /** oldest by their creation */
  inStatus(p: { status: OrderStatus; limit: number }): Promise<WatchList>;
}

/** Dead letters of one class that nobody has done with. */
export interface DeadLetterCount {
  class: DeadLetterClass;
  /** that wait for a person */
  parked: number;
  /** that are tried again by themselves, or are on their way */
  waiting: number;
}

/** Messages, about as many as there are. */
export interface QueueDepth {
  /** such as `order-intake-queue` */
  queue: string;
  waiting: number;
  inFlight: number;
  /** in its dead-letter queue */
  dead: number;
}

/** Those who work on a task queue of the engine. */
export interface WorkerCount {
  queue: string;
  /** that asked for its tasks lately */
  workers: number;
  /** its tasks that nobody has taken, about; absent where the engine is too old to say */
  waiting?: number;
  /** seconds that the oldest of them has waited */
  waitingSeconds?: number;
}

/** What the overview is put together from, each read on its own. Each throws when it cannot be read. */
export interface OverviewSources {
  /** how many orders have each status now; those that none has may be absent */
  states(): Promise<Partial<Record<OrderStatus, number>>>;
  /** @param p.from such as `2025-07-09T10`, in UTC; both ends included */
  hours(p: { from: string; to: string }): Promise<HourReport[]>;
  watch: WatchIndex;
  readView: OrderReader['readView'];
  openCases(): Promise<number>;
  /** those of a class of which there are none may be absent */
  deadLetters(): Promise<DeadLetterCount[]>;
  breakers: BreakerBoard['list'];
  queues(): Promise<QueueDepth[]>;
  workers(): Promise<WorkerCount[]>;
}
