import type { OrderRun } from './order-run';
import type { ReturnCase } from './life';
import { record } from './record';

/** Nothing of it comes any more. */
export async function expireReturn(run: OrderRun, one: ReturnCase): Promise<void> {
  const { returnId } = one;
  one.status = 'EXPIRED';
  await record(run, `return-expired#${returnId}`, { type: 'Return Expired', data: { returnId } });
}
