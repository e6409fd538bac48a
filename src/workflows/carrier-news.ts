import { log } from '@temporalio/workflow';
import type { CarrierNews } from './messages';
import type { CarrierUpdate } from '../domain/events';
import type { OrderRun } from './order-run';
import type { ShipmentLine } from '../domain/order';
import { bookkeeping } from './activities';
import { causedBy } from '../domain/cause';
import { expireReturn } from './expiry';
import { flush, record } from './record';
import { isOpen, keep, keptOf, type Parcel, progressOf, takeUpTo, unitsKept } from './life';
import { keys } from '../domain/ids';
import { awaitDelivery, leaveAwaitDelivery } from './await-delivery';
import { offerStock } from './stock';
import { refund } from './payment';
import { unitsOf } from '../domain/order';

/** Looks at what carriers told, in the order it came; what was told before is dropped by the books. */
export async function followCarriers(run: OrderRun): Promise<void> {
  const { life } = run;
  for (let news = life.carrierNews.shift(); news; news = life.carrierNews.shift()) {
    const { trackingNumber } = news;
    const parcel = life.parcels.find(({ label }) => label.trackingNumber === trackingNumber);
    if (parcel) await follow(run, parcel, news);
    // a parcel under a label that was replaced never left; any other is none of ours
    else log.warn('a carrier tells of a parcel that the order does not have', { ...news });
  }
}

async function follow(run: OrderRun, parcel: Parcel, news: CarrierNews): Promise<void> {
  const { updateId, status, occurredAt } = news;
  const caused = causedBy(news.cause);
  const { shipmentId } = parcel.shipment;
  const key = keys.carrierUpdate(run.acceptance.submission.orderId, updateId);
  const update: CarrierUpdate = { shipmentId, status, updateId, ...(occurredAt !== undefined && { occurredAt }) };
  const [before, now] = [progressOf(parcel.status), progressOf(status)];
  if (before === progressOf('DELIVERED') || now < before)
    return record(run, key, { type: 'Shipment Tracked', data: { ...update, superseded: true }, ...caused });

  const first = now > before;
  parcel.status = status;
  switch (status) {
    case 'PICKED_UP':
    case 'IN_TRANSIT':
      return record(run, key, { type: 'Shipment Tracked', data: { ...update, ...(first && { first }) }, ...caused });
    case 'DELIVERED':
      return record(run, key, { type: 'Shipment Delivered', data: update, ...caused });
    case 'LOST':
      await record(run, key, { type: 'Shipment Lost', data: update, ...caused });
      return compensate(run, parcel);
    case 'RETURNED':
      await record(run, key, { type: 'Shipment Returned', data: update, ...caused });
      return compensate(run, parcel);
    default:
      return status satisfies never;
  }
}

/** The customer gets nothing of the parcel, and the money back for what was not given back of it before. */
async function compensate(run: OrderRun, { shipment, status }: Parcel): Promise<void> {
  const { life } = run;
  const { shipmentId } = shipment;
  const lines = keptOf(life, shipment.lines);
  leaveAwaitDelivery(run);
  const leave = run.log.enter('CompensateShipment');
  const because = `a parcel ${status === 'LOST' ? 'is lost' : 'came back to the sender'} (${shipmentId})`;
  await refund(run, keep(life, lines, -1), { cause: shipmentId, because });
  leave();
  if (status === 'RETURNED') await restock(run, shipmentId, lines);
  await expectLess(run);
  await flush(run, `compensated#${shipmentId}`);
  awaitDelivery(run);
}

/** What is announced as coming back cannot be more than what the customer has. */
async function expectLess(run: OrderRun): Promise<void> {
  const left = unitsKept(run.life);
  for (const one of run.life.returns.filter(isOpen)) {
    one.items = takeUpTo(left, one.items);
    if (one.items.length === 0) await expireReturn(run, one);
  }
}

/** Puts goods that came back where they were sent from. */
export async function restock(run: OrderRun, cause: string, lines: readonly ShipmentLine[]): Promise<void> {
  const { orderId } = run.acceptance.submission;
  const shipments = originsOf(run.life.parcels, lines);
  if (shipments.length === 0) return;
  await run.log.append({
    events: [{ type: 'Inventory Restocked', data: { shipments, cause } }],
    write: (batch) => bookkeeping.restock({ batch, orderId, cause, shipments }),
  });
  await offerStock(lines);
}

function originsOf(parcels: readonly Parcel[], lines: readonly ShipmentLine[]) {
  const left = unitsOf(lines);
  return parcels.flatMap(({ shipment }) => {
    const back = takeUpTo(left, shipment.lines);
    return back.length > 0 ? [{ ...shipment, lines: back }] : [];
  });
}
