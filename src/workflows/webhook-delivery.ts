import { condition, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AttemptOutcome, WebhookActivities } from '../activities/webhooks';
import type { WebhookDeliveryEnd, WebhookDeliveryInput } from './webhook-messages';
import { resendSignal } from './webhook-messages';
import { TEST_EVENT, waitAfter, webhookQueueOf } from '../domain/webhooks';

/**
 * Brings one event to one webhook: at once, and then again and again over three days, until it is taken. Who asks for it
 * meanwhile gets the next attempt now; the same attempt, when several ask at once.
 */
export async function webhookDeliveryWorkflow({
  made,
  ...delivery
}: WebhookDeliveryInput): Promise<WebhookDeliveryEnd> {
  let askedFor = made > 0 || delivery.type === TEST_EVENT ? made + 1 : 0;
  setHandler(resendSignal, (asked) => void (askedFor = Math.max(askedFor, asked.made + 1)));

  for (let [n, tried] = [made + 1, 1]; ; n++, tried++) {
    const outcome = await activities().deliverWebhook({ ...delivery, n, tried, byHand: askedFor >= n });
    const isDead = await disableIfDead(delivery, n, outcome);
    const waitMs = isDead ? undefined : waitOf(delivery, tried, outcome);
    if (waitMs !== undefined) await condition(() => askedFor > n, waitMs);
    else if (askedFor <= n) return { end: outcome.kind, attempts: n };
    // asked for: another row begins, also where it came to its end meanwhile
    if (askedFor > n) tried = 0;
  }
}

type Delivery = Omit<WebhookDeliveryInput, 'made'>;

/** @returns whether the webhook gets nothing any more */
async function disableIfDead(
  { webhookId, deliveryId }: Delivery,
  n: number,
  outcome: AttemptOutcome,
): Promise<boolean> {
  if (outcome.kind !== 'FAILED' || !outcome.dead) return false;
  return activities().disableWebhook({ webhookId, deliveryId, n, ...outcome.dead });
}

/** Milliseconds until the next attempt; `undefined`: there is none. */
function waitOf({ deliveryId, type }: Delivery, tried: number, outcome: AttemptOutcome): number | undefined {
  // who tests wants to know now
  if (outcome.kind !== 'FAILED' || type === TEST_EVENT) return undefined;
  const { retryAfterS } = outcome;
  return waitAfter({ deliveryId, tried, ...(retryAfterS !== undefined && { retryAfterS }) });
}

/** An attempt knows how long it waits for an answer; our own tables are waited for as long as it takes. */
const activities = () =>
  proxyActivities<WebhookActivities>({
    taskQueue: webhookQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  });
