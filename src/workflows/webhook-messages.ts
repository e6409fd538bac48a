import { defineSignal } from '@temporalio/workflow';
import type { DeliveryRequest } from '../activities/webhooks';

export const WEBHOOK_DELIVERY_WORKFLOW = 'webhookDeliveryWorkflow';

/** What starts a delivery: the first row of attempts, or another one that somebody asked for. */
export interface WebhookDeliveryInput extends Omit<DeliveryRequest, 'n' | 'tried' | 'byHand'> {
  /** attempts that were made before; above 0, or with a test, somebody asked for this row */
  made: number;
}

/** How a row of attempts ended. */
export interface WebhookDeliveryEnd {
  end: 'DELIVERED' | 'FAILED' | 'STOPPED';
  /** the number of the last attempt */
  attempts: number;
}

/** Somebody asks for an attempt now; one that was made, or is on its way, since `made` were is the one. */
export const resendSignal = defineSignal<[{ made: number }]>('resend');
