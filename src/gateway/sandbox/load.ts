import type { OrderStatus } from '../../domain/states';
import type { SandboxOrder } from './orders';
import type { SandboxScenario } from './scenarios';
import { createMixer } from './mixer';

/** What load is to be made. */
export interface LoadPlan {
  ratePerSecond: number;
  durationSeconds: number;
  /** how often each scenario comes, by its id, in proportion to the others */
  mix: Record<string, number>;
}

/** How the load that is made, or was made last, stands. Times are ISO 8601. */
export interface LoadReport extends Partial<LoadPlan> {
  state: 'IDLE' | 'RUNNING';
  startedAt?: string;
  /** when the last order is due, or was */
  endsAt?: string;
  /** orders that were taken */
  placed: number;
  /** orders that nobody confirmed; some may have been taken nevertheless */
  failed: number;
  /** orders that were due, and not placed because too many before them were not answered */
  skipped: number;
  underWay: number;
  /** how the orders stood that were taken, when they were answered */
  outcomes: { status: OrderStatus; orders: number }[];
  /** why the last one failed that did */
  lastFailure?: string;
}

/** Orders that are under way at once, at most. */
const MAX_UNDER_WAY = 200;
/** Customers that the orders are of, in turn. */
const CUSTOMERS = 50;

interface Run {
  plan: LoadPlan;
  startedAt: number;
  endsAt: number;
  /** orders that came due */
  due: number;
  placed: number;
  failed: number;
  skipped: number;
  underWay: Set<Promise<void>>;
  outcomes: Map<OrderStatus, number>;
  lastFailure?: string;
}

/**
 * Places orders of the sandbox at a rate, for a time; one load at a time.
 *
 * @param p.place places an order and answers how it stands then
 */
export function createLoad(p: {
  place: (order: SandboxOrder) => Promise<OrderStatus>;
  scenarios: readonly SandboxScenario[];
}) {
  const orders = new Map(p.scenarios.map(({ id, order }) => [id, order]));
  let run: Run | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function placeOne(into: Run, id: string): Promise<void> {
    const customerId = `CUST-LOAD-${(into.due % CUSTOMERS) + 1}`;
    try {
      const status = await p.place({ ...orders.get(id)!, customerId });
      into.placed += 1;
      into.outcomes.set(status, (into.outcomes.get(status) ?? 0) + 1);
    } catch (error) {
      into.failed += 1;
      into.lastFailure = error instanceof Error ? error.message : String(error);
    }
  }

  function begin(into: Run, id: string): void {
    into.due += 1;
    if (into.underWay.size >= MAX_UNDER_WAY) return void (into.skipped += 1);
    const placing = placeOne(into, id).finally(() => into.underWay.delete(placing));
    into.underWay.add(placing);
  }

  /** Places what is due by now, and comes again for the next one. */
  function goOn(into: Run, next: () => string): void {
    const { ratePerSecond, durationSeconds } = into.plan;
    const elapsedMs = Math.min(Date.now() - into.startedAt, durationSeconds * 1000);
    // the first at once, the last before the end
    const dueByNow = Math.min(Math.floor((elapsedMs * ratePerSecond) / 1000) + 1, ordersOf(into.plan));
    while (into.due < dueByNow) begin(into, next());
    if (into.due >= ordersOf(into.plan)) return void (timer = undefined);
    const dueAt = into.startedAt + (into.due * 1000) / ratePerSecond;
    timer = setTimeout(() => goOn(into, next), Math.max(1, dueAt - Date.now()));
  }

  function stop(): void {
    if (!timer || !run) return;
    clearTimeout(timer);
    timer = undefined;
    run.endsAt = Date.now();
  }

  return {
    report: (): LoadReport => reportOf(run, timer !== undefined),

    /** The ids in a mix that no scenario has. */
    unknownIn: (mix: LoadPlan['mix']): string[] => Object.keys(mix).filter((id) => !orders.has(id)),

    /**
     * @param plan of scenarios that there are
     * @returns false when load is made already
     */
    start(plan: LoadPlan): boolean {
      if (timer) return false;
      const startedAt = Date.now();
      const endsAt = startedAt + plan.durationSeconds * 1000;
      const counts = { due: 0, placed: 0, failed: 0, skipped: 0 };
      run = { plan, startedAt, endsAt, ...counts, underWay: new Set(), outcomes: new Map() };
      goOn(run, createMixer(plan.mix));
      return true;
    },

    /** Places no more; those that are under way go on. */
    stop,

    /** Places no more, and waits for those that are under way. */
    async close(): Promise<void> {
      stop();
      if (run) await Promise.all(run.underWay);
    },
  };
}

const ordersOf = ({ ratePerSecond, durationSeconds }: LoadPlan): number =>
  Math.max(1, Math.floor(ratePerSecond * durationSeconds));

function reportOf(run: Run | undefined, isRunning: boolean): LoadReport {
  if (!run) return { state: 'IDLE', placed: 0, failed: 0, skipped: 0, underWay: 0, outcomes: [] };
  const { plan, startedAt, endsAt, placed, failed, skipped, underWay, outcomes, lastFailure } = run;
  return {
    state: isRunning ? 'RUNNING' : 'IDLE',
    ...plan,
    startedAt: new Date(startedAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    placed,
    failed,
    skipped,
    underWay: underWay.size,
    outcomes: [...outcomes].map(([status, orders]) => ({ status, orders })),
    ...(lastFailure !== undefined && { lastFailure }),
  };
}
