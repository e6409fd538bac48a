import type { Finding } from '../../domain/reconciliation';
import type { OrderEvent } from '../../domain/events';
import type { ReconciliationDeps } from './deps';
import { paymentFinding, paymentsIn } from '../../domain/reconciliation';

/**
 * Payments that an order's events tell of since a time (ISO 8601; absent: ever), asked for at the payment company; one that
 * was told just now may not be in its books yet.
 */
export async function findUnknownPayments(
  { statements, limits, now }: Pick<ReconciliationDeps, 'statements' | 'limits' | 'now'>,
  { events, since = '' }: { events: readonly OrderEvent[]; since?: string },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const settledAt = new Date(Date.parse(now()) - limits.settledAfterS * 1000).toISOString();
  for (const payment of paymentsIn(events).filter(({ at }) => at >= since && at <= settledAt)) {
    const charge = await statements.readCharge(payment);
    if (!charge) findings.push(paymentFinding(payment, events));
  }
  return findings;
}
