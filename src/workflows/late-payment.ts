import { CancellationScope } from '@temporalio/workflow';
import type { LatePaymentInput } from './messages';
import { bookkeeping, undoing } from './activities';
import { keys } from '../domain/ids';

/** What became of a late success. */
export interface LatePaymentEnd {
  outcome: 'REFUNDED' | 'ACCOUNTED';
}

/**
 * A success that came when its order had closed: unless the order counted it in time it goes back, under the key that
 * the order itself would have used, and both are written behind the order's last event. Takes as long as it takes.
 */
export function latePaymentWorkflow(payment: LatePaymentInput): Promise<LatePaymentEnd> {
  return CancellationScope.nonCancellable(() => giveBack(payment));
}

async function giveBack(payment: LatePaymentInput): Promise<LatePaymentEnd> {
  const finding = await bookkeeping.lookUpLatePayment(payment);
  if (finding.kind === 'accounted') return { outcome: 'ACCOUNTED' };
  const { chargeKey } = finding;
  const { orderId, amount, currency } = payment;
  await undoing.refundPayment({ key: keys.refund(chargeKey), chargeKey, orderId, amount, currency });
  await bookkeeping.recordLatePayment({ ...payment, chargeKey });
  return { outcome: 'REFUNDED' };
}
