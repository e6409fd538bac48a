import { Type } from '@sinclair/typebox';
import type { CarrierNews } from '../workflows/messages';
import type { OrderId } from '../domain/ids';
import { CARRIER_MEMBERS } from '../contracts/accepted';
import { CARRIER_STATUSES } from '../domain/events';
import { checkTimestamp, requireText } from '../domain/validation';
import { detailParser, requireOrderId } from './detail';
import { shown } from './reason';

/** What a carrier says of a parcel of an order. */
export interface CarrierToldEvent {
  kind: 'carrier-news';
  orderId: OrderId;
  news: CarrierNews;
}

/** Only the types: what is missing or has a wrong value is told in our own words. */
const CarrierDetail = Type.Partial(
  Type.Object({ ...CARRIER_MEMBERS, status: Type.String(), occurredAt: Type.String() }),
);

/** Parses the detail of `Carrier Update`. */
export const parseCarrierUpdate = detailParser(CarrierDetail, (detail, fail): CarrierToldEvent | undefined => {
  const orderId = requireOrderId(detail.orderId, fail);
  const trackingNumber = requireText(detail.trackingNumber, '/trackingNumber', fail);
  const updateId = requireText(detail.updateId, '/updateId', fail);
  const status = CARRIER_STATUSES.find((known) => known === detail.status);
  if (!status)
    fail('/status', 'invalid', `expected one of ${CARRIER_STATUSES.join(', ')}, got ${shown(detail.status)}`);
  const occurredAt = checkTimestamp(detail.occurredAt, fail, '/occurredAt');
  if (!orderId || !trackingNumber || !updateId || !status) return undefined;
  const news = { updateId, trackingNumber, status, ...(occurredAt !== undefined && { occurredAt }) };
  return { kind: 'carrier-news', orderId, news };
});
