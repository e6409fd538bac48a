import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderView } from '../../src/domain/projection';
import type { Sent, Stack } from '../support/shuffle/stack';
import { becomes } from '../../scripts/lib/wait';
import { endStateOf } from '../support/shuffle/end-state';
import { type Life, livesOf } from '../support/shuffle/lives';
import { startStack } from '../support/shuffle/stack';

/** `npm run prove` takes the full size. */
const ORDERS = process.env['WAYBILL_PROVE'] ? 200 : 40;
/** WAYBILL_SHUFFLE=<seed> repeats an order of events. */
const SEED = Number(process.env['WAYBILL_SHUFFLE'] ?? Date.now() % 1_000_000);
const COPIES = 3;
/** Senders at once. */
const SENDERS = 8;

jest.setTimeout(600_000);

const lives = livesOf(ORDERS);

/** Runs something in a world of its own. */
async function inStack<T>(run: (stack: Stack) => Promise<T>): Promise<T> {
  const stack = await startStack();
  try {
    return await run(stack);
  } finally {
    await stack.stop();
  }
}

async function eachAtOnce<T>(all: readonly T[], call: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await call(one);
  };
  await Promise.all(Array.from({ length: SENDERS }, work));
}

/** Waits until every order is where it should be. */
async function until(stack: Stack, isThere: (view: OrderView | undefined, life: Life) => boolean): Promise<void> {
  let last: (OrderView | undefined)[] = [];
  const areThere = async () => {
    const views = await stack.views();
    last = lives.map(({ orderId }) => views.get(orderId));
    return last.every((view, i) => isThere(view, lives[i]!));
  };
  if (await becomes(areThere, { timeoutMs: 200_000, intervalMs: 500 })) return;
  const late = lives.flatMap((life, i) =>
    isThere(last[i], life) ? [] : [`${life.orderId}: ${last[i]?.status} in ${last[i]?.currentState}, not ${life.end}`],
  );
  throw new Error(`seed ${SEED}: ${late.length} orders did not come where they should, like ${late[0]}`);
}

const RESTING = new Set<string | undefined>([undefined, 'AwaitDelivery']);
const isEnded = (view: OrderView | undefined, { end }: Life) => view?.status === end && RESTING.has(view.currentState);

/** Every event once, each when the one before it has had its effect. */
const inOrder = () =>
  inStack(async (stack) => {
    const events = new Map<string, Sent[]>();
    await eachAtOnce(lives, async ({ placed }) => {
      for (const event of placed) expect(await stack.post(event)).toBe('ACCEPTED');
    });
    await until(stack, (view, life) => isEnded(view, life) || view?.currentState === 'AwaitDelivery');
    const views = await stack.views();
    await eachAtOnce(lives, async (life) => {
      const view = views.get(life.orderId);
      const carried = view?.shipments[0] ? life.carried(view.shipments[0].trackingNumber) : [];
      for (const event of carried) expect(await stack.post(event)).toBe('ACCEPTED');
      events.set(life.orderId, [...life.placed, ...carried]);
    });
    await until(stack, isEnded);
    return { events: [...events.values()].flat(), end: await endStateOf(stack, lives) };
  });

/** Every event three times, in any order, by queue or over HTTP, one of the copies out of the archive. */
const shuffled = (events: readonly Sent[], random: () => number) =>
  inStack(async (stack) => {
    const copies = events.flatMap((event) =>
      Array.from({ length: COPIES }, (_, i) => (i === 0 ? replayOf(event) : event)),
    );
    const answers: string[] = [];
    const sent = shuffle(copies, random).map((event) => ({ event, overHttp: random() < 0.3 }));
    await eachAtOnce(sent, async ({ event, overHttp }) => {
      if (overHttp) answers.push(await stack.post(event));
      else await stack.enqueue(event);
    });
    await until(stack, isEnded);
    const inbox = async () =>
      (await stack.rows('INBOX_TABLE')).filter(({ eventId }) => String(eventId).startsWith('event '));
    const taken = async () => (await inbox()).filter(({ state }) => state === 'TAKEN').length;
    await becomes(async () => (await taken()) === events.length, { timeoutMs: 90_000 });
    expect(await taken()).toBe(events.length);
    expect(await inbox()).toHaveLength(events.length);
    // copies that are still on their way have no effect either
    await sleep(2000);
    const end = await endStateOf(stack, lives);
    return { answers, end, deadLetters: await stack.deadLetters() };
  });

const replayOf = (event: Sent): Sent => ({
  ...event,
  id: `replayed-${event.id}`,
  detail: { ...event.detail, replay: { name: 'failed-orders-replay-1', eventId: event.id } },
});

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffle<T>(all: readonly T[], random: () => number): T[] {
  const result = [...all];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

test(`${ORDERS} orders' worth of events, three times each and in any order, come to the same end as in order and once`, async () => {
  process.stdout.write(`shuffle: WAYBILL_SHUFFLE=${SEED} repeats it\n`);
  const { events, end } = await inOrder();
  expect(end.orders.map((order) => order?.status)).toEqual(lives.map((life) => life.end));
  expect(end.effects.length).toBeGreaterThan(ORDERS);

  const again = await shuffled(events, randomOf(SEED));
  expect(again.deadLetters).toEqual([]);
  expect(again.end.orders).toEqual(end.orders);
  expect(again.end.stock).toEqual(end.stock);
  expect(again.end.effects).toEqual(end.effects);
  // it was a shuffle: some came early, some again
  const answers = [...new Set(again.answers)];
  expect(answers).toEqual(expect.arrayContaining(['ACCEPTED', 'DUPLICATE', 'PARKED']));
  expect(answers).not.toContain('REJECTED');
});
