import type { Channel } from '../../domain/order';
import type { CustomerChannel, Delivery } from '../../messaging/ports';
import type { Entry, SandboxJournal } from './journal';
import { answerWithin, unavailable } from './answer';

const COMPANY = 'the notification sandbox';

export interface SandboxNotificationsDeps {
  journal: SandboxJournal;
  /** how long our side waits, in milliseconds */
  timeoutMs: number;
  /** whether the company is up; it is when nobody says */
  isAvailable?: () => Promise<boolean>;
}

/** A company that delivers messages, in a box: it reaches everybody, and remembers every key on a channel for ever. */
export function createSandboxNotifications({ timeoutMs, ...company }: SandboxNotificationsDeps): CustomerChannel {
  return {
    async deliver(delivery) {
      await answerWithin(timeoutMs, COMPANY, deliver(company, delivery));
      return { kind: 'SENT' };
    },
  };
}

const OPERATIONS = { EMAIL: 'email', SMS: 'sms', PUSH: 'push' } as const satisfies Record<Channel, Entry['operation']>;

async function deliver(
  { journal, isAvailable = async () => true }: Omit<SandboxNotificationsDeps, 'timeoutMs'>,
  { channel, orderId, key }: Delivery,
): Promise<void> {
  const operation = OPERATIONS[channel];
  const entry = { provider: 'notification', operation, orderId, key } as const;
  if (!(await isAvailable())) {
    await journal.append({ ...entry, outcome: 'error' });
    throw unavailable(COMPANY);
  }
  // one key on several channels is several messages
  const claim = { key: `${operation} ${key}`, state: { kind: 'DELIVERED' } } as const;
  const before = await journal.claim({ ...claim, entry: { ...entry, outcome: 'succeeded' } });
  if (before) await journal.append({ ...entry, outcome: 'replayed' });
}
