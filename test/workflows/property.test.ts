import fc from 'fast-check';
import type { Schedule } from '../support/property/schedule';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { drain, pass } from '../support/property/drain';
import { act } from '../support/property/act';
import { expectSound } from '../support/property/verdict';
import { replayRuns } from '../support/runs';
import { open } from '../support/property/stage';
import { schedules } from '../support/property/schedule';
import { workflowIdOf } from '../../src/domain/ids';

/** What a failure printed, to have it again: `WAYBILL_SCHEDULE='{"seed":1,"path":"2"}'`; then it is shrunk as well. */
const REPEATED = process.env['WAYBILL_SCHEDULE'];
const NUM_RUNS = process.env['WAYBILL_PROVE'] ? 1_000 : 50;

/** The engine's clock only goes on, some years with each order; centuries from now it hangs on local steps that are tried again. */
const LATEST = Date.UTC(2200, 0);
/** Milliseconds, of ours, after which an order that has not come to its end stands still. */
const STANDSTILL_MS = 120_000;

let bench: OrderBench;
/** engines that stood still */
const abandoned: Promise<void>[] = [];
beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(async () => {
  await bench.teardown();
  await Promise.all(abandoned);
  if (abandoned.length > 0)
    console.log(`orders led anew, as the time-skipping engine stood still: ${abandoned.length}`);
}, 300_000);

/** Another engine, in the present, for one that has gone far into the future. */
async function stayInThePresent(): Promise<void> {
  if ((await bench.env.currentTimeMs()) < LATEST) return;
  await bench.teardown();
  bench = await createOrderBench();
}

/**
 * One life. The time-skipping engine stands still now and then, one time in hundreds of orders, with nothing to do for
 * anybody: the same life is led once more on another engine, and must come to its end there.
 */
async function live(schedule: Schedule): Promise<void> {
  await stayInThePresent();
  if (await comesToItsEnd(schedule)) return;
  bench = await createOrderBench();
  if (!(await comesToItsEnd(schedule))) throw new Error('the order stood still twice');
}

/** @returns false when it stands still */
async function comesToItsEnd(schedule: Schedule): Promise<boolean> {
  const life = lead(bench, schedule).then(() => true);
  let timer: NodeJS.Timeout | undefined;
  const standstill = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), STANDSTILL_MS)));
  const isThere = await Promise.race([life, standstill]).finally(() => clearTimeout(timer));
  if (!isThere) abandoned.push(bench.abandon(life));
  return isThere;
}

/** What happens to an order, how it is brought to its end, and what must hold then. */
async function lead(on: OrderBench, schedule: Schedule): Promise<void> {
  const stage = await open(on, schedule);
  try {
    for (const { afterS, action } of schedule.actions) {
      await pass(stage, afterS);
      await act(stage, action);
    }
    await expectSound(stage, await drain(stage));
    await replayRuns(on.env, workflowIdOf(stage.orderId));
  } finally {
    // one that did not end is not to go on among the next ones
    await on.env.client.workflow
      .getHandle(workflowIdOf(stage.orderId))
      .terminate()
      .catch(() => undefined);
  }
}

test('whatever happens to an order, in whatever order, the books balance at its end', async () => {
  const how = REPEATED ? (JSON.parse(REPEATED) as { seed: number; path: string }) : { seed: 20250709 };
  await fc.assert(fc.asyncProperty(schedules, live), {
    numRuns: REPEATED ? 1 : NUM_RUNS,
    endOnFailure: !REPEATED,
    ...how,
  });
}, 3_600_000);
