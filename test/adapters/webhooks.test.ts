import type { LogEntry } from '../../src/activities/webhook-ports';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createWebhookListeners } from '../../src/adapters/aws/webhook-book';
import { createWebhookTools, newSecret, newWebhookId } from '../support/webhook-bench';
import { failureTypeOf } from '../support/contracts/books';
import { MAX_ATTEMPTS_SHOWN } from '../../src/domain/webhooks';
import { uniqueId } from '../support/orders';

const calls: string[] = [];
const emulator = connectToEmulator({ observe: ({ command }) => void calls.push(command) });
const { book, desk, subscribe } = createWebhookTools(emulator);
const listeners = createWebhookListeners({ db: emulator.db, table: emulator.config.WEBHOOKS_TABLE });
afterAll(() => emulator.destroy());
afterEach(() => expect(calls).not.toContain('ScanCommand'));

const url = 'https://shop.example.com/hook';
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const listening = async (webhookId: string) => (await listeners.list()).find((one) => one.webhookId === webhookId);

describe('a webhook', () => {
  test('is kept, and shown without its secret', async () => {
    const { secret, ...webhook } = await subscribe({ url, events: ['Order Closed'], customerId: 'C1' });
    expect(await book.read(webhook.webhookId)).toEqual(webhook);
    expect(await book.list(webhook.owner)).toEqual([webhook]);
    expect((await desk.readWebhook(webhook.webhookId))?.secrets).toEqual([{ secret }]);
    expect(await listening(webhook.webhookId)).toEqual({
      webhookId: webhook.webhookId,
      listening: expect.stringMatching(/^[0-3]$/) as string,
      events: ['Order Closed'],
      customerId: 'C1',
    });
  });

  test('is made once', async () => {
    const { secret: _, ...webhook } = await subscribe({ url });
    expect(await book.create({ ...webhook, url: 'https://other.example.com/', secret: newSecret() })).toBe(false);
    expect(await book.read(webhook.webhookId)).toEqual(webhook);
  });

  test('of an owner, oldest first, and of nobody else', async () => {
    const owner = uniqueId('shop');
    const made = [];
    for (const minute of [2, 1, 3]) made.push(await subscribe({ url, owner, createdAt: at(minute) }));
    await subscribe({ url });
    expect((await book.list(owner)).map(({ createdAt }) => createdAt)).toEqual([at(1), at(2), at(3)]);
    expect(made).toHaveLength(3);
  });

  test('is changed in what is said, and in nothing else', async () => {
    const { webhookId, secret: _, ...rest } = await subscribe({ url, events: ['Order Closed'], description: 'old' });
    const changed = await book.change({ webhookId, now: at(1), events: null, description: 'new' });
    const { events: __, ...without } = rest;
    expect(changed).toEqual({ webhookId, ...without, description: 'new', updatedAt: at(1) });
    expect(await book.read(webhookId)).toEqual(changed);
  });

  test('that is disabled does not listen; enabled again it does, and nothing is held against it', async () => {
    const { webhookId } = await subscribe({ url });
    await desk.countFailure({ webhookId, at: at(0) });
    const disabled = await book.change({ webhookId, now: at(1), enabled: false });
    expect(disabled).toMatchObject({ enabled: false, disabledAt: at(1), disabledReason: 'by hand' });
    expect(await listening(webhookId)).toBeUndefined();
    const enabled = await book.change({ webhookId, now: at(2), enabled: true });
    expect(enabled).toMatchObject({ enabled: true, updatedAt: at(2) });
    for (const left of ['disabledAt', 'disabledReason', 'failingSince', 'failedAttempts'])
      expect(enabled).not.toHaveProperty(left);
    expect(await listening(webhookId)).toBeDefined();
  });

  test('that is not there cannot be changed, rotated or deleted, and is not made by it', async () => {
    const webhookId = newWebhookId();
    expect(await book.change({ webhookId, now: at(0), enabled: true })).toBeUndefined();
    expect(await book.rotate({ webhookId, now: at(0), secret: newSecret() })).toBeUndefined();
    expect(await book.remove(webhookId)).toBe(false);
    expect(await desk.countFailure({ webhookId, at: at(0) })).toBeUndefined();
    await desk.countSuccess(webhookId);
    expect(await desk.disable({ webhookId, by: 'd#1', reason: 'r', at: at(0) })).toEqual({ kind: 'DISABLED_BEFORE' });
    expect(await book.read(webhookId)).toBeUndefined();
  });

  test('is deleted once', async () => {
    const { webhookId } = await subscribe({ url });
    expect(await book.remove(webhookId)).toBe(true);
    expect(await book.remove(webhookId)).toBe(false);
    expect(await listening(webhookId)).toBeUndefined();
  });

  test('whose secret is replaced by several at once keeps every new one', async () => {
    const { webhookId, secret } = await subscribe({ url });
    const fresh = [newSecret(), newSecret(), newSecret()];
    const until = await Promise.all(fresh.map((each) => book.rotate({ webhookId, now: at(0), secret: each })));
    expect(new Set(until)).toEqual(new Set(['2026-01-02T00:00:00.000Z']));
    const secrets = (await desk.readWebhook(webhookId))?.secrets ?? [];
    expect(secrets.map((each) => each.secret).toSorted()).toEqual([...fresh, secret].toSorted());
    expect(secrets.filter(({ until: ends }) => ends === undefined)).toHaveLength(1);
  });
});

describe('what failed', () => {
  test('is counted from its first time, also by many at once, and forgotten', async () => {
    const { webhookId } = await subscribe({ url });
    await desk.countFailure({ webhookId, at: at(1) });
    await Promise.all(Array.from({ length: 5 }, () => desk.countFailure({ webhookId, at: at(2) })));
    expect(await book.read(webhookId)).toMatchObject({ failingSince: at(1), failedAttempts: 6 });
    await desk.countSuccess(webhookId);
    expect(await desk.countFailure({ webhookId, at: at(3) })).toMatchObject({ failingSince: at(3), failedAttempts: 1 });
  });

  test('disables once, whoever finds it; and who did knows whether operations were told', async () => {
    const { webhookId } = await subscribe({ url });
    await desk.countFailure({ webhookId, at: at(1) });
    const disable = (by: string) => desk.disable({ webhookId, by, reason: 'dead', at: at(2), failingSince: at(1) });
    const outcomes = await Promise.all(['d1#1', 'd2#1', 'd3#1'].map(disable));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['DISABLED', 'DISABLED_BEFORE', 'DISABLED_BEFORE']);
    const by = ['d1#1', 'd2#1', 'd3#1'][outcomes.findIndex(({ kind }) => kind === 'DISABLED')]!;
    expect(await disable(by)).toMatchObject({ kind: 'DISABLED', isTold: false });
    await desk.noteAlert({ webhookId, by: 'somebody else', at: at(3) });
    expect(await disable(by)).toMatchObject({ isTold: false });
    await desk.noteAlert({ webhookId, by, at: at(3) });
    expect(await disable(by)).toMatchObject({ kind: 'DISABLED', isTold: true });
    expect(await listening(webhookId)).toBeUndefined();
    // another life
    await book.change({ webhookId, now: at(4), enabled: true });
    await desk.countFailure({ webhookId, at: at(5) });
    const again = await desk.disable({ webhookId, by, reason: 'dead', at: at(6), failingSince: at(5) });
    expect(again).toMatchObject({ kind: 'DISABLED', isTold: false });
  });

  test('does not disable what was taken meanwhile', async () => {
    const { webhookId } = await subscribe({ url });
    await desk.countFailure({ webhookId, at: at(1) });
    await desk.countSuccess(webhookId);
    const p = { webhookId, by: 'd#1', reason: 'dead', at: at(2), failingSince: at(1) };
    expect(await desk.disable(p)).toEqual({ kind: 'ALIVE' });
    expect(await book.read(webhookId)).toMatchObject({ enabled: true });
  });
});

describe('the log', () => {
  const entryOf = (webhookId: string, n: number, changes: Partial<LogEntry> = {}): LogEntry => ({
    webhookId,
    deliveryId: 'msg_1',
    eventId: 'ORD-1#1',
    type: 'Order Closed',
    orderId: 'ORD-1',
    sequence: 1,
    at: at(0),
    attempt: { n, at: at(n), ms: 5, status: 500, error: 'answered 500' },
    state: 'PENDING',
    nextAttemptAt: at(n + 1),
    ...changes,
  });

  test('has each attempt once, and ends with what became of the delivery', async () => {
    const webhookId = newWebhookId();
    expect(await desk.logAttempt(entryOf(webhookId, 1))).toBe(true);
    expect(await desk.logAttempt(entryOf(webhookId, 1))).toBe(false);
    const { nextAttemptAt: _, ...last } = entryOf(webhookId, 2, { state: 'DELIVERED' });
    const attempt = { n: 2, at: at(2), ms: 7, status: 200 };
    expect(await desk.logAttempt({ ...last, attempt })).toBe(true);
    expect(await book.readDelivery({ webhookId, deliveryId: 'msg_1' })).toEqual({
      webhookId,
      deliveryId: 'msg_1',
      eventId: 'ORD-1#1',
      type: 'Order Closed',
      orderId: 'ORD-1',
      sequence: 1,
      at: at(0),
      state: 'DELIVERED',
      made: 2,
      attempts: [entryOf(webhookId, 1).attempt, attempt],
      updatedAt: '2026-01-01T00:02:00.007Z',
    });
    const row = await desk.readDelivery({ webhookId, deliveryId: 'msg_1' });
    expect(row).toMatchObject({ expiresAt: Date.parse('2026-04-01T00:02:00Z') / 1000 });
  });

  test('of one attempt by two at once has one', async () => {
    const webhookId = newWebhookId();
    const written = await Promise.all([1, 1, 1].map((n) => desk.logAttempt(entryOf(webhookId, n))));
    expect(written.filter(Boolean)).toHaveLength(1);
  });

  test('has the last attempts of very many', async () => {
    const webhookId = newWebhookId();
    for (let n = 1; n <= MAX_ATTEMPTS_SHOWN + 2; n++) await desk.logAttempt(entryOf(webhookId, n));
    const { made, attempts } = (await book.readDelivery({ webhookId, deliveryId: 'msg_1' }))!;
    expect([made, attempts.length, attempts[0]?.n]).toEqual([MAX_ATTEMPTS_SHOWN + 2, MAX_ATTEMPTS_SHOWN, 3]);
  });

  test('says that nobody wants a delivery any more, unless it had its end or was never tried', async () => {
    const webhookId = newWebhookId();
    await desk.logAttempt(entryOf(webhookId, 1));
    await desk.logAttempt(entryOf(webhookId, 1, { deliveryId: 'msg_2', state: 'DELIVERED' }));
    for (const deliveryId of ['msg_1', 'msg_2', 'msg_3']) await desk.logStop({ webhookId, deliveryId, reason: 'gone' });
    const { deliveries } = await book.deliveries({ webhookId, limit: 10 });
    expect(deliveries.map(({ deliveryId, state, reason }) => [deliveryId, state, reason])).toEqual([
      ['msg_2', 'DELIVERED', undefined],
      ['msg_1', 'STOPPED', 'gone'],
    ]);
    expect(deliveries[1]).not.toHaveProperty('nextAttemptAt');
  });

  test('is read newest first, page by page, without a gap and without another webhook', async () => {
    const webhookId = newWebhookId();
    const ids = ['msg_a', 'msg_b', 'msg_c', 'msg_d', 'msg_e'];
    for (const deliveryId of ids) await desk.logAttempt(entryOf(webhookId, 1, { deliveryId }));
    await desk.logAttempt(entryOf(newWebhookId(), 1));
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await book.deliveries({ webhookId, limit: 2, ...(before !== undefined && { before }) });
      expect(page.deliveries.length).toBeLessThanOrEqual(2);
      seen.push(...page.deliveries.map(({ deliveryId }) => deliveryId));
      before = page.before;
    } while (before !== undefined);
    expect(seen).toEqual(ids.toReversed());
  });
});

test('tables out of reach are SERVICE_UNAVAILABLE', async () => {
  const failures = await withUnreachableAws((aws) => {
    const away = createWebhookTools(aws);
    const webhookId = newWebhookId();
    const questions = [
      away.book.read(webhookId),
      away.book.list('shop'),
      away.book.change({ webhookId, now: at(0), enabled: false }),
      away.book.deliveries({ webhookId, limit: 1 }),
      away.desk.readWebhook(webhookId),
      away.desk.countFailure({ webhookId, at: at(0) }),
      createWebhookListeners({ db: aws.db, table: aws.config.WEBHOOKS_TABLE }).list(),
    ];
    return Promise.all(questions.map(failureTypeOf));
  });
  expect(failures).toEqual(Array.from({ length: 7 }, () => 'SERVICE_UNAVAILABLE'));
});
