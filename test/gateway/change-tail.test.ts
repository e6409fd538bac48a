import fc from 'fast-check';
import type { EventKey, OrderMark } from '../../src/gateway/ports';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { createChangeTail } from '../../src/gateway/change-tail';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Orders in memory, behind calls that are counted and can fail, or give only a part. */
function createWorld() {
  const orders = new Map<OrderId, OrderMark>();
  const calls: { sequences: OrderId[][]; events: EventKey[][] } = { sequences: [], events: [] };
  const world = {
    orders,
    calls,
    errors: [] as unknown[],
    /** milliseconds that a reading takes */
    latency: 0,
    /** asked for each reading, and for each thing in it */
    fails: () => false,
    isStale: () => false,
    append(orderId: OrderId, p: { events?: number; isOver?: boolean } = {}) {
      const { sequence = 0 } = orders.get(orderId) ?? {};
      orders.set(orderId, { sequence: sequence + (p.events ?? 1), isOver: p.isOver ?? false });
    },
    forgetCalls() {
      calls.sequences.length = 0;
      calls.events.length = 0;
    },
    count: () => calls.sequences.length + calls.events.length,
  };
  async function answered<T>(answer: () => T): Promise<T> {
    if (world.latency > 0) await new Promise((resolve) => setTimeout(resolve, world.latency));
    if (world.fails()) throw new Error('the tables are away');
    return answer();
  }
  const reader = {
    readSequences: (orderIds: readonly OrderId[]) => {
      calls.sequences.push([...orderIds]);
      return answered(
        () =>
          new Map(
            orderIds.flatMap((orderId) => {
              const progress = orders.get(orderId);
              if (!progress) return [];
              const isOld = progress.sequence > 1 && world.isStale();
              return [[orderId, isOld ? { sequence: progress.sequence - 1, isOver: false } : progress]] as const;
            }),
          ),
      );
    },
    readEvents: (keys: readonly EventKey[]) => {
      calls.events.push([...keys]);
      return answered(() =>
        keys
          .filter(({ orderId, sequence }) => sequence <= (orders.get(orderId)?.sequence ?? 0) && !world.isStale())
          .toReversed()
          .map((key) => key as OrderEvent),
      );
    },
  };
  const tail = createChangeTail({ reader, onError: (error) => world.errors.push(error) });
  return { ...world, world, tail };
}

type World = ReturnType<typeof createWorld>;

/** A reader that notes what it gets. */
function follow({ tail }: World, orderId: OrderId, p: { after?: number; canTake?: () => boolean } = {}) {
  const got: number[] = [];
  const seen = { got, ended: undefined as number | undefined, sizes: [] as number[] };
  const watching = tail.watch({
    orderId,
    after: p.after ?? 0,
    take(events) {
      got.push(...events.map(({ sequence }) => sequence));
      seen.sizes.push(events.length);
      return p.canTake?.() ?? true;
    },
    end: (sequence) => void (seen.ended = sequence),
  });
  return Object.assign(seen, watching);
}

const id = (n: number) => `ORD-${n}` as OrderId;
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

test('without watchers nothing is read', async () => {
  const { world } = createWorld();
  await pass(60_000);
  expect(world.count()).toBe(0);
  expect(jest.getTimerCount()).toBe(0);
});

test('a watcher gets what there is, then what comes, then the end; afterwards nothing is read', async () => {
  const made = createWorld();
  const { world } = made;
  world.append(id(1), { events: 3 });
  const seen = follow(made, id(1));
  await pass(1000);
  expect(seen.got).toEqual([1, 2, 3]);
  world.append(id(1), { events: 2 });
  await pass(600);
  expect(seen.got).toEqual(upTo(5));
  expect(seen.ended).toBeUndefined();
  world.append(id(1), { isOver: true });
  await pass(600);
  expect(seen.got).toEqual(upTo(6));
  expect(seen.ended).toBe(6);
  world.forgetCalls();
  await pass(60_000);
  expect(world.count()).toBe(0);
  expect(jest.getTimerCount()).toBe(0);
});

test('an order that is over already ends at once, also for one who has all of it or says it has more', async () => {
  const made = createWorld();
  made.world.append(id(1), { events: 2, isOver: true });
  const seen = [0, 2, 7].map((after) => follow(made, id(1), { after }));
  await pass(1000);
  expect(seen.map(({ got, ended }) => ({ got, ended }))).toEqual([
    { got: [1, 2], ended: 2 },
    { got: [], ended: 2 },
    { got: [], ended: 2 },
  ]);
});

test('an order that is not in the read model yet is waited for', async () => {
  const made = createWorld();
  const seen = follow(made, id(1));
  await pass(20_000);
  made.world.append(id(1), { events: 2 });
  await pass(5000);
  expect(seen.got).toEqual([1, 2]);
});

test('many who watch one order share each reading', async () => {
  const made = createWorld();
  const { world } = made;
  world.append(id(1), { events: 2 });
  const seen = upTo(500).map(() => follow(made, id(1)));
  await pass(450);
  expect(world.calls.events).toEqual([[1, 2].map((sequence) => ({ orderId: id(1), sequence }))]);
  world.forgetCalls();
  world.append(id(1));
  await pass(450);
  expect(world.calls.events).toEqual([[{ orderId: id(1), sequence: 3 }]]);
  expect(world.calls.sequences.length).toBeLessThanOrEqual(2);
  for (const { got } of seen) expect(got).toEqual([1, 2, 3]);
});

test('a thousand orders are read a hundred at a time, and only those that went on are read further', async () => {
  const made = createWorld();
  const { world } = made;
  for (const n of upTo(1000)) world.append(id(n));
  const looks = await Promise.all([pass(100), ...upTo(1000).map((n) => made.tail.look(id(n)))]);
  expect(looks.at(-1)).toEqual({ sequence: 1, isOver: false });
  expect(world.calls.sequences.map(({ length }) => length)).toEqual(upTo(10).map(() => 100));
  const seen = upTo(1000).map((n) => follow(made, id(n), { after: 1 }));
  await pass(1000);
  world.forgetCalls();
  for (const n of upTo(150)) world.append(id(n * 6));
  await pass(300);
  expect(world.calls.sequences.map(({ length }) => length)).toEqual(upTo(10).map(() => 100));
  expect(world.calls.events.map(({ length }) => length)).toEqual([100, 50]);
  expect(seen.filter(({ got }) => got.length === 1)).toHaveLength(150);
});

test('an order that rests is looked at less and less often, and often again when it goes on', async () => {
  const made = createWorld();
  const { world } = made;
  world.append(id(1));
  follow(made, id(1));
  const looksIn = async (ms: number) => {
    world.forgetCalls();
    await pass(ms);
    return world.calls.sequences.length;
  };
  expect(await looksIn(3000)).toBe(10);
  await pass(300_000);
  expect(await looksIn(60_000)).toBeLessThanOrEqual(13);
  world.append(id(1));
  await pass(5000);
  expect(await looksIn(1200)).toBeGreaterThanOrEqual(2);
});

test('those who come all the time put no look off', async () => {
  const made = createWorld();
  const { world } = made;
  const seen = follow(made, id(1));
  world.append(id(1));
  for (let ms = 0; ms < 1000; ms += 5) {
    follow(made, id(2)).leave();
    follow(made, id(1));
    await pass(5);
  }
  expect(seen.got).toEqual([1]);
});

test('look answers undefined for what is not there, and fails when nothing can be read; nobody asks twice at once', async () => {
  const made = createWorld();
  const { world, tail } = made;
  const [, ...found] = await Promise.all([pass(100), tail.look(id(1)), tail.look(id(1))]);
  expect(found).toEqual([undefined, undefined]);
  expect(world.calls.sequences).toEqual([[id(1)]]);
  world.fails = () => true;
  const [refused] = await Promise.allSettled([tail.look(id(1)), pass(100)]);
  expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'the tables are away' } });
  expect(jest.getTimerCount()).toBe(0);
});

test('an outage: nobody is dropped, the pauses grow, it is told once a round, and then all goes on', async () => {
  const made = createWorld();
  const { world } = made;
  for (const n of upTo(300)) world.append(id(n));
  const seen = upTo(300).map((n) => follow(made, id(n)));
  await pass(1000);
  world.fails = () => true;
  world.forgetCalls();
  for (const n of upTo(300)) world.append(id(n), { events: 2 });
  await pass(60_000);
  // three readings a round, a round each five seconds after the first few
  expect(world.calls.sequences.length).toBeLessThanOrEqual(3 * 20);
  expect(world.errors.length).toBeLessThanOrEqual(20);
  expect(world.errors.length).toBeGreaterThan(5);
  for (const { got } of seen) expect(got).toEqual([1]);
  world.fails = () => false;
  await pass(5500);
  for (const { got } of seen) expect(got).toEqual([1, 2, 3]);
});

test('who cannot take more waits, gets no more than a page, holds nobody up, and then has all', async () => {
  const made = createWorld();
  const { world } = made;
  world.append(id(1), { events: 1050 });
  const slow = follow(made, id(1), { canTake: () => false });
  const quick = follow(made, id(1), { after: 1000 });
  await pass(2000);
  expect(slow.got).toEqual(upTo(100));
  expect(quick.got).toEqual(upTo(1050, 1001));
  world.append(id(1), { isOver: true });
  await pass(2000);
  expect(quick.ended).toBe(1051);
  for (let page = 0; page < 11; page++) {
    expect(slow.ended).toBeUndefined();
    slow.resume();
    await pass(50);
  }
  expect(slow.got).toEqual(upTo(1051));
  expect(Math.max(...slow.sizes)).toBe(100);
  slow.resume();
  await pass(50);
  expect(slow.ended).toBe(1051);
  expect(jest.getTimerCount()).toBe(0);
});

test('whatever fails, comes late or out of date, and whoever comes and goes: nothing is left out or comes twice', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), order: fc.nat(7), events: fc.integer({ min: 1, max: 130 }) }),
    fc.record({
      kind: fc.constant('join' as const),
      order: fc.nat(7),
      has: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('close' as const), order: fc.nat(7) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 8000 }) }),
    fc.record({ kind: fc.constant('trouble' as const), fails: fc.nat(3), stale: fc.nat(3), latency: fc.nat(700) }),
  );
  const slowness = fc.infiniteStream(fc.boolean());
  const chance = fc.infiniteStream(fc.nat(3));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), slowness, chance, async (steps, slow, dice) => {
      jest.clearAllTimers(); // of a run that failed before
      const made = createWorld();
      const { world } = made;
      let overfilled = 0;
      const joined: { order: OrderId; after: number; seen: ReturnType<typeof follow>; left?: boolean }[] = [];
      for (const one of steps) {
        const isOver = 'order' in one && world.orders.get(id(one.order))?.isOver;
        if (one.kind === 'append' && !isOver) world.append(id(one.order), { events: one.events });
        // what is over has no further event: not even a second end
        if (one.kind === 'close' && isOver === false) world.append(id(one.order), { isOver: true });
        if (one.kind === 'pass') await pass(one.ms);
        if (one.kind === 'trouble') {
          world.fails = () => dice.next().value! < one.fails;
          world.isStale = () => dice.next().value! < one.stale;
          world.latency = one.latency;
        }
        if (one.kind === 'leave' && joined.length > 0) {
          const leaver = joined[one.which % joined.length]!;
          leaver.seen.leave();
          leaver.left = true;
        }
        if (one.kind === 'join') {
          const order = id(one.order);
          const after = Math.floor(one.has * (world.orders.get(order)?.sequence ?? 0));
          let isFull = false;
          const canTake = (): boolean => {
            if (isFull) overfilled++;
            if (slow.next().value) return true;
            isFull = true;
            setTimeout(() => {
              isFull = false;
              seen.resume();
            }, 1000);
            return false;
          };
          const seen = follow(made, order, { after, canTake });
          joined.push({ order, after, seen });
        }
      }
      Object.assign(world, { fails: () => false, isStale: () => false, latency: 0 });
      await pass(120_000);
      for (const { order, after, seen, left } of joined) {
        const { sequence, isOver } = world.orders.get(order) ?? { sequence: 0, isOver: false };
        const all = upTo(sequence, after + 1);
        expect(seen.got).toEqual(left ? all.slice(0, seen.got.length) : all);
        if (!left) expect(seen.ended).toBe(isOver ? sequence : undefined);
        seen.leave();
      }
      await pass(10_000);
      expect([jest.getTimerCount(), overfilled]).toEqual([0, 0]);
    }),
    { numRuns: 300 },
  );
});
