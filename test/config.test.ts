import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { breakerLimits, describeVariables, installationPolicy, loadConfig, warehousesOf } from '../src/config';
import { resourcesOnAws as resources } from './support/resources';

const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(resources).filter(([name]) => !names.includes(name)));

test('defaults, and numbers out of texts', () => {
  expect(loadConfig('consumer', { ...resources, RELAY_GRACE_MS: '250' })).toMatchObject({
    TASK_QUEUE: 'orders',
    RELAY_GRACE_MS: 250,
    RELAY_INTERVAL_MS: 2000,
    engine: { namespace: 'default', connection: { address: '127.0.0.1:7233' } },
  });
  expect(loadConfig('gateway', resources)).toMatchObject({ HOST: '127.0.0.1', PORT: 3000 });
});

test('an empty variable counts as unset', () => {
  expect(loadConfig('gateway', { ...resources, PORT: '', TASK_QUEUE: '', AWS_REGION: '' })).toMatchObject({
    PORT: 3000,
    TASK_QUEUE: 'orders',
  });
  const load = () => loadConfig('worker', { ...resources, LEDGER_TABLE: '' });
  expect(load).toThrow('LEDGER_TABLE is not set');
});

test('what is none of ours, or of another process, stays out', () => {
  const gateway = loadConfig('gateway', { ...resources, PATH: '/bin' });
  for (const name of ['PATH', 'EVENT_ARCHIVE_ARN', 'RELAY_GRACE_MS']) expect(gateway).not.toHaveProperty(name);
});

test('each process is asked for what it reads only', () => {
  expect(() =>
    loadConfig('gateway', without('EVENT_ARCHIVE_ARN', 'REPLAY_RULE_ARN', 'INVENTORY_ALERT_TOPIC_ARN')),
  ).not.toThrow();
  expect(() => loadConfig('consumer', without('WAREHOUSE_STOCK_TABLE', 'OPERATIONS_ALERT_TOPIC_ARN'))).not.toThrow();
  expect(() => loadConfig('worker', without('ORDER_INTAKE_DLQ_URL', 'REORDER_DLQ_URL'))).not.toThrow();
  expect(() => loadConfig('gateway', { ...resources, WAREHOUSES: 'Seoul' })).not.toThrow();
});

test('whoever writes to customers for real says from which address', () => {
  expect(loadConfig('consumer', resources)).toMatchObject({ NOTIFICATIONS: 'sandbox' });
  const load = (env: Record<string, string>) => () => loadConfig('consumer', { ...resources, ...env });
  expect(load({ NOTIFICATIONS: 'aws' })).toThrow('NOTIFICATION_SENDER is not set; with NOTIFICATIONS=aws it takes');
  expect(load({ NOTIFICATIONS: 'aws', NOTIFICATION_SENDER: 'shop' })).toThrow('it takes an e-mail address');
  expect(load({ NOTIFICATIONS: 'pigeon' })).toThrow('it takes one of sandbox, aws');
  expect(load({ NOTIFICATIONS: 'aws', NOTIFICATION_SENDER: 'shop@example.com' })()).toMatchObject({
    NOTIFICATION_SENDER: 'shop@example.com',
  });
});

test('every variable is described', () => {
  for (const { description } of describeVariables()) expect(description).toMatch(/\w{3}/);
});

test('everything that is missing or wrong is said at once, the Temporal profile too', () => {
  const env = { ...without('ORDERS_TABLE'), LOG_LEVEL: 'loud', WAREHOUSES: 'Seoul', PROVIDER_TIMEOUT_MS: '0' };
  const wrong = { SHIPPING_QUEUE_URL: 'shipping', INVENTORY_ALERT_TOPIC_ARN: 'alerts', AWS_REGION: 'Ireland' };
  expect(() =>
    loadConfig('worker', { ...env, ...wrong, TEMPORAL_TLS: 'yes', TEMPORAL_ADDRESS: 'http://engine' }),
  ).toThrow(
    [
      'The configuration is not usable:',
      "  ORDERS_TABLE is not set; it takes a table's name or ARN",
      '  SHIPPING_QUEUE_URL is "shipping"; it takes a queue\'s URL, like https://sqs.us-east-1.amazonaws.com/123456789012/orders',
      '  INVENTORY_ALERT_TOPIC_ARN is "alerts"; it takes a topic\'s ARN, like arn:aws:sns:us-east-1:123456789012:orders',
      '  WAREHOUSES is "Seoul"; it takes warehouses as <id>:<country>:<city> or <id>:<country>:<city>:<latitude>:<longitude>, separated by commas',
      '  PROVIDER_TIMEOUT_MS is 0; it takes a whole number from 1 to 60000',
      '  AWS_REGION is "Ireland"; it takes a region, like us-east-1',
      '  LOG_LEVEL is "loud"; it takes one of fatal, error, warn, info, debug, trace, silent',
      '  TEMPORAL_TLS is "yes"; it takes true or false',
      '  TEMPORAL_ADDRESS, or the profile\'s address, is "http://engine"; it takes host:port, without a scheme',
    ].join('\n'),
  );
});

test.each(['eighty', '-1', '65536', '1.5'])('PORT=%s is refused', (PORT) => {
  expect(() => loadConfig('gateway', { ...resources, PORT })).toThrow('it takes a whole number from 0 to 65535');
});

test.each([
  ['SHIPPING_QUEUE_URL', 'http://127.0.0.1:4566/000000000000/shipping-queue'],
  ['SHIPPING_QUEUE_URL', 'http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/orders.fifo'],
  ['CUSTOMER_NOTIFICATION_TOPIC_ARN', 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:orders.fifo'],
  ['LEDGER_TABLE', 'arn:aws:dynamodb:us-east-1:123456789012:table/Ledger'],
  ['AWS_REGION', 'us-gov-west-1'],
])('%s=%s is taken', (name, value) => {
  expect(loadConfig('worker', { ...resources, [name]: value })).toMatchObject({ [name]: value });
});

test('a name that was nearly right is named', () => {
  const load = () => loadConfig('worker', { ...without('LEDGER_TABLE'), LEDGERTABLE: 'Ledger' });
  expect(load).toThrow('LEDGER_TABLE is not set (LEDGERTABLE is: was that meant?)');
});

test('the warehouses', () => {
  const config = loadConfig('worker', { ...resources, WAREHOUSES: 'ICN:KR:Seoul,LAX:US:Los Angeles' });
  expect(warehousesOf(config)).toEqual([
    { warehouseId: 'ICN', country: 'KR', city: 'Seoul' },
    { warehouseId: 'LAX', country: 'US', city: 'Los Angeles' },
  ]);
});

test.each(['shop.example.com:443', 'https://shop.example.com', 'a, b', '*'])(
  'ALLOWED_HOSTS=%s is not names',
  (wrong) => {
    expect(loadConfig('gateway', { ...resources, ALLOWED_HOSTS: 'gateway,shop.example.com' }).ALLOWED_HOSTS).toBe(
      'gateway,shop.example.com',
    );
    expect(() => loadConfig('gateway', { ...resources, ALLOWED_HOSTS: wrong })).toThrow(
      `ALLOWED_HOSTS is "${wrong}"; it takes names without ports, separated by commas`,
    );
  },
);

test('the warehouses, with their places', () => {
  const config = loadConfig('worker', {
    ...resources,
    WAREHOUSES: 'ICN:KR:Seoul:37.46:126.44,SYD:AU:Sydney:-33.9:151',
  });
  expect(warehousesOf(config).map(({ place }) => place)).toEqual([
    { latitude: 37.46, longitude: 126.44 },
    { latitude: -33.9, longitude: 151 },
  ]);
  for (const wrong of ['ICN:KR:Seoul:37.46', 'ICN:KR:Seoul:north:126'])
    expect(() => loadConfig('worker', { ...resources, WAREHOUSES: wrong })).toThrow(/WAREHOUSES is/);
});

describe('the Temporal server', () => {
  const home = mkdtempSync(join(tmpdir(), 'waybill-config-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(home, name), text);
    return join(home, name);
  };
  // no file of the one who runs the tests
  const engineOf = (env: NodeJS.ProcessEnv) => loadConfig('gateway', { ...resources, HOME: home, ...env }).engine;

  test('an API key switches TLS on, metadata goes along', () => {
    expect(
      engineOf({
        TEMPORAL_ADDRESS: 'orders.acct.tmprl.cloud:7233',
        TEMPORAL_NAMESPACE: 'orders.acct',
        TEMPORAL_API_KEY: 'secret',
        TEMPORAL_GRPC_META_TENANT: 'shop',
      }),
    ).toEqual({
      namespace: 'orders.acct',
      connection: {
        address: 'orders.acct.tmprl.cloud:7233',
        apiKey: 'secret',
        tls: true,
        metadata: { tenant: 'shop' },
      },
    });
  });

  test('a profile of a file, which variables override', () => {
    const TEMPORAL_CONFIG_FILE = file(
      'profiles.toml',
      '[profile.default]\naddress = "default:7233"\n[profile.prod]\naddress = "prod:7233"\nnamespace = "orders"\n[profile.prod.tls]\nserver_name = "engine"\n',
    );
    expect(engineOf({ TEMPORAL_CONFIG_FILE }).connection.address).toBe('default:7233');
    expect(engineOf({ TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE: 'prod', TEMPORAL_NAMESPACE: 'mine' })).toMatchObject({
      namespace: 'mine',
      connection: { address: 'prod:7233', tls: { serverNameOverride: 'engine' } },
    });
    expect(() => engineOf({ TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE: 'test' })).toThrow("Profile 'test' not found");
  });

  test.each([
    [
      'a file that is not there',
      { TEMPORAL_CONFIG_FILE: '/nonexistent.toml' },
      'TEMPORAL_CONFIG_FILE is "/nonexistent.toml"; there is no such file',
    ],
    [
      'a file without profiles',
      { TEMPORAL_CONFIG_FILE: '/dev/null' },
      "Temporal's configuration file has no [profile.default]",
    ],
    [
      'a CA that is not there',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/ca.pem' },
      'TEMPORAL_TLS_SERVER_CA_CERT_PATH is "/ca.pem"; there is no such file',
    ],
    [
      'a CA that is none',
      { TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'text' },
      "the Temporal server's CA certificate is no certificate in PEM",
    ],
    [
      'half a client certificate',
      { TEMPORAL_TLS_CLIENT_CERT_DATA: 'text' },
      "the Temporal client's certificate is set, and TEMPORAL_TLS_CLIENT_KEY_PATH or …_DATA is not",
    ],
    [
      'both path and data',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: __filename, TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'x' },
      'Cannot specify both server_ca_cert_path and server_ca_cert_data',
    ],
    ['no verification', { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' }, 'the SDK always verifies the server'],
    ['an address with a scheme', { TEMPORAL_ADDRESS: 'https://engine:7233' }, 'it takes host:port'],
  ])('%s is refused', (_what, env, message) => {
    expect(() => engineOf(env)).toThrow(message);
  });

  test('no secret is shown, neither of a variable nor of the file', () => {
    const TEMPORAL_CONFIG_FILE = file('broken.toml', '[profile.default]\napi_key = "s3cret\n');
    const pem = { TEMPORAL_TLS_CLIENT_KEY_DATA: 's3cret', TEMPORAL_TLS_CLIENT_CERT_DATA: 's3cret' };
    const attempts = [{ TEMPORAL_CONFIG_FILE }, { ...pem, TEMPORAL_API_KEY: 's3cret', TEMPORAL_ADDRESS: ':' }];
    const messages = attempts.map((env) => {
      try {
        return JSON.stringify(engineOf(env));
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(messages[0]).toMatch(/the Temporal profile cannot be read: Invalid TOML document.*, line 2$/);
    expect(messages[1]).toContain("the Temporal client's key is no private key in PEM without a passphrase");
    expect(messages.join('')).not.toContain('s3cret');
  });
});

test('the payment company is left alone sooner and for less time than others; both can be set', () => {
  const config = loadConfig('worker', resources);
  expect(breakerLimits(config, 'payment')).toEqual({ failures: 3, openMs: 30_000 });
  for (const other of ['carrier', 'supplier', 'notification', 'warehouse'] as const)
    expect(breakerLimits(config, other)).toEqual({ failures: 5, openMs: 60_000 });
  const set = loadConfig('worker', { ...resources, PAYMENT_BREAKER_FAILURES: '7', BREAKER_OPEN_MS: '8' });
  expect(breakerLimits(set, 'payment').failures).toBe(7);
  expect(breakerLimits(set, 'carrier').openMs).toBe(8);
});

test('an installation may treat its orders in its own way', () => {
  const policy = (ORDER_POLICY: string) => installationPolicy(loadConfig('worker', { ...resources, ORDER_POLICY }));
  expect(policy('')).toEqual({});
  expect(policy('onShortage=WAIT,decisionWithinS=3600')).toEqual({ onShortage: 'WAIT', decisionWithinS: 3600 });
  expect(() => policy('onShortage=LATER,within=1,decisionWithinS=0')).toThrow(
    /ORDER_POLICY has within; .*\n.*onShortage: expected one of ASK.*\n.*decisionWithinS: expected whole seconds/,
  );
  expect(() => policy('onShortage')).toThrow('it takes members as <name>=<value>, separated by commas');
});
