import type { OrderEvent } from './events';
import type { OrderId } from './ids';
import { MAX_TEXT } from './order';
import { shardOf } from './ids';

/** Where an item of OrderLookups is: under what an order is found, and the order, or the day of one. */
export interface Lookup {
  term: string;
  entry: string;
}

/** What orders are found under; what many orders share is spread over shards of the order. */
export const terms = {
  product: (productId: string, shard: number): string => `product#${productId}#${shard}`,
  tracking: (trackingNumber: string): string => `tracking#${plainNumber(trackingNumber)}`,
  /** its entries are the UTC days on which orders of the shard were created, such as `2025-07-09` */
  days: (shard: number): string => `days#${shard}`,
} as const;

/** A tracking number as people write it, too: without blanks and dashes, in capitals. */
const plainNumber = (trackingNumber: string): string => trackingNumber.replaceAll(/[\s-]/g, '').toUpperCase();

/** The length of a time such as `2025-07-09T10:30:00.000Z`. */
const TIME_LENGTH = 24;

/** The order of an entry below a product or a tracking number, and when it was created. */
export const orderOf = (entry: string): { orderId: OrderId; createdAt: string } => ({
  orderId: entry.slice(TIME_LENGTH + 1) as OrderId,
  createdAt: entry.slice(0, TIME_LENGTH),
});

/** The last entry of a moment: `~` comes after the `#` of all of them. @param createdAt as `toISOString` has it */
export const lastEntryOf = (createdAt: string): string => `${createdAt}~`;

/** Whether an event makes look-ups: of most there are none. */
export const makesLookups = (event: OrderEvent): boolean => event.sequence === 1 || termsOf(event).length > 0;

/**
 * The look-ups that some events of one order make, each once. The same events make the same again, whatever came
 * between, so that writing them twice changes nothing.
 *
 * @param p.createdAt of the order's first event, ISO 8601
 */
export function lookupsOf(events: readonly OrderEvent[], { createdAt }: { createdAt: string }): Lookup[] {
  const found = new Map<string, Lookup>();
  for (const event of events) {
    const { orderId, sequence } = event;
    const entry = `${createdAt}#${orderId}`;
    if (sequence === 1)
      found.set('days', { term: terms.days(shardOf(orderId)), entry: createdAt.slice(0, 'yyyy-mm-dd'.length) });
    for (const term of termsOf(event)) found.set(term, { term, entry });
  }
  return [...found.values()];
}

function termsOf({ orderId, type, data }: OrderEvent): string[] {
  switch (type) {
    case 'Order Created':
      return data.order.lines.map(({ productId }) => terms.product(productId, shardOf(orderId)));
    case 'Shipping Label Generated':
    case 'Shipping Label Replaced':
    case 'Shipment Created':
      return isFindable(data.trackingNumber) ? [terms.tracking(data.trackingNumber)] : [];
    default:
      return [];
  }
}

/** The carrier's text becomes a key, which is neither empty nor of any length. */
const isFindable = (trackingNumber: string): boolean =>
  plainNumber(trackingNumber) !== '' && trackingNumber.length <= MAX_TEXT;
