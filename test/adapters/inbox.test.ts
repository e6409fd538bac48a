import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createEventInbox } from '../../src/adapters/aws/inbox';
import { createMemoryInbox } from '../support/memory/inbox';
import { describeInbox } from '../support/contracts/inbox';
import { failureTypeOf } from '../support/contracts/books';
import { uniqueId } from '../support/orders';

const calls: string[] = [];
const emulator = connectToEmulator({ observe: ({ command }) => calls.push(command) });
const { db, config } = emulator;
const table = config.INBOX_TABLE;

afterAll(() => {
  expect(calls).not.toContain('ScanCommand');
  emulator.destroy();
});

describeInbox('DynamoDB', () => createEventInbox({ db, table }));
describeInbox('memory', createMemoryInbox);

const DAY_S = 86_400;

test('what was taken is remembered for 400 days, and no longer holds the event', async () => {
  const inbox = createEventInbox({ db, table });
  const orderId = uniqueId();
  const event = { source: 'payment.service', eventId: uniqueId('event'), fingerprint: 'f1' };
  const turn = { parkedAt: new Date().toISOString(), tryAgainAt: new Date().toISOString() };
  await inbox.park(event, { orderId, body: 'x'.repeat(256 * 1024), attributes: { deadLetterId: 'D1' }, ...turn });
  await inbox.settle(event, { outcome: 'ACCEPTED', orderId });
  const Key = { eventId: `event payment.service ${event.eventId}` };
  const { Item = {} } = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  expect(Item).toMatchObject({ state: 'TAKEN', outcome: 'ACCEPTED', orderId, fingerprint: 'f1' });
  for (const name of ['body', 'attributes', 'identity', 'parkedFor', 'parkedShard', 'tryAgainAt'])
    expect(Item).not.toHaveProperty(name);
  const days = (Number(Item['expiresAt']) - Date.now() / 1000) / DAY_S;
  expect(Math.round(days)).toBe(400);
});

test('as many as may wait for an order are all found, however large', async () => {
  const inbox = createEventInbox({ db, table });
  const orderId = uniqueId();
  const turn = { parkedAt: new Date().toISOString(), tryAgainAt: new Date().toISOString() };
  // more than one answer of DynamoDB holds
  for (let i = 0; i < 8; i++) {
    const event = { source: 'carrier.updates', eventId: uniqueId('event'), fingerprint: 'f1' };
    await inbox.park(event, { orderId, body: 'x'.repeat(250_000), ...turn });
  }
  expect(await inbox.countParked(orderId)).toBe(8);
  expect(await inbox.parkedFor(orderId)).toHaveLength(8);
  for (const { identity } of await inbox.parkedFor(orderId)) await inbox.forget(identity);
});

test('a table that cannot be reached is said to be so', async () => {
  await withUnreachableAws(async (aws) => {
    const inbox = createEventInbox({ db: aws.db, table });
    const event = { source: 'payment.service', eventId: 'e', fingerprint: 'f' };
    expect(await failureTypeOf(inbox.claim(event))).toBe('SERVICE_UNAVAILABLE');
    expect(await failureTypeOf(inbox.parkedFor(uniqueId()))).toBe('SERVICE_UNAVAILABLE');
  });
});
