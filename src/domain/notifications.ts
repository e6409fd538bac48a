import type { EventData, EventType } from './events';
import type { ShipmentLine, ShortageChoice } from './order';
import { keys } from './ids';
import { minorDigits } from './money';

/** What a customer is told. */
export const NOTIFICATION_KINDS = [
  'ACCEPTED',
  'PARTLY_AVAILABLE',
  'BACKORDERED',
  'BACKORDER_ENDED',
  'PAYMENT_PROBLEM',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'REFUNDED',
  'RETURN_REQUESTED',
  'RETURN_RECEIVED',
  'RETURN_INSPECTED',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** One thing that a customer is told once on each channel, however often it is heard of. */
export interface Notification {
  kind: NotificationKind;
  /** the same for everything that tells of the same; names its subject where a kind can rightly come twice */
  key: string;
  subject: string;
  /** says all of it: some channels have no subject */
  text: string;
}

/** What an event tells over the bus: as in the books, with amounts as decimals, and the order's id. */
export type PublicDetail<T extends EventType> = EventData[T] & { orderId: string };

type Teller<T extends EventType> = (detail: PublicDetail<T>) => Notification | undefined;

/**
 * The events of an order that its customer hears of. Of what ships NotifyCustomer tells; a part that was waited for is
 * not told of when it is reserved, but when it ships; what was refused at once is told to the shop, which asked.
 */
const TELLERS = {
  'Inventory Reserved': ({ orderId }) => accepted(orderId, 'Everything is there and is being prepared.'),
  // asked or not: of what is there only a part, this says what becomes of it
  'Decision Made': ({ orderId, choice }) => (choice === 'CANCEL' ? undefined : accepted(orderId, DECIDED[choice])),
  'Decision Requested': ({ orderId, unavailableItems, choices, until }) =>
    told('PARTLY_AVAILABLE', orderId, {
      subject: `Your order ${orderId} is only partly available`,
      text:
        `Of your order ${orderId} this is missing: ${missing(unavailableItems)}. ` +
        `Please choose by ${shownTime(until)}: ${choices.map((choice) => CHOICES[choice]).join(', or ')}.`,
    }),
  'Order Backordered': ({ orderId, items, until }) =>
    told('BACKORDERED', orderId, {
      subject: `Your order ${orderId} waits for stock`,
      text: `Your order ${orderId} is accepted. We wait for ${listed(items)} until ${shownTime(until)} at most.`,
    }),
  'Backorder Ended': ({ orderId, items, reason }) =>
    told('BACKORDER_ENDED', orderId, {
      subject: `A part of your order ${orderId} does not come`,
      text: `Of your order ${orderId} we do not wait for ${listed(items)} any more: ${reason}.`,
    }),
  'Payment Failed': ({ orderId, reason }) =>
    told('PAYMENT_PROBLEM', orderId, {
      of: `failed#${orderId}`,
      subject: `The payment of your order ${orderId} failed`,
      text: `The payment of your order ${orderId} failed: ${reason}.`,
    }),
  'Order Delayed': ({ orderId, dependency, until }) =>
    dependency === 'payment'
      ? told('PAYMENT_PROBLEM', orderId, {
          of: `delayed#${orderId}`,
          subject: `The payment of your order ${orderId} takes longer`,
          text: `The payment of your order ${orderId} cannot be made just now. We try again until ${shownTime(until)}; you need not do anything.`,
        })
      : undefined,
  'Shipment Delivered': ({ orderId, shipmentId }) =>
    told('DELIVERED', orderId, {
      of: shipmentId,
      subject: `Your order ${orderId} was delivered`,
      text: `A parcel of your order ${orderId} was delivered (${shipmentId}).`,
    }),
  'Order Cancelled': ({ orderId, reason }) => cancelled(orderId, reason),
  'Order Fulfillment Failed': ({ orderId, reason }) => cancelled(orderId, reason),
  // one that waits for stock is told so by its back-order
  'Inventory Shortage Reported': ({ orderId, unavailableItems, waits }) =>
    waits ? undefined : cancelled(orderId, `this is sold out: ${missing(unavailableItems)}`),
  'Payment Refunded': ({ orderId, amount, currency, chargeKey, refundKey, cause }) =>
    told('REFUNDED', orderId, {
      of: refundKey ?? keys.refund(chargeKey),
      subject: `Money back for your order ${orderId}`,
      text: `We gave you back ${shownAmount(amount, currency)} for your order ${orderId}${cause === undefined ? '' : ` (${cause})`}.`,
    }),
  'Return Requested': ({ orderId, returnId, items }) =>
    told('RETURN_REQUESTED', orderId, {
      of: returnId,
      subject: `Your return ${returnId}`,
      text: `We expect ${listed(items)} of your order ${orderId} back. Please write ${returnId} on the parcel.`,
    }),
  'Return Received': ({ orderId, returnId }) =>
    told('RETURN_RECEIVED', orderId, {
      of: returnId,
      subject: `Your return ${returnId} is here`,
      text: `Your return ${returnId} of order ${orderId} is here and will be looked at.`,
    }),
  'Return Inspected': ({ orderId, returnId, amount, currency }) =>
    told('RETURN_INSPECTED', orderId, {
      of: returnId,
      subject: `Your return ${returnId} was looked at`,
      text: `Your return ${returnId} of order ${orderId} was looked at: you get back ${shownAmount(amount, currency)}.`,
    }),
} satisfies { [T in EventType]?: Teller<T> };

export type ToldEvent = keyof typeof TELLERS;

/** The events that a customer hears of, by their detail-type; of some only in some cases. */
export const TOLD_EVENTS = Object.keys(TELLERS) as ToldEvent[];

export const isToldEvent = (type: unknown): type is ToldEvent =>
  typeof type === 'string' && Object.hasOwn(TELLERS, type);

/** What the customer is told of an event, as the bus carries it; `undefined`: nothing. */
export function notificationOf<T extends ToldEvent>(type: T, detail: PublicDetail<T>): Notification | undefined {
  const tellers: { [E in ToldEvent]: Teller<E> } = TELLERS;
  return tellers[type](detail);
}

/** What NotifyCustomer says, under its own key: one for each part of an order that ships. */
export const shippedNotification = (p: { orderId: string; key: string; text: string }): Notification => ({
  kind: 'SHIPPED',
  key: p.key,
  subject: `Your order ${p.orderId} is on its way`,
  text: p.text,
});

/** @param p.of what it is told of, where the kind can come twice; the order otherwise */
function told(
  kind: NotificationKind,
  orderId: string,
  { of = orderId, ...words }: { of?: string; subject: string; text: string },
): Notification {
  return { kind, key: `notify-${kind.toLowerCase().replaceAll('_', '-')}#${of}`, ...words };
}

const accepted = (orderId: string, how: string) =>
  told('ACCEPTED', orderId, {
    subject: `Your order ${orderId} is accepted`,
    text: `Your order ${orderId} is accepted. ${how}`,
  });

const cancelled = (orderId: string, reason: string) =>
  told('CANCELLED', orderId, {
    subject: `Your order ${orderId} is cancelled`,
    text: `Your order ${orderId} is cancelled: ${reason}.`,
  });

const DECIDED = {
  SHIP_AVAILABLE: 'What is there ships, the rest is left out.',
  WAIT: 'What is there ships now, the rest as soon as it arrives.',
} satisfies Record<Exclude<ShortageChoice, 'CANCEL'>, string>;

const CHOICES = {
  SHIP_AVAILABLE: 'take what is there (SHIP_AVAILABLE)',
  WAIT: 'take what is there now and the rest when it arrives (WAIT)',
  CANCEL: 'cancel the order (CANCEL)',
} satisfies Record<ShortageChoice, string>;

const listed = (items: readonly ShipmentLine[]) =>
  items.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(', ');

const missing = (shortages: readonly { productId: string; shortfall: number }[]) =>
  listed(shortages.map(({ productId, shortfall }) => ({ productId, quantity: shortfall })));

/** with all the decimals of its currency: 5.9 USD is 5.90 USD */
const shownAmount = (decimal: number, currency: string) => `${decimal.toFixed(minorDigits(currency) ?? 0)} ${currency}`;

/** to the minute, for people */
const shownTime = (at: string) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
