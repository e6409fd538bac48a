import type { OrderEvent } from '../../src/domain/events';
import type { OrderSummary } from '../../src/gateway/ports';
import { closeGateways, createGateway, engineDown, eventsOf, expectProblem, HAPPY, ORDER_ID, timeOf } from './support';
import { fold } from '../../src/domain/projection';
import { InvalidCursorError } from '../../src/gateway/ports';
import { ORDER_STATUSES } from '../../src/domain/states';
import { StepError } from '../../src/domain/failures';

afterEach(closeGateways);

const url = `/orders/${ORDER_ID}`;
const links = { self: url, events: `${url}/events` };
const unavailable = () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled'));

const gatewayWith = (events: OrderEvent[]) =>
  createGateway({ reader: { readView: async () => fold(events), listEvents: async () => events } });

describe('GET /orders/{orderId}', () => {
  test('shows an order from end to end', async () => {
    const { inject } = gatewayWith(eventsOf(HAPPY));
    const answer = await inject({ url });
    expect(answer.statusCode).toBe(200);
    const { states, ...order } = answer.json<{ states: { name: string; exitedAt: string }[] }>();
    expect(order).toEqual({
      orderId: ORDER_ID,
      status: 'SHIPPED',
      summary: 'Shipped: 1 parcel waiting for the carrier.',
      createdAt: timeOf(0),
      updatedAt: timeOf(6),
      customerId: 'CUST-567890',
      currency: 'USD',
      shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
      inventoryStatus: 'AVAILABLE',
      items: [{ productId: 'PROD-12345', quantity: 2, price: 29.99 }],
      totalAmount: 59.98,
      payment: { charged: 59.98, refunded: 0, currency: 'USD' },
      shipments: [
        {
          shipmentId: `${ORDER_ID}-S1`,
          warehouseId: 'WH-1',
          status: 'AWAITING_PICKUP',
          carrier: 'Swift',
          trackingNumber: 'SW1',
          items: [{ productId: 'PROD-12345', quantity: 2 }],
        },
      ],
      links: { ...links, actions: { cancel: `${url}/cancel`, address: `${url}/address` } },
    });
    const names = [...HAPPY.flatMap(([, passed]) => passed), 'AwaitDelivery'];
    expect(states.map(({ name }) => name)).toEqual(names);
    expect(states[0]).toEqual({ name: 'ValidateOrder', enteredAt: timeOf(0), exitedAt: timeOf(1), attempts: 1 });
    expect(states.filter(({ exitedAt }) => exitedAt === null)).toHaveLength(1);
  });

  test('sorts the states by the order they were entered in', async () => {
    const view = fold(eventsOf(HAPPY))!;
    const { inject } = createGateway({
      reader: { readView: async () => ({ ...view, states: view.states.toReversed() }) },
    });
    const { states } = (await inject({ url })).json<{ states: { name: string }[] }>();
    expect(states.slice(0, -1).map(({ name }) => name)).toEqual(HAPPY.flatMap(([, names]) => names));
  });

  test.each([
    ['at its first state', 1, { name: 'ValidateOrder', enteredAt: timeOf(0), exitedAt: null, attempts: null }],
    ['in the middle', 3, { name: 'ProcessPayment', enteredAt: timeOf(2), exitedAt: null, attempts: null }],
  ])('shows last the state that the order is in: %s', async (_name, length, current) => {
    const { inject } = gatewayWith(eventsOf(HAPPY.slice(0, length)));
    const { states } = (await inject({ url })).json<{ states: object[] }>();
    expect(states.at(-1)).toEqual(current);
  });

  test('does not show a state twice whose event is still to come', async () => {
    const story = HAPPY.slice(0, 4);
    const { inject } = gatewayWith(
      eventsOf([...story, [{ type: 'Payment Voided', data: { chargeKey: 'key' } }, ['StartFulfillment']]]),
    );
    const { states } = (await inject({ url })).json<{ states: { name: string }[] }>();
    expect(states.filter(({ name }) => name === 'StartFulfillment')).toMatchObject([{ exitedAt: timeOf(4) }]);
  });

  test('shows what is wrong with a refused order', async () => {
    const errors = [{ pointer: '/items', code: 'required', detail: 'expected at least one item' }];
    const data = { errors, submission: { orderId: ORDER_ID } };
    const { inject } = gatewayWith(eventsOf([[{ type: 'Order Validation Failed', data }, ['ValidateOrder']]]));
    expect((await inject({ url })).json()).toMatchObject({
      status: 'VALIDATION_FAILED',
      errors,
      payment: { charged: 0, refunded: 0 },
      shipments: [],
    });
  });

  test('shows an order as RECEIVED that only the engine knows', async () => {
    const { inject } = createGateway({ isKnown: async () => true });
    const answer = await inject({ url });
    expect(answer.statusCode).toBe(200);
    const payment = { charged: 0, refunded: 0 };
    expect(answer.json()).toEqual({
      orderId: ORDER_ID,
      status: 'RECEIVED',
      summary: 'Received, and about to be checked.',
      states: [],
      payment,
      shipments: [],
      links: { ...links, actions: { cancel: `${url}/cancel` } },
    });
  });
});

describe('GET /orders/{orderId}/events', () => {
  const events = eventsOf(HAPPY);

  test('lists what happened, as the bus tells it', async () => {
    const { inject } = gatewayWith(events);
    const answer = await inject({ url: links.events });
    expect(answer.statusCode).toBe(200);
    const { events: listed } = answer.json<{ events: { sequence: number }[] }>();
    expect(listed.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(listed[3]).toEqual({
      eventId: `${ORDER_ID}#4`,
      sequence: 4,
      type: 'Payment Completed',
      source: 'payment.service',
      at: timeOf(3),
      correlationId: ORDER_ID,
      causationId: `${ORDER_ID}#3`,
      data: { chargeKey: `charge#${ORDER_ID}#1`, paymentId: 'pay-1', amount: 59.98, currency: 'USD' },
    });
  });

  test('lists those after a sequence, which may be none', async () => {
    const listEvents = jest.fn(async (_p: { after?: number }) => [] as OrderEvent[]);
    const { inject } = createGateway({ reader: { listEvents, readView: async () => fold(events) } });
    const answer = await inject({ url: `${links.events}?after=7` });
    expect(answer.json()).toEqual({ events: [] });
    expect(listEvents).toHaveBeenCalledWith({ orderId: ORDER_ID, after: 7 });
  });

  test('is empty for an order that only the engine knows', async () => {
    const { inject } = createGateway({ isKnown: async () => true });
    expect((await inject({ url: links.events })).json()).toEqual({ events: [] });
  });

  test.each(['application/json, text/event-stream;q=0.5', '*/*', 'text/html', 'text/event-stream;q=0'])(
    'as %s: JSON',
    async (accept) => {
      const answer = await gatewayWith(events).inject({ url: links.events, headers: { accept } });
      expect(answer.headers['content-type']).toMatch('application/json');
    },
  );
});

describe('an order that cannot be shown', () => {
  test.each([url, links.events, '/orders/not%20an%20id', '/orders/-/events', `/orders/${'x'.repeat(65)}`])(
    'GET %s: 404',
    async (path) => {
      const problem = expectProblem(await createGateway().inject({ url: path }), 'order_not_found');
      expect(problem.instance).toBe(path);
    },
  );

  test.each(['-1', '1.5x', 'x', ''])('events after %j: 400', async (after) => {
    const { errors } = expectProblem(
      await createGateway().inject({ url: `${links.events}?after=${after}` }),
      'invalid_parameter',
    );
    expect(errors).toMatchObject([{ pointer: '/after' }]);
  });

  test.each([
    ['the tables', { reader: { readView: unavailable, listEvents: unavailable } }],
    ['the engine', { isKnown: () => Promise.reject(engineDown()) }],
  ])('without %s: 503', async (_name, doubles) => {
    const { inject } = createGateway(doubles);
    expectProblem(await inject({ url }), 'service_unavailable');
    expectProblem(await inject({ url: links.events }), 'service_unavailable');
  });

  test('with a view that is broken: 500', async () => {
    const { inject } = createGateway({
      reader: { readView: async () => ({ ...fold(eventsOf(HAPPY))!, states: [null as never] }) },
    });
    expectProblem(await inject({ url }), 'internal_error');
  });
});

describe('GET /orders', () => {
  const summary: OrderSummary = {
    orderId: ORDER_ID,
    status: 'SHIPPED',
    createdAt: timeOf(0),
    updatedAt: timeOf(6),
    customerId: 'CUST-567890',
    totalAmount: 5998,
    currency: 'USD',
  };
  const refused: OrderSummary = { ...summary, status: 'VALIDATION_FAILED' };
  delete refused.totalAmount;
  delete refused.currency;

  test('lists a page with amounts in decimals', async () => {
    const { inject } = createGateway({
      reader: { listOrders: async () => ({ orders: [summary, refused], cursor: 'next' }) },
    });
    const answer = await inject({ url: '/orders' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      orders: [
        { ...summary, totalAmount: 59.98, links },
        { ...refused, links },
      ],
      cursor: 'next',
    });
  });

  test.each([
    ['', { limit: 25 }],
    ['?limit=1', { limit: 1 }],
    ['?limit=100&status=PAID', { limit: 100, status: 'PAID' }],
    ['?customerId=123&cursor=abc', { limit: 25, customerId: '123', cursor: 'abc' }],
    ['?q=%20SP%20123%20', { limit: 25, q: 'SP 123' }],
    ['?orderId=ORD-1', { limit: 25, orderId: 'ORD-1' }],
    ['?productId=P&status=PAID', { limit: 25, productId: 'P', status: 'PAID' }],
    ['?trackingNumber=T&from=2025-07-09', { limit: 25, trackingNumber: 'T', from: '2025-07-09T00:00:00.000Z' }],
    ['?from=2025-07-09&to=2025-07-09', { limit: 25, from: '2025-07-09T00:00:00.000Z', to: '2025-07-09T23:59:59.999Z' }],
    [
      '?from=2025-07-09T10:30:00%2B09:00&to=2025-07-09T10:30Z',
      { limit: 25, from: '2025-07-09T01:30:00.000Z', to: '2025-07-09T10:30:00.000Z' },
    ],
  ])('asks for what is asked for: %j', async (query, expected) => {
    const listOrders = jest.fn(async (_page: unknown) => ({ orders: [] }));
    const { inject } = createGateway({ reader: { listOrders } });
    expect((await inject({ url: `/orders${query}` })).json()).toEqual({ orders: [] });
    expect(listOrders).toHaveBeenCalledWith(expected);
  });

  test.each(['limit=0', 'limit=101', 'limit=many', 'limit=1&limit=2', 'customerId=', 'cursor='])(
    '?%s: 400',
    async (query) => {
      const { errors } = expectProblem(await createGateway().inject({ url: `/orders?${query}` }), 'invalid_parameter');
      expect(errors).toMatchObject([{ pointer: `/${query.split('=', 1)[0]}` }]);
    },
  );

  test('says what the text was', async () => {
    const { inject } = createGateway({
      reader: { listOrders: async () => ({ orders: [summary], matched: 'trackingNumber' }) },
    });
    expect((await inject({ url: '/orders?q=SP123' })).json()).toMatchObject({ matched: 'trackingNumber' });
  });

  test.each([
    ['q=%20%20', 'q', 'expected something to look for'],
    ['q=', 'q', ''],
    [`q=${'x'.repeat(257)}`, 'q', ''],
    ['q=1&customerId=C', 'customerId', 'expected one of q, orderId, trackingNumber, customerId, productId, got q and'],
    ['customerId=C&productId=P', 'productId', 'got customerId and productId'],
    ['from=yesterday', 'from', 'expected an ISO 8601 time'],
    ['to=2025-02-30', 'to', 'expected an ISO 8601 time'],
    ['to=9999-12-31T23:00:00-10:00', 'to', 'expected a time in the years 0000 to 9999'],
    ['from=2025-07-10&to=2025-07-09', 'from', 'expected a time that is not after `to`'],
  ])('?%s: 400 that says what was expected', async (query, parameter, expected) => {
    const listOrders = jest.fn();
    const { inject } = createGateway({ reader: { listOrders } });
    const { detail, errors } = expectProblem(await inject({ url: `/orders?${query}` }), 'invalid_parameter');
    expect(errors).toMatchObject([{ pointer: `/${parameter}` }]);
    expect(detail).toContain(expected);
    expect(listOrders).not.toHaveBeenCalled();
  });

  test('with an unknown status: 400 with those there are', async () => {
    const problem = expectProblem(await createGateway().inject({ url: '/orders?status=LOST' }), 'invalid_parameter');
    for (const status of ORDER_STATUSES) expect(problem.detail).toContain(status);
    expect(problem.errors).toMatchObject([{ pointer: '/status' }]);
  });

  test('with a cursor that is none: 400 with what was expected', async () => {
    const detail = 'expected another cursor';
    const { inject } = createGateway({ reader: { listOrders: () => Promise.reject(new InvalidCursorError(detail)) } });
    const problem = expectProblem(await inject({ url: '/orders?cursor=x' }), 'invalid_cursor');
    expect(problem).toMatchObject({ detail, errors: [{ pointer: '/cursor', detail }] });
  });

  test('without the tables: 503', async () => {
    const { inject } = createGateway({ reader: { listOrders: unavailable } });
    expectProblem(await inject({ url: '/orders' }), 'service_unavailable');
  });
});
