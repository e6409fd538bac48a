import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '../../src/gateway/ports';
import type { Scenario } from '../lib/scenarios';
import { Trouble } from '../bootstrap/trouble.cjs';
import type { Shop, ShownEvent, ShownOrder } from './shop';

const POLL_MS = 250;
/** pm_down takes 30 s on an idle machine */
const PATIENCE_MS = 180_000;
/** a gateway that is reloaded answers again before */
const RELOAD_MS = 15_000;

/** One order of the demo: what is known of it so far. Times are milliseconds of the same clock. */
export interface Run {
  scenario: Scenario;
  orderId: string;
  startedAt: number;
  endedAt?: number;
  /** statuses of the answers to placing it; none over the bus */
  answers: number[];
  order?: ShownOrder;
  /** once it has ended */
  journal?: JournalEntry[];
  /** once it has ended */
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
}

const ENDS: ReadonlySet<string> = new Set([
  'SHIPPED',
  'PAYMENT_FAILED',
  'FULFILLMENT_FAILED',
  'INVENTORY_UNAVAILABLE',
  'VALIDATION_FAILED',
]);

/** Whether an order has come to where a scenario ends: the customer told, or nothing more to happen to it. */
export const hasEnded = ({ status, states }: ShownOrder): boolean =>
  ENDS.has(status) && states.every(({ name, exitedAt }) => exitedAt !== null || name === 'AwaitDelivery');

/**
 * Places an order and follows it to its end; what goes wrong with that is noted in the run.
 *
 * @throws Trouble when it is the system, and not the order, that something is wrong with
 */
export async function follow(run: Run, deps: RunDeps): Promise<void> {
  try {
    await place(run, deps);
    deps.onChange(run);
    await untilEnded(run, deps);
    run.journal = await deps.shop.journal(run.orderId);
    run.events = await deps.shop.events(run.orderId);
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

async function untilEnded(run: Run, { shop, onChange, signal, reloadMs = RELOAD_MS }: RunDeps): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  let answeredAt = performance.now();
  while (performance.now() < deadline && !signal.aborted) {
    try {
      const order = await shop.order(run.orderId);
      answeredAt = performance.now();
      if (order && JSON.stringify(order) !== JSON.stringify(run.order)) {
        run.order = order;
        if (hasEnded(order)) return;
        onChange(run);
      }
    } catch (error) {
      if (performance.now() - answeredAt > reloadMs) throw error;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`${run.order ? 'did not end' : 'did not become an order'} within ${PATIENCE_MS / 1000} s`);
}
