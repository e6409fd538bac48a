import type { CarrierStatus, CarrierUpdate } from '../../domain/events';
import type { Known, Line, Tellers } from './line';
import { capital, listed, parcelName, sentences, shownMoney } from './words';
import { shownMoment } from '../../domain/shown-time';

const carried = ({ carrier, trackingNumber }: { carrier: string; trackingNumber: string }) =>
  `${carrier}, tracking number ${trackingNumber}`;

const WENT: Record<CarrierStatus, string> = {
  PICKED_UP: 'was picked up',
  IN_TRANSIT: 'is on its way',
  DELIVERED: 'was delivered',
  LOST: 'is lost',
  RETURNED: 'came back to the sender',
};

const tracked =
  (kind: Line['kind'], more: { superseded?: true } = {}) =>
  ({ shipmentId, status, occurredAt }: CarrierUpdate, { parcels }: Known): Line => {
    const parcel = parcels.get(shipmentId);
    return {
      kind,
      title: `${capital(parcelName(shipmentId))} ${WENT[status]}${more.superseded ? ' (told late: it was further already)' : ''}`,
      detail: sentences(
        parcel && carried(parcel),
        occurredAt && `by the carrier's clock at ${shownMoment(occurredAt)}`,
      ),
    };
  };

/** Parcels, from the warehouse to the customer. */
export const TELL_PARCELS = {
  'Warehouse Allocated': ({ shipment: { shipmentId, warehouseId, lines } }) => ({
    kind: 'parcel',
    title: `Warehouse ${warehouseId} is chosen for ${parcelName(shipmentId)}: ${listed(lines)}`,
  }),
  'Shipping Label Generated': (label) => ({
    kind: 'parcel',
    title: `Carrier booked for ${parcelName(label.shipmentId)}: ${carried(label)}`,
  }),
  'Shipping Label Cancelled': ({ shipmentId }) => ({
    kind: 'parcel',
    title: `A label of ${parcelName(shipmentId)} is cancelled`,
  }),
  'Shipping Label Replaced': (label) => ({
    kind: 'parcel',
    title: `New label for ${parcelName(label.shipmentId)}: ${carried(label)}`,
  }),
  'Packing Instructed': ({ shipment: { shipmentId, warehouseId } }) => ({
    kind: 'parcel',
    title: `Warehouse ${warehouseId} is told to pack ${parcelName(shipmentId)}`,
  }),
  'Shipment Created': ({ shipment, amount, currency, startedAfterMs, ...label }) => ({
    kind: 'parcel',
    title: `${capital(parcelName(shipment.shipmentId))} ships from warehouse ${shipment.warehouseId}: ${listed(shipment.lines)}`,
    detail: sentences(
      carried(label),
      amount === undefined || currency === undefined ? undefined : `worth ${shownMoney(amount, currency)}`,
      startedAfterMs === undefined ? undefined : `${(startedAfterMs / 1000).toFixed(1)} s after the order was received`,
    ),
  }),
  'Shipment Tracked': (update, known) =>
    tracked('parcel', update.superseded ? { superseded: true } : {})(update, known),
  'Shipment Delivered': tracked('parcel'),
  'Shipment Lost': tracked('trouble'),
  'Shipment Returned': tracked('trouble'),
} satisfies Partial<Tellers>;
