import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { NewEvent } from '../domain/events';
import type { OrderRun } from './order-run';
import { record } from './record';

/** Requirements A5: shipping starts within 30 minutes, and who is at risk of missing it is seen before. */
const AT_RISK_AFTER_S = 20 * 60;
const BREACHED_AFTER_S = 30 * 60;

/** Watches over the promise until it is kept, or the order waits for somebody else than us. */
export function watchPromise(run: OrderRun): void {
  const scope = new CancellationScope({ cancellable: true });
  run.waive = () => scope.cancel();
  void scope
    .run(() => watch(run))
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
}

async function watch(run: OrderRun): Promise<void> {
  await sleep(AT_RISK_AFTER_S * 1000);
  await tell(run, { type: 'Order At Risk', data: { afterS: AT_RISK_AFTER_S } });
  await sleep((BREACHED_AFTER_S - AT_RISK_AFTER_S) * 1000);
  await tell(run, { type: 'Promise Breached', data: { afterS: BREACHED_AFTER_S } });
}

/** Not to be cut short: the event takes its number. */
function tell(run: OrderRun, event: NewEvent): Promise<unknown> {
  const key = `${event.type === 'Order At Risk' ? 'risk' : 'breach'}#${run.acceptance.submission.orderId}`;
  return CancellationScope.nonCancellable(() => record(run, key, event));
}
