import type { NewEvent } from '../domain/events';
import type { OrderRun } from './order-run';
import type { OrderStatus } from '../domain/states';
import type { Reservation } from '../activities/inventory';
import type { Saga } from './saga';
import type { Shipment, ShipmentLine } from '../domain/order';
import { bookkeeping } from './activities';
import { keys } from '../domain/ids';
import { leaveAwaitDelivery } from './await-delivery';
import { offerStock } from './stock';
import { openPart, orGiveBack, payAndShip } from './part';
import { policyOf } from '../domain/order';
import { record } from './record';

/** Takes a place in the line of those who wait for what is missing. */
export async function openBackorder(run: OrderRun, saga: Saga, { unavailableItems }: Reservation): Promise<void> {
  const { life, log } = run;
  const { orderId, shippingAddress: address } = life.order!;
  const until = Date.now() + policyOf(life.order!).backorderWithinS * 1000;
  const items = unavailableItems.map(({ productId, shortfall: quantity }) => ({ productId, quantity }));
  run.waive();
  saga.undoWith({
    about: () => ({ step: 'CloseBackorder', key: keys.closeBackorder(orderId) }),
    run: () => {
      // it never came to wait for it
      delete life.backorder;
      return closeBackorder(run, { items, reason: 'the order does not go on' });
    },
  });
  const ends = new Date(until).toISOString();
  const { filled } = await log.append({
    events: [{ type: 'Order Backordered', data: { items, until: ends } }],
    write: (batch) => bookkeeping.openBackorder({ batch, orderId, items, until: ends, address }),
  });
  life.backorder = { items, until, since: new Date().toISOString() };
  if (filled) life.stockArrived = true;
}

/** Ships the rest when all of it has been set aside: a part of its own, charged by itself. */
export async function fillBackorder(run: OrderRun): Promise<void> {
  const { life, log } = run;
  if (!life.backorder) return;
  const { orderId } = life.order!;
  const before = log.status();
  const { items } = life.backorder;
  const part = openPart(run);
  const firstShipment = life.parcels.length + 1;
  const taken = await log.append({
    write: (batch) => bookkeeping.takeBackorder({ batch, orderId, part: part.n, firstShipment }),
  });
  if (taken.kind === 'WAITING') return void life.parts--;
  leaveAwaitStock(run);
  log.become('RESERVED');
  part.shipments = taken.shipments;
  part.releaseWhenUndone();
  const outcome = await orGiveBack(run, part, () => payAndShip(run, part));
  if (outcome.kind !== 'ENDED') return;
  const { event } = outcome;
  const reason = event && 'reason' in event.data ? (event.data.reason ?? '') : '';
  // the parts that have shipped stay as they were; without one this ends the order
  const ended: NewEvent = { type: 'Backorder Ended', data: { items, reason, status: before } };
  if (life.parcels.length > 0) await record(run, `backorder-ended#${orderId}`, ended);
  else run.lastWord = outcome;
}

interface Ending {
  items: ShipmentLine[];
  reason: string;
  /** of the order from then on; as it is when absent */
  status?: OrderStatus;
}

/** Gives up the place in the line, and what was set aside. */
export async function closeBackorder(run: OrderRun, p: Ending): Promise<void> {
  const { orderId } = run.life.order!;
  const { items, reason, status = run.log.status() } = p;
  leaveAwaitStock(run);
  const closed = await run.log.append({
    events: [{ type: 'Backorder Ended', data: { items, reason, status } }],
    write: (batch) => bookkeeping.closeBackorder({ batch, orderId }),
  });
  // taken by an attempt of which the workflow task was lost
  if (closed.taken) await releaseTaken(run, closed.taken, `the rest is not waited for any more: ${reason}`);
  await offerStock(items);
}

async function releaseTaken(run: OrderRun, shipments: Shipment[], because: string): Promise<void> {
  const part = openPart(run);
  part.shipments = shipments;
  part.releaseWhenUndone();
  await part.saga.unwind(because);
}

function leaveAwaitStock(run: OrderRun): void {
  const { life, log } = run;
  leaveAwaitDelivery(run);
  if (life.backorder) log.enter('AwaitStock', life.backorder.since)();
  delete life.backorder;
}
