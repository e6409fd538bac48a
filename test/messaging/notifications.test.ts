import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Contact, CustomerChannel, Deliveries, Delivery } from '../../src/messaging/ports';
import type { QueueReader } from '../../src/messaging/queue-reader';
import { connectToEmulator } from '../support/contracts/emulator';
import { createBreaker } from '../../src/adapters/breaker/breaker';
import { createContacts } from '../../src/adapters/aws/contacts';
import { createLogger } from '../../src/telemetry';
import { createNotificationInbox } from '../../src/adapters/aws/notification-inbox';
import { createNotifications } from '../../src/messaging/notifications';
import { createSandboxJournal } from '../../src/adapters/aws/sandbox-journal';
import { createSandboxNotifications } from '../../src/adapters/sandbox/notification';
import { noLetters } from '../support/letters';
import { eventually, gate } from '../support/contracts/condition';
import { keys, type OrderId } from '../../src/domain/ids';
import { receiveMessages } from '../support/contracts/queues';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';
import { withBreaker } from '../../src/adapters/breaker/with-breaker';

const emulator = connectToEmulator();
const { sqs, db, config } = emulator;
const logger = createLogger({ name: 'test', level: 'silent' });
const logged = (['info', 'warn', 'error'] as const).map((level) => jest.spyOn(logger, level));

/** seconds; the shortest that a reader can extend */
const VISIBILITY_S = 3;
const MAX_RECEIVES = 3;
const LEASE_MS = 600;

const inbox = createNotificationInbox({ db, table: config.INBOX_TABLE });
const contacts = createContacts({ db, table: config.CUSTOMER_CONTACTS_TABLE });
const journal = createSandboxJournal({ db, table: config.SANDBOX_JOURNAL_TABLE });
const sandbox = createSandboxNotifications({ journal, timeoutMs: 5000 });

let queueUrl: string;
let deadLetterQueueUrl: string;
let orderId: OrderId;
let customerId: string;
let delivered: Delivery[];
let provider: CustomerChannel;
let deliveries: Deliveries;
const readers: QueueReader[] = [];

beforeEach(async () => {
  const create = async (name: string, Attributes = {}) =>
    (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name), Attributes }))).QueueUrl!;
  deadLetterQueueUrl = await create('told-dead');
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const redrive = { deadLetterTargetArn: Attributes?.['QueueArn'], maxReceiveCount: MAX_RECEIVES };
  queueUrl = await create('told', { RedrivePolicy: JSON.stringify(redrive) });
  orderId = uniqueId();
  customerId = uniqueId('CUST');
  delivered = [];
  provider = sandbox;
  deliveries = inbox;
  for (const spy of logged) spy.mockClear();
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
});
afterAll(() => emulator.destroy());

/** A consumer's reader of the e-mail queue. */
function startReader(changes: { leaseMs?: number } = {}): QueueReader {
  const noted: CustomerChannel = {
    deliver: (delivery) => {
      delivered.push(delivery);
      return provider.deliver(delivery);
    },
  };
  const shared = { sqs, queueUrl, deadLetterQueueUrl, visibilityS: VISIBILITY_S, contacts, logger };
  const reader = createNotifications({
    ...shared,
    channel: 'EMAIL',
    // the ports of the test at the time of the call
    deliveries: {
      claim: (p) => deliveries.claim(p),
      settle: (p) => deliveries.settle(p),
      release: (p) => deliveries.release(p),
    },
    provider: noted,
    leaseMs: LEASE_MS,
    letters: noLetters,
    ...changes,
  });
  readers.push(reader);
  reader.start();
  return reader;
}

const key = () => keys.notify(orderId);
const shipped = (changes: object = {}) => ({
  event: 'Shipment Created',
  orderId,
  customerId,
  notificationKey: key(),
  message: `Your order ${orderId} is on its way.`,
  ...changes,
});
const send = (message: object | string) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: typeof message === 'string' ? message : JSON.stringify(message),
    }),
  );
const outcomes = async () => (await journal.entries(orderId)).map(({ outcome }) => outcome);
const rowKey = () => ({ eventId: `notification EMAIL ${key()}` });
const stateOf = async () =>
  (await db.send(new GetCommand({ TableName: config.INBOX_TABLE, Key: rowKey(), ConsistentRead: true }))).Item?.[
    'state'
  ] as string | undefined;

async function messagesIn(QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
const queueIsEmpty = () =>
  eventually(
    () => messagesIn(queueUrl),
    (n) => n === 0,
  );

test('a message is delivered, with what the customer is told and where', async () => {
  await contacts.writeContact({ customerId, email: 'customer@example.com', phone: '+821012345678' });
  await send(shipped());
  startReader();
  await queueIsEmpty();
  expect(delivered).toEqual([
    {
      kind: 'SHIPPED',
      key: key(),
      channel: 'EMAIL',
      orderId,
      customerId,
      subject: `Your order ${orderId} is on its way`,
      text: `Your order ${orderId} is on its way.`,
      to: 'customer@example.com',
    },
  ]);
  expect(await journal.entries(orderId)).toMatchObject([
    { provider: 'notification', operation: 'email', key: key(), outcome: 'succeeded' },
  ]);
  expect(await stateOf()).toBe('SENT');
});

test('three of the same, to two consumers at once, are delivered once', async () => {
  for (let n = 0; n < 3; n++) await send(shipped());
  startReader();
  startReader();
  await queueIsEmpty();
  expect(delivered).toHaveLength(1);
  expect(await outcomes()).toEqual(['succeeded']);
});

test('one that comes again long after is known', async () => {
  await inbox.settle({ key: key(), channel: 'EMAIL', outcome: 'SENT' });
  await send(shipped());
  startReader();
  await queueIsEmpty();
  expect(delivered).toEqual([]);
});

test('the same key on another channel is another message', async () => {
  await inbox.settle({ key: key(), channel: 'SMS', outcome: 'SENT' });
  await send(shipped());
  startReader();
  await queueIsEmpty();
  expect(delivered).toHaveLength(1);
});

test('a consumer that is gone between sending and writing it down: sent again under the same key, which the provider knows', async () => {
  const gone = () => Promise.reject(new Error('the process is gone'));
  let crashes = 1;
  deliveries = {
    ...inbox,
    settle: (p) => (crashes-- > 0 ? gone() : inbox.settle(p)),
    release: gone,
  };
  await send(shipped());
  startReader();
  await queueIsEmpty();
  expect(delivered.map((delivery) => delivery.key)).toEqual([key(), key()]);
  // one e-mail
  expect(await outcomes()).toEqual(['succeeded', 'replayed']);
  expect(await stateOf()).toBe('SENT');
});

test('while another consumer is at it nothing is sent; when that is done, nothing is left to do', async () => {
  const { opened, open } = gate();
  provider = {
    deliver: async (delivery) => {
      await opened;
      return sandbox.deliver(delivery);
    },
  };
  await send(shipped());
  await send(shipped());
  startReader({ leaseMs: 60_000 });
  await eventually(
    () => delivered.length,
    (n) => n === 1,
  );
  // longer than a message is anybody's: both are extended
  await new Promise((resolve) => setTimeout(resolve, VISIBILITY_S * 1000 + 500));
  expect(await messagesIn(queueUrl)).toBe(2);
  open();
  await queueIsEmpty();
  expect(delivered).toHaveLength(1);
});

test('what somebody left behind is taken over when the lease ends, and not before', async () => {
  const leaseUntil = Date.now() + 1500;
  const row = { ...rowKey(), state: 'SENDING', leaseUntil, token: 'of somebody who is gone' };
  await db.send(new PutCommand({ TableName: config.INBOX_TABLE, Item: row }));
  let deliveredAt = 0;
  provider = {
    deliver: (delivery) => {
      deliveredAt = Date.now();
      return sandbox.deliver(delivery);
    },
  };
  await send(shipped());
  startReader({ leaseMs: 5000 });
  await queueIsEmpty();
  expect(deliveredAt).toBeGreaterThanOrEqual(leaseUntil);
});

test('a provider that is down for a while: the message stays, and is delivered once when it is up', async () => {
  let failures = 1;
  const failing = {
    ...journal,
    provider: async () => ({ available: failures-- <= 0, refunds: 'accepted' as const }),
  };
  provider = createSandboxNotifications({ journal: failing, timeoutMs: 5000 });
  await send(shipped());
  // the lease is given back at once: a long one is in nobody's way
  startReader({ leaseMs: 60_000 });
  await queueIsEmpty();
  expect(await outcomes()).toEqual(['error', 'succeeded']);
  expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
});

test('a call without an answer may still have its effect: nobody repeats it before the lease ends, and then under its key', async () => {
  const at: number[] = [];
  let silent = 1;
  provider = {
    deliver: async (delivery) => {
      at.push(Date.now());
      const outcome = await sandbox.deliver(delivery);
      if (silent-- > 0) throw new StepError('OUTCOME_UNKNOWN', 'no answer');
      return outcome;
    },
  };
  const leaseMs = 2000;
  const claimedAt = Date.now();
  // the second is there all the time
  await send(shipped());
  await send(shipped());
  startReader({ leaseMs });
  await queueIsEmpty();
  expect(at).toHaveLength(2);
  expect(at[1]! - claimedAt).toBeGreaterThanOrEqual(leaseMs);
  expect(await outcomes()).toEqual(['succeeded', 'replayed']);
});

test('a provider that is down for everybody: no message is given up, and each is delivered once when it is up', async () => {
  const breaker = createBreaker({ dependency: 'notification', failures: 2, openMs: 700 });
  let isUp = false;
  const company: CustomerChannel = {
    deliver: (delivery) =>
      isUp ? sandbox.deliver(delivery) : Promise.reject(new StepError('PROVIDER_UNAVAILABLE', 'down')),
  };
  provider = withBreaker(company, breaker);
  const all: OrderId[] = [orderId, uniqueId(), uniqueId()];
  for (const id of all) await send(shipped({ orderId: id, notificationKey: keys.notify(id) }));
  startReader();
  // longer than the queue would hand them out
  await new Promise((resolve) => setTimeout(resolve, (MAX_RECEIVES + 1) * VISIBILITY_S * 1000));
  expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
  isUp = true;
  await queueIsEmpty();
  expect(await messagesIn(deadLetterQueueUrl)).toBe(0);
  for (const id of all) expect((await journal.entries(id)).map(({ outcome }) => outcome)).toEqual(['succeeded']);
});

test('a provider that stays down: the message is in the dead letters, as it came', async () => {
  provider = { deliver: () => Promise.reject(new StepError('PROVIDER_UNAVAILABLE', 'down')) };
  const message = shipped();
  await send(message);
  startReader();
  const letters = await receiveMessages(sqs, {
    queueUrl: deadLetterQueueUrl,
    wanted: () => true,
    count: 1,
    timeoutMs: 30_000,
  });
  expect(JSON.parse(letters[0]!.Body!)).toEqual(message);
  expect(delivered).toHaveLength(MAX_RECEIVES);
  expect(await stateOf()).toBe('SENDING');
});

test('what can never be told goes to the dead letters at once, with the reason', async () => {
  await send('nobody can read me');
  startReader();
  await queueIsEmpty();
  const [letter] = await receiveMessages(sqs, { queueUrl: deadLetterQueueUrl, wanted: () => true, count: 1 });
  expect(letter?.Body).toBe('nobody can read me');
  expect(letter?.MessageAttributes?.['reason']?.StringValue).toBe('expected a notification as JSON');
});

describe('a customer who prefers', () => {
  test.each<[string, Partial<Contact>, object, string]>([
    ['SMS hears nothing by e-mail', { channels: ['SMS'] }, {}, 'UNWANTED'],
    ['SMS, but not for this order, hears by e-mail', { channels: ['SMS'] }, { channels: ['EMAIL'] }, 'SENT'],
    ['e-mail, but not for this order, does not', { channels: ['EMAIL'] }, { channels: ['PUSH'] }, 'UNWANTED'],
    ['no channel does not', { channels: [] }, {}, 'UNWANTED'],
    ['nothing in particular does', {}, {}, 'SENT'],
  ])('%s', async (_, contact, choice, state) => {
    await contacts.writeContact({ customerId, ...contact });
    await send(shipped(choice));
    startReader();
    await queueIsEmpty();
    expect(await stateOf()).toBe(state);
    expect(delivered).toHaveLength(state === 'SENT' ? 1 : 0);
  });
});

test.each([{ kind: 'NO_ADDRESS' as const }, { kind: 'REFUSED' as const, reason: 'BadRequestException' }])(
  'what the provider refuses for good is written down, logged, and not tried again: $kind',
  async (outcome) => {
    await contacts.writeContact({ customerId, email: 'customer@example.com' });
    provider = { deliver: async () => outcome };
    await send(shipped());
    await send(shipped());
    startReader();
    await queueIsEmpty();
    expect(delivered).toHaveLength(1);
    expect(await stateOf()).toBe(outcome.kind);
    const log = JSON.stringify(logged.map(({ mock }) => mock.calls));
    expect(log).toContain(outcome.kind);
    for (const personal of ['customer@example.com', customerId, 'is on its way']) expect(log).not.toContain(personal);
  },
);
