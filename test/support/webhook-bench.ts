import { randomBytes, randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Emulator } from './contracts/emulator';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { Webhook } from '../../src/domain/webhooks';
import type { WebhookEvent } from '../../src/webhook-client';
import { createWebhookBook } from '../../src/adapters/aws/webhook-book';
import { createWebhookDesk } from '../../src/adapters/aws/webhook-desk';
import { eventIdOf } from '../../src/domain/ids';
import { numberEvents } from '../../src/domain/events';
import { uniqueId } from './orders';
import { webhookTables } from '../../src/config';

export const newWebhookId = (): string => `wh_${randomUUID().replaceAll('-', '')}`;
export const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** Webhooks on the emulator, as shops and their deliveries see them. */
export function createWebhookTools({ db, config }: Emulator) {
  const tables = webhookTables(config);
  const book = createWebhookBook({ db, tables });
  return {
    tables,
    book,
    desk: createWebhookDesk({ db, tables }),

    /** A webhook of an owner of its own. */
    async subscribe(changes: Partial<Webhook> & { url: string }): Promise<Webhook & { secret: string }> {
      const at = new Date().toISOString();
      const webhookId = newWebhookId();
      const webhook = { webhookId, owner: uniqueId('shop'), enabled: true, createdAt: at, updatedAt: at, ...changes };
      const secret = newSecret();
      await book.create({ ...webhook, secret });
      return { ...webhook, secret };
    },

    /** An event of an order of its own, in the event store. */
    async happen({ customerId = 'CUST-567890' } = {}): Promise<OrderEvent> {
      const orderId: OrderId = uniqueId();
      const data = { reason: 'changed my mind' };
      const [event] = numberEvents(
        {
          orderId,
          runId: 'run',
          customerId,
          firstSequence: 1,
          events: [{ type: 'Order Cancelled', data }],
          states: [],
        },
        { at: new Date().toISOString(), attempt: 1 },
      );
      await db.send(new PutCommand({ TableName: config.ORDER_EVENTS_TABLE, Item: event }));
      return event!;
    },
  };
}

/** An event as a webhook is told of it. */
export const eventFor = (webhookId: string, { orderId, sequence, at, type }: OrderEvent): WebhookEvent => ({
  webhookId,
  eventId: eventIdOf(orderId, sequence),
  type,
  orderId,
  sequence,
  at,
});
