import type { Books, LateRefund, Messenger, OrderRecord } from './ports';
import type { Cause } from '../domain/cause';
import type { EventBatch, OrderEvent, Payment } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { BookkeepingDeps } from './step';
import { StepError } from '../domain/failures';
import { asStep, postEffect } from './step';
import { causedBy } from '../domain/cause';
import { keys } from '../domain/ids';
import { lineageOf } from '../domain/events';

/** A success that came after its order had closed, in minor units. */
export interface LatePayment extends Payment {
  orderId: OrderId;
  paymentId: string;
  /** the event that tells of it */
  cause?: Cause;
}

/** Whether an order counted a payment as charged, and the key of the charge that it was for. */
export type LateFinding = { kind: 'accounted' } | { kind: 'late'; charge: Payment };

/** What becomes of money that comes for a closed order. */
export function createLatePaymentActivities(deps: BookkeepingDeps & { messenger: Messenger }) {
  const { books, messenger } = deps;
  return {
    /** Key and amount are those that the order's own events name with the payment, whatever somebody tells of it. */
    lookUpLatePayment: asStep(async (payment: LatePayment): Promise<LateFinding> => {
      const { chargeKey, amount, currency } = payment;
      const charge = (await chargeOf(books, payment)) ?? { chargeKey, amount, currency };
      const accounted = await books.readLedger(charge.chargeKey);
      return accounted ? { kind: 'accounted' } : { kind: 'late', charge };
    }),

    /** Tells operations that money lies at the company that is not ours, and cannot be given back. */
    reportLatePayment: asStep((report: LateRefund) => messenger.reportLateRefund(report)),

    /**
     * Writes down that a payment came and went back, after the last event that the order has: once, however many others
     * write at the same time.
     */
    recordLatePayment: asStep(async ({ orderId, cause, ...payment }: LatePayment): Promise<void> => {
      const { chargeKey, amount, currency } = payment;
      const batch = await batchAfterEnd(books, orderId, [
        { type: 'Payment Completed', data: { ...payment, late: true }, ...causedBy(cause) },
        { type: 'Payment Refunded', data: { chargeKey, amount, currency } },
      ]);
      await postEffect(deps, batch, { key: keys.latePayment(chargeKey) });
    }),
  };
}

async function chargeOf(books: Books, payment: LatePayment): Promise<Payment | undefined> {
  const { orderId } = payment;
  const view = await books.readView(orderId);
  const events = await books.readEvents({ orderId, from: 1, to: view?.sequence ?? 0 });
  return events.map((event) => chargeIn(event, payment)).find((charge) => charge !== undefined);
}

function chargeIn(event: OrderEvent, { paymentId, chargeKey }: LatePayment): Payment | undefined {
  switch (event.type) {
    case 'Payment Pending':
    case 'Payment Authorized':
    case 'Payment Completed': {
      const { chargeKey: key, amount, currency } = event.data;
      const isIt = event.data.paymentId === paymentId || key === chargeKey;
      return isIt ? { chargeKey: key, amount, currency } : undefined;
    }
    default:
      return undefined;
  }
}

/** A batch as the order's own run would write it next. */
async function batchAfterEnd(books: Books, orderId: OrderId, events: EventBatch['events']): Promise<EventBatch> {
  const [record, view] = await Promise.all([books.readOrder(orderId), books.readView(orderId)]);
  if (!record || !view)
    throw new StepError('VIEW_OUT_OF_STEP', `order ${orderId} is stored without a view, or not at all`);
  const { runId, order } = record;
  const last = await books.readEvents({ orderId, from: view.sequence, to: view.sequence });
  const named = { ...addresseeOf(order), ...last.map(correlationOf)[0] };
  return { orderId, runId, ...named, firstSequence: view.sequence + 1, events, states: [] };
}

/** as all events of the order have it; their traces differ */
const correlationOf = (event: OrderEvent): Pick<EventBatch, 'correlationId'> => {
  const { correlationId } = lineageOf(event);
  return { correlationId };
};

const addresseeOf = (order: OrderRecord['order']): Pick<EventBatch, 'customerId' | 'channels'> => ({
  ...(order && { customerId: order.customerId }),
  ...(order?.channels && { channels: order.channels }),
});
