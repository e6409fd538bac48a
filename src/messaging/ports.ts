import type { Channel } from '../domain/order';
import type { Notification } from '../domain/notifications';
import type { Listener } from '../domain/webhooks';
import type { EventIdentity } from './event-identity';
import type { OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';

/** A message as it came out of its queue. */
export interface QueueMessage {
  body: string;
  /** SQS's */
  messageId: string;
  /** text attributes by their name */
  attributes: Record<string, string>;
  /** how often it was received, this time included */
  receives: number;
  /** X-Ray's, from SQS */
  traceHeader?: string;
}

/** The bus, and the marks of the events that are not on it yet. */
export interface EventBus {
  /**
   * Puts events on the bus in as few calls as they need and takes the mark off those that are there.
   *
   * @returns how many were published; the others keep their mark
   * @throws StepError SERVICE_UNAVAILABLE when the bus or the table cannot be reached
   */
  publish(events: readonly OrderEvent[]): Promise<number>;
  /**
   * Events that still have their mark, written before a time (ISO 8601), oldest first in each shard; page by page, also
   * past those that were read and keep it.
   *
   * @param p.limit of each shard, on each page
   */
  unpublished(p: { before: string; limit: number }): AsyncIterable<OrderEvent[]>;
}

/** Where a customer can be reached, as far as it is known. */
export interface Contact {
  customerId: string;
  email?: string;
  /** E.164 */
  phone?: string;
  /** the ARN of an SNS platform endpoint */
  pushEndpoint?: string;
  /** what the customer prefers where an order does not say; absent: every channel */
  channels?: Channel[];
}

/** Throws `StepError` SERVICE_UNAVAILABLE when the table cannot be reached. */
export interface ContactReader {
  readContact(customerId: string): Promise<Contact | undefined>;
}

/** What one customer is told on one channel. */
export interface Delivery extends Notification {
  channel: Channel;
  orderId: string;
  customerId: string;
  /** the address on the channel, where one is known */
  to?: string;
}

/** Both refusals are for good; a reason names no address. */
export type DeliveryOutcome = { kind: 'SENT' } | { kind: 'NO_ADDRESS' } | { kind: 'REFUSED'; reason: string };

/**
 * Whoever brings messages to customers. Throws `StepError` PROVIDER_UNAVAILABLE when the message was not taken,
 * OUTCOME_UNKNOWN when there was no answer; it is tried again under the same key, by which a provider that keeps keys
 * knows it.
 */
export interface CustomerChannel {
  deliver(delivery: Delivery): Promise<DeliveryOutcome>;
}

/** A delivery as it is remembered: a notification's key on a channel. */
export type DeliveryId = Pick<Delivery, 'key' | 'channel'>;

/** What became of a delivery, for good; UNWANTED: the customer prefers other channels. */
export type Delivered = DeliveryOutcome['kind'] | 'UNWANTED';

export type Claim =
  /** ours until the lease ends */
  | { kind: 'CLAIMED'; token: string }
  /** somebody else's, or of somebody who is gone and whose lease has not ended */
  | { kind: 'BUSY' }
  | { kind: 'DONE'; outcome: Delivered };

/** Who is at which delivery, and which are done. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface Deliveries {
  /** @param p.leaseMs milliseconds, longer than any attempt takes: whoever has it still after that is gone */
  claim(p: DeliveryId & { leaseMs: number }): Promise<Claim>;
  settle(p: DeliveryId & { outcome: Delivered }): Promise<void>;
  /** Gives a claim back, unless it went to somebody else. */
  release(p: DeliveryId & { token: string }): Promise<void>;
}

/** Who listens to our events. */
export interface WebhookListeners {
  /**
   * The webhooks that are enabled.
   *
   * @throws StepError SERVICE_UNAVAILABLE
   */
  list(): Promise<Listener[]>;
}

/** What the inbox knows of an event. `other`: what was taken under its id says something else. */
export type EventClaim =
  /** ours to take: for the first time, or again because whoever was at it may be gone */
  | { kind: 'OPEN' }
  /** the same, and it waits for its order already */
  | { kind: 'PARKED' }
  | { kind: 'TAKEN' }
  | { kind: 'OTHER' };

/** An event that came before its order. */
export interface ParkedEvent {
  /** of its row */
  key: string;
  identity: EventIdentity;
  orderId: OrderId;
  /** the whole event as it was received */
  body: string;
  /** text attributes of its message */
  attributes?: Record<string, string>;
  /** ISO 8601 */
  parkedAt: string;
  /** when its turn is, ISO 8601 */
  tryAgainAt: string;
  /** how often it was tried since */
  tries: number;
}

/**
 * Which events from outside were taken, and which wait for their order. Throws `StepError` SERVICE_UNAVAILABLE, or
 * REQUEST_REFUSED for what no table takes.
 */
export interface EventInbox {
  /** Remembers that somebody is at an event: whoever asks first decides what goes by its id. */
  claim(event: EventIdentity): Promise<EventClaim>;
  /** An event was taken: it waits no longer. */
  settle(event: EventIdentity, p: { outcome: string; orderId: OrderId }): Promise<void>;
  /** Forgets an event that nobody took. */
  forget(event: EventIdentity): Promise<void>;
  /** Keeps an event for its order; one that waits already, or was taken meanwhile, stays as it is. */
  park(
    event: EventIdentity,
    p: Pick<ParkedEvent, 'orderId' | 'body' | 'attributes' | 'parkedAt' | 'tryAgainAt'>,
  ): Promise<void>;
  /** How many events wait for an order; those of the last moment may not count yet. */
  countParked(orderId: OrderId): Promise<number>;
  /** Orders for which something waits whose turn came before a time (ISO 8601). */
  ordersDue(p: { before: string; limit: number }): Promise<OrderId[]>;
  /** Those that wait for an order, longest first. */
  parkedFor(orderId: OrderId): Promise<ParkedEvent[]>;
  /**
   * Puts the next turn off; whoever succeeds has this one.
   *
   * @returns false when somebody else has it, or the event waits no longer
   */
  putOff(event: ParkedEvent, tryAgainAt: string): Promise<boolean>;
}

/** How many units of products can still be ordered, in all warehouses. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface StockTotals {
  /** @returns units by product; a product that there is not has none */
  availableOf(productIds: readonly string[]): Promise<Map<string, number>>;
}

/** Throws `StepError` SERVICE_UNAVAILABLE when the bus did not take it, REQUEST_REFUSED when it never will. */
export interface Answers {
  /** Puts an answer of ours on the bus. */
  publish(answer: { source: string; detailType: string; detail: object }): Promise<void>;
}
