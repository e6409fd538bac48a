import pino from 'pino';
import type { AwsCall } from '../../src/adapters/aws/clients';
import { createAwsClients } from '../../src/adapters/aws/clients';
import { createBreakerTable } from '../../src/adapters/aws/breaker-table';
import { createOrderReader } from '../../src/adapters/aws/order-reader';
import { createReports } from '../../src/adapters/aws/reports';
import { DEPENDENCIES } from '../../src/domain/breaker';
import { breakerTables, gaugedQueues, loadConfig, readTables } from '../../src/config';
import { INDEX_SHARDS } from '../../src/domain/ids';
import { openOverview } from '../../src/wiring/overview';

const calls: AwsCall[] = [];
const config = loadConfig('gateway');
const aws = createAwsClients({ region: config.AWS_REGION, observe: (call) => void calls.push(call) });
const { db } = aws;
const failures: unknown[] = [];
const logger = pino({ level: 'warn' }, { write: (line) => void failures.push(line) });
const overview = openOverview({
  config,
  aws,
  reader: createOrderReader({ db, tables: readTables(config) }),
  reports: createReports({ db, table: config.PROJECTIONS_TABLE }),
  breakers: createBreakerTable({ db, tables: breakerTables(config) }),
  progress: { workers: async () => [] },
  logger,
});
const QUEUES = gaugedQueues(config);
const NOON = Date.parse('2999-07-09T12:00:00.000Z');

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());
afterAll(() => aws.destroy());

/** The calls of one look, by what they ask; those for single orders, of which other tests may have some, left out. */
async function lookAt(time: number): Promise<Record<string, number>> {
  jest.setSystemTime(time);
  calls.length = 0;
  expect(await overview.read()).toMatchObject({ unavailable: [] });
  const counts: Record<string, number> = {};
  for (const { command, input } of calls) {
    const { RequestItems = {} } = input as { RequestItems?: Record<string, unknown> };
    const [batched = 'queues'] = Object.keys(RequestItems);
    const { TableName = batched, IndexName, Select } = input as Record<string, string | undefined>;
    if (command === 'GetItemCommand') continue;
    const name = [command.replace('Command', ''), TableName, IndexName, Select].filter(Boolean).join(' ');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test('what one look costs, and the next, and one that comes at once', async () => {
  const { PROJECTIONS_TABLE: projections, ORDER_STATUS_VIEW_TABLE: view } = config;
  const often = {
    // two promises, and two statuses
    [`Query ${view} late`]: 2 * INDEX_SHARDS,
    [`Query ${view} by-status`]: 2 * INDEX_SHARDS,
    [`Query ${config.BREAKERS_TABLE}`]: DEPENDENCIES.length,
  };
  expect(await lookAt(NOON)).toEqual({
    ...often,
    // by state, and by the hours of one month
    [`Query ${projections}`]: 2 * INDEX_SHARDS,
    [`Query ${config.CASES_TABLE} by-state COUNT`]: 1,
    // counters of dead letters
    [`BatchGetItem ${config.DEAD_LETTERS_TABLE}`]: 1,
    // the last has only dead letters
    'GetQueueAttributes queues': 2 * QUEUES.length - 1,
  });
  expect(await lookAt(NOON + 1000)).toEqual({});
  expect(await lookAt(NOON + 2000)).toEqual({ ...often, [`Query ${projections}`]: INDEX_SHARDS });
  expect(failures).toEqual([]);
});
