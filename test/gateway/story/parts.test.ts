import type { BreakerRow } from '../../../src/gateway/ports';
import { caseOf, lived, ORDER, SAMPLES } from './case';
import { EDGES, STATES } from '../../../src/domain/states';
import { eventsOf, HAPPY } from '../support';
import { fold } from '../../../src/domain/projection';
import { listed, plain } from '../../../src/gateway/story/words';
import { mapOf } from '../../../src/gateway/story/map';
import { moneyOf } from '../../../src/gateway/story/money';
import { neededBy, openBreakers } from '../../../src/gateway/story/needs';
import { storyLinks } from '../../../src/gateway/story/links';
import { toldOf } from '../../../src/gateway/story/told';

describe('the map', () => {
  const mapAfter = (n: number) => mapOf(fold(eventsOf(HAPPY.slice(0, n))));
  const visited = (n: number) => mapAfter(n).states.filter(({ visits }) => visits > 0);
  const taken = (n: number) =>
    mapAfter(n).edges.flatMap(({ from, to, taken: times }) => (times ? [`${from} → ${to}`] : []));

  test('has every state and every edge, of an order without events too', () => {
    for (const map of [mapOf(undefined), mapAfter(3)]) {
      expect(map.states.map(({ name }) => name)).toEqual(STATES);
      expect(map.edges.map(({ from, to }) => [from, to])).toEqual(EDGES);
    }
    expect(mapOf(undefined).states.filter(({ visits }) => visits)).toEqual([]);
  });

  test('shows where the order is, when it came there, and the way, with the choice that is told only later', () => {
    expect(visited(3).map(({ name }) => name)).toEqual([
      'ValidateOrder',
      'CheckInventory',
      'InventoryAvailable?',
      'ProcessPayment',
    ]);
    expect(visited(3).filter(({ isCurrent }) => isCurrent)).toEqual([
      { name: 'ProcessPayment', visits: 1, enteredAt: '2025-07-09T10:30:02.000Z', isCurrent: true },
    ]);
    expect(taken(3)).toEqual([
      'ValidateOrder → CheckInventory',
      'CheckInventory → InventoryAvailable?',
      'InventoryAvailable? → ProcessPayment',
    ]);
  });

  test('shows the whole way of an order that was shipped', () => {
    expect(taken(7)).toHaveLength(10);
    expect(taken(7)).toContain('NotifyCustomer → AwaitDelivery');
    expect(visited(7).find(({ isCurrent }) => isCurrent)?.name).toBe('AwaitDelivery');
    expect(visited(7).find(({ name }) => name === 'ProcessPayment')).toEqual({
      name: 'ProcessPayment',
      visits: 1,
      enteredAt: '2025-07-09T10:30:02.000Z',
      leftAt: '2025-07-09T10:30:03.000Z',
    });
  });

  test('counts what was gone through twice, and says the most attempts', () => {
    const [first, second] = lived('Order Created', 'Order Validated');
    const at = (ordinal: number, attempts: number) => ({
      name: 'GenerateShippingLabel' as const,
      ordinal,
      enteredAt: first!.at,
      exitedAt: second!.at,
      attempts,
    });
    const map = mapOf(fold([first!, { ...second!, states: [at(1, 1), at(2, 3)] }]));
    const label = 'GenerateShippingLabel';
    expect(map.states.find(({ name }) => name === label)).toMatchObject({ visits: 2, attempts: 3 });
    expect(map.edges.find(({ from, to }) => from === label && to === label)?.taken).toBe(1);
  });
});

describe('the money', () => {
  const moneyAfter = (...types: Parameters<typeof caseOf>[0]) => {
    const { view, events } = caseOf(types);
    return moneyOf(view, events);
  };
  const BEFORE = ['Order Created', 'Order Validated', 'Inventory Reserved'] as const;
  const nothing = { currency: 'USD', total: 59.98, charged: 0, refunded: 0, outstanding: 0, atStake: 0 };

  test.each<[string, Parameters<typeof caseOf>[0], object]>([
    ['to be taken', [...BEFORE], { outstanding: 59.98 }],
    ['held', [...BEFORE, 'Payment Authorized'], { authorized: 59.98, outstanding: 59.98 }],
    ['taken, and nothing shipped', [...BEFORE, 'Payment Completed'], { charged: 59.98, atStake: 59.98 }],
    ['taken, and shipped', [...BEFORE, 'Payment Completed', 'Shipment Created'], { charged: 59.98 }],
    ['lost', [...BEFORE, 'Payment Completed', 'Shipment Created', 'Shipment Lost'], { charged: 59.98, atStake: 59.98 }],
    ['given back', [...BEFORE, 'Payment Completed', 'Payment Refunded'], { charged: 59.98, refunded: 59.98 }],
  ])('%s', (_what, types, expected) => {
    expect(moneyAfter(...types)).toEqual({ ...nothing, ...expected });
  });

  test('of an order without events, and of one that was refused', () => {
    expect(moneyOf(undefined, [])).toEqual({ charged: 0, refunded: 0, outstanding: 0, atStake: 0 });
    expect(moneyAfter('Order Validation Failed')).toEqual({ charged: 0, refunded: 0, outstanding: 0, atStake: 0 });
  });
});

test('the customer is told of each thing once', () => {
  const events = lived(
    'Order Created',
    'Inventory Reserved',
    'Decision Made',
    'Customer Notified',
    'Shipment Delivered',
  );
  expect(toldOf(events)).toEqual([
    { at: events[1]!.at, key: `notify-accepted#${ORDER}`, about: `Your order ${ORDER} is accepted` },
    { at: events[3]!.at, key: `notify#${ORDER}`, about: `Your order ${ORDER} is on its way` },
    { at: events[4]!.at, key: `notify-delivered#${ORDER}-S1`, about: `Your order ${ORDER} was delivered` },
  ]);
});

describe('the links', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const events = lived('Order Created').map((event) => ({ ...event, traceparent }));
  const own = { self: `/orders/${ORDER}`, events: `/orders/${ORDER}/events` };

  test('lead to the workflow and to the trace of what placed it', () => {
    const elsewhere = {
      temporalUi: 'https://ui.example.com/',
      namespace: 'shop.a1b2',
      trace: 'https://t.example.com/{traceId}?x',
    };
    expect(storyLinks(ORDER, events, elsewhere)).toEqual({
      ...own,
      workflow: `https://ui.example.com/namespaces/shop.a1b2/workflows/order-${ORDER}`,
      trace: 'https://t.example.com/4bf92f3577b34da6a3ce929d0e0e4736?x',
    });
  });

  test('are left out where nothing is configured, or there is no trace', () => {
    expect(storyLinks(ORDER, events, { namespace: 'default' })).toEqual(own);
    expect(storyLinks(ORDER, lived('Order Created'), { namespace: 'default', trace: 'https://t/{traceId}' })).toEqual(
      own,
    );
  });
});

describe('the breakers', () => {
  const row = (dependency: BreakerRow['dependency'], state: BreakerRow['state'], openUntil?: string): BreakerRow => ({
    dependency,
    state,
    worker: 'w',
    failures: 1,
    updatedAt: '',
    ...(openUntil !== undefined && { openUntil }),
  });

  test.each<[Parameters<typeof caseOf>[0], string[]]>([
    [['Order Created'], []],
    [['Order Created', 'Order Validated', 'Inventory Reserved'], ['payment']],
    [['Order Created', 'Warehouse Allocated'], ['carrier']],
    [
      ['Order Created', 'Attention Needed'],
      ['payment', 'carrier'],
    ],
    [
      ['Order Created', { type: 'Order Delayed', data: { ...SAMPLES['Order Delayed'].data, dependency: 'carrier' } }],
      ['carrier'],
    ],
    [['Order Created', 'Attention Needed', 'Order Cancelled'], []],
  ])('after %j an order needs %j', (types, needed) => {
    expect(neededBy(caseOf(types).view)).toEqual(needed);
  });

  test('are shown where they are not closed, as the worst of the processes sees them', () => {
    const rows = [
      row('payment', 'CLOSED'),
      row('payment', 'OPEN', '2025-07-09T10:31:00.000Z'),
      row('payment', 'OPEN', '2025-07-09T10:32:00.000Z'),
      row('carrier', 'HALF_OPEN'),
      row('supplier', 'OPEN'),
    ];
    expect(openBreakers(['payment', 'carrier', 'warehouse'], rows)).toEqual([
      { dependency: 'payment', state: 'OPEN', openUntil: '2025-07-09T10:32:00.000Z' },
      { dependency: 'carrier', state: 'HALF_OPEN' },
    ]);
  });
});

test.each([
  ['charge#ORD-1#1 was refused...', 'charge 1 was refused'],
  ['"void-charge#ORD-1" (reserve#ORD-1#2#3): no', '"void-charge" (reserve 2): no'],
  [' . ', ''],
  ['a. b . c', 'a. b . c'],
  // as long as a trace of a stack of another company's may be
  [`${'a-'.repeat(50_000)} ${'. '.repeat(50_000)}!  `, `${'a-'.repeat(50_000)} ${'. '.repeat(50_000)}!`],
])('what somebody else said is told without keys and stops, %#', (said, expected) =>
  expect(plain(said)).toBe(expected),
);

test('of many products the first ones are named, and the others counted', () => {
  const items = Array.from({ length: 9 }, (_, n) => ({ productId: `P${n}`, quantity: n + 1 }));
  expect(listed(items)).toBe('1 × P0, 2 × P1, 3 × P2, 4 × P3, 5 × P4, 6 × P5 and 3 other products');
  expect(listed(items.slice(0, 7))).toMatch(/5 × P4, 6 × P5, 7 × P6$/);
  expect(listed(items.slice(0, 1))).toBe('1 × P0');
});
