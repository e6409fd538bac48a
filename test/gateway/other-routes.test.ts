import type { JournalEntry, ProductStock } from '../../src/gateway/ports';
import {
  closeGateways,
  createGateway,
  createMemorySandbox,
  engineDown,
  expectProblem,
  ORDER_ID,
  timeOf,
} from './support';
import { StepError } from '../../src/domain/failures';

afterEach(closeGateways);

const unavailable = () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled'));
const never = () => new Promise<never>(() => {});

describe('GET /inventory/{productId}', () => {
  const stock: ProductStock = {
    productId: 'PROD-12345',
    name: 'Travel mug',
    availableQuantity: 9998,
    reservedQuantity: 2,
    waiting: 0,
    warehouses: [{ warehouseId: 'WH-1', availableQuantity: 9998, reservedQuantity: 2 }],
  };

  test('shows the stock', async () => {
    const readInventory = jest.fn(async (_productId: string) => stock);
    const answer = await createGateway({ reader: { readInventory } }).inject({ url: '/inventory/a%2Fb' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(stock);
    expect(readInventory).toHaveBeenCalledWith('a/b');
  });

  test.each(['nothing', 'x'.repeat(257)])('of an unknown product: 404', async (productId) => {
    expectProblem(await createGateway().inject({ url: `/inventory/${productId}` }), 'product_not_found');
  });

  test('of an empty id: 404, without asking the tables, which refuse it', async () => {
    const readInventory = jest.fn(async (_productId: string) => stock);
    const { inject } = createGateway({ reader: { readInventory } });
    expectProblem(await inject({ url: '/inventory/' }), 'product_not_found');
    expect(readInventory).not.toHaveBeenCalled();
  });

  test('without the tables: 503', async () => {
    const { inject } = createGateway({ reader: { readInventory: unavailable } });
    expectProblem(await inject({ url: '/inventory/PROD-12345' }), 'service_unavailable');
  });
});

describe('GET /sandbox/journal', () => {
  const charge = {
    provider: 'payment',
    operation: 'charge',
    key: 'k',
    outcome: 'charged',
    amount: 59.98,
    currency: 'USD',
  } as const;
  const booking = { provider: 'carrier', operation: 'label', key: 'l', outcome: 'booked' } as const;
  const entries: JournalEntry[] = [
    { at: timeOf(0), ...charge },
    { at: timeOf(1), ...booking },
  ];

  test('shows what the providers did', async () => {
    const read = jest.fn(async (_orderId: string) => entries);
    const answer = await createGateway({ sandbox: { ...createMemorySandbox(), entries: read } }).inject({
      url: `/sandbox/journal?orderId=${ORDER_ID}`,
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ entries });
    expect(read).toHaveBeenCalledWith(ORDER_ID);
  });

  test.each(['', '?orderId='])('without an order (%j): 400', async (query) => {
    const problem = expectProblem(
      await createGateway().inject({ url: `/sandbox/journal${query}` }),
      'invalid_parameter',
    );
    expect(problem.errors).toMatchObject([{ pointer: '/orderId' }]);
  });

  test('is not there with other adapters', async () => {
    const { inject } = createGateway({ sandbox: null });
    expectProblem(await inject({ url: `/sandbox/journal?orderId=${ORDER_ID}` }), 'route_not_found');
    const { paths } = (await inject({ url: '/openapi.json' })).json<{ paths: object }>();
    expect(paths).not.toHaveProperty('/sandbox/journal');
  });
});

describe('health', () => {
  test('/livez asks nobody', async () => {
    const { inject } = createGateway({ pingEngine: never, reader: { ping: unavailable } });
    const answer = await inject({ url: '/livez' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'ok' });
  });

  test('/readyz tells that all is well', async () => {
    const answer = await createGateway().inject({ url: '/readyz' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'ok', checks: { engine: 'ok', tables: 'ok' } });
  });

  test.each([
    ['engine', { pingEngine: () => Promise.reject(engineDown()) }, { engine: 'down', tables: 'ok' }],
    ['tables', { reader: { ping: unavailable } }, { engine: 'ok', tables: 'down' }],
    [
      'both, one of them silent',
      { pingEngine: never, reader: { ping: unavailable } },
      { engine: 'down', tables: 'down' },
    ],
  ])('/readyz names what is down: %s', async (_name, doubles, checks) => {
    const problem = expectProblem(await createGateway(doubles).inject({ url: '/readyz' }), 'service_unavailable');
    expect(problem['checks']).toEqual(checks);
  });
});
