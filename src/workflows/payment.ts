import { sleep } from '@temporalio/workflow';
import type { ChargeOutcome } from '../activities/ports';
import type { Order, Shipment } from '../domain/order';
import type { OrderRun } from './order-run';
import type { Saga } from './saga';
import { amountOf } from '../domain/order';
import { failureOf, hasReason } from './failure';
import { keys } from '../domain/ids';
import { payment, undoing } from './activities';

export type PaymentResult = { status: 'SUCCESS' } | { status: 'FAILED'; reason: string };

/** PaymentDeclined: one retry after 1 s. */
const DECLINE_RETRIES = 1;

/** One charge under one key: what is known of its outcome decides how it is undone. */
interface Charge {
  key: string;
  amount: number;
  outcome?: ChargeOutcome;
  failure?: string;
}

/** ProcessPayment: charges what ships. A new key is taken only after a known decline. */
export async function processPayment(
  { run, saga }: { run: OrderRun; saga: Saga },
  { order, shipments }: { order: Order; shipments: Shipment[] },
): Promise<PaymentResult> {
  const amount = amountOf(
    order,
    shipments.flatMap(({ lines }) => lines),
  );
  const leave = run.log.enter('ProcessPayment');
  // goods that cost nothing after the tolerated cent are not charged: providers refuse a charge of nothing
  if (amount === 0) return finish(leave, 0, { status: 'SUCCESS' });

  let attempts = 0;
  for (let n = 1; ; n++) {
    const charge: Charge = { key: keys.charge(order.orderId, n), amount };
    saga.undoWith(() => undoCharge(run, order, charge));
    attempts += await tryCharge(order, charge);
    if (charge.outcome?.kind === 'CHARGED') {
      noteCharged(run, order, charge);
      return finish(leave, attempts, { status: 'SUCCESS' });
    }
    const declined = charge.outcome?.kind === 'DECLINED';
    if (!declined || n > DECLINE_RETRIES)
      return finish(leave, attempts, { status: 'FAILED', reason: reasonOf(charge) });
    await sleep('1s');
  }
}

function finish(leave: (attempts: number) => void, attempts: number, result: PaymentResult): PaymentResult {
  leave(attempts);
  return result;
}

const reasonOf = ({ outcome, failure }: Charge): string =>
  outcome?.kind === 'DECLINED' ? outcome.reason : (failure ?? 'the payment provider did not answer');

/** Tries one charge until its outcome is known or its time is up; without anybody's word it was never tried, so again. */
async function tryCharge(order: Order, charge: Charge): Promise<number> {
  const { orderId, currency, paymentMethod } = order;
  const { key, amount } = charge;
  const request = { key, orderId, amount, currency, paymentMethod };
  for (let round = 1; ; round++) {
    try {
      const step = round > 1 ? { ...request, lookUpFirst: true } : request;
      const { attempts, ...outcome } = await payment.processPayment(step);
      charge.outcome = outcome;
      return attempts;
    } catch (error) {
      if (!hasReason(error)) continue;
      const failure = failureOf(error);
      charge.failure = failure.message;
      return failure.attempts;
    }
  }
}

/** Gives back what was charged; an unknown outcome is settled by voiding the key before anything else is given back. */
async function undoCharge(run: OrderRun, order: Order, charge: Charge): Promise<void> {
  const { orderId, currency } = order;
  const { key: chargeKey } = charge;
  if (charge.outcome?.kind === 'DECLINED') return;
  if (!charge.outcome) {
    const voided = await undoing.voidPayment({ key: chargeKey, orderId });
    if (voided.kind === 'VOIDED') return run.log.note({ type: 'Payment Voided', data: { chargeKey } });
    charge.outcome = voided;
    noteCharged(run, order, charge);
  }
  const { amount } = charge.outcome;
  await undoing.refundPayment({ key: keys.refund(chargeKey), chargeKey, orderId, amount, currency });
  run.log.note({ type: 'Payment Refunded', data: { chargeKey, amount, currency } });
}

function noteCharged(run: OrderRun, { currency }: Order, { key: chargeKey, outcome }: Charge): void {
  if (outcome?.kind !== 'CHARGED') return;
  const { paymentId, amount } = outcome;
  run.log.note({ type: 'Payment Completed', data: { chargeKey, paymentId, amount, currency } });
}
