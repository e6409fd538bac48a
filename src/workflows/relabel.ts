import { type Mail, WITH_CARRIER } from './mail';
import type { OrderRun } from './order-run';
import type { Label } from '../domain/events';
import type { Undo } from './attention';
import { bookLabel, cancelLabel, instructPacking } from './fulfillment';
import { failureOf } from './failure';
import { keys } from '../domain/ids';
import { leaveAwaitDelivery } from './await-delivery';
import { type Parcel, waitsForCarrier } from './life';
import { flush, record } from './record';
import { undoSurely } from './attention';

const MOVED = 'the address changed';

/** Another address for what the carrier has not picked up yet; first the new labels, then the old ones go. */
export async function moveParcels(run: OrderRun, mail: Extract<Mail, { kind: 'address' }>): Promise<void> {
  const { life } = run;
  const movable = life.parcels.filter(waitsForCarrier);
  if (movable.length === 0 && !life.backorder) return void (mail.refused = WITH_CARRIER);
  const { shippingAddress: before } = life.order!;
  leaveAwaitDelivery(run);
  const version = ++life.addressVersion;
  life.order = { ...life.order!, shippingAddress: mail.address };
  const booked = await bookAll(run, movable, version);
  if ('refused' in booked) {
    life.order = { ...life.order, shippingAddress: before };
    // one that failed may have been booked nevertheless
    for (const parcel of movable)
      await undoSurely(run, cancelLabel(run, { ...parcel, version }), `the address stays as it was: ${booked.refused}`);
    await flush(run, keys.nth('address', life.order.orderId, version));
    return void (mail.refused = booked.refused);
  }
  await record(run, keys.nth('address', life.order.orderId, version), {
    type: 'Address Changed',
    data: { address: mail.address, version },
    cause: mail.cause,
  });
  for (const { parcel, label } of booked.labels) await replaceLabel(run, parcel, label);
  mail.given = {};
}

type Booked = { labels: { parcel: Parcel; label: Label }[] } | { refused: string };

/** New labels for all parcels, unless a carrier refuses one, or has come for one meanwhile. */
async function bookAll(run: OrderRun, parcels: Parcel[], version: number): Promise<Booked> {
  const labels: { parcel: Parcel; label: Label }[] = [];
  // whatever comes of it, it is tried once
  for (const parcel of parcels) parcel.movedTo = version;
  for (const parcel of parcels) {
    try {
      labels.push({ parcel, label: await bookLabel(run, { ...parcel, version }) });
    } catch (error) {
      return { refused: `no carrier takes it there: ${failureOf(error).message}` };
    }
  }
  return parcels.some(isGone(run)) ? { refused: WITH_CARRIER } : { labels };
}

/** The carrier has told of it, under the label that it has. */
const isGone =
  ({ life }: OrderRun) =>
  ({ label }: Parcel): boolean =>
    life.carrierNews.some(({ trackingNumber }) => trackingNumber === label.trackingNumber);

/** An address that changed while the order was being shipped: its parcels are moved before the carrier comes. */
export async function relabelParcels(run: OrderRun): Promise<void> {
  const version = run.life.addressVersion;
  for (const parcel of run.life.parcels)
    if (parcel.version < version && waitsForCarrier(parcel) && parcel.movedTo !== version) {
      leaveAwaitDelivery(run);
      await undoSurely(run, relabel(run, parcel, version), MOVED);
    }
}

/** Nothing can be refused any more: if no carrier goes there, somebody decides. */
function relabel(run: OrderRun, parcel: Parcel, version: number): Undo {
  // whatever comes of it, it is tried once
  parcel.movedTo = version;
  return {
    about: () => ({ step: 'ReplaceShippingLabel', key: keys.label(parcel.shipment.shipmentId, version) }),
    run: async () => replaceLabel(run, parcel, await bookLabel(run, { ...parcel, version })),
  };
}

async function replaceLabel(run: OrderRun, parcel: Parcel, label: Label): Promise<void> {
  const { shipment, version: before } = parcel;
  const version = label.version ?? 1;
  await record(run, `relabel#${keys.label(shipment.shipmentId, version)}`, {
    type: 'Shipping Label Replaced',
    data: { ...label, version },
  });
  Object.assign(parcel, { label, version });
  await undoSurely(run, cancelLabel(run, { shipment, version: before }), MOVED);
  await instructPacking(run, { shipment, version });
  await flush(run, `relabelled#${keys.label(shipment.shipmentId, version)}`);
}
