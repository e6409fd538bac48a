import { CancellationScope } from '@temporalio/workflow';
import type { LatePaymentInput } from './messages';
import { bookkeeping, undoing } from './activities';
import { failureOf, hasReason, isFinal } from './failure';
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
  const { charge } = finding;
  const { orderId } = payment;
  await refundSurely({ key: keys.refund(charge.chargeKey), orderId, ...charge });
  await bookkeeping.recordLatePayment({ ...payment, ...charge });
  return { outcome: 'REFUNDED' };
}

type Refund = Parameters<typeof undoing.refundPayment>[0];

/**
 * What does not work for long is told to operations, once, and tried on; what the company refuses for good as well, and
 * then the workflow fails: the same event sent again starts it anew.
 */
async function refundSurely(refund: Refund): Promise<void> {
  for (let isTold = false; ;) {
    try {
      return await undoing.refundPayment(refund);
    } catch (error) {
      if (!hasReason(error)) continue;
      if (!isTold) await bookkeeping.reportLatePayment({ ...refund, error: failureOf(error).message });
      isTold = true;
      if (isFinal(error)) throw error;
    }
  }
}
