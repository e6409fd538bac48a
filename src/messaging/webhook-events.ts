import type { WebhookClient, WebhookEvent } from '../webhook-client';
import type { WebhookListeners } from './ports';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { isOrderId } from '../domain/ids';
import { listed, shown } from './reason';
import { listensTo, PUBLIC_EVENTS } from '../domain/webhooks';
import { EVENT_SOURCES, ORIGIN } from '../domain/events';
import { isObject, parseObject } from './json';

export type WebhookEventsDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & {
  listeners: WebhookListeners;
  deliveries: Pick<WebhookClient, 'deliver'>;
};

/** How long it may take until a webhook that was changed is seen, in milliseconds. */
const FRESH_MS = 3000;

/** WebhookEventsQueue: starts a delivery of each event to each webhook that listens to it. */
export function createWebhookEventsReader({ listeners, deliveries, ...reader }: WebhookEventsDeps): QueueReader {
  const listenersNow = remembered(() => listeners.list(), FRESH_MS);
  return createQueueReader({
    ...reader,
    name: 'webhook events queue',
    async handle({ body }): Promise<Handled> {
      const parsed = parseOwnEvent(body);
      if ('reason' in parsed) return { status: 'REJECTED', ...parsed };
      if ('ignored' in parsed) return { status: 'DONE' };
      const { customerId, ...event } = parsed;
      const wanted = (await listenersNow()).filter((webhook) => listensTo(webhook, { ...event, customerId }));
      // the message stays until each has its delivery; one that has it gets no second
      await Promise.all(wanted.map(({ webhookId }) => deliveries.deliver({ webhookId, ...event })));
      return wanted.length === 0 ? { status: 'DONE' } : { status: 'DONE', log: logOf(event, wanted.length) };
    },
  });
}

const logOf = ({ eventId }: Pick<WebhookEvent, 'eventId'>, webhooks: number) => ({ eventId, webhooks });

type OwnEvent = Omit<WebhookEvent, 'webhookId'> & { customerId?: string };

/** An event of ours as the bus hands it over; `ignored`: there is nothing to tell, or it was told before. */
export function parseOwnEvent(body: string): OwnEvent | { reason: string } | { ignored: true } {
  const envelope = parseObject(body);
  if (!envelope) return { reason: 'expected an event of the bus as a JSON object' };
  const type = envelope['detail-type'];
  const detail = envelope['detail'];
  if (typeof type !== 'string') return { reason: `detail-type: expected a text, got ${shown(type)}` };
  if (!isObject(detail)) return { reason: `detail: expected an object, got ${shown(detail)}` };
  // what others say is not ours to pass on, and what comes out of the archive was told when it happened
  const isTold = detail['origin'] === ORIGIN && detail['replay'] === undefined;
  if (!isTold || isInternal(type)) return { ignored: true };
  // one of a later release: whoever runs that can have it again
  if (!isPublic(type)) return { reason: `detail-type: expected a public event of ours, got ${shown(type)}` };
  return readDetail(type, detail);
}

const isPublic = (type: string): boolean => PUBLIC_EVENTS.some((known) => known === type);
const isInternal = (type: string): boolean => Object.hasOwn(EVENT_SOURCES, type) && !isPublic(type);

function readDetail(type: string, detail: Record<string, unknown>): OwnEvent | { reason: string } {
  const { orderId, sequence, eventId, at, customerId } = detail;
  const wrong = [
    ...(isOrderId(orderId) ? [] : [`detail/orderId: expected an order id, got ${shown(orderId)}`]),
    ...(isSequence(sequence) ? [] : [`detail/sequence: expected a number from 1, got ${shown(sequence)}`]),
    ...(isShort(eventId) ? [] : [`detail/eventId: expected a text, got ${shown(eventId)}`]),
    ...(isTime(at) ? [] : [`detail/at: expected a time (ISO 8601), got ${shown(at)}`]),
  ];
  if (!isOrderId(orderId) || !isSequence(sequence) || !isShort(eventId) || !isTime(at))
    return { reason: listed(wrong) };
  return { type, orderId, sequence, eventId, at, ...(typeof customerId === 'string' && { customerId }) };
}

const isSequence = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1;
const isShort = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 128;
const isTime = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));

/** What a question gave, for a while; a failed one is asked again. Who asks meanwhile waits for the same answer. */
export function remembered<T>(ask: () => Promise<T>, freshMs: number): () => Promise<T> {
  let last: { answer: Promise<T>; askedAt: number } | undefined;
  return () => {
    if (last && Date.now() - last.askedAt < freshMs) return last.answer;
    const asked = { answer: ask(), askedAt: Date.now() };
    asked.answer.catch(() => {
      if (last === asked) last = undefined;
    });
    last = asked;
    return asked.answer;
  };
}
