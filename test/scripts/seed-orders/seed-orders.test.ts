import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Deployed, startDeployed } from '../../support/deployed';
import { readOptions } from '../../../scripts/seed-orders/options';
import { runScript } from '../../support/run-script';
import { seededId, seededOrder, type Seed } from '../../../scripts/seed-orders/orders';

describe('options', () => {
  const local = { AWS_ENDPOINT_URL: 'http://localhost:4566' };

  test('what is asked for, and the usual', () => {
    expect(readOptions(['--orders', '100', '--until', '2025-07-09'], {})).toEqual({
      endpoint: 'http://127.0.0.1:4566',
      seed: { name: '20250709-90', until: '2025-07-09T00:00:00.000Z', days: 90 },
      first: 1,
      last: 100,
      hasEvents: true,
    });
    const args = ['--orders', '100', '--from', '51', '--days', '7', '--without-events'];
    expect(readOptions(args, local)).toMatchObject({
      first: 51,
      last: 100,
      hasEvents: false,
      endpoint: local.AWS_ENDPOINT_URL,
    });
  });

  test.each([
    ['no number', [], 'expected --orders'],
    ['a number that is none', ['--orders', 'many'], 'expected a number from 1 to 999999'],
    ['too many', ['--orders', '1000000'], 'expected a number from 1 to 999999'],
    ['none', ['--orders', '0'], 'expected a number from 1 to 999999'],
    ['a beginning after the end', ['--orders', '5', '--from', '6'], 'expected a number from 1 to 5'],
    ['a day that there is not', ['--orders', '5', '--until', '2025-02-30'], 'expected a day such as 2025-07-09'],
    ['an unknown option', ['--orders', '5', '--real'], "Unknown option '--real'"],
  ])('%s: says what was expected', (_, args, expected) => {
    expect(() => readOptions(args, local)).toThrow(expected);
  });

  test.each([
    'https://dynamodb.eu-central-1.amazonaws.com',
    'http://10.0.0.7:4566',
    'http://127.0.0.1.example.com',
    'x',
  ])('an emulator at %s is none of this machine', (url) =>
    expect(() => readOptions(['--orders', '5'], { AWS_ENDPOINT_URL: url })).toThrow('not on this machine'),
  );
});

describe('npm run seed-orders', () => {
  let deployed: Deployed;
  let db: DynamoDBDocumentClient;
  beforeAll(async () => {
    deployed = await startDeployed();
    db = DynamoDBDocumentClient.from(deployed.connect(DynamoDBClient));
  });
  afterAll(() => deployed.stop());

  const run = (...args: string[]) =>
    runScript('scripts/seed-orders.cjs', { args, env: { AWS_ENDPOINT_URL: deployed.endpoint() } });
  const rows = async (TableName: string) => (await db.send(new ScanCommand({ TableName }))).Items ?? [];
  const contents = async () => ({
    views: (await rows('OrderStatusView')).length,
    lookups: (await rows('OrderLookups')).length,
  });

  const DAY = ['--until', '2025-07-09'];
  const seed: Seed = { name: '20250709-90', until: '2025-07-09T00:00:00.000Z', days: 90 };

  test('writes orders with their events, and again changes nothing', async () => {
    const first = await run('--orders', '250', ...DAY);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout + first.stderr).toContain('250 of 250 orders');
    const there = await contents();
    expect(there.views).toBe(250);
    const { events, view } = seededOrder(seed, 250);
    const query = new QueryCommand({
      TableName: 'OrderEvents',
      KeyConditionExpression: 'orderId = :order',
      ExpressionAttributeValues: { ':order': seededId(seed, 250) },
    });
    // as stored, but for what a published event does not have any more
    expect((await db.send(query)).Items).toEqual(JSON.parse(JSON.stringify(events)));
    expect((await rows('OrderStatusView')).find(({ orderId }) => orderId === view.orderId)).toEqual(
      JSON.parse(JSON.stringify(view)),
    );
    expect(await run('--orders', '250', ...DAY)).toMatchObject({ code: 0 });
    expect(await contents()).toEqual(there);
    // goes on where it was stopped
    expect(await run('--orders', '300', '--from', '251', '--without-events', ...DAY)).toMatchObject({ code: 0 });
    expect((await contents()).views).toBe(300);
  });

  test('says so where nothing is deployed', async () => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const { code, stderr } = await runScript('scripts/seed-orders.cjs', { args: ['--orders', '5'], env });
    expect(code).toBe(1);
    expect(stderr).toContain('No Waybill has its tables at http://127.0.0.1:9: npm start makes them.');
  });
});
