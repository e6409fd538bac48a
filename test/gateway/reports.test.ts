import type { HourReport, MovementReport } from '../../src/gateway/ports';
import { closeGateways, createGateway, type Doubles, expectProblem, NO_COUNTS } from './support';
import { MAX_TEXT } from '../../src/domain/order';
import { StepError } from '../../src/domain/failures';

afterEach(closeGateways);

const get = (url: string, doubles: Partial<Doubles> = {}) => createGateway(doubles).inject({ url });

const HOUR: HourReport = {
  hour: '2025-07-09T10',
  orders: { ...NO_COUNTS, placed: 4, open: 1, shipped: 1, delivered: 1, failed: 1 },
  money: [
    { currency: 'KRW', charged: 60, refunded: 60 },
    { currency: 'USD', charged: 11_996, refunded: 5998 },
  ],
  started: 2,
  startedAfterMs: 822,
};

describe('GET /reports/customers/{customerId}', () => {
  test('shows what the orders add up to, the money in decimals', async () => {
    const asked: string[] = [];
    const { orders, money } = HOUR;
    const customer = async (customerId: string) => (asked.push(customerId), { orders, money });
    const answer = await get('/reports/customers/CUST%2F1', { reports: { customer } });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      customerId: 'CUST/1',
      orders,
      revenue: [
        { currency: 'KRW', charged: 60, refunded: 60, net: 0 },
        { currency: 'USD', charged: 119.96, refunded: 59.98, net: 59.98 },
      ],
    });
    expect(asked).toEqual(['CUST/1']);
  });

  test('of somebody who never ordered is a report of nothing', async () => {
    const answer = await get('/reports/customers/nobody');
    expect(answer.json()).toEqual({ customerId: 'nobody', orders: NO_COUNTS, revenue: [] });
  });

  test('an id that no customer has is refused', async () => {
    const problem = expectProblem(await get(`/reports/customers/${'x'.repeat(MAX_TEXT + 1)}`), 'invalid_parameter');
    expect(problem.errors).toEqual([
      { pointer: '/customerId', code: 'invalid', detail: `expected an id of 1 to ${MAX_TEXT} characters` },
    ]);
  });
});

describe('GET /reports/hours', () => {
  test('shows each hour and all together: rate, time to shipping, revenue by currency', async () => {
    const open: HourReport = {
      hour: '2025-07-09T12',
      orders: { ...NO_COUNTS, placed: 1, open: 1 },
      money: [{ currency: 'USD', charged: 1000, refunded: 0 }],
      started: 0,
      startedAfterMs: 0,
    };
    const asked: unknown[] = [];
    const hours = async (range: object) => (asked.push(range), [HOUR, open]);
    const answer = await get('/reports/hours?from=2025-07-09T10:59:00Z&to=2025-07-09T21:30:00%2B09:00', {
      reports: { hours },
    });
    expect(answer.statusCode).toBe(200);
    expect(asked).toEqual([{ from: '2025-07-09T10', to: '2025-07-09T12' }]);
    const won = { currency: 'KRW', charged: 60, refunded: 60, net: 0 };
    expect(answer.json()).toEqual({
      from: '2025-07-09T10:00:00.000Z',
      to: '2025-07-09T12:00:00.000Z',
      total: {
        orders: { ...HOUR.orders, placed: 5, open: 2 },
        successRate: 0.6667,
        averageStartSeconds: 0.411,
        revenue: [won, { currency: 'USD', charged: 129.96, refunded: 59.98, net: 69.98 }],
      },
      hours: [
        {
          hour: '2025-07-09T10:00:00.000Z',
          orders: HOUR.orders,
          successRate: 0.6667,
          averageStartSeconds: 0.411,
          revenue: [won, { currency: 'USD', charged: 119.96, refunded: 59.98, net: 59.98 }],
        },
        // nothing of it is decided, and nothing shipped: there is neither rate nor average
        {
          hour: '2025-07-09T12:00:00.000Z',
          orders: open.orders,
          revenue: [{ currency: 'USD', charged: 10, refunded: 0, net: 10 }],
        },
      ],
    });
  });

  test('the last 24 hours when nobody says which', async () => {
    const asked: { from: string; to: string }[] = [];
    await get('/reports/hours', { reports: { hours: async (range) => (asked.push(range), []) } });
    const [{ from, to }] = asked as [{ from: string; to: string }];
    expect(Date.parse(`${to}:00Z`) - Date.parse(`${from}:00Z`)).toBe(23 * 3_600_000);
    expect(Math.abs(Date.parse(`${to}:00Z`) - Date.now())).toBeLessThan(2 * 3_600_000);
  });

  test.each([
    ['31 days', 'from=2025-07-01T00:00:00Z&to=2025-07-31T23:59:59Z', 200],
    ['an hour more', 'from=2025-07-01T00:00:00Z&to=2025-08-01T00:00:00Z', 400],
  ])('of %s: %s', async (_, query, status) => {
    expect((await get(`/reports/hours?${query}`)).statusCode).toBe(status);
  });

  test.each([
    ['no time', 'from=yesterday', '/from', 'expected an ISO 8601 time, got "yesterday"'],
    ['no day', 'to=2025-02-30T00:00:00Z', '/to', 'expected an ISO 8601 time, got "2025-02-30T00:00:00Z"'],
    [
      'a range backwards',
      'from=2025-07-02T00:00:00Z&to=2025-07-01T00:00:00Z',
      '/from',
      'expected a time that is not after `to`',
    ],
    [
      'a year',
      'from=2025-01-01T00:00:00Z&to=2025-12-31T00:00:00Z',
      '/from',
      'expected at most 744 hours up to `to`, got 8737',
    ],
  ])('%s is refused', async (_, query, pointer, detail) => {
    const problem = expectProblem(await get(`/reports/hours?${query}`), 'invalid_parameter');
    expect(problem.errors).toEqual([{ pointer, code: 'invalid', detail }]);
  });
});

describe('GET /reports/movements/{productId}', () => {
  const units = { reserved: 5, released: 1, shipped: 3, restocked: 1, writtenOff: 0 };
  const days: MovementReport[] = ['2025-07-09', '2025-07-11'].map((day) => ({ day, ...units }));

  test('shows each day and all together', async () => {
    const asked: unknown[] = [];
    const movements = async (range: object) => (asked.push(range), days);
    const range = { from: '2025-07-01', to: '2025-07-31' };
    const answer = await get('/reports/movements/PROD-1?from=2025-07-01&to=2025-07-31', { reports: { movements } });
    expect(answer.json()).toEqual({
      productId: 'PROD-1',
      ...range,
      total: { reserved: 10, released: 2, shipped: 6, restocked: 2, writtenOff: 0 },
      days,
    });
    expect(asked).toEqual([{ productId: 'PROD-1', ...range }]);
  });

  test('the last 31 days when nobody says which', async () => {
    const answer = (await get('/reports/movements/PROD-1')).json<{ from: string; to: string }>();
    expect(Date.parse(answer.to) - Date.parse(answer.from)).toBe(30 * 24 * 3_600_000);
  });

  test.each([
    ['no day', 'from=2025-02-30', '/from', 'expected a day such as 2025-07-09'],
    ['a time', 'to=2025-07-09T00:00:00Z', '/to', 'expected a day such as 2025-07-09'],
    ['a range backwards', 'from=2025-07-02&to=2025-07-01', '/from', 'expected a time that is not after `to`'],
    ['two years', 'from=2024-01-01&to=2025-12-31', '/from', 'expected at most 366 days up to `to`, got 731'],
  ])('%s is refused', async (_, query, pointer, detail) => {
    const problem = expectProblem(await get(`/reports/movements/PROD-1?${query}`), 'invalid_parameter');
    expect(problem.errors).toEqual([{ pointer, code: 'invalid', detail }]);
  });
});

test.each(['customers/C', 'hours', 'movements/P'])(
  'while the tables are out of reach /reports/%s is 503',
  async (path) => {
    const down = () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'out of reach'));
    expectProblem(
      await get(`/reports/${path}`, { reports: { customer: down, hours: down, movements: down } }),
      'service_unavailable',
    );
  },
);
