import { ApplicationFailure } from '@temporalio/workflow';
import type { EndState } from '../domain/states';
import type { EventBatch, Label, NewEvent } from '../domain/events';
import type { OrderRun } from './order-run';
import type { PaymentResult } from './payment';
import type { Shipment, ShipmentLine } from '../domain/order';
import type { Shipped } from '../activities/fulfillment';
import type { StepFailure } from './failure';
import { amountOf } from '../domain/order';
import { bookkeeping, notification, releasing } from './activities';
import { causedBy } from '../domain/cause';
import { capturePayment, processPayment, refund } from './payment';
import { createSaga, type Saga, settleAll } from './saga';
import { CANCELLED, failureOf } from './failure';
import { fulfill, instructPacking } from './fulfillment';
import { type Ended, keep, linesKept, priceOf, reasonOf, valueKept } from './life';
import { flush, record } from './record';
import { keys } from '../domain/ids';
import { offerStock } from './stock';

/** What is reserved, paid and shipped together: all of it, or nothing, and then everything taken is given back. */
export interface Part {
  /** the first part of an order is 1; a back-order that was filled is the next */
  n: number;
  shipments: Shipment[];
  saga: Saga;
  /** Call it before the stock is reserved. */
  releaseWhenUndone(): void;
}

export type PartOutcome =
  | { kind: 'SHIPPED' }
  /** nothing of it is there: it waits for stock */
  | { kind: 'WAITS' }
  | Ended;

/** What tells why a part was given back. */
type EndOfPart = Extract<NewEvent, { type: 'Order Cancelled' | 'Order Fulfillment Failed' | 'Payment Failed' }>;

export function openPart(run: OrderRun): Part {
  const { orderId } = run.acceptance.submission;
  const n = ++run.life.parts;
  const saga = createSaga(run);
  const part: Part = {
    n,
    shipments: [],
    saga,
    releaseWhenUndone: () =>
      saga.undoWith({
        about: () => ({ step: 'ReleaseInventory', key: keys.release(orderId, n) }),
        run: () => releaseInventory(run, part),
      }),
  };
  return part;
}

async function releaseInventory(run: OrderRun, { n, shipments }: Part): Promise<void> {
  const { orderId } = run.acceptance.submission;
  if (shipments.length === 0) return;
  const later = n > 1 ? { part: n } : {};
  const release = (batch: EventBatch) => releasing.releaseInventory({ batch, orderId, shipments, ...later });
  await run.log.append({ events: [{ type: 'Inventory Released', data: { shipments } }], write: release });
  await offerStock(goodsOf({ shipments }));
}

/**
 * Runs the steps of a part that can still be given back, and gives it back when one fails for good, or the order is
 * cancelled. Once it is decided that it ships there is only forward.
 */
export async function orGiveBack(
  run: OrderRun,
  part: Part,
  steps: () => Promise<PartOutcome | Shipped>,
): Promise<PartOutcome> {
  let shipped: Shipped;
  try {
    const outcome = await steps();
    if ('kind' in outcome) return outcome as PartOutcome;
    shipped = outcome;
  } catch (error) {
    const failure = failureOf(error);
    const committed = await decideToGiveBack(run, part, failure);
    if (!committed) return rollbackTransaction(run, part, failure);
    await commitTransaction(run, part, committed);
    shipped = committed;
  }
  run.waive();
  for (const shipment of shipped.shipments)
    await instructPacking(run, { shipment, version: labelOf(shipped, shipment).version ?? 1 });
  await notifyCustomer(run, part, shipped.labels);
  return { kind: 'SHIPPED' };
}

/** From ProcessPayment to CommitTransaction. @param p.isPaid elsewhere */
export async function payAndShip(
  run: OrderRun,
  part: Part,
  p: { isPaid: boolean } = { isPaid: false },
): Promise<PartOutcome | Shipped> {
  run.turnBackIfCancelled();
  const price = priceOf(run.life, goodsOf(part));
  const payment = p.isPaid ? checkPaid(run, price) : await processPayment(run, part.saga, price);
  if (!paymentSuccessful(run, payment)) return paymentFailed(run, part, payment);

  run.turnBackIfCancelled();
  const labels = await startFulfillment(run, part);
  run.turnBackIfCancelled();
  await capturePayment(run);
  run.turnBackIfCancelled();
  const shipped = { shipments: part.shipments, labels };
  await commitTransaction(run, part, shipped);
  return shipped;
}

const goodsOf = ({ shipments }: Pick<Part, 'shipments'>): ShipmentLine[] => shipments.flatMap(({ lines }) => lines);

function checkPaid({ life }: OrderRun, price: number): PaymentResult {
  const { currency } = life.order!;
  const other = life.charges.find((charge) => charge.currency !== currency);
  if (other) return { status: 'FAILED', reason: `it was paid in ${other.currency}, and costs ${currency}` };
  const taken = life.charges.reduce((sum, charge) => sum + charge.taken, 0);
  return taken >= price ? { status: 'SUCCESS' } : { status: 'FAILED', reason: 'less was paid than the goods cost' };
}

/** Of what was paid elsewhere only what ships is kept. */
export async function refundExcess(run: OrderRun): Promise<void> {
  const left = run.life.charges.reduce((sum, { taken, refunded }) => sum + taken - refunded, 0);
  const excess = left - valueKept(run.life);
  if (excess > 0) await refund(run, excess, { cause: 'excess', because: 'more was paid than what ships costs' });
  await flush(run, `excess#${run.acceptance.submission.orderId}`);
}

function paymentSuccessful(run: OrderRun, payment: PaymentResult): payment is { status: 'SUCCESS' } {
  run.log.enter('PaymentSuccessful?')();
  return payment.status === 'SUCCESS';
}

type Failed = Extract<PaymentResult, { status: 'FAILED' }>;

function paymentFailed(run: OrderRun, part: Part, { reason, isExpired, cause }: Failed): Promise<PartOutcome> {
  const event: EndOfPart = isExpired
    ? { type: 'Order Cancelled', data: { reason } }
    : { type: 'Payment Failed', data: { reason }, ...causedBy(cause) };
  return giveBack(run, part, { state: 'PaymentFailed', event });
}

/**
 * Decides that the part is given back, before anything is. A lost workflow task may have shipped it without this run
 * knowing; then somebody's cancel came too late, and it goes on.
 */
async function decideToGiveBack(run: OrderRun, { n }: Part, failure: StepFailure): Promise<Shipped | undefined> {
  // two runs would be writing one order: whatever this one did now would be wrong
  if (failure.type === 'SEQUENCE_TAKEN') throw ApplicationFailure.nonRetryable(failure.message, failure.type);
  const { orderId } = run.acceptance.submission;
  return bookkeeping.decideToGiveBack({ orderId, ...(n > 1 && { part: n }) });
}

function rollbackTransaction(run: OrderRun, part: Part, { type, message: reason }: StepFailure): Promise<PartOutcome> {
  const event: EndOfPart =
    type === 'ORDER_CANCELLED'
      ? { type: 'Order Cancelled', data: { reason } }
      : { type: 'Order Fulfillment Failed', data: { reason } };
  // for a caller that has none yet
  run.answer({ status: 'FULFILLMENT_FAILED' });
  return giveBack(run, part, { state: 'RollbackTransaction', event });
}

async function giveBack(run: OrderRun, { saga }: Part, p: { state: EndState; event: EndOfPart }): Promise<PartOutcome> {
  const leave = run.log.enter(p.state);
  run.waive();
  await saga.unwind(becauseOf(p.event));
  leave();
  // whatever went wrong first: who cancelled it is told so
  const { cancel } = run.life;
  const event: NewEvent = cancel
    ? { type: 'Order Cancelled', data: { reason: reasonOf(cancel) }, ...causedBy(cancel.cause) }
    : p.event;
  return { kind: 'ENDED', state: p.state, event };
}

/** Why everything goes back, in words. */
function becauseOf(event: EndOfPart): string {
  const { reason } = event.data;
  if (event.type === 'Order Fulfillment Failed' || reason === CANCELLED) return reason;
  return `${event.type === 'Payment Failed' ? 'the payment failed' : 'the order is cancelled'}: ${reason}`;
}

async function startFulfillment(run: OrderRun, { saga, shipments }: Part): Promise<Label[]> {
  const leave = run.log.enter('StartFulfillment');
  try {
    return await settleAll<Label[]>(shipments.map((shipment) => fulfill({ run, saga }, shipment)));
  } finally {
    leave();
  }
}

const labelOf = ({ labels }: Shipped, { shipmentId }: Shipment): Label =>
  labels.find((label) => label.shipmentId === shipmentId)!;

/** The point of no return: before it a failure gives everything back, after it there is only forward. */
async function commitTransaction(run: OrderRun, { n }: Part, shipped: Shipped): Promise<void> {
  const { life } = run;
  await run.log.append({
    state: 'CommitTransaction',
    events: shipmentsCreated(run, shipped),
    write: (batch) => bookkeeping.commitTransaction({ batch, ...shipped, ...(n > 1 && { part: n }) }),
  });
  for (const shipment of shipped.shipments) {
    keep(life, shipment.lines, 1);
    const label = labelOf(shipped, shipment);
    life.parcels.push({ shipment, label, version: label.version ?? 1 });
  }
}

/** Each shipment with its own part of the money. */
function shipmentsCreated({ life }: OrderRun, shipped: Shipped): NewEvent[] {
  const { currency, lines } = life.order!;
  const startedAfterMs = Date.now() - life.receivedAt;
  const before = linesKept(life);
  return shipped.shipments.map((shipment) => {
    const value = amountOf({ lines }, before);
    before.push(...shipment.lines);
    const amount = amountOf({ lines }, before) - value;
    const first = life.parcels.length === 0 ? { startedAfterMs } : {};
    return { type: 'Shipment Created', data: { ...labelOf(shipped, shipment), shipment, amount, currency, ...first } };
  });
}

async function notifyCustomer(run: OrderRun, { n }: Part, labels: Label[]): Promise<void> {
  const { orderId, customerId, channels } = run.life.order!;
  const key = keys.notify(orderId, n);
  const parcels = labels.map(({ carrier, trackingNumber }) => `${carrier} ${trackingNumber}`).join(', ');
  const message = `Your order ${orderId} is on its way: ${parcels}.`;
  const leave = run.log.enter('NotifyCustomer');
  const event = 'Shipment Created' as const;
  const told = { key, orderId, customerId, event, message, ...run.lineage, ...(channels && { channels }) };
  const { attempts } = await notification.notifyCustomer(told);
  leave(attempts);
  await record(run, `told#${key}`, { type: 'Customer Notified', data: { notificationKey: key } });
}
