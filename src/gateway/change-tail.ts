import { AsyncResource } from 'node:async_hooks';
import type { OrderMark, OrderReader } from './ports';
import type { OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';
import { eventsOf, following, inBatches, inLoads, inWaves, type Need, needOf } from './tail-loads';
import { pauseAfter, paceOf, TICK_MS, tickAfter } from './tail-pace';

/** Milliseconds that one who comes waits for others to be read together with. */
const GATHER_MS = 10;

export interface Watch {
  orderId: OrderId;
  /** the last event that the watcher has */
  after: number;
  /** as it was looked up */
  progress?: OrderMark | undefined;
  /** Gets what follows, without gaps. @returns whether more can be taken; if not, it is told when with `resume` */
  take(events: readonly OrderEvent[]): boolean;
  /** The order is over, and all of it was given. @param sequence of its last event */
  end(sequence: number): void;
}

export interface Watching {
  resume(): void;
  leave(): void;
}

/** One loop that follows the orders that somebody watches. */
export interface ChangeTail {
  /**
   * How far an order is; read together with everything else that is due.
   *
   * @returns undefined when the read model does not have it
   * @throws StepError SERVICE_UNAVAILABLE
   */
  look(orderId: OrderId): Promise<OrderMark | undefined>;
  watch(watch: Watch): Watching;
}

type Watcher = Omit<Watch, 'orderId' | 'progress'> & { isReady: boolean };

interface Watched {
  orderId: OrderId;
  watchers: Set<Watcher>;
  /** how far it is, as far as was seen */
  progress: OrderMark;
  /** milliseconds of the clock that only goes on */
  changedAt: number;
  dueAt: number;
}

interface Question {
  answer(progress: OrderMark | undefined): void;
  refuse(error: unknown): void;
}

/**
 * Reads how far the watched orders are, all of them together, and the events of those that went on, once, whoever and
 * however many watch. What cannot be read is read later; nobody gets an event twice, or one before the one before it.
 * Without watchers nothing is read.
 */
export function createChangeTail(p: {
  reader: Pick<OrderReader, 'readSequences' | 'readEvents'>;
  onError(error: unknown): void;
}): ChangeTail {
  const orders = new Map<OrderId, Watched>();
  const asked = new Map<OrderId, Question[]>();
  /** who has news to get without a look at how far the order is */
  const woken = new Set<Watched>();
  /** rounds in a row in which something could not be read */
  let failedRounds = 0;
  /** of the round under way */
  let troubles: unknown[] = [];
  let timer: { at: number; timeout: NodeJS.Timeout } | undefined;
  let isRunning = false;

  /** Rounds are for all: they have neither the trace nor the log fields of whoever happened to need the first. */
  const runApart = AsyncResource.bind(run);

  /** Sees to it that there is a round when the next thing is due, and not later because more comes. */
  function schedule(): void {
    if (isRunning) return;
    const at = nextRoundAt();
    if (timer && timer.at <= at) return;
    clearTimeout(timer?.timeout);
    const wait = Math.max(0, at - performance.now());
    timer = Number.isFinite(at) ? { at, timeout: setTimeout(runApart, wait) } : undefined;
  }

  function nextRoundAt(): number {
    if (asked.size > 0 || woken.size > 0) return performance.now() + GATHER_MS;
    let at = Number.POSITIVE_INFINITY;
    for (const { dueAt } of orders.values()) at = Math.min(at, dueAt);
    return at;
  }

  function run(): void {
    timer = undefined;
    isRunning = true;
    void round()
      .catch(p.onError)
      .finally(() => {
        isRunning = false;
        schedule();
      });
  }

  async function round(): Promise<void> {
    const now = performance.now();
    const due = [...orders.values()].filter(({ dueAt }) => dueAt <= now);
    const behind = new Set([...due, ...woken]);
    woken.clear();
    troubles = [];
    await inWaves(inBatches([...new Set([...due.map(({ orderId }) => orderId), ...asked.keys()])]), readProgress);
    await deliver(behind);
    failedRounds = troubles.length > 0 ? failedRounds + 1 : 0;
    if (troubles.length > 0) p.onError(troubles[0]);
  }

  async function readProgress(orderIds: OrderId[]): Promise<void> {
    try {
      const found = await p.reader.readSequences(orderIds);
      for (const orderId of orderIds) {
        const progress = found.get(orderId);
        const order = orders.get(orderId);
        if (order) {
          note(order, progress);
          order.dueAt = nextLook(order);
        }
        for (const { answer } of take(asked, orderId)) answer(progress);
      }
    } catch (error) {
      failed(orderIds, error);
      for (const { refuse } of orderIds.flatMap((orderId) => take(asked, orderId))) refuse(error);
    }
  }

  function note(order: Watched, progress: OrderMark | undefined): void {
    // a reading may be older than one before it
    if (!progress || progress.sequence < order.progress.sequence) return;
    if (progress.sequence > order.progress.sequence) order.changedAt = performance.now();
    order.progress = progress;
  }

  function failed(orderIds: OrderId[], error: unknown): void {
    troubles.push(error);
    const dueAt = tickAfter(performance.now(), pauseAfter(failedRounds + 1));
    for (const orderId of orderIds) {
      const order = orders.get(orderId);
      if (order) order.dueAt = dueAt;
    }
  }

  /** Brings watchers up to where their order is, page by page; what is not there yet comes in a later round. */
  async function deliver(candidates: Set<Watched>): Promise<void> {
    for (const order of candidates) endThrough(order);
    while (candidates.size > 0) {
      const loads = inLoads([...candidates].map(needOf).filter(({ keys }) => keys.length > 0));
      candidates.clear();
      await inWaves(loads, async (load) => {
        for (const order of await deliverLoad(load)) candidates.add(order);
      });
    }
  }

  /** @returns the orders of which something was delivered, and of which there may be more */
  async function deliverLoad(load: Need<Watched>[]): Promise<Watched[]> {
    try {
      const events = await p.reader.readEvents(load.flatMap(({ keys }) => keys));
      return load.map(({ order }) => order).filter((order) => give(order, eventsOf(order, events)));
    } catch (error) {
      failed(
        load.map(({ order }) => order.orderId),
        error,
      );
      return [];
    }
  }

  function give(order: Watched, inOrder: OrderEvent[]): boolean {
    let isGiven = false;
    for (const watcher of order.watchers) {
      if (!watcher.isReady) continue;
      const news = following(watcher.after, inOrder);
      const last = news.at(-1);
      if (!last) continue;
      watcher.after = last.sequence;
      watcher.isReady = watcher.take(news);
      isGiven = true;
    }
    endThrough(order);
    return isGiven;
  }

  /** Lets those go that have all of an order that is over. */
  function endThrough(order: Watched): void {
    if (!order.progress.isOver) return;
    for (const watcher of order.watchers)
      if (watcher.isReady && watcher.after >= order.progress.sequence) {
        leave(order, watcher);
        watcher.end(order.progress.sequence);
      }
  }

  function leave(order: Watched, watcher: Watcher): void {
    order.watchers.delete(watcher);
    if (order.watchers.size > 0) return;
    woken.delete(order);
    // there may be another under the same id by now
    if (orders.get(order.orderId) === order) orders.delete(order.orderId);
    if (orders.size === 0 && asked.size === 0) rest();
    schedule();
  }

  function rest(): void {
    clearTimeout(timer?.timeout);
    timer = undefined;
  }

  function wake(order: Watched): void {
    woken.add(order);
    schedule();
  }

  return {
    async look(orderId) {
      const { progress } = orders.get(orderId) ?? {};
      if (progress && progress.sequence > 0) return progress;
      return new Promise((answer, refuse) => {
        asked.set(orderId, [...(asked.get(orderId) ?? []), { answer, refuse }]);
        schedule();
      });
    },

    watch({ orderId, progress = { sequence: 0, isOver: false }, ...watch }) {
      const now = performance.now();
      const isNew = { orderId, watchers: new Set<Watcher>(), progress, changedAt: now, dueAt: tickAfter(now, TICK_MS) };
      const order = orders.get(orderId) ?? isNew;
      orders.set(orderId, order);
      const watcher = { ...watch, isReady: true };
      order.watchers.add(watcher);
      note(order, progress);
      wake(order);
      return {
        resume() {
          watcher.isReady = true;
          if (order.watchers.has(watcher)) wake(order);
        },
        leave: () => leave(order, watcher),
      };
    },
  };
}

const nextLook = ({ changedAt }: Watched): number => {
  const now = performance.now();
  return tickAfter(now, paceOf(now - changedAt));
};

function take(asked: Map<OrderId, Question[]>, orderId: OrderId): Question[] {
  const questions = asked.get(orderId) ?? [];
  asked.delete(orderId);
  return questions;
}
