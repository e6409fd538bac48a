import { createHash } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { EngineAccess } from './config/engine-access';
import type { WebhookDelivery } from './domain/webhooks';
import type { WebhookDeliveryInput } from './workflows/webhook-messages';
import type { webhookDeliveryWorkflow } from './workflows';
import { connectClient } from './client';
import { QUESTION_MS, reachEngine } from './client/engine';
import { resendSignal, WEBHOOK_DELIVERY_WORKFLOW } from './workflows/webhook-messages';
import { TEST_EVENT } from './domain/webhooks';
import { webhookWorkflowId } from './domain/ids';

/** An event that a webhook is told of. */
export interface WebhookEvent {
  webhookId: string;
  eventId: string;
  type: string;
  orderId: string;
  sequence: number;
  /** ISO 8601 */
  at: string;
}

/** Each method throws EngineUnavailableError when the engine does not confirm what was asked. */
export interface WebhookClient {
  /**
   * Starts the delivery of an event to a webhook, once.
   *
   * @returns false when it was started before
   */
  deliver(event: WebhookEvent): Promise<boolean>;
  /** Has one more attempt made at a delivery, as it was read; of several that ask at once, one. */
  resend(delivery: WebhookDelivery): Promise<void>;
  /**
   * Sends a message that tells nothing.
   *
   * @param p.eventId unique
   * @returns its delivery's id
   */
  test(p: { webhookId: string; eventId: string; at: string }): Promise<string>;
}

export interface ConnectedWebhookClient extends WebhookClient {
  close(): Promise<void>;
}

/** The webhook client of a process; connects when it is first used. */
export function connectWebhookClient(p: { engine: EngineAccess; taskQueue: string }): ConnectedWebhookClient {
  const client = connectClient(p.engine);
  return {
    ...createWebhookClient({ client, taskQueue: p.taskQueue }),
    close: () => client.connection.close(),
  };
}

/** Deliveries to webhooks, over Temporal's client. */
export function createWebhookClient({ client, taskQueue }: { client: Client; taskQueue: string }): WebhookClient {
  const ask = <T>(call: () => Promise<T>) => reachEngine(() => client.withDeadline(Date.now() + QUESTION_MS, call));
  const options = (input: WebhookDeliveryInput) => ({
    workflowId: webhookWorkflowId(input.webhookId, input.eventId),
    taskQueue,
    args: [input] as [WebhookDeliveryInput],
  });

  async function start(input: WebhookDeliveryInput): Promise<boolean> {
    try {
      await ask(() =>
        client.workflow.start<typeof webhookDeliveryWorkflow>(WEBHOOK_DELIVERY_WORKFLOW, {
          ...options(input),
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  return {
    deliver: (event) => start({ ...event, deliveryId: deliveryIdOf(event), made: 0 }),

    async resend({ webhookId, deliveryId, eventId, type, orderId, sequence, at, made }) {
      const place = orderId === undefined || sequence === undefined ? {} : { orderId, sequence };
      const input = { webhookId, deliveryId, eventId, type, ...place, at, made };
      await ask(() =>
        client.workflow.signalWithStart<typeof webhookDeliveryWorkflow, [{ made: number }]>(WEBHOOK_DELIVERY_WORKFLOW, {
          ...options(input),
          signal: resendSignal,
          signalArgs: [{ made }],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        }),
      );
    },

    async test({ webhookId, eventId, at }) {
      const deliveryId = deliveryIdOf({ webhookId, eventId, at });
      await start({ webhookId, deliveryId, eventId, type: TEST_EVENT, at, made: 0 });
      return deliveryId;
    },
  };
}

/** characters of a time; enough until 2059 */
const TIME_LENGTH = 8;

/**
 * A delivery's id, the same for the same event: by its time, so that a log is read newest first by its key, and without
 * a dot, which would blur what is signed.
 */
export function deliveryIdOf({ webhookId, eventId, at }: Pick<WebhookEvent, 'webhookId' | 'eventId' | 'at'>): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([webhookId, eventId]))
    .digest('hex');
  return `msg_${Date.parse(at).toString(36).padStart(TIME_LENGTH, '0')}${hash.slice(0, 24)}`;
}
