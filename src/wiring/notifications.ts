import type { CustomerChannel } from '../messaging/ports';
import { CHANNELS } from '../domain/order';
import { notificationQueues } from '../config';
import { createAwsNotifications } from '../adapters/aws/notification';
import { createContacts } from '../adapters/aws/contacts';
import { createNotificationClients } from '../adapters/aws/clients';
import { createNotificationInbox } from '../adapters/aws/notification-inbox';
import { createNotifications } from '../messaging/notifications';
import { createSandboxJournal } from '../adapters/aws/sandbox-journal';
import { createSandboxNotifications } from '../adapters/sandbox/notification';
import { type Part, type Shared, together } from './parts';
import { withBreaker } from '../adapters/breaker/with-breaker';

/** What a delivery takes beside the provider's answer, at most, in milliseconds. */
const LEASE_MARGIN_MS = 13_000;

/** What customers are told with: a reader for each channel's queue. */
export function openNotifications(
  p: Pick<Shared, 'config' | 'aws' | 'breakers' | 'letters' | 'logger' | 'observe'> & Partial<Pick<Shared, 'metrics'>>,
): Part {
  const { config, aws, breakers, letters, metrics, logger } = p;
  const { provider, close } = openProvider(p);
  const queues = notificationQueues(config);
  const shared = {
    sqs: aws.sqs,
    visibilityS: config.NOTIFICATION_VISIBILITY_S,
    deliveries: createNotificationInbox({ db: aws.db, table: config.INBOX_TABLE }),
    contacts: createContacts({ db: aws.db, table: config.CUSTOMER_CONTACTS_TABLE }),
    provider: withBreaker(provider, breakers.of('notification')),
    leaseMs: LEASE_MARGIN_MS + config.PROVIDER_TIMEOUT_MS,
    letters,
    metrics,
    logger,
  };
  const readers = together(CHANNELS.map((channel) => createNotifications({ ...shared, ...queues[channel], channel })));
  return {
    ...readers,
    async stop() {
      await readers.stop();
      close();
    },
  };
}

/** Whoever brings the messages, by configuration. */
function openProvider({ config, aws, observe }: Pick<Shared, 'config' | 'aws' | 'observe'>): {
  provider: CustomerChannel;
  close(): void;
} {
  if (config.NOTIFICATIONS === 'aws') {
    const clients = createNotificationClients({ region: config.AWS_REGION, observe });
    // loadConfig asks for a sender with `aws`
    const provider = createAwsNotifications({ ...clients, sender: config.NOTIFICATION_SENDER ?? '' });
    return { provider, close: clients.destroy };
  }
  const journal = createSandboxJournal({ db: aws.db, table: config.SANDBOX_JOURNAL_TABLE });
  const provider = createSandboxNotifications({ journal, timeoutMs: config.PROVIDER_TIMEOUT_MS });
  return { provider, close: () => undefined };
}
