import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { CreatePlatformApplicationCommand, CreatePlatformEndpointCommand } from '@aws-sdk/client-sns';
import type { Delivery } from '../../src/messaging/ports';
import { createAwsNotifications } from '../../src/adapters/aws/notification';
import { createMemoryJournal } from '../support/memory/journal';
import { createNotificationClients } from '../../src/adapters/aws/clients';
import { createSandboxJournal } from '../../src/adapters/aws/sandbox-journal';
import { createSandboxNotifications } from '../../src/adapters/sandbox/notification';
import { connectToEmulator } from '../support/contracts/emulator';
import { keys } from '../../src/domain/ids';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

const SENDER = 'shop@sender.example';

function deliveryOn(channel: Delivery['channel'], changes: Partial<Delivery> = {}): Delivery {
  const orderId = uniqueId();
  return {
    kind: 'SHIPPED',
    key: keys.notify(orderId),
    channel,
    orderId,
    customerId: 'CUST-567890',
    subject: `Your order ${orderId} is on its way`,
    text: `Your order ${orderId} is on its way: grüße, 안녕.`,
    ...changes,
  };
}

describe('SES and SNS of the emulator', () => {
  const clients = createNotificationClients({ region: emulator.config.AWS_REGION });
  const provider = createAwsNotifications({ ...clients, sender: SENDER });
  const inspect = async (path: string) => {
    const response = await fetch(new URL(path, process.env['AWS_ENDPOINT_URL']));
    return JSON.stringify(await response.json());
  };
  beforeAll(() => clients.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: 'sender.example' })));
  afterAll(() => clients.destroy());

  test('take an e-mail, from the sender to the customer', async () => {
    const delivery = deliveryOn('EMAIL', { to: 'customer@example.com' });
    expect(await provider.deliver(delivery)).toEqual({ kind: 'SENT' });
    const sent = await inspect('/_ministack/ses/messages');
    for (const words of [SENDER, 'customer@example.com', delivery.subject, delivery.text])
      expect(sent).toContain(JSON.stringify(words).slice(1, -1));
  });

  test('take an SMS to the customer’s number', async () => {
    const delivery = deliveryOn('SMS', { to: '+821012345678' });
    expect(await provider.deliver(delivery)).toEqual({ kind: 'SENT' });
    const sent = await inspect(`/_ministack/sns/sms-messages?phoneNumber=${encodeURIComponent('+821012345678')}`);
    expect(sent).toContain(JSON.stringify(delivery.text).slice(1, -1));
    expect(sent).toContain('Transactional');
  });

  test('take a push to the customer’s app', async () => {
    const { PlatformApplicationArn } = await clients.sns.send(
      new CreatePlatformApplicationCommand({
        Name: 'shop',
        Platform: 'GCM',
        Attributes: { PlatformCredential: 'none' },
      }),
    );
    const { EndpointArn = '' } = await clients.sns.send(
      new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: uniqueId('device') }),
    );
    expect(await provider.deliver(deliveryOn('PUSH', { to: EndpointArn }))).toEqual({ kind: 'SENT' });
  });

  test('refuse an app that is not there any more, for good', async () => {
    const to = 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/shop/gone';
    expect(await provider.deliver(deliveryOn('PUSH', { to }))).toMatchObject({ kind: 'REFUSED' });
  });

  test('are not asked where the customer has no address', async () => {
    expect(await provider.deliver(deliveryOn('EMAIL'))).toEqual({ kind: 'NO_ADDRESS' });
  });

  test('an identity that nobody verified is operations’ to mend: the message is tried again, and says no address', async () => {
    const unverified = createAwsNotifications({ ...clients, sender: 'nobody@unverified.example' });
    const failure = await failureOf(unverified.deliver(deliveryOn('EMAIL', { to: 'customer@example.com' })));
    expect(failure).toMatchObject({ type: 'PROVIDER_UNAVAILABLE', message: 'delivering by EMAIL: MessageRejected' });
    expect(JSON.stringify(failure)).not.toContain('example');
  });
});

const failureOf = (call: Promise<unknown>): Promise<StepError> =>
  call.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: StepError) => error,
  );

/** What a server that speaks for AWS is asked, and how the adapter takes its answers. */
describe('SES and SNS that answer otherwise', () => {
  let requests: { url: string; body: string }[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      requests.push({ url: request.url ?? '', body });
      answer(request, response);
    });
  });
  let clients: ReturnType<typeof createNotificationClients>;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const before = process.env['AWS_ENDPOINT_URL'];
    process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    clients = createNotificationClients({ region: 'us-east-1' });
    // the SDK reads its endpoint with the first call
    answer = (_, response) => void response.writeHead(503).end();
    requests = [];
    await failureOf(provider().deliver(deliveryOn('EMAIL', { to: 'a@example.com' })));
    await failureOf(provider().deliver(deliveryOn('SMS', { to: '+821012345678' })));
    process.env['AWS_ENDPOINT_URL'] = before;
  });
  beforeEach(() => {
    requests = [];
  });
  afterAll(() => {
    clients.destroy();
    server.closeAllConnections();
    server.close();
  });

  const provider = () => createAwsNotifications({ ...clients, sender: SENDER });
  const json =
    (status: number, type: string, message = '') =>
    (_: IncomingMessage, response: ServerResponse) =>
      void response
        .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
        .end(JSON.stringify({ message }));

  test('an e-mail carries its key, by which a second one can be told from the first', async () => {
    answer = (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"MessageId":"m"}');
    const delivery = deliveryOn('EMAIL', { to: 'a@example.com' });
    await provider().deliver(delivery);
    const [{ url, body }] = requests as [{ url: string; body: string }];
    expect(url).toBe('/v2/email/outbound-emails');
    expect(JSON.parse(body)).toMatchObject({
      FromEmailAddress: SENDER,
      Destination: { ToAddresses: ['a@example.com'] },
      Content: { Simple: { Headers: [{ Name: 'X-Waybill-Key', Value: delivery.key }] } },
    });
  });

  test('a push carries its key and its order for each service', async () => {
    answer = (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end('<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>');
    const delivery = deliveryOn('PUSH', { to: 'arn:aws:sns:us-east-1:123456789012:endpoint/GCM/shop/1' });
    expect(await provider().deliver(delivery)).toEqual({ kind: 'SENT' });
    const form = new URLSearchParams(requests[0]!.body);
    const message = JSON.parse(form.get('Message') ?? '') as Record<string, string>;
    expect(form.get('MessageStructure')).toBe('json');
    expect(message['default']).toBe(delivery.text);
    expect(JSON.parse(message['APNS']!)).toMatchObject({ key: delivery.key, aps: { alert: { body: delivery.text } } });
    expect(JSON.parse(message['GCM']!)).toMatchObject({
      fcmV1Message: { message: { data: { key: delivery.key, orderId: delivery.orderId } } },
    });
  });

  test.each([
    ['throttled', 429, 'TooManyRequestsException'],
    ['paused by its account', 400, 'SendingPausedException'],
    ['broken', 500, 'InternalServiceErrorException'],
  ])('one that is %s is asked once, and its message tried again', async (_, status, type) => {
    answer = json(status, type);
    const failure = await failureOf(provider().deliver(deliveryOn('EMAIL', { to: 'a@example.com' })));
    expect(failure).toMatchObject({ name: 'StepError', type: 'PROVIDER_UNAVAILABLE' });
    expect(requests).toHaveLength(1);
  });

  test('an address that is none is refused for good, and the reason does not tell it', async () => {
    answer = json(400, 'BadRequestException', 'Domain contains illegal character: a@example,com');
    expect(await provider().deliver(deliveryOn('EMAIL', { to: 'a@example,com' }))).toEqual({
      kind: 'REFUSED',
      reason: 'BadRequestException',
    });
  });

  test('no answer in time: nobody knows, and nothing is sent again behind our back', async () => {
    answer = () => undefined;
    const failure = await failureOf(provider().deliver(deliveryOn('EMAIL', { to: 'a@example.com' })));
    expect(failure).toMatchObject({ type: 'OUTCOME_UNKNOWN' });
    expect(requests).toHaveLength(1);
  });
});

describe.each([
  ['DynamoDB', () => createSandboxJournal({ db: emulator.db, table: emulator.config.SANDBOX_JOURNAL_TABLE })],
  ['the memory', createMemoryJournal],
])('the sandbox on %s', (_, createJournal) => {
  test.each([
    ['EMAIL', 'email'],
    ['SMS', 'sms'],
    ['PUSH', 'push'],
  ] as const)(
    'delivers by %s once for each key, address or not, and writes down every call',
    async (channel, operation) => {
      const journal = createJournal();
      const provider = createSandboxNotifications({ journal, timeoutMs: 2000 });
      const delivery = deliveryOn(channel);
      const answers = await Promise.all([1, 2, 3].map(() => provider.deliver(delivery)));
      expect(answers).toEqual([1, 2, 3].map(() => ({ kind: 'SENT' })));
      const entry = { provider: 'notification', operation, key: delivery.key };
      const entries = await journal.entries(delivery.orderId);
      expect(
        entries.map(({ at: _at, ...rest }) => rest).toSorted((a, b) => a.outcome.localeCompare(b.outcome)),
      ).toEqual(['replayed', 'replayed', 'succeeded'].map((outcome) => ({ ...entry, outcome })));
    },
  );

  test('delivers nothing while it is down, and says so', async () => {
    const journal = createJournal();
    const provider = createSandboxNotifications({ journal, timeoutMs: 2000 });
    await journal.switchProvider('notification', { available: false });
    const delivery = deliveryOn('EMAIL');
    expect(await failureOf(provider.deliver(delivery))).toMatchObject({ type: 'PROVIDER_UNAVAILABLE' });
    await journal.switchProvider('notification', { available: true });
    expect(await provider.deliver(delivery)).toEqual({ kind: 'SENT' });
    const outcomes = (await journal.entries(delivery.orderId)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['error', 'succeeded']);
  });

  test('that does not answer in time has an unknown outcome', async () => {
    const silent = { ...createJournal(), claim: () => new Promise<never>(() => undefined) };
    const provider = createSandboxNotifications({ journal: silent, timeoutMs: 20 });
    expect(await failureOf(provider.deliver(deliveryOn('SMS')))).toMatchObject({ type: 'OUTCOME_UNKNOWN' });
  });
});
