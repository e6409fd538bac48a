import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import type { EndState } from '../domain/states';
import type { EventBatch, Label, NewEvent } from '../domain/events';
import type { Fulfillment } from './fulfillment';
import type { InventoryReport } from '../activities/ports';
import type { Order, Shipment, ValidationError } from '../domain/order';
import type { OrderEnd, OrderInput } from './messages';
import type { OrderRun } from './order-run';
import type { PaymentResult } from './payment';
import type { Reservation } from '../activities/inventory';
import type { Saga } from './saga';
import type { Shipped } from '../activities/fulfillment';
import type { StepFailure } from './failure';
import type { ValidationOutcome } from '../activities/validation';
import { bookkeeping, notification, validation } from './activities';
import { createSaga, settleAll } from './saga';
import { failureOf } from './failure';
import { fulfill, instructPacking } from './fulfillment';
import { keys } from '../domain/ids';
import { processPayment } from './payment';
import { startRun } from './order-run';

/**
 * An order from received to shipped and notified, by the state machine of requirements B, with the saga of
 * requirements C around everything that takes something. Ends in one of its five end states, never half way.
 */
export async function orderWorkflow(input: OrderInput): Promise<OrderEnd> {
  const run = startRun(input);
  const { orderId } = input.submission;
  const end = await CancellationScope.nonCancellable(() => processOrder(run));
  return end ? { orderId, end } : { orderId };
}

async function processOrder(run: OrderRun): Promise<EndState | undefined> {
  const result = await validateOrder(run);
  if ('end' in result) return result.end;
  const { order } = result;
  const saga = createSaga();
  let labels: Label[];
  let shipments: Shipment[];
  try {
    const reservation = await checkInventory(run, order, saga);
    const { status } = reservation;
    ({ shipments } = reservation);
    if (status === 'UNAVAILABLE') return await inventoryNotAvailable(run, order, reservation);
    if (status === 'PARTIAL') await handlePartialInventory(run, order, reservation);

    run.turnBackIfCancelled();
    const payment = await processPayment({ run, saga }, { order, shipments });
    if (!paymentSuccessful(run, payment)) return await paymentFailed(run, saga, payment.reason);

    run.turnBackIfCancelled();
    labels = await startFulfillment({ run, saga, order }, shipments);
    run.turnBackIfCancelled();
    await commitTransaction(run, { shipments, labels });
  } catch (error) {
    const failure = failureOf(error);
    const shipped = await decideToGiveBack(order, failure);
    if (!shipped) return rollbackTransaction(run, saga, failure);
    await commitTransaction(run, shipped);
    ({ labels, shipments } = shipped);
  }
  for (const shipment of shipments) await instructPacking({ run, order }, shipment);
  return notifyCustomer(run, order, labels);
}

type Validated = { order: Order } | { end: EndState | undefined };

async function validateOrder(run: OrderRun): Promise<Validated> {
  const outcome = await run.log
    .append({ state: 'ValidateOrder', write: (batch) => validation.validateOrder({ ...run.acceptance, batch }) })
    .catch((error: unknown) => couldNotValidate(failureOf(error)));
  return outcome.kind === 'INVALID' ? orderValidationFailed(run, outcome.errors) : validated(run, outcome);
}

const couldNotValidate = ({ message }: StepFailure): ValidationOutcome => ({
  kind: 'INVALID',
  errors: [{ pointer: '', code: 'validation_unavailable', detail: `the order could not be validated: ${message}` }],
  attempts: 0,
});

async function orderValidationFailed(run: OrderRun, errors: ValidationError[]): Promise<Validated> {
  const refuse = (batch: EventBatch) => bookkeeping.refuseOrder({ ...run.acceptance, batch, errors });
  return validated(run, await run.log.append({ state: 'OrderValidationFailed', write: refuse }));
}

function validated(run: OrderRun, outcome: Exclude<ValidationOutcome, { kind: 'INVALID' }>): Validated {
  switch (outcome.kind) {
    case 'VALID':
      return { order: outcome.order };
    case 'REFUSED':
      run.answer({ status: 'VALIDATION_FAILED', errors: outcome.errors });
      return { end: 'OrderValidationFailed' };
    case 'KNOWN':
      run.answer(outcome.known);
      return { end: undefined };
    default:
      return outcome satisfies never;
  }
}

/** CheckInventory reserves what there is; from here on whoever sent the order has an answer. */
async function checkInventory(run: OrderRun, order: Order, saga: Saga): Promise<Reservation> {
  const { orderId } = order;
  let shipments: Shipment[] = [];
  saga.undoWith(async () => {
    const release = (batch: EventBatch) => bookkeeping.releaseInventory({ batch, orderId, shipments });
    await run.log.append({ events: [{ type: 'Inventory Released', data: { shipments } }], write: release });
  });
  const write = (batch: EventBatch) => bookkeeping.checkInventory({ batch, order });
  const reservation = await run.log.append({ state: 'CheckInventory', write });
  ({ shipments } = reservation);

  const { status: inventoryStatus, unavailableItems } = reservation;
  const status = inventoryStatus === 'UNAVAILABLE' ? 'INVENTORY_UNAVAILABLE' : 'RESERVED';
  run.answer({ status, inventoryStatus, ...(unavailableItems.length > 0 ? { unavailableItems } : {}) });
  run.log.enter('InventoryAvailable?')();
  return reservation;
}

async function handlePartialInventory(run: OrderRun, order: Order, reservation: Reservation): Promise<void> {
  const leave = run.log.enter('HandlePartialInventory');
  await bookkeeping.handlePartialInventory(inventoryReport(order, reservation));
  leave();
}

async function inventoryNotAvailable(run: OrderRun, order: Order, reservation: Reservation): Promise<EndState> {
  const { unavailableItems } = reservation;
  const report = inventoryReport(order, reservation);
  await run.log.append({
    state: 'InventoryNotAvailable',
    events: [{ type: 'Inventory Shortage Reported', data: { unavailableItems } }],
    write: (batch) => bookkeeping.inventoryNotAvailable({ batch, report }),
  });
  return 'InventoryNotAvailable';
}

function inventoryReport({ orderId, customerId }: Order, reservation: Reservation): InventoryReport {
  const { status: inventoryStatus, availableItems, unavailableItems } = reservation;
  return { key: keys.reserve(orderId), orderId, customerId, inventoryStatus, availableItems, unavailableItems };
}

function paymentSuccessful(run: OrderRun, payment: PaymentResult): payment is { status: 'SUCCESS' } {
  run.log.enter('PaymentSuccessful?')();
  return payment.status === 'SUCCESS';
}

async function paymentFailed(run: OrderRun, saga: Saga, reason: string): Promise<EndState> {
  return giveBack(run, saga, { state: 'PaymentFailed', event: { type: 'Payment Failed', data: { reason } } });
}

/**
 * Decides that the order is given back, before anything is. A lost workflow task may have shipped it without this run
 * knowing; then somebody's cancel came too late, and the order goes on.
 */
async function decideToGiveBack({ orderId }: Order, failure: StepFailure): Promise<Shipped | undefined> {
  // two runs would be writing one order: whatever this one did now would be wrong
  if (failure.type === 'SEQUENCE_TAKEN') throw ApplicationFailure.nonRetryable(failure.message, failure.type);
  return bookkeeping.decideToGiveBack({ orderId });
}

function rollbackTransaction(run: OrderRun, saga: Saga, { message: reason }: StepFailure): Promise<EndState> {
  const event: NewEvent = { type: 'Order Fulfillment Failed', data: { reason } };
  // for a caller that has none yet
  run.answer({ status: 'FULFILLMENT_FAILED' });
  return giveBack(run, saga, { state: 'RollbackTransaction', event });
}

async function giveBack<E extends EndState>(run: OrderRun, saga: Saga, p: { state: E; event: NewEvent }): Promise<E> {
  const leave = run.log.enter(p.state);
  await saga.unwind();
  leave();
  await close(run, p.event);
  return p.state;
}

async function startFulfillment(f: Fulfillment, shipments: Shipment[]): Promise<Label[]> {
  const leave = f.run.log.enter('StartFulfillment');
  try {
    return await settleAll<Label[]>(shipments.map((shipment) => fulfill(f, shipment)));
  } finally {
    leave();
  }
}

/** The point of no return: before it a failure gives everything back, after it there is only forward. */
async function commitTransaction(run: OrderRun, { shipments, labels }: Shipped): Promise<void> {
  await run.log.append({
    state: 'CommitTransaction',
    events: shipments.map((shipment, i) => ({ type: 'Shipment Created', data: { ...labels[i]!, shipment } })),
    write: (batch) => bookkeeping.commitTransaction({ batch, shipments, labels }),
  });
}

async function notifyCustomer(run: OrderRun, { orderId, customerId }: Order, labels: Label[]): Promise<EndState> {
  const key = keys.notify(orderId);
  const parcels = labels.map(({ carrier, trackingNumber }) => `${carrier} ${trackingNumber}`).join(', ');
  const message = `Your order ${orderId} is on its way: ${parcels}.`;
  const leave = run.log.enter('NotifyCustomer');
  const { attempts } = await notification.notifyCustomer({
    key,
    orderId,
    customerId,
    event: 'Shipment Created',
    message,
  });
  leave(attempts);
  const event: NewEvent = { type: 'Customer Notified', data: { notificationKey: key } };
  await close(run, event);
  return 'NotifyCustomer';
}

/** The last thing that is written of an order. */
async function close(run: OrderRun, event: NewEvent): Promise<void> {
  const key = keys.end(run.acceptance.submission.orderId);
  await run.log.append({ events: [event], write: (batch) => bookkeeping.recordEvents({ key, batch }) });
}
