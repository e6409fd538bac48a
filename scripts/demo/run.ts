import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '../../src/gateway/ports';
import type { Scenario } from '../lib/scenarios';
import { Trouble } from '../bootstrap/trouble.cjs';
import { fillIn } from '../lib/scenario-calls';
import { createProgress, type Progress } from './progress';
import type { Shop, ShownEvent, ShownOrder } from './shop';

/** all orders of the demo are asked about */
const POLL_MS = 400;
/** pm_down and an outage take 30 s on an idle machine */
const PATIENCE_MS = 180_000;
/** nothing more happens to an order that has ended otherwise than it should */
const AT_REST_MS = 30_000;
/** a gateway that is reloaded answers again before */
const RELOAD_MS = 15_000;

/** One order of the demo: what is known of it so far. Times are milliseconds of the same clock. */
export interface Run {
  scenario: Scenario;
  orderId: string;
  startedAt: number;
  endedAt?: number;
  /** its turn has not come yet */
  waits?: boolean;
  /** statuses of the answers to placing it; none over the bus */
  answers: number[];
  order?: ShownOrder;
  /** once it has ended */
  journal?: JournalEntry[];
  /** up to the order as it is known */
  events?: ShownEvent[];
  /** why it was not placed */
  notRun?: string;
  /** why it is not known how it ended */
  trouble?: string;
}

export interface RunDeps {
  shop: Shop;
  /** puts an `Order Placed` on the bus; absent where no bus is known */
  publish?: (order: object) => Promise<void>;
  /** something is known that was not */
  onChange: (run: Run) => void;
  signal: AbortSignal;
  /** milliseconds without a good answer after which the system is given up */
  reloadMs?: number;
  /** milliseconds after which an order at rest does not go on any more */
  atRestMs?: number;
}

const ENDS: ReadonlySet<string> = new Set([
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'RETURNED',
  'PAYMENT_FAILED',
  'FULFILLMENT_FAILED',
  'INVENTORY_UNAVAILABLE',
  'VALIDATION_FAILED',
]);

/** Whether nothing more happens to an order by itself: it is over, or its parcels are with the carrier. */
export const hasEnded = ({ status, states }: Pick<ShownOrder, 'status' | 'states'>): boolean =>
  ENDS.has(status) && states.every(({ name, exitedAt }) => exitedAt !== null || name === 'AwaitDelivery');

/**
 * Places an order, does to it what its scenario says, and follows it to its end; what goes wrong with that is noted in
 * the run.
 *
 * @throws Trouble when it is the system, and not the order, that something is wrong with
 */
export async function follow(run: Run, deps: RunDeps): Promise<void> {
  const progress = createProgress(run.scenario);
  try {
    await place(run, deps);
    await takeSteps(run, progress, deps);
    deps.onChange(run);
    await untilEnded(run, progress, deps);
    run.journal = await deps.shop.journal(run.orderId);
  } catch (error) {
    if (deps.signal.aborted) return;
    if (error instanceof Trouble) throw error;
    run.trouble = error instanceof Error ? error.message : String(error);
  }
  run.endedAt = performance.now();
  deps.onChange(run);
}

async function place({ scenario, orderId, answers }: Run, { shop, publish }: RunDeps): Promise<void> {
  const order = { orderId, ...scenario.order };
  if (scenario.via === 'EventBridge') return publish?.(order);
  const times = scenario.via === 'http, three times at once' ? 3 : 1;
  answers.push(...(await Promise.all(Array.from({ length: times }, () => shop.place(order)))));
}

async function takeSteps({ orderId, order, events = [] }: Run, progress: Progress, { shop }: RunDeps): Promise<void> {
  const trackingNumber = order?.shipments[0]?.trackingNumber;
  const names = { orderId, ...(trackingNumber !== undefined && { trackingNumber }) };
  for (let step = progress.next(events); step; step = progress.next(events))
    await shop.call(fillIn(step.call, names), `${orderId}-${step.n}`);
}

async function untilEnded(run: Run, progress: Progress, deps: RunDeps): Promise<void> {
  const { onChange, signal, reloadMs = RELOAD_MS, atRestMs = AT_REST_MS } = deps;
  const deadline = performance.now() + PATIENCE_MS;
  const look = watcher(run, deps);
  let [answeredAt, changedAt] = [performance.now(), performance.now()];
  while (performance.now() < deadline && !signal.aborted) {
    try {
      const isNew = await look();
      answeredAt = performance.now();
      if (isNew) changedAt = answeredAt;
    } catch (error) {
      if (performance.now() - answeredAt > reloadMs) throw error;
    }
    await takeSteps(run, progress, deps);
    if (progress.isOver(run.events ?? [])) return;
    onChange(run);
    if (run.order && hasEnded(run.order) && performance.now() - changedAt > atRestMs) return missing(run, progress);
    await sleep(POLL_MS);
  }
  throw new Error(`${run.order ? 'did not end' : 'did not become an order'} within ${PATIENCE_MS / 1000} s`);
}

/** @returns a look at the order, which answers whether there is anything new of it */
function watcher(run: Run, { shop }: RunDeps): () => Promise<boolean> {
  let known: string | undefined;
  return async () => {
    const order = await shop.order(run.orderId);
    const now = JSON.stringify(order);
    if (!order || now === known) return false;
    run.events = await shop.events(run.orderId);
    // once more: the order is never behind its events; where it is ahead of them, the next look finds them
    run.order = (await shop.order(run.orderId)) ?? order;
    known = now;
    return true;
  };
}

/** @throws Error unless how it ended tells already */
function missing({ order, scenario }: Run, progress: Progress): void {
  if (order?.status === scenario.end) throw new Error(`ended without \`${progress.awaited()}\``);
}
