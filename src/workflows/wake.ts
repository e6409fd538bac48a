import { getExternalWorkflowHandle, type SignalDefinition } from '@temporalio/workflow';
import type { ReadyOrder } from '../activities/allocation';
import { stockArrivedSignal } from './messages';
import { workflowIdOf } from '../domain/ids';

/** How many are woken at one time. */
const WAKE_AT_ONCE = 50;

/** Wakes orders that have all they waited for. */
export async function wakeOrders(orders: readonly ReadyOrder[]): Promise<void> {
  for (let i = 0; i < orders.length; i += WAKE_AT_ONCE) {
    const some = orders.slice(i, i + WAKE_AT_ONCE);
    await Promise.all(
      some.map(({ orderId, productId }) => tell(workflowIdOf(orderId), stockArrivedSignal, { productId })),
    );
  }
}

/** Tells a workflow, where there is one that still listens. */
export async function tell<T>(workflowId: string, signal: SignalDefinition<[T]>, news: T): Promise<void> {
  // an external signal fails for one reason only: nobody is there any more
  await getExternalWorkflowHandle(workflowId)
    .signal(signal, news)
    .catch(() => undefined);
}
