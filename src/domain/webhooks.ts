import { EVENT_SOURCES, type EventType } from './events';
import { StepError } from './failures';

/** What only operations are told. */
const INTERNAL_EVENTS: ReadonlySet<EventType> = new Set<EventType>([
  'Attention Needed',
  'Attention Resolved',
  'Order At Risk',
  'Promise Breached',
  'Stock Low',
]);

/** The events that a shop can subscribe to. */
export const PUBLIC_EVENTS = (Object.keys(EVENT_SOURCES) as EventType[]).filter((type) => !INTERNAL_EVENTS.has(type));

/** The type of the message that only shows whether an endpoint works. */
export const TEST_EVENT = 'waybill.test';

/** The task queue of the attempts: an endpoint that is slow must not take the place of an order's step. */
export const webhookQueueOf = (taskQueue: string): string => `${taskQueue}-webhooks`;

/** Who wants to be told of what; without its secrets. */
export interface Webhook {
  webhookId: string;
  /** the customer system's name */
  owner: string;
  url: string;
  /** absent: all that are public */
  events?: EventType[];
  /** only orders of this customer */
  customerId?: string;
  description?: string;
  enabled: boolean;
  /** ISO 8601, like all times here */
  createdAt: string;
  updatedAt: string;
  /** the first attempt that failed since one succeeded */
  failingSince?: string;
  /** attempts that failed since one succeeded */
  failedAttempts?: number;
  disabledAt?: string;
  disabledReason?: string;
}

/** What of a webhook says whether an event is for it. */
export type Listener = Pick<Webhook, 'webhookId' | 'events' | 'customerId'>;

/** Whether a webhook wants to be told of an event. */
export const listensTo = (webhook: Listener, event: { type: string; customerId?: string | undefined }): boolean =>
  concerns(webhook, event) && (webhook.events ?? PUBLIC_EVENTS).some((type) => type === event.type);

/** Whether a webhook may be told of an event: of another customer's order it may not. */
export const concerns = (
  { customerId }: Pick<Listener, 'customerId'>,
  event: { customerId?: string | undefined },
): boolean => customerId === undefined || customerId === event.customerId;

export interface Secret {
  /** `whsec_` and base64 */
  secret: string;
  /** when it signs no more, ISO 8601; absent: the current one */
  until?: string;
}

/** How long a secret that was replaced still signs, in milliseconds. */
export const ROTATION_MS = 24 * 3_600_000;
/** Secrets that sign at one time. */
const MAX_SECRETS = 4;

/** The secrets of a webhook once it has a new one: the old ones sign for {@link ROTATION_MS} more. */
export function rotated(secrets: readonly Secret[], p: { secret: string; now: string }): Secret[] {
  const until = new Date(Date.parse(p.now) + ROTATION_MS).toISOString();
  const old = validSecrets(secrets, p.now).map((each) => ({ secret: each.secret, until: each.until ?? until }));
  return [{ secret: p.secret }, ...old].slice(0, MAX_SECRETS);
}

export const validSecrets = (secrets: readonly Secret[], now: string): Secret[] =>
  secrets.filter(({ until }) => until === undefined || until > now);

/** PENDING: tried again; FAILED: given up; STOPPED: nobody wants it any more. */
export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'FAILED', 'STOPPED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One attempt at a delivery. */
export interface Attempt {
  /** counts those of a delivery, from 1 */
  n: number;
  /** when it began */
  at: string;
  /** how long it took, in milliseconds */
  ms: number;
  /** of HTTP, when there was an answer */
  status?: number;
  /** why it failed */
  error?: string;
  /** how the answer of one that failed begins */
  response?: string;
}

/** What became of a message to a webhook. */
export interface WebhookDelivery {
  webhookId: string;
  /** the same on each attempt; sorts by the event's time */
  deliveryId: string;
  eventId: string;
  type: string;
  orderId?: string;
  sequence?: number;
  /** of the event */
  at: string;
  state: DeliveryState;
  /** attempts made */
  made: number;
  /** the last of them, oldest first */
  attempts: Attempt[];
  /** with PENDING, about */
  nextAttemptAt?: string;
  /** with STOPPED */
  reason?: string;
  updatedAt: string;
}

/** Attempts of a delivery that are remembered one by one. */
export const MAX_ATTEMPTS_SHOWN = 40;

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

/** Milliseconds before each attempt, as Standard Webhooks has them: three days in all. */
export const WAITS = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Share of a wait that is added, at most, so that what failed together does not come together. */
const JITTER = 0.2;
/** A `Retry-After` is obeyed up to here, in milliseconds. */
const MAX_RETRY_AFTER = 24 * HOUR;

/**
 * Milliseconds until a delivery is tried again; `undefined`: it is given up. Always the same for the same attempt.
 *
 * @param p.tried attempts in this row of them
 * @param p.retryAfterS what the endpoint asks for, in seconds: obeyed when it is longer, up to a day
 */
export function waitAfter(p: { deliveryId: string; tried: number; retryAfterS?: number }): number | undefined {
  const usual = WAITS[p.tried];
  if (usual === undefined) return undefined;
  const jittered = Math.round(usual * (1 + JITTER * fractionOf(`${p.deliveryId} ${p.tried}`)));
  return Math.max(jittered, Math.min((p.retryAfterS ?? 0) * 1000, MAX_RETRY_AFTER));
}

/** An endpoint that gets as many messages just now as it may. */
export class EndpointBusyError extends StepError {
  /** @param perHost messages under way to one host at a time */
  constructor(perHost: number) {
    super('ENDPOINT_BUSY', `${perHost} messages are under way to its host: it waits for a place`);
  }
}

/** Milliseconds before a message asks for a place again: longer each time, and those that were refused together apart. */
export function placeWait({ asked, random }: { asked: number; random: number }): number {
  return Math.round(Math.min(SECOND * 2 ** (asked - 1), LONGEST_PLACE_WAIT) * (0.5 + random));
}
const LONGEST_PLACE_WAIT = 60 * SECOND;

/** From 0 to 1, always the same for the same text; FNV-1a. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}

/** Failed attempts without which no endpoint is given up. */
const MIN_FAILURES = 10;

/**
 * Whether an endpoint is dead: everything failed for so long, and often enough.
 *
 * @param p.afterS seconds since the first failure
 */
export const isDead = (
  { failingSince, failedAttempts = 0 }: Pick<Webhook, 'failingSince' | 'failedAttempts'>,
  p: { now: string; afterS: number },
): boolean =>
  failingSince !== undefined &&
  failedAttempts >= MIN_FAILURES &&
  Date.parse(p.now) - Date.parse(failingSince) >= p.afterS * 1000;
