import type { Attention, CarrierStatus } from '../domain/events';
import type { OrderStatus } from '../domain/states';
import type { OrderView, ViewShipment } from '../domain/projection';
import { becauseOf, companyName, plain } from './story/words';
import { doing } from './story/steps';
import { shownMoment, shownTime } from '../domain/shown-time';

/** True when nothing more happens to the order by itself. */
export const hasEnded = ({ closedAt, currentState }: OrderView): boolean =>
  closedAt !== undefined || currentState === undefined;

export interface Parcel {
  status: 'AWAITING_PICKUP' | CarrierStatus;
  carrier: string;
  trackingNumber: string;
  updatedAt?: string;
  deliveredAt?: string;
}

/** Where a shipment is, and the label that counts: the last that was told of each. */
export function parcelOf(view: OrderView, shipment: ViewShipment): Parcel {
  const { tracking = [], labels = [] } = view;
  const isOfIt = ({ shipmentId }: { shipmentId: string }) => shipmentId === shipment.shipmentId;
  const steps = tracking.filter(isOfIt);
  const last = steps.at(-1);
  const delivered = steps.findLast(({ status }) => status === 'DELIVERED');
  const { carrier, trackingNumber } = labels.findLast(isOfIt) ?? shipment;
  return {
    status: last?.status ?? 'AWAITING_PICKUP',
    carrier,
    trackingNumber,
    ...(last && { updatedAt: last.at }),
    ...(delivered && { deliveredAt: delivered.at }),
  };
}

/** Where an order stands, in a sentence. */
export function summaryOf(view: OrderView): string {
  const { attention, delayed, pendingPayment, cancellation } = view;
  if (attention) return needsSomebody(attention);
  if (!hasEnded(view)) {
    if (cancellation && !view.shipments.length) return 'Being cancelled: what was taken is given back.';
    if (delayed)
      return `Waiting for ${companyName(delayed.dependency)}, which is out of order: tried again at ${shownMoment(delayed.until)}.`;
    if (pendingPayment) return `Waiting until ${shownTime(pendingPayment.until)} for the payment company to decide.`;
  }
  return STANDING[view.status](view);
}

function needsSomebody({ step, error, because: why }: Attention): string {
  const sentence = `Somebody has to decide: ${doing(step)} does not work (${plain(error)}).`;
  return why === undefined ? sentence : `${sentence} ${becauseOf(why)}`;
}

const because = ({ failure }: OrderView) => (failure === undefined ? '.' : `: ${failure.replace(/\.$/, '')}.`);

const STANDING: Record<OrderStatus, (view: OrderView) => string> = {
  RECEIVED: () => 'Received, and about to be checked.',
  VALIDATED: () => 'Checked: the order is right. Its stock is being reserved.',
  VALIDATION_FAILED: () => 'Refused: see `errors`.',
  RESERVED: ({ inventoryStatus }) =>
    inventoryStatus === 'PARTIAL' ? 'A part is reserved, and about to be paid.' : 'Reserved, and about to be paid.',
  INVENTORY_UNAVAILABLE: (view) => (hasEnded(view) ? 'Ended: nothing is in stock.' : 'Nothing is in stock.'),
  PENDING_DECISION: ({ decision }) =>
    decision
      ? `A part is there: the customer decides until ${shownTime(decision.until)}.`
      : 'A part is there, and it is decided.',
  BACKORDERED: (view) => `Waiting for stock${untilOf(view)}${view.shipments.length > 0 ? `; ${parcelsOf(view)}` : ''}.`,
  PAID: () => 'Paid, and about to be shipped.',
  PAYMENT_FAILED: (view) => `Ended without a payment${because(view)}`,
  FULFILLMENT_FAILED: (view) => `Ended, and what was taken was given back${because(view)}`,
  CANCELLED: (view) => `Cancelled${because(view)}`,
  SHIPPED: (view) => `Shipped: ${parcelsOf(view)}${restOf(view)}.`,
  DELIVERED: (view) => `Delivered: ${parcelsOf(view)}${openReturnsOf(view)}.`,
  RETURNED: () => 'Everything came back.',
  NEEDS_ATTENTION: () => 'Somebody has to decide.',
};

function parcelsOf(view: OrderView): string {
  const counts = new Map<string, number>();
  for (const shipment of view.shipments) {
    const words = PARCEL[parcelOf(view, shipment).status];
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].map(([words, n]) => `${n} ${n === 1 ? 'parcel' : 'parcels'} ${words}`).join(', ');
}

const PARCEL: Record<Parcel['status'], string> = {
  AWAITING_PICKUP: 'waiting for the carrier',
  PICKED_UP: 'picked up',
  IN_TRANSIT: 'on the way',
  DELIVERED: 'delivered',
  LOST: 'lost',
  RETURNED: 'returned to the sender',
};

const untilOf = ({ backorder }: OrderView) => (backorder ? ` until ${shownTime(backorder.until)}` : '');
const restOf = (view: OrderView) => (view.backorder ? `; the rest is waited for${untilOf(view)}` : '');

function openReturnsOf({ returns = [] }: OrderView): string {
  const settled = returns.filter(({ status }) => status !== 'REQUESTED' && status !== 'RECEIVED').length;
  const open = returns.filter(({ status }) => status === 'REQUESTED').length - settled;
  return open > 0 ? `; ${open} ${open === 1 ? 'return' : 'returns'} under way` : '';
}
