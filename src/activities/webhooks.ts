import type { Attempt, Webhook, WebhookDelivery } from '../domain/webhooks';
import type { Books, Messenger } from './ports';
import type { OrderId } from '../domain/ids';
import type {
  EndpointPlaces,
  SignedWebhook,
  WebhookAnswer,
  WebhookCounts,
  WebhookDesk,
  WebhookSender,
} from './webhook-ports';
import { asStep } from './step';
import { concerns, isDead, TEST_EVENT, validSecrets, waitAfter } from '../domain/webhooks';
import { shownTime } from '../domain/shown-time';
import { toBusEvent } from '../domain/events';
import { withoutPersonalData } from '../domain/personal-data';

export interface WebhookActivityDeps {
  books: Pick<Books, 'readEvents'>;
  desk: WebhookDesk;
  sender: WebhookSender;
  places: EndpointPlaces;
  messenger: Pick<Messenger, 'reportDisabledWebhook'>;
  counts: WebhookCounts;
  /** seconds of nothing but failures after which a webhook is disabled */
  disableAfterS: number;
  /** the time, ISO 8601 */
  now(): string;
}

/** What a delivery is of: an event of an order, by its place in the event store, or a test. */
export interface DeliveryRequest extends Pick<
  WebhookDelivery,
  'webhookId' | 'deliveryId' | 'eventId' | 'type' | 'orderId' | 'sequence' | 'at'
> {
  /** the number of the attempt, from 1 */
  n: number;
  /** its number in this row of them, from 1 */
  tried: number;
  /** somebody asked for this attempt: a disabled webhook gets it too */
  byHand: boolean;
}

export interface DisableRequest extends Death, Pick<DeliveryRequest, 'webhookId' | 'deliveryId' | 'n'> {}

/** What became of an attempt. */
export type AttemptOutcome =
  | { kind: 'DELIVERED' }
  /** `dead`: the webhook is to be disabled */
  | { kind: 'FAILED'; retryAfterS?: number; dead?: Death }
  | { kind: 'STOPPED'; reason: string };

/** Why a webhook is to be disabled; with `failingSince` only when nothing succeeded since. */
export interface Death {
  reason: string;
  /** ISO 8601 */
  failingSince?: string;
}

const GONE = 410;
const DISABLED = 'the webhook is disabled';

/** Bringing events to the webhooks of shops. */
export function createWebhookActivities(deps: WebhookActivityDeps) {
  const { books, desk, sender, places, messenger, counts, now } = deps;

  /** The body of a message, the same on each attempt; `undefined`: there is no such event for this webhook. */
  async function bodyOf(request: DeliveryRequest, webhook: SignedWebhook): Promise<string | undefined> {
    const { type, at, orderId, sequence, webhookId, eventId } = request;
    if (orderId === undefined || sequence === undefined)
      return type === TEST_EVENT ? JSON.stringify({ type, timestamp: at, data: { webhookId, eventId } }) : undefined;
    // what is sent is what is stored, whatever the bus said
    const [event] = await books.readEvents({ orderId: orderId as OrderId, from: sequence, to: sequence });
    if (!event || event.type !== type || !concerns(webhook, event)) return undefined;
    const { detail, time } = toBusEvent(event);
    return JSON.stringify({ type, timestamp: time, data: detail });
  }

  async function stop({ webhookId, deliveryId }: DeliveryRequest, reason: string): Promise<AttemptOutcome> {
    await desk.logStop({ webhookId, deliveryId, reason });
    counts.webhookDelivery('stopped');
    return { kind: 'STOPPED', reason };
  }

  /** @param counted the webhook with this failure; absent: it is counted now */
  async function deathOf(webhookId: string, attempt: Attempt, counted?: Webhook): Promise<{ dead?: Death }> {
    if (attempt.status === GONE) return { dead: { reason: 'the endpoint answered 410 Gone' } };
    const webhook = counted ?? (await desk.countFailure({ webhookId, at: attempt.at }));
    if (!webhook?.failingSince || !isDead(webhook, { now: now(), afterS: deps.disableAfterS })) return {};
    const { failingSince, failedAttempts = 0 } = webhook;
    const reason = `nothing was taken since ${shownTime(failingSince)}, in ${failedAttempts} attempts`;
    return { dead: { reason, failingSince } };
  }

  /** What an attempt that was logged before came to: its POST is not made again. */
  async function recalled(n: number, logged: WebhookDelivery, webhook: Webhook): Promise<AttemptOutcome> {
    const attempt = logged.attempts.find((each) => each.n === n);
    if (!attempt || isTaken(attempt.status)) return { kind: 'DELIVERED' };
    return { kind: 'FAILED', ...(await deathOf(webhook.webhookId, attempt, webhook)) };
  }

  async function log(request: DeliveryRequest, attempt: Attempt, retryAfterS?: number): Promise<void> {
    const { n: _n, tried: _tried, byHand: _byHand, ...delivery } = request;
    const isDelivered = isTaken(attempt.status);
    const waitMs = isDelivered ? undefined : nextWait(request, attempt, retryAfterS);
    await desk.logAttempt({
      ...delivery,
      attempt,
      state: isDelivered ? 'DELIVERED' : waitMs === undefined ? 'FAILED' : 'PENDING',
      ...(waitMs !== undefined && { nextAttemptAt: new Date(Date.parse(now()) + waitMs).toISOString() }),
    });
    counts.webhookDelivery(isDelivered ? 'delivered' : waitMs === undefined ? 'given_up' : 'failed');
  }

  async function post(request: DeliveryRequest, webhook: SignedWebhook, body: string): Promise<AttemptOutcome> {
    const { deliveryId: id, webhookId, n } = request;
    const at = now();
    const secrets = validSecrets(webhook.secrets, at).map(({ secret }) => secret);
    const answer = await sender.send({ url: webhook.url, secrets, id, body, at });
    const attempt = attemptOf(answer, { n, at, ms: Math.max(0, Date.parse(now()) - Date.parse(at)) });
    const { retryAfterS } = answer;
    await log(request, attempt, retryAfterS);
    if (!isTaken(attempt.status))
      return {
        kind: 'FAILED',
        ...(retryAfterS !== undefined && { retryAfterS }),
        ...(await deathOf(webhookId, attempt)),
      };
    if (webhook.failingSince !== undefined) await desk.countSuccess(webhookId);
    return { kind: 'DELIVERED' };
  }

  return {
    /**
     * Makes one attempt at a delivery, and writes it into the log. Told again after its answer was lost, it does not
     * post again what is in the log; what was posted and not logged is posted again, under the same id.
     */
    deliverWebhook: asStep(async (request: DeliveryRequest): Promise<AttemptOutcome> => {
      const { webhookId, deliveryId, n, byHand } = request;
      const [webhook, logged] = [await desk.readWebhook(webhookId), await desk.readDelivery({ webhookId, deliveryId })];
      if (!webhook) return stop(request, 'the webhook was deleted');
      if (logged && logged.made >= n) return recalled(n, logged, webhook);
      if (!webhook.enabled && !byHand) return stop(request, DISABLED);
      return places.during(webhook.url, async () => {
        const body = await bodyOf(request, webhook);
        return body === undefined
          ? stop(request, 'there is no such event for this webhook')
          : post(request, webhook, body);
      });
    }),

    /**
     * Disables a webhook that is dead, once, and tells operations, once.
     *
     * @returns false when an attempt succeeded meanwhile: it is alive
     */
    disableWebhook: asStep(async ({ webhookId, deliveryId, n, ...death }: DisableRequest): Promise<boolean> => {
      const at = now();
      const by = `${deliveryId}#${n}`;
      const outcome = await desk.disable({ webhookId, by, at, ...death });
      if (outcome.kind === 'ALIVE') return false;
      await desk.logStop({ webhookId, deliveryId, reason: DISABLED });
      if (outcome.kind === 'DISABLED_BEFORE' || outcome.isTold) return true;
      const { owner, disabledAt = at } = outcome.webhook;
      const { reason } = death;
      await messenger.reportDisabledWebhook({ key: `webhook-disabled#${by}`, webhookId, owner, reason, disabledAt });
      await desk.noteAlert({ webhookId, by, at: now() });
      counts.webhookDisabled();
      return true;
    }),
  };
}

export type WebhookActivities = ReturnType<typeof createWebhookActivities>;

const isTaken = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300;

/** Milliseconds until the next attempt; `undefined`: there is none. */
function nextWait({ type, deliveryId, tried }: DeliveryRequest, { status }: Attempt, retryAfterS: number | undefined) {
  // who tests wants to know now
  if (type === TEST_EVENT || status === GONE) return undefined;
  return waitAfter({ deliveryId, tried, ...(retryAfterS !== undefined && { retryAfterS }) });
}

function attemptOf(answer: WebhookAnswer, attempt: Attempt): Attempt {
  if ('error' in answer) return { ...attempt, error: answer.error };
  const { status, body } = answer;
  if (isTaken(status)) return { ...attempt, status };
  const response = withoutPersonalData(body);
  return { ...attempt, status, error: `answered ${status}`, ...(response !== '' && { response }) };
}
