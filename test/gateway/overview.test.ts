import type { HourReport, BreakerRow } from '../../src/gateway/ports';
import type { OrderId } from '../../src/domain/ids';
import type { OrderView } from '../../src/domain/projection';
import type { OverviewSources, WatchEntry, WatchList } from '../../src/gateway/overview-ports';
import { closeGateways, createGateway, NO_COUNTS } from './support';
import { createOverview } from '../../src/gateway/overview';
import { DEAD_LETTER_CLASSES } from '../../src/domain/dead-letters';
import { gate } from '../support/contracts/condition';
import { ORDER_STATUSES } from '../../src/domain/states';
import { overviewExample } from '../../src/gateway/overview-example';
import { StepError } from '../../src/domain/failures';

const NOW = Date.parse('2025-07-09T10:30:00.000Z');
const PARTS = ['states', 'hours', 'promise', 'attention', 'decisions', 'cases', 'deadLetters', 'breakers', 'queues'];

// timers are the machine's: only the clock is ours
beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick'], now: NOW }));
afterEach(async () => {
  jest.useRealTimers();
  await closeGateways();
});

const passTime = (ms: number) => jest.setSystemTime(Date.now() + ms);
const outOfReach = async (): Promise<never> => {
  throw new StepError('SERVICE_UNAVAILABLE', 'out of reach');
};

const NO_LIST: WatchList = { orders: 0, oldest: [] };
const NOTHING: OverviewSources = {
  states: async () => ({}),
  hours: async () => [],
  watch: { late: async () => NO_LIST, inStatus: async () => NO_LIST },
  readView: async () => undefined,
  openCases: async () => 0,
  deadLetters: async () => [],
  breakers: async () => [],
  queues: async () => [],
  workers: async () => [],
};

/** An overview, with how often each of its sources was read and which parts failed. */
function setUp(changes: Partial<OverviewSources> = {}, patienceMs = 200) {
  const sources = { ...NOTHING, ...changes };
  const reads: Record<string, number> = {};
  const failures: string[] = [];
  const counted = <Args extends unknown[], T>(name: string, read: (...args: Args) => Promise<T>) => {
    return (...args: Args) => {
      reads[name] = (reads[name] ?? 0) + 1;
      return read(...args);
    };
  };
  const overview = createOverview({
    sources: {
      states: counted('states', sources.states),
      hours: counted('hours', sources.hours),
      watch: {
        late: counted('late', sources.watch.late),
        inStatus: counted('inStatus', sources.watch.inStatus),
      },
      readView: counted('readView', sources.readView),
      openCases: counted('openCases', sources.openCases),
      deadLetters: counted('deadLetters', sources.deadLetters),
      breakers: counted('breakers', sources.breakers),
      queues: counted('queues', sources.queues),
      workers: counted('workers', sources.workers),
    },
    onFailure: (part) => void failures.push(part),
    patienceMs,
  });
  return { overview, reads, failures };
}

test('of an installation where nothing happened: every status, class, company and hour, at zero', async () => {
  const { overview, failures } = setUp();
  const shown = await overview.read();
  expect(shown.states).toEqual(ORDER_STATUSES.map((status) => ({ status, orders: 0 })));
  expect(shown.deadLetters.map((count) => count.class)).toEqual(DEAD_LETTER_CLASSES);
  expect(shown.breakers).toHaveLength(5);
  expect(new Set(shown.breakers.map(({ state }) => state))).toEqual(new Set(['CLOSED']));
  expect(shown.hours).toHaveLength(24);
  expect([shown.hours[0]?.hour, shown.hours.at(-1)?.hour]).toEqual([
    '2025-07-08T11:00:00.000Z',
    '2025-07-09T10:00:00.000Z',
  ]);
  const { open, shipped, delivered, cancelled, failed, returned } = NO_COUNTS;
  const standings = { open, shipped, delivered, cancelled, failed, returned };
  expect(shown.lastHour).toEqual({ placed: 0, standings, revenue: [] });
  expect([shown.unavailable, failures]).toEqual([[], []]);
});

test('the hours have their figures, and the last two of them are the last hour', async () => {
  const hourly = (hour: string, delivered: number): HourReport => ({
    hour,
    orders: { ...NO_COUNTS, placed: delivered + 1, delivered, failed: 1 },
    money: [{ currency: 'USD', charged: 5998 * delivered, refunded: 100 }],
    started: delivered,
    startedAfterMs: delivered * 500,
  });
  const asked: object[] = [];
  const { overview } = setUp({
    hours: async (range) => {
      asked.push(range);
      return [hourly('2025-07-09T08', 5), hourly('2025-07-09T09', 1), hourly('2025-07-09T10', 2)];
    },
  });
  const { hours, lastHour } = await overview.read();
  expect(asked).toEqual([{ from: '2025-07-08T11', to: '2025-07-09T10' }]);
  expect(hours.map(({ placed }) => placed)).toEqual([...Array<number>(21).fill(0), 6, 2, 3]);
  expect(lastHour).toEqual({
    placed: 5,
    standings: { open: 0, shipped: 0, delivered: 3, cancelled: 0, failed: 2, returned: 0 },
    successRate: 0.6,
    averageStartSeconds: 0.5,
    revenue: [{ currency: 'USD', charged: 179.94, refunded: 2 }],
  });
});

const entry = (orderId: string, minute: number): WatchEntry => {
  const at = new Date(NOW - (60 - minute) * 60_000).toISOString();
  return { orderId: orderId as OrderId, createdAt: at, updatedAt: at };
};

const viewOf = ({ orderId, updatedAt, createdAt }: WatchEntry, more: Partial<OrderView>): OrderView =>
  ({
    orderId,
    updatedAt,
    createdAt,
    status: 'RESERVED',
    currentState: 'ProcessPayment',
    shipments: [],
    ...more,
  }) as unknown as OrderView;

describe('what somebody should look at', () => {
  const [first, second, third, fourth] = [entry('A', 1), entry('B', 2), entry('C', 3), entry('D', 4)];
  const late = new Map([
    ['B', viewOf(second, { lateSince: 's2', delayed: { dependency: 'payment', since: 's', until: 'u' } })],
    ['A', viewOf(first, { lateSince: 's1', status: 'PAID' })],
    // it shipped since it was listed, and so did the next one, late
    ['C', viewOf(third, { status: 'SHIPPED' })],
    ['D', viewOf(fourth, { status: 'SHIPPED', lateSince: 's4', shipments: [{}] as OrderView['shipments'] })],
  ]);
  const watch: OverviewSources['watch'] = {
    late: async ({ promise }) =>
      promise === 'BREACHED' ? { orders: 7, oldest: [second] } : { orders: 2, oldest: [first, third, fourth] },
    inStatus: async () => NO_LIST,
  };

  test('the late ones are listed oldest first, with the reason; one that moved on meanwhile is not', async () => {
    const { overview } = setUp({ watch, readView: async (orderId) => late.get(orderId) });
    expect((await overview.read()).promise).toEqual({
      atRisk: 2,
      breached: 7,
      orders: [
        { orderId: 'A', status: 'PAID', since: 's1', reason: 'Paid, and about to be shipped.' },
        {
          orderId: 'B',
          status: 'RESERVED',
          since: 's2',
          reason: 'Waiting for the payment company, which is out of order: tried again at u.',
        },
      ],
    });
  });

  test('at most ten are shown, the oldest', async () => {
    const entries = Array.from({ length: 10 }, (_, i) => entry(`R${i}`, i));
    const older = Array.from({ length: 4 }, (_, i) => entry(`B${i}`, i - 10));
    const { overview, reads } = setUp({
      watch: {
        ...watch,
        late: async ({ promise, limit }) => {
          expect(limit).toBe(10);
          return promise === 'BREACHED' ? { orders: 4, oldest: older } : { orders: 99, oldest: entries };
        },
      },
      readView: async (orderId) => viewOf(entry(orderId, 0), { lateSince: 's' }),
    });
    const { promise } = await overview.read();
    expect(promise.orders.map(({ orderId }) => orderId)).toEqual('B0 B1 B2 B3 R0 R1 R2 R3 R4 R5'.split(' '));
    expect(reads['readView']).toBe(10);
  });

  test('an order that did not change is not read again; one that did is', async () => {
    let now = second;
    const { overview, reads } = setUp({
      watch: { ...watch, late: async ({ promise }) => ({ orders: 1, oldest: promise === 'BREACHED' ? [now] : [] }) },
      readView: async () => viewOf(now, { lateSince: 's', status: now === second ? 'RESERVED' : 'PAID' }),
    });
    await overview.read();
    passTime(2000);
    await overview.read();
    expect(reads['readView']).toBe(1);
    now = { ...second, updatedAt: new Date(NOW).toISOString() };
    passTime(2000);
    expect((await overview.read()).promise.orders).toMatchObject([{ status: 'PAID' }]);
    expect(reads['readView']).toBe(2);
  });

  test('those that wait for a decision say since when and what does not work', async () => {
    const attention = { step: 'refund', error: 'the bank refuses it', since: 'then' } as OrderView['attention'];
    const { overview } = setUp({
      watch: { ...NOTHING.watch, inStatus: async () => ({ orders: 1, oldest: [first] }) },
      readView: async () => viewOf(first, { status: 'NEEDS_ATTENTION', ...(attention && { attention }) }),
      openCases: async () => 3,
    });
    expect((await overview.read()).attention).toEqual({
      orders: 1,
      openCases: 3,
      oldest: [
        {
          orderId: 'A',
          status: 'NEEDS_ATTENTION',
          since: 'then',
          reason: 'Somebody has to decide: refund does not work (the bank refuses it).',
        },
      ],
    });
  });
});

test('those that wait for a choice are apart from them, with how long and until when', async () => {
  const until = '2025-07-10T10:30:00.000Z';
  const asked: WatchEntry = { orderId: 'B' as OrderId, createdAt: 'then', updatedAt: 'then' };
  let isAsked = true;
  const { overview } = setUp({
    watch: {
      ...NOTHING.watch,
      inStatus: async ({ status }) =>
        status === 'PENDING_DECISION'
          ? { orders: 12, oldest: [{ ...asked, updatedAt: isAsked ? 'then' : 'later' }] }
          : NO_LIST,
    },
    readView: async () =>
      viewOf(asked, {
        status: 'PENDING_DECISION',
        currentSince: '2025-07-09T10:00:00.000Z',
        ...(isAsked && { decision: { choices: ['WAIT', 'CANCEL'], until } }),
      }),
  });
  const { attention, decisions } = await overview.read();
  expect(attention.oldest).toEqual([]);
  expect(decisions).toEqual({
    orders: 12,
    oldest: [
      {
        orderId: 'B',
        status: 'PENDING_DECISION',
        since: '2025-07-09T10:00:00.000Z',
        until,
        reason: 'A part is there: the customer decides until 10:30 UTC on 10 July 2025.',
      },
    ],
  });
  // it is decided, and the index is a moment behind
  isAsked = false;
  passTime(5000);
  expect((await overview.read()).decisions.oldest).toEqual([]);
});

test('a company is shown as the worst of the processes sees it, until the last of them tries again', async () => {
  const row = (changes: Partial<BreakerRow>): BreakerRow => ({
    dependency: 'payment',
    worker: 'w',
    state: 'OPEN',
    failures: 3,
    updatedAt: 'then',
    ...changes,
  });
  const { overview } = setUp({
    breakers: async () => [
      row({ openUntil: '2025-07-09T10:30:20.000Z' }),
      row({ openUntil: '2025-07-09T10:30:50.000Z' }),
      row({ state: 'HALF_OPEN', openUntil: '2025-07-09T11:00:00.000Z' }),
      row({ dependency: 'carrier', state: 'CLOSED' }),
    ],
  });
  const { breakers } = await overview.read();
  expect(breakers.slice(0, 2)).toEqual([
    { dependency: 'payment', state: 'OPEN', openUntil: '2025-07-09T10:30:50.000Z' },
    { dependency: 'carrier', state: 'CLOSED' },
  ]);
});

describe('what it costs', () => {
  test('however many look, it is read once in 2 s, and once at a time', async () => {
    const slow = gate();
    const { overview, reads } = setUp({
      states: async () => {
        await slow.opened;
        return {};
      },
    });
    const many = Array.from({ length: 50 }, () => overview.read());
    slow.open();
    const all = await Promise.all(many);
    expect(new Set(all).size).toBe(1);
    passTime(1999);
    expect(await overview.read()).toBe(all[0]);
    const once = {
      states: 1,
      hours: 1,
      late: 2,
      inStatus: 2,
      openCases: 1,
      deadLetters: 1,
      breakers: 1,
      queues: 1,
      workers: 1,
    };
    expect(reads).toEqual(once);
    passTime(1);
    expect(await overview.read()).not.toBe(all[0]);
    expect(reads).toEqual({ ...once, states: 2, late: 4, inStatus: 4, breakers: 2 });
  });

  test('a clock that is set back by an hour holds nothing up', async () => {
    const { overview, reads } = setUp();
    await overview.read();
    passTime(-3_600_000);
    expect((await overview.read()).at).toBe(new Date(Date.now()).toISOString());
    expect(reads).toMatchObject({ states: 2, hours: 2, queues: 2 });
  });

  test('in a minute of looking without a pause the queues are measured six times, the rest ten or thirty', async () => {
    const { overview, reads } = setUp();
    for (let second = 0; second < 60; second++) {
      await overview.read();
      passTime(1000);
    }
    expect(reads).toEqual({
      states: 30,
      late: 60,
      inStatus: 60,
      breakers: 30,
      // each time that 5 s are over when somebody looks, which is every 2 s
      hours: 10,
      openCases: 10,
      deadLetters: 10,
      queues: 6,
      workers: 10,
    });
  });

  test('nobody looks, nothing is read', async () => {
    const { reads } = setUp();
    passTime(60_000);
    expect(reads).toEqual({});
  });
});

describe('a part that cannot be read', () => {
  const failing = (part: string): Partial<OverviewSources> => {
    if (part === 'promise') return { watch: { ...NOTHING.watch, late: outOfReach } };
    const status = { attention: 'NEEDS_ATTENTION', decisions: 'PENDING_DECISION' }[part];
    const inStatus: OverviewSources['watch']['inStatus'] = async (p) => (p.status === status ? outOfReach() : NO_LIST);
    if (status !== undefined) return { watch: { ...NOTHING.watch, inStatus } };
    return { [part === 'cases' ? 'openCases' : part]: outOfReach };
  };

  test.each(PARTS)('%s: it is named, the others are there, and it is told once', async (part) => {
    const { overview, failures } = setUp(failing(part));
    expect((await overview.read()).unavailable).toEqual([part]);
    passTime(2000);
    expect((await overview.read()).unavailable).toEqual([part]);
    expect(failures).toEqual([part]);
  });

  test('all of them: the overview is there all the same', async () => {
    const all = Object.assign({}, ...PARTS.map(failing)) as Partial<OverviewSources>;
    const { overview } = setUp({ ...all, watch: { late: outOfReach, inStatus: outOfReach } });
    expect((await overview.read()).unavailable).toEqual(PARTS);
  });

  test('it keeps its last value, is asked for again at once, and is told of again when it fails again', async () => {
    let isUp = true;
    const { overview, failures, reads } = setUp({ openCases: async () => (isUp ? 4 : outOfReach()) });
    const casesNow = async () => {
      const { attention, unavailable } = await overview.read();
      return [attention.openCases, unavailable];
    };
    expect(await casesNow()).toEqual([4, []]);
    isUp = false;
    passTime(6000);
    expect(await casesNow()).toEqual([4, ['cases']]);
    isUp = true;
    passTime(2000);
    expect(await casesNow()).toEqual([4, []]);
    isUp = false;
    passTime(6000);
    expect(await casesNow()).toEqual([4, ['cases']]);
    expect([failures, reads['openCases']]).toEqual([['cases', 'cases'], 4]);
  });

  test('one that hangs holds up nobody, is not begun twice, and counts when it comes', async () => {
    const hanging = gate();
    const { overview, reads, failures } = setUp(
      {
        queues: async () => {
          await hanging.opened;
          return [{ queue: 'order-intake-queue', waiting: 1, inFlight: 0, dead: 0 }];
        },
      },
      20,
    );
    expect(await overview.read()).toMatchObject({ unavailable: ['queues'], queues: [] });
    passTime(2000);
    expect(await overview.read()).toMatchObject({ unavailable: ['queues'], queues: [] });
    expect(reads['queues']).toBe(1);
    hanging.open();
    await hanging.opened;
    await new Promise((resolve) => setImmediate(resolve));
    passTime(2000);
    expect(await overview.read()).toMatchObject({ unavailable: [], queues: [{ waiting: 1 }] });
    expect([reads['queues'], failures]).toEqual([1, []]);
  });
});

test('GET /overview answers what the desk says', async () => {
  jest.useRealTimers();
  const { inject } = createGateway();
  const answer = await inject({ url: '/overview' });
  expect([answer.statusCode, answer.json()]).toEqual([200, overviewExample]);
});
