import type { OrderStatus } from '../domain/states';
import type { Replay, ReplayFate } from '../domain/replay';

/** What is written down of replays. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface ReplayRegister {
  read(name: string): Promise<Replay | undefined>;
  /** Counts what became of an event, once for each event of a replay; the first time is what counts. */
  count(p: { name: string; eventId: string; fate: ReplayFate }): Promise<void>;
}

/** An event that goes on the bus again. */
export interface EventAgain {
  source: string;
  detailType: string;
  /** when it happened, ISO 8601 */
  time: string;
  resources: string[];
  detail: object;
}

/** Where events of a replay go. Throws `StepError` SERVICE_UNAVAILABLE, REQUEST_REFUSED for what is never taken. */
export interface ReplayWay {
  toBus(event: EventAgain): Promise<void>;
  /** @param body the event as it came out of the archive */
  toSandbox(p: { body: string; replayName: string }): Promise<void>;
}

/** Where orders stand. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface OrderStatuses {
  /** `undefined` when nobody knows the order */
  statusOf(orderId: string): Promise<OrderStatus | undefined>;
}
