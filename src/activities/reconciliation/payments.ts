import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Finding, ToldPayment } from '../../domain/reconciliation';
import type { OrderEvent } from '../../domain/events';
import type { ReconciliationDeps } from './deps';
import { FAILURES, StepError } from '../../domain/failures';
import { paymentFinding, paymentsIn } from '../../domain/reconciliation';

/** How often one payment is asked for in place. */
const TRIES = 3;
/** So many in a row that cannot be asked for, and the company is out of order: the step fails, and is tried again. */
const DOWN_AFTER = 20;

export interface PaymentsLook {
  findings: Finding[];
  /** a payment could not be asked for: nothing is said of it, and a later run asks again */
  isUnasked: boolean;
}

/**
 * Asks the payment company, for all orders of one step: what cannot be asked for is left out, unless nothing can.
 */
export function createPaymentLook({
  statements,
  limits,
  now,
}: Pick<ReconciliationDeps, 'statements' | 'limits' | 'now'>) {
  let inARow = 0;

  /** `undefined` when it could not be asked for. */
  async function isKnown(payment: ToldPayment, tries = 1): Promise<boolean | undefined> {
    Context.current().heartbeat();
    try {
      const charge = await statements.readCharge(payment);
      inARow = 0;
      return charge !== undefined;
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (tries < TRIES) {
        await delay(limits.askAgainMs * tries);
        return isKnown(payment, tries + 1);
      }
      inARow += 1;
      if (inARow >= DOWN_AFTER) throw error;
      return undefined;
    }
  }

  /**
   * Payments that an order's events tell of since a time (ISO 8601; absent: ever); one that was told just now may not be in
   * the company's books yet.
   */
  return async ({ events, since = '' }: { events: readonly OrderEvent[]; since?: string }): Promise<PaymentsLook> => {
    const look: PaymentsLook = { findings: [], isUnasked: false };
    const settledAt = new Date(Date.parse(now()) - limits.settledAfterS * 1000).toISOString();
    for (const payment of paymentsIn(events).filter(({ at }) => at >= since && at <= settledAt)) {
      const known = await isKnown(payment);
      if (known === false) look.findings.push(paymentFinding(payment, events));
      if (known === undefined) look.isUnasked = true;
    }
    return look;
  };
}

/** An open circuit says that the company is out of order for all. */
const mayPass = (error: unknown): boolean =>
  error instanceof StepError && error.type !== 'CIRCUIT_OPEN' && FAILURES[error.type].retryable;
