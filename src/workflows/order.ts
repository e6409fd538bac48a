import { CancellationScope } from '@temporalio/workflow';
import type { EndState } from '../domain/states';
import type { EventBatch } from '../domain/events';
import type { FulfillmentInput, OrderEnd, OrderInput } from './messages';
import type { InventoryReport } from '../activities/ports';
import type { Order, ValidationError } from '../domain/order';
import type { OrderLife } from './life';
import type { OrderRun } from './order-run';
import type { Reservation } from '../activities/inventory';
import type { StepFailure } from './failure';
import type { ValidationOutcome } from '../activities/validation';
import { aftercare } from './aftercare';
import { bookkeeping, validation } from './activities';
import { chooseOnShortage } from './shortage';
import { close, finish } from './ending';
import { failureOf, orderCancelled } from './failure';
import { keys } from '../domain/ids';
import { isPaid, refusePaid, takePaid } from './payment';
import { openBackorder } from './backorder';
import { openPart, orGiveBack, type Part, type PartOutcome, payAndShip, refundExcess } from './part';
import { policyOf } from '../domain/order';
import { startRun } from './order-run';
import { takeMessages } from './changes';
import { watchPromise } from './promise';

/**
 * An order from received to the end of its life: by the state machine of requirements B until it is shipped and the
 * customer told, with the saga of requirements C around everything that takes something; then until its parcels have
 * arrived and nothing can come back any more. Never ends half way.
 *
 * @param life so far, of the run before this one: a long life is led in several
 */
export async function orderWorkflow(input: OrderInput, life?: OrderLife): Promise<OrderEnd> {
  return live(input, life);
}

/** The same for an order that was paid elsewhere: what it cannot ship of it, it gives back. */
export async function fulfillmentWorkflow(input: FulfillmentInput, life?: OrderLife): Promise<OrderEnd> {
  return live(input, life);
}

type LifeInput = OrderInput & Partial<Pick<FulfillmentInput, 'paid'>>;

async function live(input: LifeInput, before?: OrderLife): Promise<OrderEnd> {
  const run = startRun(input, before);
  takeMessages(run);
  const { orderId } = input.submission;
  const end = await CancellationScope.nonCancellable(async () => {
    const stage = before ? 'GOES_ON' : await processOrder(run, input);
    const state = stage === 'GOES_ON' ? await aftercare(run, input) : stage;
    await finish(run);
    return state;
  });
  return end ? { orderId, end, status: run.log.status() } : { orderId };
}

/** @returns the state that the order ended in; GOES_ON while parcels are on their way, or stock is */
async function processOrder(run: OrderRun, { paid }: LifeInput): Promise<EndState | 'GOES_ON' | undefined> {
  const result = await validateOrder(run);
  if ('end' in result) {
    // an order that an earlier run had has its money there
    if (paid && result.end) refusePaid(run, paid);
    return result.end;
  }
  run.life.order = result.order;
  watchPromise(run);

  const part = openPart(run);
  const outcome = await orGiveBack(run, part, async () => {
    if (paid) takePaid(run, part.saga, paid);
    const reservation = await checkInventory(run, part);
    if (reservation.status === 'UNAVAILABLE') return inventoryNotAvailable(run, part, reservation);
    if (reservation.status === 'PARTIAL') await handlePartialInventory(run, part, reservation);
    return payAndShip(run, part, { isPaid: paid !== undefined });
  });
  // whoever decided that it ships, this run or one whose workflow task was lost
  if (paid && outcome.kind === 'SHIPPED') await refundExcess(run);
  if (outcome.kind !== 'ENDED') return 'GOES_ON';
  if (outcome.event) await close(run, outcome.event);
  return outcome.state;
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
      run.log.become('VALIDATED');
      return { order: outcome.order };
    case 'REFUSED':
      run.log.become('VALIDATION_FAILED');
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
async function checkInventory(run: OrderRun, part: Part): Promise<Reservation> {
  const order = run.life.order!;
  part.releaseWhenUndone();
  const write = (batch: EventBatch) => bookkeeping.checkInventory({ batch, order });
  const reservation = await run.log.append({ state: 'CheckInventory', write });
  part.shipments = reservation.shipments;

  const { status: inventoryStatus, unavailableItems } = reservation;
  run.log.become(inventoryStatus === 'UNAVAILABLE' ? 'INVENTORY_UNAVAILABLE' : 'RESERVED');
  const status = statusFor(order, reservation);
  run.answer({ status, inventoryStatus, ...(unavailableItems.length > 0 ? { unavailableItems } : {}) });
  run.log.enter('InventoryAvailable?')();
  return reservation;
}

/** What whoever sent the order is told: where it goes from here. */
function statusFor(order: Order, { status }: Reservation) {
  const { onShortage, onUnavailable } = policyOf(order);
  if (status === 'UNAVAILABLE') return onUnavailable === 'WAIT' ? 'BACKORDERED' : 'INVENTORY_UNAVAILABLE';
  return status === 'PARTIAL' && onShortage === 'ASK' ? 'PENDING_DECISION' : 'RESERVED';
}

/** The customer decides what becomes of an order of which only a part is there, or did beforehand. */
async function handlePartialInventory(run: OrderRun, { saga }: Part, reservation: Reservation): Promise<void> {
  const leave = run.log.enter('HandlePartialInventory');
  await bookkeeping.handlePartialInventory(inventoryReport(run.life.order!, reservation));
  const choice = await chooseOnShortage(run, reservation);
  leave();
  if (choice === 'CANCEL') throw orderCancelled();
  if (choice === 'WAIT') await openBackorder(run, saga, reservation);
}

async function inventoryNotAvailable(run: OrderRun, part: Part, reservation: Reservation): Promise<PartOutcome> {
  const { unavailableItems } = reservation;
  const report = inventoryReport(run.life.order!, reservation);
  const waits = policyOf(run.life.order!).onUnavailable === 'WAIT' && !isPaid(run);
  // what was paid elsewhere goes back
  if (!waits) await part.saga.unwind('nothing of the order is in stock');
  await run.log.append({
    state: 'InventoryNotAvailable',
    events: [{ type: 'Inventory Shortage Reported', data: { unavailableItems, ...(waits && { waits }) } }],
    write: (batch) => bookkeeping.inventoryNotAvailable({ batch, report }),
  });
  if (!waits) return { kind: 'ENDED', state: 'InventoryNotAvailable' };
  await openBackorder(run, part.saga, reservation);
  return { kind: 'WAITS' };
}

function inventoryReport({ orderId, customerId }: Order, reservation: Reservation): InventoryReport {
  const { status: inventoryStatus, availableItems, unavailableItems } = reservation;
  return { key: keys.reserve(orderId), orderId, customerId, inventoryStatus, availableItems, unavailableItems };
}
