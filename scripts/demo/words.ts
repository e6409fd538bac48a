import type { JournalEntry } from '../../src/gateway/ports';
import type { CarrierStatus, EventData, EventType, InspectionOutcome, ResolutionAction } from '../../src/domain/events';
import type { Shipment, ShipmentLine, Shortage, ShortageChoice } from '../../src/domain/order';
import type { ShownEvent } from './shop';

interface PublicOrder {
  items: ShipmentLine[];
  totalAmount: number;
  currency: string;
  shippingAddress: { city: string; zipCode: string };
}

/** as HTTP tells it: amounts are decimals */
type Told = Omit<EventData, 'Order Created'> & { 'Order Created': PublicOrder };

const units = (lines: readonly ShipmentLine[]) =>
  lines.map(({ quantity, productId }) => `${quantity} × ${productId}`).join(', ');
const parcels = (shipments: readonly Shipment[]) =>
  shipments.map(({ lines, warehouseId }) => `${units(lines)} in ${warehouseId}`).join('; ');
export const lacking = (items: readonly Shortage[]) =>
  items.map(({ shortfall, productId }) => `${shortfall} × ${productId}`).join(', ');
const money = ({ amount, currency }: { amount: number; currency: string }) => `${amount.toFixed(2)} ${currency}`;

const because = (reason: string | undefined) => (reason === undefined ? '' : `: ${reason}`);
/** to the second */
const clock = (time: string) => `${time.slice(0, 19).replace('T', ' ')} UTC`;

const span = (seconds: number) => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`);

export const CHOICES: Record<ShortageChoice, string> = {
  SHIP_AVAILABLE: 'ship what is there',
  WAIT: 'wait for the rest',
  CANCEL: 'cancel',
};
const PARCEL: Record<CarrierStatus, string> = {
  PICKED_UP: 'picked up by the carrier',
  IN_TRANSIT: 'on its way',
  DELIVERED: 'delivered',
  LOST: 'lost by the carrier',
  RETURNED: 'returned to the sender',
};
const INSPECTED: Record<InspectionOutcome, string> = {
  RESTOCK: 'back into stock',
  WRITE_OFF: 'written off',
  REJECT: 'not taken back',
};
const RESOLVED: Record<ResolutionAction, string> = {
  RETRY: 'try it again',
  SKIP: 'go on without it',
  SETTLE: 'it was done by hand',
};
const parcel = ({ shipmentId, status }: { shipmentId: string; status: CarrierStatus }) =>
  `parcel ${shipmentId} ${PARCEL[status]}`;

const EVENTS: { [T in EventType]: (data: Told[T]) => string } = {
  'Order Created': ({ items, totalAmount, currency, shippingAddress: { city, zipCode } }) =>
    `order received: ${units(items)}, ${money({ amount: totalAmount, currency })}, to ${city} ${zipCode}`,
  'Order Validated': () => 'order valid',
  'Order Validation Failed': ({ errors }) => `order refused: ${errors.map(({ detail }) => detail).join('; ')}`,
  'Inventory Reserved': ({ shipments }) => `stock reserved: ${parcels(shipments)}`,
  'Inventory Partially Reserved': ({ shipments, unavailableItems }) =>
    `stock reserved in part: ${parcels(shipments)}; missing: ${lacking(unavailableItems)}`,
  'Inventory Unavailable': ({ unavailableItems }) => `nothing in stock: missing ${lacking(unavailableItems)}`,
  'Inventory Shortage Reported': ({ waits }) =>
    `shortage reported to the purchasers${waits ? '; the order waits' : ''}`,
  'Inventory Released': () => 'stock released',
  'Inventory Restocked': ({ shipments }) => `back in stock: ${parcels(shipments)}`,
  'Inventory Written Off': ({ items }) => `written off: ${units(items)}`,
  'Stock Low': ({ items }) =>
    `running out: ${items.map(({ productId, availableQuantity }) => `${availableQuantity} × ${productId} left`).join(', ')}`,
  'Decision Requested': ({ choices, until }) =>
    `the customer is asked until ${clock(until)}: ${choices.map((choice) => CHOICES[choice]).join(', ')}`,
  'Decision Made': ({ choice, by }) =>
    `${by === 'customer' ? 'the customer decided' : 'decided by the policy'}: ${CHOICES[choice]}`,
  'Order Backordered': ({ items, until }) => `waiting for ${units(items)} until ${clock(until)}`,
  'Backorder Filled': ({ shipments }) => `the rest arrived and is reserved: ${parcels(shipments)}`,
  'Backorder Ended': ({ items, reason }) => `no longer waiting for ${units(items)}: ${reason}`,
  'Order Delayed': ({ dependency, until }) => `${dependency} is out of order: tried again at ${clock(until)}`,
  'Payment Authorized': (data) => `${money(data)} held, to be taken when it ships`,
  'Payment Pending': (data) => `payment of ${money(data)} pending until ${clock(data.until)}`,
  'Payment Completed': (data) =>
    `payment of ${money(data)} booked${data.late ? ', after the order had been given up' : ''}`,
  'Payment Refunded': (data) => `refund of ${money(data)} booked`,
  'Payment Voided': () => 'charge voided: it can never happen later',
  'Payment Failed': ({ reason }) => `payment failed: ${reason}`,
  'Warehouse Allocated': ({ shipment }) => `warehouse ${shipment.warehouseId} allocated`,
  'Shipping Label Generated': ({ carrier, trackingNumber }) => `label of ${carrier} booked: ${trackingNumber}`,
  'Shipping Label Cancelled': () => 'label cancelled',
  'Shipping Label Replaced': ({ carrier, trackingNumber }) => `new label of ${carrier} booked: ${trackingNumber}`,
  'Address Changed': ({ address: { city, zipCode } }) => `address changed: now to ${city} ${zipCode}`,
  'Packing Instructed': ({ shipment }) => `${shipment.warehouseId} told to pack`,
  'Shipment Created': ({ carrier, trackingNumber }) => `shipped with ${carrier}, ${trackingNumber}`,
  'Shipment Tracked': parcel,
  'Shipment Delivered': parcel,
  'Shipment Lost': parcel,
  'Shipment Returned': parcel,
  'Order Delivered': () => 'order delivered',
  'Order At Risk': ({ afterS }) => `not shipped after ${span(afterS)}: the promise is at risk`,
  'Promise Breached': ({ afterS }) => `not shipped after ${span(afterS)}: the promise is broken`,
  'Cancellation Requested': ({ reason }) => `the customer cancels${because(reason)}`,
  'Order Cancelled': ({ reason }) => `order cancelled: ${reason}`,
  'Return Requested': ({ returnId, items, reason }) => `return ${returnId} of ${units(items)}${because(reason)}`,
  'Return Received': ({ returnId }) => `return ${returnId} arrived`,
  'Return Expired': ({ returnId }) => `return ${returnId} never arrived, and is not waited for any longer`,
  'Return Inspected': ({ returnId, items, ...refund }) =>
    `return ${returnId} inspected: ${items.map((item) => `${units([item])} ${INSPECTED[item.outcome]}`).join(', ')}; ${money(refund)} to refund`,
  'Order Returned': () => 'everything came back',
  'Attention Needed': ({ step, error, amount, currency }) =>
    `somebody has to decide: ${step} does not work: ${error}${amount === undefined || currency === undefined ? '' : `; ${money({ amount, currency })} at stake`}`,
  'Attention Resolved': ({ action, by, step, reason, reference }) =>
    `${by} decided on ${step}: ${RESOLVED[action]}${because(reason ?? reference)}`,
  'Order Closed': () => 'order closed',
  'Customer Notified': () => 'customer told',
  'Order Fulfillment Failed': ({ reason }) => `fulfillment failed: ${reason}; everything taken was given back`,
};

/** An event in plain words. */
export function wordsOfEvent({ type, data }: Pick<ShownEvent, 'type' | 'data'>): string {
  return (EVENTS[type] as (told: unknown) => string)(data);
}

/** What a provider saw and did, in plain words. */
export function wordsOfCall({ provider, operation, outcome, key, amount, currency, carrier }: JournalEntry): string {
  const sum = amount !== undefined && currency !== undefined ? ` ${money({ amount, currency })}` : '';
  return `${carrier ?? COMPANIES[provider]}: ${callWords({ operation, outcome, key, sum })}`;
}

const COMPANIES: Record<JournalEntry['provider'], string> = {
  payment: 'payment company',
  carrier: 'carrier',
  supplier: 'supplier',
  notification: 'messenger',
  warehouse: 'warehouse',
};

function callWords(p: Pick<JournalEntry, 'operation' | 'outcome' | 'key'> & { sum: string }): string {
  switch (`${p.operation} ${p.outcome}`) {
    case 'charge succeeded':
      return `card charged${p.sum}${isFirst(p.key) ? '' : ', under a second key'}`;
    case 'charge declined':
      return isFirst(p.key) ? 'card declined; once more in 1 s' : 'card declined again';
    case 'charge error':
      return 'answers with an error; tried again';
    case 'charge authorized':
      return `money held on the card:${p.sum}`;
    case 'charge pending':
      return 'decides later';
    case 'capture succeeded':
      return `took what it held:${p.sum}`;
    case 'settle succeeded':
      return `has the money now:${p.sum}`;
    case 'settle failed':
      return 'does not get the money';
    case 'refund refused':
      return `refuses to refund${p.sum}`;
    case 'charge unanswered':
      return 'does not answer, and charges nothing';
    case 'charge replayed':
      return 'knows this key: the outcome it had before';
    case 'email succeeded':
      return `e-mail delivered: ${kindOf(p.key)}`;
    case 'sms succeeded':
      return `SMS delivered: ${kindOf(p.key)}`;
    case 'push succeeded':
      return `push delivered: ${kindOf(p.key)}`;
    case 'pack succeeded':
      return isFirstVersion(p.key) ? 'told to pack' : 'told to pack it for the new address';
    case 'label succeeded':
      return 'label booked';
    case 'label refused':
      return 'label refused';
    case 'label replayed':
      return 'knows this key: the label that it booked before';
    case 'cancel-label succeeded':
      return 'label cancelled';
    case 'cancel-label nothing-to-cancel':
      return 'has no label to cancel';
    case 'refund succeeded':
      return `refunded${p.sum}`;
    case 'void succeeded':
      return 'key voided';
    default:
      return p.operation === 'lookup' ? `looked up: ${p.outcome.replace('-', ' ')}` : `${p.operation} ${p.outcome}`;
  }
}

/** `packing#<shipmentId>`; later ones end with their version */
const isFirstVersion = (key: string) => !/#\d+$/.test(key);

/** `notify-<kind>#…`, of NotifyCustomer `notify#…` */
const kindOf = (key: string) => /^notify-([a-z-]+)#/.exec(key)?.[1]?.replaceAll('-', ' ') ?? 'shipped';

/** `charge#<orderId>#<n>`: n is raised after a known decline only */
const isFirst = (key: string) => key.endsWith('#1');
