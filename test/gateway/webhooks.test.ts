import { connectToEmulator } from '../support/contracts/emulator';
import { closeGateways, createGateway, engineDown, expectProblem, type Doubles } from './support';
import { createWebhookTools } from '../support/webhook-bench';
import { PUBLIC_EVENTS, type WebhookDelivery } from '../../src/domain/webhooks';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { book, desk, subscribe } = createWebhookTools(emulator);
afterAll(() => emulator.destroy());
afterEach(closeGateways);

const gateway = (doubles: Partial<Doubles> = {}) => createGateway({ webhooks: book, ...doubles });
const send = (method: 'POST' | 'PATCH', url: string, payload: object, headers: Record<string, string> = {}) => ({
  method,
  url,
  headers: { 'content-type': 'application/json', ...headers },
  payload: JSON.stringify(payload),
});
const url = 'https://shop.example.com/hook';
const nobody = '/webhooks/wh_00000000000000000000000000000000';

interface Shown {
  webhookId: string;
  secret?: string;
  [member: string]: unknown;
}

describe('POST /webhooks', () => {
  const wanted = () => ({ url, owner: uniqueId('shop'), events: ['Shipment Created'], customerId: 'C1' });

  test('answers with an id, a path, and the secret, which is shown nowhere else', async () => {
    const { inject } = gateway();
    const body = wanted();
    const created = await inject(send('POST', '/webhooks', body));
    expect(created.statusCode).toBe(201);
    const webhook = created.json<Shown>();
    expect(webhook).toMatchObject({ ...body, enabled: true });
    expect(webhook.webhookId).toMatch(/^wh_[0-9a-f]{32}$/);
    expect(webhook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect(created.headers.location).toBe(`/webhooks/${webhook.webhookId}`);
    const { secret, ...shown } = webhook;
    const read = await inject({ url: `/webhooks/${webhook.webhookId}` });
    expect(read.json()).toEqual(shown);
    const list = await inject({ url: `/webhooks?owner=${body.owner}` });
    expect(list.json()).toEqual({ webhooks: [shown] });
    expect(read.body + list.body).not.toContain(secret!.slice(6));
  });

  test('listens to all events where none are named', async () => {
    const { events: _, ...body } = wanted();
    const created = await gateway().inject(send('POST', '/webhooks', body));
    expect(created.json()).not.toHaveProperty('events');
  });

  test('sent again under its key makes no second one, and shows no secret again', async () => {
    const { inject } = gateway();
    const body = wanted();
    const key = { 'idempotency-key': 'first' };
    const [one, two] = await Promise.all([1, 2].map(() => inject(send('POST', '/webhooks', body, key))));
    expect(new Set([one!.statusCode, two!.statusCode])).toEqual(new Set([200, 201]));
    const again = one!.statusCode === 200 ? one! : two!;
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.json()).not.toHaveProperty('secret');
    expect(one!.json<Shown>().webhookId).toBe(two!.json<Shown>().webhookId);
    const other = { ...body, url: 'https://other.example.com/' };
    expectProblem(await inject(send('POST', '/webhooks', other, key)), 'webhook_conflict');
    expect(await book.list(body.owner)).toHaveLength(1);
  });

  test.each([
    ['no URL', { owner: 'shop' }, '/url'],
    ['no owner', { url }, '/owner'],
    ['an empty owner', { url, owner: '' }, '/owner'],
    ['no events in a list', { url, owner: 'shop', events: [] }, '/events'],
    ['a member that there is not', { url, owner: 'shop', secret: 'mine' }, '/secret'],
  ])('%s is refused by its shape', async (_, body, pointer) => {
    const problem = expectProblem(await gateway().inject(send('POST', '/webhooks', body)), 'invalid_body');
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  test('an event that there is not is refused with those that there are', async () => {
    const body = { url, owner: 'shop', events: ['Order Created', 'Order Shipped', 'Attention Needed'] };
    const problem = expectProblem(await gateway().inject(send('POST', '/webhooks', body)), 'webhook_invalid');
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/events/1', '/events/2']);
    for (const type of PUBLIC_EVENTS) expect(problem.errors?.[0]?.detail).toContain(type);
  });

  test('all that is wrong is said at once, and nothing is kept', async () => {
    const owner = `${uniqueId('shop')}\u0007`;
    const body = { url: 'https://169.254.169.254/', owner, events: ['nothing'], description: 'a\u0000b' };
    const problem = expectProblem(await gateway().inject(send('POST', '/webhooks', body)), 'webhook_invalid');
    const pointers = problem.errors?.map(({ pointer }) => pointer);
    expect(pointers).toEqual(['/url', '/owner', '/description', '/events/0']);
    expect(await book.list(owner)).toEqual([]);
  });

  test('private addresses are for installations that allow them', async () => {
    const body = { url: 'http://127.0.0.1:8080/hook', owner: 'shop' };
    expectProblem(await gateway().inject(send('POST', '/webhooks', body)), 'webhook_invalid');
    const allowing = gateway({ allowPrivateWebhooks: true });
    expect((await allowing.inject(send('POST', '/webhooks', body))).statusCode).toBe(201);
  });
});

describe('one webhook', () => {
  test('is changed, disabled and enabled', async () => {
    const { webhookId } = await subscribe({ url, events: ['Order Closed'] });
    const { inject } = gateway();
    const change = async (body: object) => (await inject(send('PATCH', `/webhooks/${webhookId}`, body))).json<Shown>();
    expect(await change({ events: ['Order Closed', 'Order Created', 'Order Closed'] })).toMatchObject({
      events: ['Order Closed', 'Order Created'],
    });
    expect(await change({ events: null })).not.toHaveProperty('events');
    expect(await change({ enabled: false })).toMatchObject({ enabled: false, disabledReason: 'by hand' });
    expect(await change({ enabled: true, url: 'https://new.example.com/' })).toMatchObject({
      enabled: true,
      url: 'https://new.example.com/',
    });
  });

  test.each([
    ['nothing', {}, 'invalid_body'],
    ['another owner', { owner: 'x' }, 'invalid_body'],
    ['a private address', { url: 'https://10.0.0.1/' }, 'webhook_invalid'],
    ['an unknown event', { events: ['x'] }, 'webhook_invalid'],
  ] as const)('%s is no change', async (_, body, code) => {
    const { webhookId } = await subscribe({ url });
    expectProblem(await gateway().inject(send('PATCH', `/webhooks/${webhookId}`, body)), code);
    expect(await book.read(webhookId)).toMatchObject({ url });
  });

  test('gets a new secret, and the old one signs for a day more', async () => {
    const { webhookId, secret } = await subscribe({ url });
    const rotated = await gateway().inject({ method: 'POST', url: `/webhooks/${webhookId}/rotate-secret` });
    const { secret: fresh, oldSecretUntil } = rotated.json<{ secret: string; oldSecretUntil: string }>();
    expect(Date.parse(oldSecretUntil) - Date.now()).toBeGreaterThan(86_000_000);
    const secrets = (await desk.readWebhook(webhookId))?.secrets;
    expect(secrets).toEqual([{ secret: fresh }, { secret, until: oldSecretUntil }]);
  });

  test('is deleted once', async () => {
    const { webhookId } = await subscribe({ url });
    const { inject } = gateway();
    const gone = await inject({ method: 'DELETE', url: `/webhooks/${webhookId}` });
    expect([gone.statusCode, gone.json()]).toEqual([200, { webhookId, status: 'DELETED' }]);
    expectProblem(await inject({ method: 'DELETE', url: `/webhooks/${webhookId}` }), 'webhook_not_found');
  });

  test.each([
    ['GET', nobody],
    ['GET', '/webhooks/nonsense'],
    ['DELETE', nobody],
    ['GET', `${nobody}/deliveries`],
    ['POST', `${nobody}/rotate-secret`],
    ['POST', `${nobody}/test`],
    ['POST', `${nobody}/deliveries/msg_0/resend`],
  ] as const)('that there is not: %s %s', async (method, path) => {
    expectProblem(await gateway().inject({ method, url: path }), 'webhook_not_found');
  });

  test('without its tables: 503', async () => {
    const read = () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled'));
    expectProblem(await createGateway({ webhooks: { read } }).inject({ url: nobody }), 'service_unavailable');
  });
});

describe('deliveries', () => {
  const deliveryIdOf = (letter: string) => `msg_${letter.repeat(32)}`;
  const logged = (webhookId: string, letter: string) =>
    desk.logAttempt({
      webhookId,
      deliveryId: deliveryIdOf(letter),
      eventId: 'ORD-1#1',
      type: 'Order Closed',
      orderId: 'ORD-1',
      sequence: 1,
      at: '2026-01-01T00:00:00.000Z',
      attempt: { n: 1, at: '2026-01-01T00:00:01.000Z', ms: 5, status: 500, error: 'answered 500', response: 'no' },
      state: 'PENDING',
      nextAttemptAt: '2026-01-01T00:00:06.000Z',
    });

  test('are listed newest first, page by page', async () => {
    const { webhookId } = await subscribe({ url });
    for (const letter of ['a', 'b', 'c']) await logged(webhookId, letter);
    const { inject } = gateway();
    const page = (query: string) =>
      inject({ url: `/webhooks/${webhookId}/deliveries${query}` }).then((answer) =>
        answer.json<{ deliveries: WebhookDelivery[]; cursor?: string }>(),
      );
    const first = await page('?limit=2');
    expect(first.deliveries.map(({ deliveryId }) => deliveryId)).toEqual([deliveryIdOf('c'), deliveryIdOf('b')]);
    const second = await page(`?cursor=${first.cursor}`);
    expect(second).toEqual({
      deliveries: [await book.readDelivery({ webhookId, deliveryId: deliveryIdOf('a') })],
    });
    for (const [query, code] of [
      ['?cursor=nonsense', 'invalid_cursor'],
      ['?limit=0', 'invalid_parameter'],
      ['?limit=101', 'invalid_parameter'],
    ] as const)
      expectProblem(await inject({ url: `/webhooks/${webhookId}/deliveries${query}` }), code);
  });

  test('are sent again as they were read', async () => {
    const { webhookId } = await subscribe({ url });
    await logged(webhookId, 'a');
    const resend = jest.fn(async () => undefined);
    const { inject } = gateway({ deliveries: { resend } });
    const deliveryId = deliveryIdOf('a');
    const again = { method: 'POST' as const, url: `/webhooks/${webhookId}/deliveries/${deliveryId}/resend` };
    const answer = await inject(again);
    expect([answer.statusCode, answer.json()]).toEqual([202, { webhookId, deliveryId }]);
    expect(resend).toHaveBeenCalledWith(await book.readDelivery({ webhookId, deliveryId }));
    const other = { ...again, url: again.url.replaceAll('a'.repeat(32), 'b'.repeat(32)) };
    expectProblem(await inject(other), 'webhook_delivery_not_found');
    expect(resend).toHaveBeenCalledTimes(1);
  });

  test('of a test are told by their id', async () => {
    const { webhookId } = await subscribe({ url });
    const asked: string[] = [];
    const test = async ({ eventId }: { eventId: string }) => (asked.push(eventId), deliveryIdOf('t'));
    const { inject } = gateway({ deliveries: { test } });
    for (let n = 0; n < 2; n++) {
      const answer = await inject({ method: 'POST', url: `/webhooks/${webhookId}/test` });
      expect([answer.statusCode, answer.json()]).toEqual([202, { webhookId, deliveryId: deliveryIdOf('t') }]);
    }
    expect(new Set(asked).size).toBe(2);
  });

  test('without the engine: 503', async () => {
    const { webhookId } = await subscribe({ url });
    const down = () => Promise.reject(engineDown());
    const { inject } = gateway({ deliveries: { test: down } });
    expectProblem(await inject({ method: 'POST', url: `/webhooks/${webhookId}/test` }), 'service_unavailable');
  });
});
