import type { Attempt, DeliveryState, Secret, Webhook, WebhookDelivery } from '../domain/webhooks';

/** A webhook with what its messages are signed with. */
export interface SignedWebhook extends Webhook {
  secrets: Secret[];
  /** who disabled it: a delivery's attempt */
  disabledBy?: string;
  /** when operations were told that it is */
  alertedAt?: string;
}

/** What an attempt adds to the log. */
export interface LogEntry extends Pick<
  WebhookDelivery,
  'webhookId' | 'deliveryId' | 'eventId' | 'type' | 'orderId' | 'sequence' | 'at'
> {
  attempt: Attempt;
  state: DeliveryState;
  nextAttemptAt?: string;
}

/** Webhooks as their deliveries see them. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface WebhookDesk {
  readWebhook(webhookId: string): Promise<SignedWebhook | undefined>;
  readDelivery(p: { webhookId: string; deliveryId: string }): Promise<WebhookDelivery | undefined>;
  /** @returns false when the log has an attempt of this number already: nothing was written */
  logAttempt(entry: LogEntry): Promise<boolean>;
  /** Notes that nobody wants a delivery any more; one that was never tried is not noted. */
  logStop(p: { webhookId: string; deliveryId: string; reason: string }): Promise<void>;
  /**
   * Counts an attempt that failed.
   *
   * @returns the webhook then; `undefined`: it is gone
   */
  countFailure(p: { webhookId: string; at: string }): Promise<Webhook | undefined>;
  /** Forgets the attempts that failed. */
  countSuccess(webhookId: string): Promise<void>;
  /**
   * Disables a webhook, unless it is disabled.
   *
   * @param p.by who does: the same one may ask again
   * @param p.failingSince only when everything has failed since then
   */
  disable(p: { webhookId: string; by: string; reason: string; at: string; failingSince?: string }): Promise<Disabled>;
  /** Notes that operations were told. */
  noteAlert(p: { webhookId: string; by: string; at: string }): Promise<void>;
}

/** What became of the disabling of a webhook. */
export type Disabled =
  /** by this one; `isTold`: operations were told */
  | { kind: 'DISABLED'; webhook: Webhook; isTold: boolean }
  /** by somebody else, or it is gone */
  | { kind: 'DISABLED_BEFORE' }
  /** an attempt succeeded meanwhile */
  | { kind: 'ALIVE' };

/** A message on its way to a webhook. */
export interface WebhookMessage {
  url: string;
  /** signs with all of them, the current one first */
  secrets: string[];
  /** the delivery's */
  id: string;
  body: string;
  /** ISO 8601; of the attempt */
  at: string;
}

/** What came of an attempt: an answer of whatever status, or none. */
export type WebhookAnswer =
  /** `body`: its beginning; `retryAfterS`: seconds, where it asks for it */
  | { status: number; body: string; retryAfterS?: number }
  /** no answer; the text names no address */
  | { error: string; retryAfterS?: undefined };

/** Brings messages to the endpoints of shops; never throws for what an endpoint does. */
export interface WebhookSender {
  send(message: WebhookMessage): Promise<WebhookAnswer>;
}

/** How many messages are under way to one host. */
export interface EndpointPlaces {
  /**
   * Holds a place at the host of a URL while something is posted there.
   *
   * @throws EndpointBusyError at once, when there is none: the engine waits, and not a slot of the worker
   */
  during<T>(url: string, post: () => Promise<T>): Promise<T>;
}

export interface DisabledWebhook {
  key: string;
  webhookId: string;
  owner: string;
  reason: string;
  /** ISO 8601 */
  disabledAt: string;
}

/** What is counted of deliveries. */
export interface WebhookCounts {
  webhookDelivery(outcome: 'delivered' | 'failed' | 'given_up' | 'stopped'): void;
  webhookDisabled(): void;
}
