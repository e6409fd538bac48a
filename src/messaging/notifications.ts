import { setTimeout as delay } from 'node:timers/promises';
import type { Channel } from '../domain/order';
import type {
  Contact,
  ContactReader,
  CustomerChannel,
  Delivered,
  Deliveries,
  DeliveryId,
  DeliveryOutcome,
  QueueMessage,
} from './ports';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { type CustomerMessage, parseCustomerMessage } from './customer-message';
import { StepError } from '../domain/failures';

/** Milliseconds between two looks at a delivery that somebody else is at. */
const LOOK_MS = 250;

type Notice = Extract<CustomerMessage, { kind: 'notice' }>;

export interface NotificationsDeps extends Omit<QueueReaderDeps, 'name' | 'handle'> {
  /** the one of the queue */
  channel: Channel;
  deliveries: Deliveries;
  contacts: ContactReader;
  provider: CustomerChannel;
  /** milliseconds that a delivery is its deliverer's: longer than a provider is waited for, and than our tables take */
  leaseMs: number;
}

/**
 * The queue of a channel: each notification is handed to the provider once, however often and in whatever order it
 * comes. Of a delivery that broke off nobody knows whether it was made: it is made again, under the same key.
 */
export function createNotifications({ leaseMs, ...p }: NotificationsDeps): QueueReader {
  const { channel, deliveries, contacts, provider, ...reader } = p;

  async function handle({ body }: QueueMessage): Promise<Handled> {
    const message = parseCustomerMessage(body);
    if (message.kind === 'refused') return { status: 'REJECTED', reason: message.reason };
    if (message.kind === 'nothing') return { status: 'DONE' };
    const { orderId, notification } = message;
    const outcome = await deliverOnce(message);
    return { status: 'DONE', log: { orderId, notification: notification.kind, channel, outcome } };
  }

  async function deliverOnce(notice: Notice): Promise<string> {
    const id = { key: notice.notification.key, channel };
    const claim = await claimOf(id);
    if (claim.kind === 'DONE') return `known as ${claim.outcome}`;
    const outcome = await deliver(notice).catch(async (error: unknown) => {
      // a call without an answer may still have its effect: the lease keeps everybody away until it would have had it
      if (!isUnknown(error)) await release({ ...id, token: claim.token });
      throw error;
    });
    // when this fails, the delivery is made again after the lease, under the same key
    await deliveries.settle({ ...id, outcome: outcome.kind });
    return outcome.kind === 'REFUSED' ? `REFUSED: ${outcome.reason}` : outcome.kind;
  }

  /** Otherwise the lease ends by itself. */
  const release = (claimed: DeliveryId & { token: string }) => deliveries.release(claimed).catch(() => undefined);

  /** Waits while somebody else is at it: done then, or left behind. */
  async function claimOf(id: DeliveryId) {
    const deadline = Date.now() + 2 * leaseMs;
    for (;;) {
      const claim = await deliveries.claim({ ...id, leaseMs });
      if (claim.kind !== 'BUSY') return claim;
      if (Date.now() > deadline) throw new Error(`somebody else is at ${id.key} on ${channel} for too long`);
      await delay(LOOK_MS);
    }
  }

  async function deliver(notice: Notice): Promise<DeliveryOutcome | { kind: 'UNWANTED' }> {
    const { orderId, customerId, notification } = notice;
    const contact = await contacts.readContact(customerId);
    const wanted = notice.channels ?? contact?.channels;
    if (wanted && !wanted.includes(channel)) return { kind: 'UNWANTED' satisfies Delivered };
    const to = addressOf(contact, channel);
    return provider.deliver({ ...notification, channel, orderId, customerId, ...(to !== undefined && { to }) });
  }

  return createQueueReader({ ...reader, name: `${channel.toLowerCase()} queue`, handle });
}

const isUnknown = (error: unknown) => error instanceof StepError && error.type === 'OUTCOME_UNKNOWN';

function addressOf(contact: Contact | undefined, channel: Channel): string | undefined {
  switch (channel) {
    case 'EMAIL':
      return contact?.email;
    case 'SMS':
      return contact?.phone;
    case 'PUSH':
      return contact?.pushEndpoint;
    default:
      return channel satisfies never;
  }
}
