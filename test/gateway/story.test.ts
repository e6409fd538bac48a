import type { OrderEvent } from '../../src/domain/events';
import type { OrderStory } from '../../src/gateway/story-schemas';
import type { Progress } from '../../src/gateway/progress-ports';
import {
  closeGateways,
  createGateway,
  type Doubles,
  engineDown,
  eventsOf,
  expectProblem,
  HAPPY,
  ORDER_ID,
} from './support';
import { deadLetterIdOf } from '../../src/messaging/dead-letters';

afterEach(closeGateways);

const PAID = HAPPY.slice(0, 5);
const progress: Progress = {
  state: 'RUNNING',
  startedAt: '2025-07-09T10:30:00.000Z',
  activities: [
    {
      name: 'generateShippingLabel',
      attempt: 4,
      isRunning: false,
      lastError: 'it says 503',
      errorType: 'PROVIDER_UNAVAILABLE',
      nextTryAt: '2025-07-09T10:31:00.000Z',
    },
  ],
};

/** A gateway with one order, and how often the engine was asked about it. */
function open(p: { events?: OrderEvent[]; said?: () => Promise<Progress | undefined> } & Partial<Doubles> = {}) {
  const { events = eventsOf(PAID), said = async () => progress, ...doubles } = p;
  const asked = { times: 0 };
  const { inject } = createGateway({
    reader: { listEvents: async () => events },
    progress: { describe: () => (asked.times++, said()) },
    ...doubles,
  });
  const get = () => inject({ url: `/orders/${ORDER_ID}/story` });
  return { asked, get, story: async () => (await get()).json<OrderStory>() };
}

/** As if the last event was written a moment ago. */
function justNow(events: OrderEvent[]): OrderEvent[] {
  const shift = Date.now() - Date.parse(events.at(-1)!.at);
  const now = (at: string) => new Date(Date.parse(at) + shift).toISOString();
  return events.map((event) => ({
    ...event,
    at: now(event.at),
    states: event.states.map((state) => ({ ...state, enteredAt: now(state.enteredAt), exitedAt: now(state.exitedAt) })),
  }));
}

test('an order that does not go on: why, what the engine tries, and everything else', async () => {
  const { story } = open({ elsewhere: { namespace: 'shop', temporalUi: 'http://127.0.0.1:8233' } });
  const told = await story();
  expect(told).toMatchObject({
    orderId: ORDER_ID,
    status: 'PAID',
    sequence: 5,
    summary: 'Paid, and about to be shipped.',
    stuck: {
      sentence: expect.stringMatching(
        /^Booking the carrier fails again and again \(attempt 4; it says 503\): /,
      ) as string,
      kind: 'trouble',
      until: '2025-07-09T10:31:00.000Z',
    },
    pending: [{ step: 'GenerateShippingLabel', attempt: 4, isRunning: false, lastError: 'it says 503' }],
    breakers: [],
    money: { currency: 'USD', total: 59.98, charged: 59.98, refunded: 0, outstanding: 0, atStake: 59.98 },
    notifications: [{ about: `Your order ${ORDER_ID} is accepted` }],
    links: { workflow: `http://127.0.0.1:8233/namespaces/shop/workflows/order-${ORDER_ID}` },
  });
  expect(told.timeline.map(({ title }) => title)).toEqual([
    'Placed: 2 × PROD-12345 for 59.98 USD',
    'Checked: the order is right',
    'Everything is reserved: 2 × PROD-12345 (WH-1)',
    '59.98 USD charged',
    'Warehouse WH-1 is chosen for parcel 1: 2 × PROD-12345',
  ]);
  expect(told.map.states.filter(({ isCurrent }) => isCurrent).map(({ name }) => name)).toEqual([
    'GenerateShippingLabel',
  ]);
  expect(Date.parse(told.pendingAt!)).toBeGreaterThan(Date.now() - 60_000);
});

test('however many look, the engine is asked once', async () => {
  const { asked, get } = open();
  const answers = await Promise.all(Array.from({ length: 200 }, get));
  expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
  expect(asked.times).toBe(1);
});

test.each<[string, OrderEvent[]]>([
  ['had an event a moment ago', justNow(eventsOf(PAID))],
  ['has its parcels on their way', justNow(eventsOf(HAPPY))],
  ['has ended', eventsOf([...PAID, [{ type: 'Order Cancelled', data: { reason: 'ordered twice' } }, []]])],
])('the engine is not asked about an order that %s, and it is not stuck', async (_what, events) => {
  const { asked, story } = open({ events });
  const told = await story();
  expect(told).not.toHaveProperty('stuck');
  expect(told).not.toHaveProperty('pendingAt');
  expect(told.pending).toEqual([]);
  expect(asked.times).toBe(0);
});

test('the engine is not asked about an order whose events say what it waits for', async () => {
  const until = new Date(Date.now() + 60_000).toISOString();
  const items = [{ productId: 'PROD-12345', quantity: 2 }];
  const { asked, story } = open({
    events: eventsOf([...HAPPY.slice(0, 2), [{ type: 'Order Backordered', data: { items, until } }, []]]),
  });
  expect((await story()).stuck).toMatchObject({ kind: 'waiting', until });
  expect(asked.times).toBe(0);
});

test('an engine that fails is told as such, and the story is told', async () => {
  const { story } = open({ said: () => Promise.reject(engineDown()) });
  const told = await story();
  expect(told.stuck?.sentence).toMatch(/^The engine does not answer/);
  expect(told.timeline).toHaveLength(5);
  expect(told).not.toHaveProperty('pendingAt');
});

test('a breaker that is open explains it, and is shown', async () => {
  const openUntil = new Date(Date.now() + 30_000).toISOString();
  const row = { dependency: 'carrier', state: 'OPEN', worker: 'w', failures: 5, openUntil, updatedAt: '' } as const;
  const { asked, story } = open({ breakers: { list: async () => [row] } });
  const told = await story();
  expect(told.stuck).toMatchObject({ remedy: 'reset-breaker', dependency: 'carrier', until: openUntil });
  expect(told.breakers).toEqual([{ dependency: 'carrier', state: 'OPEN', openUntil }]);
  expect(asked.times).toBe(0);
});

test('the breakers are not read for an order that needs no company', async () => {
  const list = () => Promise.reject(new Error('nobody needs them'));
  expect((await open({ events: justNow(eventsOf(HAPPY)), breakers: { list } }).get()).statusCode).toBe(200);
});

test('the dead letter of a workflow that ended in error is named when it is there', async () => {
  const said = async () => ({ ...progress, state: 'FAILED' as const, activities: [], firstRunId: 'run-1' });
  const id = deadLetterIdOf('workflow', `order-${ORDER_ID}`, 'run-1');
  const read = async (asked: string) => (asked === id ? ({ id } as never) : undefined);
  expect((await open({ said, deadLetters: { read } }).story()).stuck).toMatchObject({
    remedy: 'redrive',
    deadLetterId: id,
  });
  const none = (await open({ said }).story()).stuck;
  expect(none).toMatchObject({ remedy: 'redrive' });
  expect(none).not.toHaveProperty('deadLetterId');
});

describe('an order without events', () => {
  test('that the engine has is told as received', async () => {
    const told = await open({ events: [] }).story();
    expect(told).toMatchObject({
      status: 'RECEIVED',
      sequence: 0,
      timeline: [],
      notifications: [],
      money: { charged: 0 },
    });
    expect(told.stuck?.sentence).toMatch(/^Booking the carrier fails/);
    expect(told.map.states.filter(({ visits }) => visits > 0)).toEqual([]);
  });

  test('that nobody has is not found', async () => {
    expectProblem(await open({ events: [], said: async () => undefined }).get(), 'order_not_found');
  });

  test('of which nobody can say whether there is one has to be asked for again', async () => {
    const down = () => Promise.reject(engineDown());
    expectProblem(await open({ events: [], said: down }).get(), 'service_unavailable');
  });
});

test('what can be no id is not found, without asking anybody', async () => {
  const { inject } = createGateway({ reader: { listEvents: () => Promise.reject(new Error('asked')) } });
  expectProblem(await inject({ url: '/orders/-/story' }), 'order_not_found');
});
