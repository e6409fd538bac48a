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

let bench: OrderBench;
beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());

/** Another engine, in the present, for one that has gone far into the future. */
async function stayInThePresent(): Promise<void> {
  if ((await bench.env.currentTimeMs()) < LATEST) return;
  await bench.teardown();
  bench = await createOrderBench();
}

/** One life: what happens to an order, how it is brought to its end, and what must hold then. */
async function live(schedule: Schedule): Promise<void> {
  await stayInThePresent();
  const stage = await open(bench, schedule);
  try {
    for (const { afterS, action } of schedule.actions) {
      await pass(stage, afterS);
      await act(stage, action);
    }
    await expectSound(stage, await drain(stage));
    await replayRuns(bench.env, workflowIdOf(stage.orderId));
  } finally {
    // one that did not end is not to go on among the next ones
    await bench.env.client.workflow
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
