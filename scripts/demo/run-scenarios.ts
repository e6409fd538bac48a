import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../lib/scenario';
import { follow, type Run, type RunDeps } from './run';
import type { Shop } from './shop';

/** between two orders: all at once would only wait for each other */
const PAUSE_MS = 150;

export interface ScenariosDeps extends RunDeps {
  /** sets right what a scenario has moved, also once nobody watches any more */
  restoring: Shop;
}

/** Runs side by side those that leave each other alone, then the others one by one. */
export async function runScenarios(runs: readonly Run[], deps: ScenariosDeps): Promise<void> {
  const start = (run: Run) => follow(Object.assign(run, { startedAt: performance.now(), waits: false }), deps);
  const together = runs.filter(({ scenario }) => !scenario.alone);
  await Promise.all(together.map((run, i) => sleep(i * PAUSE_MS).then(() => start(run))));
  for (const run of runs) {
    const { alone } = run.scenario;
    if (!alone || deps.signal.aborted) continue;
    try {
      await callAll(deps.shop, alone.before ?? [], run);
      await start(run);
    } finally {
      await callAll(deps.restoring, alone.restore, run);
    }
  }
}

async function callAll(shop: Shop, calls: readonly Call[], { orderId }: Run): Promise<void> {
  for (const call of calls) await shop.call(call, orderId);
}
