import { loadConfig, RESOURCE_NAMES, warehousesOf } from '../src/config';

const resources = Object.fromEntries(RESOURCE_NAMES.map((name) => [name, `the ${name}`]));

test('defaults, and numbers out of texts', () => {
  const config = loadConfig({ ...resources, RELAY_GRACE_MS: '250' });
  expect(config).toMatchObject({ HOST: '127.0.0.1', PORT: 3000, TASK_QUEUE: 'orders', RELAY_GRACE_MS: 250 });
});

test('what is none of ours stays out', () => {
  expect(loadConfig({ ...resources, PATH: '/bin' })).not.toHaveProperty('PATH');
});

test('everything that is missing or wrong is said at once, by the name of its variable', () => {
  const { ORDERS_TABLE: _missing, ...rest } = resources;
  const load = () => loadConfig({ ...rest, PORT: 'eighty', LOG_LEVEL: 'loud', WAREHOUSES: 'Seoul' });
  expect(load).toThrow(/^The configuration is not usable:\n/);
  for (const line of ['ORDERS_TABLE is not set', 'PORT="eighty"', 'LOG_LEVEL="loud"', 'WAREHOUSES="Seoul"'])
    expect(load).toThrow(`  ${line}`);
});

test('the warehouses', () => {
  expect(warehousesOf(loadConfig({ ...resources, WAREHOUSES: 'ICN:KR:Seoul,LAX:US:Los Angeles' }))).toEqual([
    { warehouseId: 'ICN', country: 'KR', city: 'Seoul' },
    { warehouseId: 'LAX', country: 'US', city: 'Los Angeles' },
  ]);
});
