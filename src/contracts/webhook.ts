import { Type } from '@sinclair/typebox';
import type { Contract } from './contract';
import { DIALECT, idOf } from './dialect';
import { publishedExamples } from './examples';
import { SCHEMA_VERSION } from '../domain/events';
import { Text, Time } from './parts';

const event = publishedExamples['Order Created'];

/** What is around an event on its way to a webhook, and around a test. */
export const WEBHOOK_MEMBERS = {
  // no list of words: a shop that listens to all must bear a new one
  type: Text('the detail-type of the event; `waybill.test`: it tells nothing'),
  timestamp: Time('of the event'),
  data: Type.Object(
    { eventId: Text('the same for the same event, however often it comes') },
    { description: 'the detail of the event, as its own schema says; of a test: `webhookId` and `eventId`' },
  ),
};

const name = `published.webhook-message.v${SCHEMA_VERSION}`;
const description = 'What is posted to a webhook, signed as Standard Webhooks has it; the same on each attempt.';

/** The body of a message to a webhook, which others rely on as they do on events. */
export const WEBHOOK_MESSAGE: Contract = {
  name,
  direction: 'published',
  source: 'webhooks',
  type: 'Webhook message',
  schema: Type.Object(WEBHOOK_MEMBERS, { $schema: DIALECT, $id: idOf(name), title: 'Webhook message', description }),
  example: { type: 'Order Created', timestamp: event['at'], data: event },
};
