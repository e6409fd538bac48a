import type { Channel } from '../../domain/order';
import type { CustomerChannel, Delivery } from '../../messaging/ports';
import type { Entry, SandboxJournal } from './journal';
import { answerWithin, unlessSwitchedOff } from './answer';

const COMPANY = 'the notification sandbox';

export interface SandboxNotificationsDeps {
  journal: SandboxJournal;
  /** how long our side waits, in milliseconds */
  timeoutMs: number;
}

/** A company that delivers messages, in a box: it reaches everybody, and remembers every key on a channel for ever. */
export function createSandboxNotifications({ timeoutMs, journal }: SandboxNotificationsDeps): CustomerChannel {
  return {
    async deliver(delivery) {
      await answerWithin(timeoutMs, COMPANY, deliver(journal, delivery));
      return { kind: 'SENT' };
    },
  };
}

const OPERATIONS = { EMAIL: 'email', SMS: 'sms', PUSH: 'push' } as const satisfies Record<Channel, Entry['operation']>;

async function deliver(journal: SandboxJournal, { channel, orderId, key }: Delivery): Promise<void> {
  const operation = OPERATIONS[channel];
  const entry = { provider: 'notification', operation, orderId, key } as const;
  // one key on several channels is several messages
  const claim = { key: `${operation} ${key}`, state: { kind: 'DELIVERED' } } as const;
  await unlessSwitchedOff(journal, entry, async () => {
    const before = await journal.claim({ ...claim, entry: { ...entry, outcome: 'succeeded' } });
    if (before) await journal.append({ ...entry, outcome: 'replayed' });
  });
}
